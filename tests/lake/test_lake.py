"""Commits as PyIceberg, DuckDB and a catalogue that is loaded anew see them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pyiceberg.table import Table

from hansa.lake import Append, Lake, LakeFailed, LakeRefused, Replace, Rewrite, schema_from_json
from hansa.model import DataFile, RunId, Schema
from hansa.names import PortMajor, PortName

People = Callable[..., DataFile]
Rows = Callable[..., list[tuple[Any, ...]]]


def ids(table: Table, snapshot: int | None = None) -> list[int]:
    found = table.scan(snapshot_id=snapshot).to_arrow().column("id").to_pylist()
    return sorted(found)


def test_a_first_commit_is_read_by_everybody(
    lake: Lake, port: PortMajor, schema: Schema, people: People, rows: Rows, outside: Callable[[], Table]
) -> None:
    file = people(3)
    snapshot = lake.commit(port, [file], schema, change=Replace(), base=None, environment="prod", properties={"hansa.run": "r1"})
    assert (snapshot.table, snapshot.rows, snapshot.bytes, snapshot.files) == (
        "customer.profiles.profiles_v1",
        3,
        file.bytes,
        1,
    )
    assert schema_from_json(snapshot.schema_json) == schema
    assert lake.files(port, snapshot.id) == (file,)
    assert lake.schema(port, snapshot.id) == schema
    assert rows(lake.files(port, snapshot.id)) == [(0, "n0"), (1, "n1"), (2, "n2")]
    table = outside()
    assert ids(table) == [0, 1, 2]
    assert [s.snapshot_id for s in table.snapshots()] == [snapshot.id]
    assert table.properties["hansa.run"] == "r1"
    summary = table.snapshots()[0].summary
    assert summary is not None
    assert (summary["hansa.run"], summary["total-records"], summary["added-data-files"]) == ("r1", "3", "1")


def commit(lake: Lake, port: PortMajor, schema: Schema, *files: DataFile, **how: Any) -> int:
    given = {"change": Replace(), "base": None, "environment": "prod", **how}
    return lake.commit(port, files, schema, **given).id


def test_replace_leaves_just_the_new_files(
    lake: Lake, port: PortMajor, schema: Schema, people: People, outside: Callable[[], Table]
) -> None:
    first = commit(lake, port, schema, people(3))
    second = commit(lake, port, schema, people(2, start=10), base=first)
    table = outside()
    assert ids(table) == [10, 11]
    assert ids(table, first) == [0, 1, 2]
    summary = table.metadata.snapshots[-1].summary
    assert summary is not None
    assert (summary["deleted-records"], summary["total-records"], str(summary.operation)) == ("3", "2", "Operation.OVERWRITE")
    assert len(lake.files(port, second)) == 1


def test_append_adds_to_the_files_of_its_base(
    lake: Lake, port: PortMajor, schema: Schema, people: People, outside: Callable[[], Table]
) -> None:
    one, two = people(3), people(2, start=3)
    first = commit(lake, port, schema, one)
    second = commit(lake, port, schema, two, base=first, change=Append())
    assert set(lake.files(port, second)) == {one, two}
    assert ids(outside()) == [0, 1, 2, 3, 4]
    assert len(outside().metadata.snapshots) == 2


def test_many_appends_keep_every_row_and_few_manifests(
    lake: Lake, port: PortMajor, schema: Schema, people: People, outside: Callable[[], Table]
) -> None:
    base = commit(lake, port, schema, people(1))
    for n in range(1, 36):
        base = commit(lake, port, schema, people(1, start=n), base=base, change=Append())
    table = outside()
    head = table.current_snapshot()
    assert head is not None
    assert ids(table) == list(range(36))
    assert len(head.manifests(table.io)) < 8
    assert len(lake.files(port, base)) == 36


def test_rewrite_replaces_the_named_files_and_keeps_the_others(
    lake: Lake, port: PortMajor, schema: Schema, people: People, outside: Callable[[], Table], rows: Rows
) -> None:
    one, two, three, new = people(2), people(2, start=2), people(2, start=4), people(1, start=100)
    first = commit(lake, port, schema, one, two)
    second = commit(lake, port, schema, three, base=first, change=Append())
    third = commit(lake, port, schema, new, base=second, change=Rewrite((one.path,)))
    assert set(lake.files(port, third)) == {two, three, new}
    assert rows(lake.files(port, third), "id") == [(2,), (3,), (4,), (5,), (100,)]
    assert ids(outside()) == [2, 3, 4, 5, 100]
    assert ids(outside(), second) == [0, 1, 2, 3, 4, 5]
    emptied = commit(lake, port, schema, base=third, change=Rewrite((two.path, three.path, new.path)))
    assert lake.files(port, emptied) == ()
    assert ids(outside()) == []


def test_a_rewrite_of_a_file_that_the_base_does_not_hold_is_refused(
    lake: Lake, port: PortMajor, schema: Schema, people: People
) -> None:
    first = commit(lake, port, schema, people(2))
    with pytest.raises(LakeRefused) as refused:
        commit(lake, port, schema, people(1), base=first, change=Rewrite(("/elsewhere.parquet",)))
    assert refused.value.troubles[0].code == "H428"


def test_a_snapshot_may_hold_no_files_or_files_without_rows(
    lake: Lake, port: PortMajor, schema: Schema, people: People, outside: Callable[[], Table]
) -> None:
    first = commit(lake, port, schema)
    assert lake.files(port, first) == ()
    assert ids(outside()) == []
    second = commit(lake, port, schema, people(0), base=first)
    assert [f.rows for f in lake.files(port, second)] == [0]
    assert ids(outside()) == []
    commit(lake, port, schema, people(1), base=second, change=Append())
    assert ids(outside()) == [0]


def test_environments_are_branches_that_do_not_see_one_another(
    lake: Lake, port: PortMajor, schema: Schema, people: People, outside: Callable[[], Table]
) -> None:
    prod = commit(lake, port, schema, people(2))
    trial = commit(lake, port, schema, people(1, start=50), base=prod, change=Append(), environment="pr-17")
    table = outside()
    assert {name: ref.snapshot_id for name, ref in table.metadata.refs.items()} == {"main": prod, "pr-17": trial}
    assert ids(table) == [0, 1]
    assert sorted(table.scan().use_ref("pr-17").to_arrow()["id"].to_pylist()) == [0, 1, 50]
    lake.set_head(port, trial, "prod")
    assert ids(outside()) == [0, 1, 50]
    lake.set_head(port, None, "pr-17")
    assert set(outside().metadata.refs) == {"main"}


def test_a_table_may_begin_in_another_environment(
    lake: Lake, port: PortMajor, schema: Schema, people: People, outside: Callable[[], Table]
) -> None:
    commit(lake, port, schema, people(2), environment="dev")
    assert set(outside().metadata.refs) == {"dev"}
    commit(lake, port, schema, people(1, start=7))
    assert ids(outside()) == [7]


def test_an_environment_called_main_does_not_move_what_the_default_one_shows(
    lake: Lake, port: PortMajor, schema: Schema, people: People, outside: Callable[[], Table]
) -> None:
    commit(lake, port, schema, people(1))
    commit(lake, port, schema, people(5), environment="main")
    assert ids(outside()) == [0]


def test_an_append_after_a_rollback_builds_on_what_was_rolled_back_to(
    lake: Lake, port: PortMajor, schema: Schema, people: People, outside: Callable[[], Table]
) -> None:
    good = commit(lake, port, schema, people(2))
    commit(lake, port, schema, people(9, start=90), base=good, change=Append())
    lake.set_head(port, good, "prod")
    assert ids(outside()) == [0, 1]
    before = len(outside().metadata.snapshots)
    commit(lake, port, schema, people(1, start=5), base=good, change=Append())
    assert ids(outside()) == [0, 1, 5]
    assert len(outside().metadata.snapshots) == before + 1


def test_a_snapshot_that_nobody_published_never_leaks_into_the_next(
    lake: Lake, port: PortMajor, schema: Schema, people: People, outside: Callable[[], Table]
) -> None:
    good = commit(lake, port, schema, people(2))
    commit(lake, port, schema, people(9, start=90), base=good, change=Append())
    commit(lake, port, schema, people(1, start=5), base=good, change=Append())
    assert ids(outside()) == [0, 1, 5]


def test_a_commit_may_leave_the_branch_until_the_publication_stands(
    lake: Lake, port: PortMajor, schema: Schema, people: People, outside: Callable[[], Table]
) -> None:
    good = commit(lake, port, schema, people(1))
    staged = commit(lake, port, schema, people(2), base=good, advance=False)
    assert ids(outside()) == [0]
    assert ids(outside(), staged) == [0, 1]
    lake.set_head(port, staged, "prod")
    assert ids(outside()) == [0, 1]


def test_a_first_commit_may_leave_the_branch_too(
    lake: Lake, port: PortMajor, schema: Schema, people: People, outside: Callable[[], Table]
) -> None:
    staged = commit(lake, port, schema, people(2), advance=False)
    assert ids(outside()) == []
    lake.set_head(port, staged, "prod")
    assert ids(outside()) == [0, 1]


def test_listings_are_only_a_cache(lake: Lake, home: Path, port: PortMajor, schema: Schema, people: People) -> None:
    first = commit(lake, port, schema, people(2))
    second = commit(lake, port, schema, people(2, start=2), base=first, change=Append())
    files = lake.files(port, second)
    listings = list((home / "warehouse").glob("*/*/*/listings/*.json"))
    assert len(listings) == 2
    listings[0].unlink()
    listings[1].write_text(listings[1].read_text().replace("part-0", "part-9"))
    assert lake.files(port, second) == files
    assert lake.schema(port, second) == schema
    assert lake.relation(port, first).paths == tuple(f.path for f in lake.files(port, first))


def test_a_listing_that_is_there_is_read_without_a_catalogue(
    lake: Lake, home: Path, port: PortMajor, schema: Schema, people: People
) -> None:
    first = commit(lake, port, schema, people(2))
    files = lake.files(port, first)
    (home / "ledger.db").unlink()
    assert Lake("sqlite:////nowhere/at/all.db", home / "warehouse").files(port, first) == files


def test_an_unknown_snapshot_is_a_failure_that_says_so(lake: Lake, port: PortMajor, schema: Schema, people: People) -> None:
    with pytest.raises(LakeFailed) as never:
        lake.files(port, 42)
    assert never.value.troubles[0].code == "H427"
    commit(lake, port, schema, people(2))
    for wrong in (
        lambda: lake.set_head(port, 42, "prod"),
        lambda: commit(lake, port, schema, people(1), base=42, change=Append()),
    ):
        with pytest.raises(LakeFailed) as failed:
            wrong()
        assert failed.value.troubles[0].code == "H427"


def test_staging_is_new_each_time_and_names_the_run(lake: Lake, port: PortMajor) -> None:
    one, two = lake.staging(port, RunId("run-7")), lake.staging(port, RunId("run-7"))
    assert one != two
    assert one.parent == two.parent == lake.warehouse / "customer/profiles/profiles_v1/data/run-7"
    for wrong in ("../x", "", "a/b", "a=b"):
        with pytest.raises(ValueError, match="cannot name a folder"):
            lake.staging(port, RunId(wrong))


def test_discarded_files_are_gone_and_foreign_ones_refused(lake: Lake, tmp_path: Path, people: People) -> None:
    file = people(1)
    lake.discard([file])
    lake.discard([file])
    assert not Path(file.path).parent.exists()
    foreign = tmp_path / "mine.parquet"
    foreign.touch()
    with pytest.raises(ValueError, match="not a file of this warehouse"):
        lake.discard([DataFile(str(foreign), 0, 0)])
    assert foreign.exists()


def test_threads_commit_to_tables_of_their_own_at_once(lake: Lake, schema: Schema) -> None:
    def several(number: int) -> int:
        port, base = PortMajor(PortName("customer", f"p{number}", "p"), 1), None
        for _ in range(3):
            base = commit(lake, port, schema, base=base, change=Append())
        return len(lake.files(port, base or 0))

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(several, range(4))) == [0, 0, 0, 0]
