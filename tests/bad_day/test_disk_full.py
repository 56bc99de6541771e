"""A disk that is full: while a product is computed, while it is committed, while the ledger is written."""

import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hansa.model import ProductStatus
from hansa.run import StepBegan

MEGABYTE = 1 << 20

pytestmark = pytest.mark.skipif(os.geteuid() != 0 or shutil.which("mount") is None, reason="mounting a small disk takes root")


@pytest.fixture
def small_disk(shop: Any) -> Iterator[Path]:
    """The mesh's own folder of state on a disk of 8 MB."""
    state = shop.root / ".hansa"
    state.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "small", str(state)], check=False)
    if mounted.returncode:
        pytest.skip("no small disk can be mounted here")
    yield state
    subprocess.run(["umount", "-l", str(state)], check=True)


def fill(disk: Path, leaving: int = 0) -> Path:
    """Fill a disk but for some bytes."""
    ballast = disk / "ballast"
    with ballast.open("ab") as file:
        while (free := free_bytes(disk)) > leaving:
            try:
                file.write(bytes(min(free - leaving, MEGABYTE)))
                file.flush()
            except OSError:
                break
    return ballast


def free_bytes(disk: Path) -> int:
    status = os.statvfs(disk)
    return status.f_bavail * status.f_frsize


def test_a_disk_that_fills_while_computing_fails_the_product_with_what_to_do(shop: Any, seen: Any, small_disk: Path) -> None:
    shop.run()
    before = shop.bytes("shop.orders")
    shop.orders("SELECT range AS id, md5(range::VARCHAR) AS customer, 2::BIGINT AS total FROM range(1000000)")

    orders, spend = shop.run().products

    assert orders.status is ProductStatus.FAILED
    assert orders.reason.startswith("H407 no space left")
    assert "free space on that disk" in orders.reason
    assert spend.status is ProductStatus.HELD
    assert shop.bytes("shop.orders") == before
    assert shop.warehouse() == shop.published(), "the half-written files are gone at once"
    shop.version(2)
    assert shop.run().good
    assert seen(shop) == (2, 2, 2)


@pytest.mark.parametrize("step", ["compute", "audit", "commit", "publish", "show"])
def test_a_disk_that_is_full_from_a_step_on_leaves_whole_versions(step: str, shop: Any, seen: Any, small_disk: Path) -> None:
    shop.run()
    before = shop.bytes("shop.orders")
    shop.version(2)
    filled: list[Path] = []

    def fill_it(event: object) -> None:
        if isinstance(event, StepBegan) and event.step == step and not filled:
            filled.append(fill(small_disk))

    outcome = shop.run(tell=fill_it)

    orders = outcome.products[0]
    assert "space" in " ".join([p.reason for p in outcome.products] + [str(t) for t in outcome.troubles]), outcome
    (small_disk / "ballast").unlink()  # every read is on record, which takes room
    found = seen(shop)
    assert found[0] == found[1]
    if orders.status is not ProductStatus.PUBLISHED:
        assert shop.bytes("shop.orders") == before
    assert shop.run().good, "what the run could not give back is not waited for"
    assert seen(shop) == (2, 2, 2)
    shop.gc(keep=0)
    assert shop.warehouse() == shop.published()
    with shop.open() as workplace:
        assert workplace.ledger.unfinished_runs() == ()


def test_a_disk_without_room_for_a_failed_audit_keeps_its_verdict(shop: Any, small_disk: Path) -> None:
    """Failing to put the rows aside must not hide why the batch was refused."""
    shop.run()
    shop.orders("SELECT range AS id, 'c' AS customer, -1::BIGINT AS total FROM range(9)")

    def fill_it(event: object) -> None:
        if isinstance(event, StepBegan) and event.step == "quarantine":
            fill(small_disk)

    orders = shop.run(tell=fill_it).products[0]
    assert orders.status is ProductStatus.FAILED
    assert "checks failed" in orders.reason
    assert orders.failures


def test_a_limit_on_the_size_of_files_is_told_as_a_full_disk(shop: Any, seen: Any) -> None:
    """As a quota would be: EFBIG instead of ENOSPC, in a process of its own."""
    shop.run()
    shop.orders("SELECT range AS id, md5(range::VARCHAR) AS customer, 2::BIGINT AS total FROM range(200000)")
    process = shop.in_another_process(LIMITED, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (MEGABYTE, MEGABYTE)))
    told, errors = process.communicate()
    assert told.startswith("failed H4"), (told, errors)
    assert "large" in told.lower() or "space" in told
    assert seen(shop) == (1, 1, 1)


LIMITED = """
import signal, sys
from pathlib import Path
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from hansa.planning import planned
from hansa.run import run
from hansa.wiring import Workplace
with Workplace.open(Path(sys.argv[1])) as workplace:
    plan = planned(workplace, None, "prod", force=False)
    outcome = run(plan, workplace.compiled.mesh.fingerprint, workplace.equipment(), lambda event: None)
    print(outcome.products[0].status, outcome.products[0].reason)
"""
