"""Two runs at once: one publishes, the other is told; never are two publications made from one state."""

import dataclasses
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from hansa.model import ProductStatus
from hansa.names import parse_product
from hansa.run import StepBegan

# Waits for a line on stdin at the first event of a kind, so that a test says when a run goes on.
PAUSED = """
import sys
from pathlib import Path
from hansa.planning import planned
from hansa.model import RunStatus
from hansa.names import parse_product
from hansa.run import run
from hansa.wiring import Workplace
root, products, pause = Path(sys.argv[1]), sys.argv[2].split(), sys.argv[3]
def tell(event):
    if getattr(event, "step", type(event).__name__) == pause:
        print("paused", flush=True)
        sys.stdin.readline()
with Workplace.open(root) as workplace:
    plan = planned(workplace, frozenset(map(parse_product, products)) or None, "prod", force=False)
    print("planned", flush=True)
    sys.stdin.readline()
    outcome = run(plan, workplace.compiled.mesh.fingerprint, workplace.equipment(), tell, parallel=1)
    print("|".join(f"{p.name} {p.status} {p.reason}" for p in outcome.products), flush=True)
"""


def test_while_one_process_publishes_a_product_another_is_blocked(shop: Any, seen: Any) -> None:
    shop.run()
    shop.version(2)
    first = shop.in_another_process(PAUSED, "shop.orders", "compute", stdin=-1)
    assert first.stdout.readline() == "planned\n"
    tell_to_go_on(first)
    assert first.stdout.readline() == "paused\n"

    blocked = shop.run("shop.orders").products[0]

    assert blocked.status is ProductStatus.BLOCKED
    assert blocked.reason.startswith(f"H415 process {first.pid} on ")
    assert blocked.reason.endswith("run again when it is done")
    assert seen(shop) == (1, 1, 1)
    for _ in range(4):
        tell_to_go_on(first)
    told, errors = first.communicate()
    assert "shop.orders published" in told, errors
    assert len(history(shop, "shop.orders")) == 2
    assert shop.run().good
    assert seen(shop) == (2, 2, 2)


def test_a_plan_made_before_another_run_published_is_stale_and_publishes_nothing(shop: Any, seen: Any) -> None:
    shop.run()
    shop.version(2)
    late = shop.in_another_process(PAUSED, "shop.orders", "never", stdin=-1)
    assert late.stdout.readline() == "planned\n"
    assert shop.run().good
    told, errors = late.communicate("\n")
    assert "shop.orders blocked H411 it was published meanwhile" in told, errors
    assert len(history(shop, "shop.orders")) == 2
    assert seen(shop) == (2, 2, 2)


def test_a_pointer_moved_by_hand_in_the_middle_of_a_run_is_not_overrun(shop: Any, seen: Any) -> None:
    """A rollback takes no lease: what it decided stands, and the run learns of it when it publishes."""
    from hansa.publish import rollback
    from hansa.wiring import now

    shop.run()
    shop.version(2)
    shop.run()
    shop.version(3)

    def roll_back(event: object) -> None:
        if isinstance(event, StepBegan) and (event.step, str(event.product)) == ("publish", "shop.orders"):
            with shop.open() as w:
                orders = parse_product("shop.orders")
                rollback(orders, None, environment="prod", ledger=w.ledger, lake=w.lake, now=now(), actor="ada")

    failed, held = shop.run(tell=roll_back).products
    assert failed.status is ProductStatus.FAILED
    assert failed.reason.startswith("H411 it was published meanwhile")
    assert held.status is ProductStatus.HELD
    assert seen(shop) == (1, 1, 2)


def test_two_runs_of_different_products_both_succeed(stocked: Any) -> None:
    shop = stocked
    orders = shop.in_another_process(PAUSED, "shop.orders", "never", stdin=-1)
    items = shop.in_another_process(PAUSED, "stock.items", "never", stdin=-1)
    for process in (orders, items):
        assert process.stdout.readline() == "planned\n"
    for process in (orders, items):
        tell_to_go_on(process)
    assert "shop.orders published" in orders.communicate()[0]
    assert "stock.items published" in items.communicate()[0]
    assert {str(p) for p in shop.shown()} == {"shop.orders", "stock.items"}


def test_many_runs_at_once_make_one_publication_of_each_state(shop: Any, seen: Any) -> None:
    shop.run()
    shop.version(2)
    together = threading.Barrier(4)

    def at_once(_: int) -> Any:
        return shop.run(tell=lambda event: together.wait(30) if type(event).__name__ == "RunBegan" else None)

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(at_once, range(4)))
    became = sorted(str(o.products[0].status) for o in outcomes)
    assert became == ["blocked", "blocked", "blocked", "published"]
    assert len(history(shop, "shop.orders")) == 2
    assert shop.run().good
    assert seen(shop) == (2, 2, 2)


def test_a_lease_of_another_host_is_waited_out(shop: Any) -> None:
    """Whether a process of another machine lives, we cannot know."""
    from hansa.wiring import now

    with shop.open() as workplace:
        workplace.ledger.acquire("publish:prod:shop.orders", "elsewhere/1/1/x", now=now(), seconds=1000)
    blocked = shop.run("shop.orders").products[0]
    assert blocked.status is ProductStatus.BLOCKED
    assert "process 1 on elsewhere" in blocked.reason

    def later(equipment: Any) -> Any:
        import datetime as dt

        return dataclasses.replace(equipment, clock=lambda: now() + dt.timedelta(seconds=1001))

    assert shop.run("shop.orders", equipment=later).good


def history(shop: Any, name: str) -> Any:
    with shop.open() as workplace:
        return workplace.ledger.history(parse_product(name))


def tell_to_go_on(process: Any) -> None:
    process.stdin.write("\n")
    process.stdin.flush()
