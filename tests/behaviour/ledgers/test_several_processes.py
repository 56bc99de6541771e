"""What several processes do to one ledger."""

import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections import Counter
from pathlib import Path

import pytest
from tests.behaviour.ledgers.records import PROFILES, SHARED, a_run, everything, publish

from hansa.ledger import (
    RunStarted,
)
from hansa.ledger.opening import open_ledger
from hansa.ledger.verifying import verify
from hansa.model import (
    RunStatus,
)

# What several processes do to one database. Each child gets the address and its name as arguments and these words first.
_CHILD = """
import datetime as dt, sys, time
from pathlib import Path
from hansa.ledger import *
from hansa.ledger.opening import open_ledger
from hansa.model import *
from hansa.names import ProductName
url, root, me = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
PROFILES = ProductName("customer", "profiles")
F = Fingerprint("f")
def publication():
    return Publication(PROFILES, "prod", RunId("r1"), NOW, F, F, F, ())
def wait_for_start():
    (root / f"ready-{me}").touch()
    while not (root / "go").exists():
        time.sleep(0.001)
"""


def child(url: str, root: Path, name: str, script: str) -> "subprocess.Popen[str]":
    words = _CHILD + textwrap.dedent(script)
    return subprocess.Popen([sys.executable, "-c", words, url, str(root), name], stdout=subprocess.PIPE, text=True)


def race(url: str, root: Path, script: str) -> dict[str, list[str]]:
    """Run a script in two processes from one moment on; the lines that each printed."""
    racers = {name: child(url, root, name, script) for name in ("ada", "bob")}
    while not all((root / f"ready-{name}").exists() or racer.poll() is not None for name, racer in racers.items()):
        time.sleep(0.01)
    (root / "go").touch()
    lines = {name: racer.communicate(timeout=60)[0].split() for name, racer in racers.items()}
    assert {racer.returncode for racer in racers.values()} == {0}
    return lines


