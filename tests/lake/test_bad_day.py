"""Bad days of the lake: killed, full, locked, gone, damaged. After each: what a reader sees, and that the next commit works."""

import multiprocessing
import os
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyiceberg.table import Table

from hansa.lake import Append, Lake, LakeConflict, LakeFailed, Replace
from hansa.model import Column, DataFile, Schema, types
from hansa.names import PortMajor, PortName

People = Callable[..., DataFile]
Outside = Callable[[], Table]


def commit(lake: Lake, port: PortMajor, schema: Schema, *files: DataFile, **how: Any) -> int:
    given = {"change": Replace(), "base": None, "environment": "prod", **how}
    return lake.commit(port, files, schema, **given).id


def ids(table: Table) -> list[int]:
    return sorted(table.scan().to_arrow()["id"].to_pylist())


def failure(call: Callable[[], object]) -> str:
    with pytest.raises(LakeFailed) as failed:
        call()
    (trouble,) = failed.value.troubles
    assert trouble.mend
    return trouble.code


KILLED = """
import os, sys
from pathlib import Path
from hansa.lake import Append, Lake
from hansa.model import Column, DataFile, Schema, types
from hansa.names import PortMajor, PortName
home, path, rows, size, base, moment = sys.argv[1:]
import hansa.lake.catalogue as catalogue
if moment == "before":
    # Killed when the manifests are written and the catalogue is about to be told.
    catalogue.Catalogue.commit = lambda *given: os._exit(9)
lake = Lake(f"sqlite:///{home}/ledger.db", Path(home, "warehouse"))
port = PortMajor(PortName("customer", "profiles", "profiles"), 1)
schema = Schema((Column("id", types.Integer(64), required=True), Column("name", types.String())))
file = DataFile(path, int(rows), int(size))
lake.commit(port, [file], schema, change=Append(), base=int(base) or None, environment="prod", properties={"hansa.run": "dead"})
os._exit(9)
"""


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("begun", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_a_run_killed_around_its_commit_leaves_nothing_in_the_next_version(
    lake: Lake,
    home: Path,
    port: PortMajor,
    schema: Schema,
    people: People,
    outside: Outside,
    moment: str,
    begun: bool,
    later: Any,
) -> None:
    base = commit(lake, port, schema, people(2)) if begun else None
    lost = people(5, start=50, run="dead")
    argv = [str(home), lost.path, str(lost.rows), str(lost.bytes), str(base or 0), moment]
    assert subprocess.run([sys.executable, "-c", KILLED, *argv], check=False).returncode == 9
    if base is not None:
        assert sorted(f.rows for f in lake.files(port, base)) == [2]
    new = commit(lake, port, schema, people(1, start=9), base=base, change=Append())
    expected = [0, 1, 9] if begun else [9]
    assert ids(outside()) == expected
    lake.collect([(port, new)], [], older_than=later)
    assert not Path(lost.path).exists()
    assert ids(outside()) == expected


FULL = """
import resource, sys
from pathlib import Path
from hansa.lake import Append, Lake, LakeFailed
from hansa.model import Column, DataFile, Schema, types
from hansa.names import PortMajor, PortName
home, path, rows, size, base, limit = sys.argv[1:]
lake = Lake(f"sqlite:///{home}/ledger.db", Path(home, "warehouse"))
port = PortMajor(PortName("customer", "profiles", "profiles"), 1)
schema = Schema((Column("id", types.Integer(64), required=True), Column("name", types.String())))
lake.collect([], [], older_than=__import__("datetime").datetime.fromtimestamp(0, __import__("datetime").UTC))
resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
try:
    lake.commit(port, [DataFile(path, int(rows), int(size))], schema, change=Append(), base=int(base), environment="prod")
except LakeFailed as failed:
    print(failed.troubles[0].code, failed.troubles[0].summary)
"""


@pytest.mark.slow
def test_a_disk_that_is_full_while_metadata_is_written_changes_nothing(
    lake: Lake, home: Path, port: PortMajor, schema: Schema, people: People, outside: Outside
) -> None:
    first = commit(lake, port, schema, people(2))
    file = people(5, start=50)
    before = {p for p in home.rglob("*") if p.is_file() and "ledger" not in p.name}
    argv = [str(home), file.path, str(file.rows), str(file.bytes), str(first), "100"]
    done = subprocess.run([sys.executable, "-c", FULL, *argv], check=True, capture_output=True, text=True)
    assert done.stdout.startswith("H420 no space left"), done.stdout + done.stderr
    assert {p for p in home.rglob("*") if p.is_file() and "ledger" not in p.name} == before
    assert ids(outside()) == [0, 1]
    commit(lake, port, schema, file, base=first, change=Append())
    assert len(ids(outside())) == 7


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system takes root")
def test_a_file_system_that_is_full_is_named_so(home: Path, port: PortMajor, schema: Schema) -> None:
    script = textwrap.dedent(
        f"""
        import sys
        from pathlib import Path
        from hansa.lake import Lake, LakeFailed, Replace
        from hansa.model import Column, Schema, types
        from hansa.names import PortMajor, PortName
        lake = Lake("sqlite:///{home}/ledger.db", Path("{home}/warehouse"))
        with open("{home}/warehouse/filler", "wb", buffering=0) as filler:
            try:
                while True:
                    filler.write(b"x" * 4096)
            except OSError:
                pass
        schema = Schema((Column("id", types.Integer(64)),))
        try:
            lake.commit(PortMajor(PortName("a", "b", "c"), 1), [], schema, change=Replace(), base=None, environment="prod")
        except LakeFailed as failed:
            print(failed.troubles[0].code)
        """
    )
    mount = f'mount -t tmpfs -o size=64k tmpfs {home}/warehouse && exec {sys.executable} -c "$1"'
    done = subprocess.run(["unshare", "-m", "sh", "-c", mount, "sh", script], check=False, capture_output=True, text=True)
    if "mount" in done.stderr or "unshare" in done.stderr:
        pytest.skip(f"no mount here: {done.stderr.strip()}")
    assert done.stdout.strip() == "H420", done.stderr


def test_a_catalogue_that_another_process_holds_too_long_is_said_to_be_locked(
    home: Path, port: PortMajor, schema: Schema, lake: Lake, people: People, outside: Outside
) -> None:
    first = commit(lake, port, schema, people(2))
    hasty = Lake(f"sqlite:///{home}/ledger.db", home / "warehouse", busy_seconds=0.1)
    assert len(hasty.files(port, first)) == 1
    file = people(1, start=7)
    holder = sqlite3.connect(home / "ledger.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    metadata = set((home / "warehouse/customer/profiles/profiles_v1/metadata").iterdir())
    assert failure(lambda: commit(hasty, port, schema, file, base=first, change=Append())) == "H422"
    left = set((home / "warehouse/customer/profiles/profiles_v1/metadata").iterdir()) - metadata
    assert [p.suffix for p in left] == [".json"]  # PyIceberg's own, for a collection to remove
    holder.execute("ROLLBACK")
    holder.close()
    assert ids(outside()) == [0, 1]
    commit(hasty, port, schema, file, base=first, change=Append())
    assert ids(outside()) == [0, 1, 7]
    hasty.close()


def test_a_catalogue_that_is_held_for_a_while_is_waited_for(
    home: Path, port: PortMajor, schema: Schema, lake: Lake, people: People
) -> None:
    first = commit(lake, port, schema, people(2))
    file = people(1)
    holder = sqlite3.connect(home / "ledger.db", isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN IMMEDIATE")
    timer = threading.Timer(0.5, lambda: holder.execute("COMMIT"))
    timer.start()
    assert commit(lake, port, schema, file, base=first)
    timer.join()
    holder.close()


def test_a_catalogue_that_cannot_be_opened_is_gone(home: Path, port: PortMajor, schema: Schema) -> None:
    assert failure(lambda: Lake(f"sqlite:///{home}/no/ledger.db", home / "warehouse").files(port, 1)) == "H422"
    (home / "junk.db").write_bytes(b"this is no database" * 100)
    assert failure(lambda: Lake(f"sqlite:///{home}/junk.db", home / "warehouse").files(port, 1)) == "H422"


def test_a_warehouse_that_is_not_there_is_not_made(home: Path, port: PortMajor, schema: Schema) -> None:
    lake = Lake(f"sqlite:///{home}/ledger.db", home / "unmounted")
    assert failure(lambda: commit(lake, port, schema)) == "H421"
    assert not (home / "unmounted").exists()


def test_a_warehouse_where_nothing_can_be_written_says_so(
    home: Path, lake: Lake, port: PortMajor, schema: Schema, people: People
) -> None:
    file = people(1)
    metadata = home / "warehouse/customer/profiles/profiles_v1/metadata"
    metadata.write_text("a file where the folder should be")
    assert failure(lambda: commit(lake, port, schema, file)) == "H421"


@pytest.mark.parametrize("content", [b"", b"{", b"{}", b"\xff\xfe", None])
def test_damaged_metadata_is_named_and_nothing_is_made_of_it(
    home: Path, lake: Lake, port: PortMajor, schema: Schema, people: People, outside: Outside, content: bytes | None
) -> None:
    first = commit(lake, port, schema, people(1))
    document = Path(outside().metadata_location.removeprefix("file://"))
    document.unlink() if content is None else document.write_bytes(content)
    assert failure(lambda: commit(lake, port, schema, people(1), base=first)) == "H423"
    assert len(lake.files(port, first)) == 1


@pytest.mark.parametrize("kind", ["snap-*.avro", "*-m*.avro"])
@pytest.mark.parametrize("damage", ["cut", "junk", "gone"])
def test_a_damaged_manifest_is_named(
    home: Path, lake: Lake, port: PortMajor, schema: Schema, people: People, kind: str, damage: str
) -> None:
    first = commit(lake, port, schema, people(1))
    (path,) = (home / "warehouse").rglob(kind)
    match damage:
        case "cut":
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        case "junk":
            path.write_bytes(b"junk")
        case _:
            path.unlink()
    for listing in (home / "warehouse").rglob("listings/*"):
        listing.unlink()
    assert failure(lambda: lake.files(port, first)) == "H423"


def test_a_clock_that_steps_back_makes_no_snapshot_older_than_its_base(
    lake: Lake, port: PortMajor, schema: Schema, people: People, outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = commit(lake, port, schema, people(1))
    monkeypatch.setattr(time, "time_ns", lambda: 1_000_000_000_000_000_000)
    commit(lake, port, schema, people(1), base=first)
    one, two = outside().metadata.snapshots
    assert one.timestamp_ms <= two.timestamp_ms


def _many(home: str, product: str, environment: str, start: Any, results: Any) -> None:
    lake = Lake(f"sqlite:///{home}/ledger.db", Path(home, "warehouse"))
    port = PortMajor(PortName("customer", product, "p"), 1)
    schema = Schema((Column("id", types.Integer(64)),))
    start.wait()
    try:
        base = None
        for _ in range(8):
            base = lake.commit(port, (), schema, change=Append(), base=base, environment=environment).id
        results.put(base)
    except Exception as error:  # noqa: BLE001 - what went wrong is reported to the test
        results.put(repr(error))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("one", "other"), [(("profiles", "prod"), ("history", "prod")), (("profiles", "prod"), ("profiles", "dev"))]
)
def test_two_processes_commit_to_two_tables_or_branches_at_once(home: Path, one: tuple[str, str], other: tuple[str, str]) -> None:
    context = multiprocessing.get_context("spawn")
    start, results = context.Barrier(2), context.Queue()
    workers = [context.Process(target=_many, args=(str(home), *who, start, results)) for who in (one, other)]
    for worker in workers:
        worker.start()
    heads = [results.get(timeout=60) for _ in workers]
    for worker in workers:
        worker.join()
    assert all(isinstance(head, int) for head in heads), heads


def test_of_two_commits_to_one_branch_at_once_one_is_told_of_the_conflict(
    home: Path, lake: Lake, port: PortMajor, schema: Schema, people: People, outside: Outside
) -> None:
    first = commit(lake, port, schema, people(1))
    before = outside().metadata_location
    commit(lake, port, schema, people(1, start=70), base=first, change=Append())
    rival = outside().metadata_location
    # The rival's commit is put off: it takes effect between the other one's look at the table and its own write.
    holder = sqlite3.connect(home / "ledger.db", isolation_level=None)
    holder.execute("UPDATE iceberg_tables SET metadata_location = ?", (before,))
    holder.execute("BEGIN IMMEDIATE")
    file, codes = people(1, start=80), []

    def late() -> None:
        try:
            commit(lake, port, schema, file, base=first, change=Append())
        except LakeConflict as conflict:
            codes.append(conflict.troubles[0].code)

    metadata = home / "warehouse/customer/profiles/profiles_v1/metadata"
    written = len(list(metadata.glob("*.json")))
    thread = threading.Thread(target=late)
    thread.start()
    deadline = time.monotonic() + 20
    while len(list(metadata.glob("*.json"))) == written and time.monotonic() < deadline:
        time.sleep(0.01)
    holder.execute("UPDATE iceberg_tables SET metadata_location = ?", (rival,))
    holder.execute("COMMIT")
    holder.close()
    thread.join()
    assert codes == ["H424"]
    assert ids(outside()) == [0, 70]
