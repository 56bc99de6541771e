"""The ledger locked, gone, replaced or read-only, before a run and in the middle of one."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from hansa.ledger import LedgerGone
from hansa.model import ProductStatus, RunStatus
from hansa.run import StepBegan

LOCKED = """
import sqlite3, sys
connection = sqlite3.connect(f"{sys.argv[1]}/.hansa/ledger.db", isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.readline()
connection.execute("COMMIT")
"""


IMPATIENT = """
import dataclasses, os, sys
from pathlib import Path
from hansa.planning import planned
from hansa.lake import Lake
from hansa.ledger.opening import open_ledger
from hansa.run import run
from hansa.wiring import Workplace

def impatient(equipment, root):
    '''The same, but for how long it waits for locks.'''
    ledger = open_ledger("sqlite:///.hansa/ledger.db", root, patience=0.2)
    lake = Lake(f"sqlite:///{root}/.hansa/ledger.db", equipment.lake.warehouse, busy_seconds=0.2)
    return dataclasses.replace(equipment, ledger=ledger, lake=lake)
"""

MEETS_A_LOCK = (
    IMPATIENT
    + """
root, step = Path(sys.argv[1]), sys.argv[2]
met = []
def tell(event):
    if getattr(event, "step", "") == step and not met:
        met.append(event)
        print(step, flush=True)
        sys.stdin.readline()
with Workplace.open(root) as workplace:
    plan = planned(workplace, None, "prod", force=False)
    outcome = run(plan, workplace.compiled.mesh.fingerprint, impatient(workplace.equipment(), root), tell)
    print(outcome.status, *(p.reason for p in outcome.products), *outcome.troubles, flush=True)
    os._exit(0)  # Closing the last connection would wait for the lock as well.
"""
)


@contextmanager
def locked_by_another_process(shop: Any) -> Iterator[Any]:
    process = shop.in_another_process(LOCKED, stdin=-1)
    assert process.stdout.readline() == "locked\n"
    try:
        yield process
    finally:
        process.communicate("\n")


def impatient(equipment: Any, root: Path) -> Any:
    namespace: dict[str, Any] = {}
    exec(IMPATIENT, namespace)
    return namespace["impatient"](equipment, root)


def test_a_ledger_that_is_locked_from_the_start_stops_the_run_before_it_does_anything(shop: Any, seen: Any) -> None:
    shop.run()
    shop.version(2)
    before = shop.bytes("shop.orders")
    with locked_by_another_process(shop), pytest.raises(LedgerGone) as gone:
        shop.run(equipment=lambda equipment: impatient(equipment, shop.root))
    assert gone.value.code == "H451"
    assert "locked by another process" in gone.value.reason
    assert shop.bytes("shop.orders") == before
    assert shop.run().good
    assert seen(shop) == (2, 2, 2)


def test_a_ledger_that_is_locked_for_a_moment_is_waited_for(shop: Any) -> None:
    shop.run()
    shop.version(2)
    import threading

    with locked_by_another_process(shop) as process:
        timer = threading.Timer(1.0, lambda: (process.stdin.write("\n"), process.stdin.flush()))
        timer.start()
        assert shop.run().good
        timer.join()


@pytest.mark.parametrize("step", ["read", "commit", "publish", "show"])
def test_a_ledger_locked_in_the_middle_of_a_run_changes_nothing_by_halves(step: str, shop: Any, seen: Any, forks: Any) -> None:
    """In a process of its own, as a command is: its leases, which it could not give back, fall with it."""
    shop.run()
    shop.version(2)
    process = shop.in_another_process(MEETS_A_LOCK, step, stdin=-1)
    assert process.stdout.readline() == f"{step}\n", process.communicate()[1]
    with locked_by_another_process(shop):
        told, errors = process.communicate("\n")
    assert told.startswith(("failed", "interrupted")), errors
    assert "locked" in told

    found = seen(shop)
    assert found[0] == found[1] == (2 if step == "show" else 1)
    assert forks.run(shop) == 0
    assert seen(shop) == (2, 2, 2)
    with shop.open() as workplace:
        assert workplace.ledger.unfinished_runs() == ()
    for name, publication in shop.shown().items():
        assert set(shop.heads(str(name)).values()) == {p.snapshot for p in publication.ports}


def deleted(ledger: Path) -> None:
    for file in ledger.parent.glob("ledger.db*"):
        file.unlink()


def replaced_by_garbage(ledger: Path) -> None:
    deleted(ledger)
    ledger.write_bytes(b"not a database at all, but long enough to look at" * 100)


def replaced_by_an_empty_file(ledger: Path) -> None:
    deleted(ledger)
    ledger.touch()


@pytest.mark.parametrize("spoil", [deleted, replaced_by_garbage, replaced_by_an_empty_file])
@pytest.mark.parametrize("step", ["compute", "publish"])
def test_a_ledger_that_goes_away_in_the_middle_of_a_run_is_told_and_its_backup_is_whole(
    spoil: Callable[[Path], None], step: str, shop: Any, seen: Any, tmp_path: Path
) -> None:
    shop.run()
    shop.version(2)
    ledger, backup = shop.root / ".hansa/ledger.db", tmp_path / "backup.db"
    back_up(ledger, backup)
    spoilt: list[bool] = []

    def spoil_it(event: object) -> None:
        if isinstance(event, StepBegan) and event.step == step and not spoilt:
            spoilt.append(True)
            spoil(ledger)

    outcome = shop.run(tell=spoil_it)
    assert outcome.status is RunStatus.INTERRUPTED
    assert outcome.troubles
    orders = outcome.products[0]
    assert orders.status is ProductStatus.FAILED
    assert "ledger" in orders.reason
    deleted(ledger)
    shutil.copy(backup, ledger)
    assert seen(shop) == (1, 1, 1)
    assert shop.run().good
    assert seen(shop) == (2, 2, 2)


def test_garbage_in_place_of_the_ledger_is_refused_and_left_alone(shop: Any) -> None:
    shop.run()
    ledger = shop.root / ".hansa/ledger.db"
    replaced_by_garbage(ledger)
    garbage = ledger.read_bytes()
    with pytest.raises(LedgerGone) as gone:
        shop.run()
    assert gone.value.code == "H452"
    assert ledger.read_bytes() == garbage


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_a_read_only_ledger_is_refused(shop: Any) -> None:
    shop.run()
    (shop.root / ".hansa/ledger.db").chmod(0o444)
    with pytest.raises(LedgerGone) as gone:
        shop.run()
    assert gone.value.code == "H454"


def test_a_new_ledger_beside_an_old_warehouse_builds_anew_and_harms_nothing(shop: Any, seen: Any) -> None:
    shop.run()
    old = shop.bytes("shop.orders")
    deleted(shop.root / ".hansa/ledger.db")
    outcome = shop.run()
    assert outcome.good, [p.reason for p in outcome.products]
    assert seen(shop) == (1, 1, 1)
    assert all(Path(path).exists() for path in old)


def back_up(ledger: Path, to: Path) -> None:
    source, target = sqlite3.connect(ledger), sqlite3.connect(to)
    source.backup(target)
    source.close()
    target.close()