@pytest.mark.parametrize("url", SHARED.values(), ids=SHARED)
class TestSeveralProcesses:
    def test_of_two_that_want_a_lease_exactly_one_gets_it(self, url: str, tmp_path: Path) -> None:
        script = """
        ledger = open_ledger(url, root)
        wait_for_start()
        for number in range(40):
            if ledger.acquire(f"k{number}", me, now=NOW, seconds=30):
                print(number)
        """
        got = race(url, tmp_path, script)
        assert sorted(map(int, got["ada"] + got["bob"])) == list(range(40))

    def test_of_two_that_publish_over_the_same_version_exactly_one_wins(self, url: str, tmp_path: Path) -> None:
        ledger = open_ledger(url, tmp_path)
        ledger.apply([RunStarted(a_run())])
        script = """
        ledger = open_ledger(url, root)
        wait_for_start()
        seen = None
        for _ in range(40):
            current = ledger.current(PROFILES, "prod")
            try:
                (done,) = ledger.apply([Published(publication())], [PointerIs(PROFILES, "prod", current and current.id)])
                print(done.version)
            except Conflict as conflict:
                assert conflict.found != (current and current.id)
        """
        won = race(url, tmp_path, script)
        versions = sorted(map(int, won["ada"] + won["bob"]))
        assert versions == list(range(1, len(versions) + 1))
        # Each version was published over the one before it: no publication was lost under another.
        moves = ledger.moves(PROFILES, "prod")[::-1]
        assert [m.before for m in moves] == [None, *(m.after for m in moves[:-1])]
        assert len(moves) == len(versions)
        ledger.close()

    def test_two_that_open_a_fresh_database_at_once_both_can_use_it(self, url: str, tmp_path: Path) -> None:
        script = """
        wait_for_start()
        ledger = open_ledger(url, root)
        ledger.apply([RunStarted(Run(RunId(me), "prod", NOW, F))])
        """
        race(url, tmp_path, script)
        with contextlib.closing(open_ledger(url, tmp_path)) as ledger:
            assert {run.id for run in ledger.runs()} == {"ada", "bob"}

    def test_one_killed_in_the_middle_of_a_write_leaves_the_old_state_and_no_lock(self, url: str, tmp_path: Path) -> None:
        ledger = open_ledger(url, tmp_path)
        ledger.apply([RunStarted(a_run())])
        first = publish(ledger)
        before = everything(ledger)
        script = """
        class Stalling(list):
            passes = 0
            def __iter__(self):
                self.passes += 1
                for change in super().__iter__():
                    yield change
                    if self.passes == 2: # the first pass only looks at the changes, the second records them
                        print("written", flush=True)
                        time.sleep(60)
        open_ledger(url, root).apply(Stalling([Published(publication()), RunEnded(RunId("r1"), RunStatus.FAILED, NOW)]))
        """
        killed = child(url, tmp_path, "ada", script)
        assert killed.stdout is not None
        assert killed.stdout.readline() == "written\n"
        assert everything(ledger) == before
        os.kill(killed.pid, signal.SIGKILL)
        killed.communicate()
        assert everything(ledger) == before
        assert publish(ledger).version == first.version + 1
        ledger.close()

    def test_one_killed_at_any_moment_leaves_each_write_whole(self, url: str, tmp_path: Path) -> None:
        script = """
        ledger = open_ledger(url, root)
        for number in range(10_000):
            run = RunId(f"r{number}")
            results = tuple(CheckResult(f"c{i}", "s", "", "k", CheckStatus.PASS) for i in range(20))
            ledger.apply([
                RunStarted(Run(run, "prod", NOW, F)),
                ChecksRecorded(run, PROFILES, results),
                Published(Publication(PROFILES, "prod", run, NOW, F, F, F, ())),
                RunEnded(run, RunStatus.SUCCEEDED, NOW),
            ])
            print(number, flush=True)
        """
        killed = child(url, tmp_path, "ada", script)
        assert killed.stdout is not None
        for _ in range(25):
            killed.stdout.readline()
        os.kill(killed.pid, signal.SIGKILL)
        told = 25 + len(killed.communicate()[0].split())
        with contextlib.closing(open_ledger(url, tmp_path)) as ledger:
            runs = ledger.runs(limit=10_000)
            assert len(runs) in (told, told + 1)
            assert {run.status for run in runs} == {RunStatus.SUCCEEDED}
            assert all(len(ledger.checks(run.id, PROFILES)) == 20 for run in runs)
            assert [p.run for p in ledger.history(PROFILES)] == [run.id for run in runs]
            assert len(ledger.events(limit=30_000)) == 3 * len(runs)

    def test_two_that_record_reads_at_once_keep_one_chain(self, url: str, tmp_path: Path) -> None:
        script = """
        ledger = open_ledger(url, root)
        wait_for_start()
        for number in range(100):
            ledger.apply([ReadsRecorded((ReadRecord(f"{me}{number}", NOW, ReadOutcome.BEGUN, me),) * 2)])
        """
        race(url, tmp_path, script)
        with contextlib.closing(open_ledger(url, tmp_path)) as ledger:
            assert verify(ledger).whole
            entries = ledger.audit_log()
            assert [entry.serial for entry in entries] == list(range(1, 401))
            assert Counter(entry.record.principal for entry in entries) == {"ada": 200, "bob": 200}

    def test_a_log_can_be_verified_while_others_write_on(self, url: str, tmp_path: Path) -> None:
        script = """
        ledger = open_ledger(url, root)
        for number in range(100_000):
            ledger.apply([ReadsRecorded((ReadRecord(f"{me}{number}", NOW, ReadOutcome.BEGUN, me),))])
            if number == 10:
                print("begun", flush=True)
        """
        writer = child(url, tmp_path, "ada", script)
        assert writer.stdout is not None
        assert writer.stdout.readline() == "begun\n"
        with contextlib.closing(open_ledger(url, tmp_path)) as ledger:
            found = [verify(ledger) for _ in range(20)]
            os.kill(writer.pid, signal.SIGKILL)
            writer.communicate()
            assert [f.reason for f in (*found, verify(ledger))] == [""] * 21
            assert found[-1].entries > found[0].entries
