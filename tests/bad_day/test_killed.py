"""`kill -9` at every step boundary, and at any other moment: consumers see all old ports or all new ones."""

import random
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest

from hansa.model import ProductStatus, RunStatus

Seen = Callable[[Any], tuple[int, int, int]]

EVENTS = 36
"""Every event of a run that publishes new versions of both products; `test_these_are_all_its_events` keeps it true."""

# The boundaries about commit, publish and show, where a mix could come from, are tried in quick runs too.
QUICK = (1, 8, 13, 14, 15, 16, 17, 18, 19, 20, 36)


def test_these_are_all_its_events(shop: Any) -> None:
    shop.run()
    shop.version(2)
    events: list[object] = []
    assert shop.run(tell=events.append).good
    assert len(events) == EVENTS


@pytest.mark.parametrize("n", [n if n in QUICK else pytest.param(n, marks=pytest.mark.slow) for n in range(1, EVENTS + 1)])
def test_a_run_killed_at_an_event_shows_whole_versions_and_the_next_repairs_it(
    n: int, standing_shop: Any, forks: Any, seen: Seen
) -> None:
    shop = standing_shop
    if not shop.shown():
        assert forks.run(shop) == 0
    orders, totals, spend = seen(shop)
    assert orders == totals == spend
    shop.version(orders + 1)

    assert forks.run(shop, killed_at=n) == -signal.SIGKILL

    after = seen(shop)
    assert after[0] == after[1], "ports of one product show two versions"
    assert set(after) <= {orders, orders + 1}
    assert forks.run(shop) == 0
    assert seen(shop) == (orders + 1,) * 3
    repaired(shop)


def repaired(shop: Any) -> None:
    """Nothing is under way, heads stand where pointers do, and a collection leaves just what is published."""
    with shop.open() as workplace:
        assert workplace.ledger.unfinished_runs() == ()
        assert not list((shop.root / ".hansa/landing").glob("*"))
    for name, publication in shop.shown().items():
        assert set(shop.heads(str(name)).values()) == {p.snapshot for p in publication.ports}
    shop.gc(keep=0)
    assert shop.warehouse() == shop.published()


def test_the_killed_run_is_recorded_as_interrupted_and_its_lease_is_not_waited_for(shop: Any, forks: Any) -> None:
    assert forks.run(shop, killed_at=5) == -signal.SIGKILL
    started = time.monotonic()
    assert shop.run().good
    assert time.monotonic() - started < 30
    with shop.open() as workplace:
        newest, killed = workplace.ledger.runs()
    assert (newest.status, killed.status) == (RunStatus.SUCCEEDED, RunStatus.INTERRUPTED)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_a_run_killed_from_outside_at_any_moment_shows_whole_versions(seed: int, standing_shop: Any, seen: Seen) -> None:
    shop = standing_shop
    shop.run()
    before = seen(shop)[0]
    shop.version(before + 1)
    process = shop.in_another_process(RUN)
    assert process.stdout.readline().strip() == "ready"
    time.sleep(random.Random(seed).uniform(0, 0.8))
    process.kill()
    process.communicate()

    after = seen(shop)
    assert after[0] == after[1]
    assert set(after) <= {before, before + 1}
    outcome = shop.run()
    assert all(p.status in (ProductStatus.PUBLISHED, ProductStatus.UNCHANGED) for p in outcome.products)
    assert seen(shop) == (before + 1,) * 3
    repaired(shop)


RUN = """
import sys
from hansa.planning import planned
from hansa.run import run
from hansa.wiring import Workplace
import hansa.lake.tables, hansa.engines.duckdb, hansa.ledger.sql
from pathlib import Path
with Workplace.open(Path(sys.argv[1])) as workplace:
    plan = planned(workplace, None, "prod", force=False)
    print("ready", flush=True)
    run(plan, workplace.compiled.mesh.fingerprint, workplace.equipment(), lambda event: None)
"""
