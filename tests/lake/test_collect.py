"""What a collection removes, and what it never touches."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyiceberg.table import Table

from hansa.lake import Append, Collected, Lake, Replace
from hansa.model import DataFile, RunId, Schema
from hansa.names import PortMajor, PortName

People = Callable[..., DataFile]
Outside = Callable[[], Table]


@pytest.fixture
def commit(lake: Lake, port: PortMajor, schema: Schema) -> Callable[..., int]:
    def commit(*files: DataFile, **how: Any) -> int:
        given = {"change": Replace(), "base": None, "environment": "prod", **how}
        return lake.commit(port, files, schema, **given).id

    return commit


def on_disk(lake: Lake) -> set[str]:
    return {str(p) for p in lake.warehouse.rglob("*") if p.is_file()}


def test_what_no_kept_snapshot_names_goes_and_the_rest_stays_readable(
    lake: Lake, port: PortMajor, people: People, commit: Callable[..., int], outside: Outside, later: dt.datetime
) -> None:
    one, two, three, stray = people(2), people(2, start=2), people(2, start=4), people(9, run="dead")
    first = commit(one)
    second = commit(two, base=first)
    third = commit(three, base=second, change=Append())
    would = lake.collect([(port, second), (port, third)], [], older_than=later, dry_run=True)
    assert Path(one.path).exists()
    done = lake.collect([(port, second), (port, third)], [], older_than=later)
    assert (would.snapshots, done.snapshots) == (1, 1)
    assert not Path(one.path).exists()
    assert not Path(stray.path).parent.exists()
    assert would.bytes >= one.bytes + stray.bytes
    assert sorted(outside().scan().to_arrow()["id"].to_pylist()) == [2, 3, 4, 5]
    assert sorted(outside().scan(snapshot_id=second).to_arrow()["id"].to_pylist()) == [2, 3]
    assert set(lake.files(port, third)) == {two, three}
    fourth = commit(people(1, start=6), base=third, change=Append())
    assert sorted(outside().scan(snapshot_id=fourth).to_arrow()["id"].to_pylist()) == [2, 3, 4, 5, 6]
    lake.collect([(port, fourth)], [], older_than=later)
    again = lake.collect([(port, fourth)], [], older_than=later)
    assert (again.files, again.snapshots) == (0, 0)


def test_a_dry_run_changes_nothing(
    lake: Lake, port: PortMajor, people: People, commit: Callable[..., int], outside: Outside, later: dt.datetime
) -> None:
    first = commit(people(2))
    second = commit(people(2), base=first)
    before = on_disk(lake)
    assert lake.collect([(port, second)], [], older_than=later, dry_run=True).files > 0
    assert lake.collect([], [], older_than=later, dry_run=True).tables == ("customer.profiles.profiles_v1",)
    assert on_disk(lake) == before
    assert len(outside().metadata.snapshots) == 2


def test_young_files_and_snapshots_are_left_alone(
    lake: Lake, port: PortMajor, people: People, commit: Callable[..., int]
) -> None:
    first = commit(people(2))
    commit(people(2), base=first)
    people(3)
    before = on_disk(lake)
    hour_ago = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
    assert lake.collect([(port, first)], [], older_than=hour_ago) == Collected()
    assert on_disk(lake) == before


def test_what_a_running_run_staged_or_committed_stays(
    lake: Lake, port: PortMajor, people: People, commit: Callable[..., int], outside: Outside, later: dt.datetime
) -> None:
    first = commit(people(2))
    staged = people(4, run="busy")
    committed = people(5, run="busy")
    unpublished = commit(committed, base=first, change=Append(), properties={"hansa.run": "busy"})
    done = lake.collect([(port, first)], [RunId("busy")], older_than=later)
    assert done.snapshots == 0
    assert Path(staged.path).exists()
    assert len(outside().scan(snapshot_id=unpublished).to_arrow()) == 7
    done = lake.collect([(port, first)], [], older_than=later)
    assert done.snapshots == 1
    assert not Path(staged.path).exists()
    assert not Path(committed.path).exists()


def test_a_branch_whose_head_goes_falls_back_to_what_it_was_built_on(
    lake: Lake, port: PortMajor, people: People, commit: Callable[..., int], outside: Outside, later: dt.datetime
) -> None:
    first = commit(people(2))
    commit(people(5), base=first, change=Append())
    commit(people(1), environment="dev")
    lake.collect([(port, first)], [], older_than=later)
    assert {name: ref.snapshot_id for name, ref in outside().metadata.refs.items()} == {"main": first}
    assert len(outside().scan().to_arrow()) == 2


def test_the_table_of_a_port_that_nothing_keeps_goes_whole(
    lake: Lake, port: PortMajor, schema: Schema, people: People, commit: Callable[..., int], later: dt.datetime
) -> None:
    commit(people(2))
    other = PortMajor(PortName("orders", "history", "history"), 1)
    kept = lake.commit(other, [], schema, change=Replace(), base=None, environment="prod").id
    done = lake.collect([(other, kept)], [], older_than=later)
    assert done.tables == ("customer.profiles.profiles_v1",)
    assert not (lake.warehouse / "customer/profiles/profiles_v1").exists()
    assert lake.files(other, kept) == ()
    reborn = commit(people(3))
    assert [f.rows for f in lake.files(port, reborn)] == [3]


def test_a_run_that_never_committed_leaves_nothing(lake: Lake, people: People, later: dt.datetime) -> None:
    people(2)
    assert lake.collect([], [], older_than=later).files == 1
    assert on_disk(lake) == set()


def test_spared_paths_stay(lake: Lake, people: People, later: dt.datetime) -> None:
    file, folder = people(1), people(2)
    lake.collect([], [], older_than=later, spared=[file.path, str(Path(folder.path).parent)])
    assert Path(file.path).exists()
    assert Path(folder.path).exists()


def test_a_table_that_this_ledger_does_not_know_is_left_alone(
    lake: Lake, home: Path, port: PortMajor, people: People, commit: Callable[..., int], later: dt.datetime
) -> None:
    commit(people(2))
    before = on_disk(lake)
    stranger = Lake(f"sqlite:///{home}/other.db", lake.warehouse)
    done = stranger.collect([], [], older_than=later)
    assert [t.code for t in done.troubles] == ["H429"]
    assert on_disk(lake) == before


def test_a_table_whose_metadata_is_damaged_is_left_alone(
    lake: Lake, port: PortMajor, people: People, commit: Callable[..., int], outside: Outside, later: dt.datetime
) -> None:
    first = commit(people(2))
    second = commit(people(2), base=first)
    head = outside().current_snapshot()
    assert head is not None
    Path(head.manifest_list.removeprefix("file://")).write_bytes(b"nothing of use")
    before = on_disk(lake)
    done = lake.collect([(port, second)], [], older_than=later)
    assert [t.code for t in done.troubles] == ["H423"]
    assert (done.files, done.snapshots) == (0, 0)
    assert on_disk(lake) == before
