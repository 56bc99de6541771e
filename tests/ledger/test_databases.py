"""Bad days of the ledger's file: each ends as `LedgerGone` with one line, and nothing half written."""

import datetime as dt
import os
import sqlite3
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import pytest

from hansa.ledger import Ledger, LedgerGone, ReadsRecorded, RunStarted
from hansa.ledger.opening import open_ledger
from hansa.ledger.verifying import verify
from hansa.model import Fingerprint, ReadOutcome, ReadRecord, Run, RunId

URL = "sqlite:///ledger.db"
NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
NOBODY = 65534


def a_run(id_: str = "r1", mesh: str = "m") -> Run:
    return Run(RunId(id_), "prod", NOW, Fingerprint(mesh))


def a_read(query: str = "q1", principal: str = "ada") -> ReadsRecorded:
    return ReadsRecorded((ReadRecord(query, NOW, ReadOutcome.BEGUN, principal),))


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = open_ledger(URL, tmp_path, patience=0.2)
    opened.apply([RunStarted(a_run())])
    yield opened
    opened.close()


def test_a_lock_held_for_too_long_is_told_and_reading_goes_on(ledger: Ledger, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        begin = time.monotonic()
        with pytest.raises(LedgerGone, match="locked") as raised:
            ledger.apply([RunStarted(a_run("r2"))])
        assert 0.15 < time.monotonic() - begin < 5
        assert raised.value.code == "H451"
        assert [run.id for run in ledger.runs()] == ["r1"]
        other.execute("ROLLBACK")
    ledger.apply([RunStarted(a_run("r2"))])


def test_a_lock_that_is_given_back_in_time_is_waited_for(tmp_path: Path) -> None:
    with closing(open_ledger(URL, tmp_path)) as ledger:
        other = sqlite3.connect(tmp_path / "ledger.db", isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        timer = threading.Timer(0.3, other.execute, ["COMMIT"])
        timer.start()
        ledger.apply([RunStarted(a_run())])
        timer.join()
        other.close()
        assert ledger.run(RunId("r1")) == a_run()


def test_a_deleted_file_is_noticed_and_no_new_one_is_made_in_its_place(ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "ledger.db").unlink()
    changes = (RunStarted(a_run("r2")), a_read())
    calls: list[Callable[[], object]] = [ledger.runs, ledger.last_event, ledger.last_step]
    calls.extend(partial(ledger.apply, [change]) for change in changes)
    for call in calls:
        with pytest.raises(LedgerGone, match="is gone") as raised:
            call()
        assert raised.value.code == "H450"
    assert not (tmp_path / "ledger.db").exists()


def test_a_file_that_was_replaced_is_noticed(ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    open_ledger(URL, tmp_path / "other").close()
    (tmp_path / "other/ledger.db").rename(tmp_path / "ledger.db")
    for call in (ledger.runs, ledger.last_event, lambda: ledger.apply([a_read()])):
        with pytest.raises(LedgerGone, match="replaced"):
            call()


def test_reads_wait_for_the_locks_of_others_as_any_write_does(ledger: Ledger, tmp_path: Path) -> None:
    ledger.apply([a_read()])
    with closing(sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerGone, match="locked") as raised:
            ledger.apply([a_read("q2")])
        assert raised.value.code == "H451"
        assert ledger.last_event() == 1
        assert ledger.last_step() == 0
        other.execute("ROLLBACK")
    ledger.apply([a_read("q2")])
    assert [entry.record.query for entry in ledger.audit_log()] == ["q1", "q2"]


@pytest.mark.parametrize("together", [False, True])
def test_reads_that_cannot_be_put_behind_the_last_one_leave_nothing_behind(
    ledger: Ledger, tmp_path: Path, together: bool
) -> None:
    """Alone they go past SQLAlchemy, together with another change through it: either way all or nothing."""
    ledger.apply([a_read("q1"), a_read("q2")])
    with closing(sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)) as other:
        other.execute("UPDATE audit_head SET serial = 1")
        with pytest.raises(LedgerGone) as raised:
            ledger.apply([RunStarted(a_run("r2")), a_read("q3")] if together else [a_read("q3")])
        assert raised.value.code == "H457"
        other.execute("UPDATE audit_head SET serial = 2")
    assert [run.id for run in ledger.runs()] == ["r1"]
    ledger.apply([RunStarted(a_run("r2")), a_read("q3")] if together else [a_read("q3")])
    assert [entry.record.query for entry in ledger.audit_log()] == ["q1", "q2", "q3"]
    assert verify(ledger).whole


@pytest.mark.parametrize("content", [b"just notes\n" * 1000, b"\0" * 8192, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "ledger.db").write_bytes(content)
    with pytest.raises(LedgerGone) as raised:
        open_ledger(URL, tmp_path)
    assert raised.value.code == "H452"
    assert (tmp_path / "ledger.db").read_bytes() == content


def test_a_folder_that_cannot_be_made_or_opened_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "ledger.db").mkdir()
    for url in ("sqlite:///file/ledger.db", URL):
        with pytest.raises(LedgerGone, match="cannot be opened") as raised:
            open_ledger(url, tmp_path)
        assert raised.value.code == "H450"


@contextmanager
def as_nobody() -> Iterator[None]:
    """Rights bind everybody but root; when root runs the tests, this block runs as nobody."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@pytest.mark.parametrize("patience", [0.1])
def test_a_read_only_ledger_is_told(patience: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        open_ledger(URL, root).close()
        (root / "ledger.db").chmod(0o444)
        root.chmod(0o555)
        with as_nobody(), pytest.raises(LedgerGone) as raised:
            open_ledger(URL, root, patience=patience).apply([RunStarted(a_run())])
        root.chmod(0o755)
        assert raised.value.code == "H454"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 1 MB, where the test's user may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", folder], capture_output=True, check=False)
    if mounted.returncode != 0:
        pytest.skip("mounting a small file system is not allowed here")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_full_disk_is_told_and_leaves_whole_writes_only(small_disk: Path) -> None:
    with closing(open_ledger(URL, small_disk)) as ledger:
        written: list[int] = []

        def fill() -> None:
            for number in range(1000):
                ledger.apply([RunStarted(a_run(f"{name}{number}", "x" * 10_000)) for name in "rs"])
                written.append(number)

        with pytest.raises(LedgerGone) as raised:
            fill()
        assert raised.value.code == "H455"
        assert written
        assert len(ledger.runs(limit=10_000)) == 2 * len(written)


def test_a_full_disk_leaves_a_whole_chain_of_reads(small_disk: Path) -> None:
    with closing(open_ledger(URL, small_disk)) as ledger:
        written: list[int] = []

        def fill() -> None:
            for number in range(10_000):
                ledger.apply([a_read(f"q{number}", "x" * 5_000)])
                written.append(number)

        with pytest.raises(LedgerGone) as raised:
            fill()
        assert raised.value.code == "H455"
        found = verify(ledger)
        assert (found.whole, found.entries) == (True, len(written))
        assert written


def test_no_room_in_the_database_is_told(tmp_path: Path) -> None:
    """The same trouble where no disk can be filled: a database that may not grow."""
    from hansa.ledger.databases import SqliteDatabase
    from hansa.ledger.sql import SqlLedger

    with closing(SqlLedger(SqliteDatabase(tmp_path / "ledger.db"))) as ledger:
        with ledger._database.reading() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 40")
        with pytest.raises(LedgerGone, match="no space is left") as raised:
            ledger.apply([RunStarted(a_run(f"r{number}", "x" * 10_000)) for number in range(100)])
        assert raised.value.code == "H455"
        assert ledger.runs() == ()


def test_many_threads_read_and_write_at_once(tmp_path: Path) -> None:
    troubles: list[BaseException] = []
    with closing(open_ledger(URL, tmp_path)) as ledger:

        def work(name: int) -> None:
            try:
                for number in range(10):
                    ledger.apply([RunStarted(a_run(f"r{name}-{number}"))])
                    assert ledger.run(RunId(f"r{name}-{number}")) is not None
                    ledger.apply([a_read(f"q{name}-{number}")])
                    assert 0 < ledger.last_event() <= 120
            except BaseException as error:  # noqa: BLE001 - told to the test's own thread
                troubles.append(error)

        threads = [threading.Thread(target=work, args=(name,)) for name in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert troubles == []
        assert len(ledger.runs(limit=1000)) == 120
        assert (verify(ledger).whole, verify(ledger).entries) == (True, 120)
