"""A clock that steps back, or leaps: leases stay exclusive, and what was published later counts as later."""

import dataclasses
import datetime as dt
from typing import Any

from hansa.model import ProductStatus
from hansa.names import parse_product
from hansa.publish import promote, rollback
from hansa.run import StepBegan
from hansa.wiring import now

DAY = dt.timedelta(days=1)
ORDERS = parse_product("shop.orders")


class Clock:
    """A clock that a test sets by hand."""

    def __init__(self) -> None:
        self.offset = dt.timedelta(0)

    def __call__(self) -> dt.datetime:
        return now() + self.offset

    def on(self, equipment: Any) -> Any:
        return dataclasses.replace(equipment, clock=self)


def test_a_clock_that_stepped_back_between_runs_changes_nothing_that_consumers_see(shop: Any, seen: Any) -> None:
    clock = Clock()
    assert shop.run(equipment=clock.on).good
    clock.offset = -DAY
    shop.version(2)
    assert shop.run(equipment=clock.on).good
    assert seen(shop) == (2, 2, 2)
    with shop.open() as workplace:
        newest, oldest = workplace.ledger.history(ORDERS)
        assert newest.created < oldest.created
        assert workplace.ledger.runs()[0].id == newest.run
        rollback(ORDERS, None, environment="prod", ledger=workplace.ledger, lake=workplace.lake, now=now(), actor="ada")
    assert seen(shop)[0] == 1, "the one before is the one that was published before, not the one with the earlier time"


def test_a_clock_that_steps_back_in_the_middle_of_a_run_keeps_its_lease(shop: Any, seen: Any) -> None:
    shop.run()
    shop.version(2)
    clock = Clock()
    others: list[ProductStatus] = []

    def step_back(event: object) -> None:
        if isinstance(event, StepBegan) and (event.step, event.product) == ("audit", ORDERS) and not others:
            clock.offset = -DAY
            others.append(shop.run("shop.orders").products[0].status)

    assert shop.run(tell=step_back, equipment=clock.on).good
    assert set(others) == {ProductStatus.BLOCKED}
    assert seen(shop) == (2, 2, 2)


def test_a_clock_that_leaps_ahead_loses_the_lease_and_publishes_nothing(shop: Any, seen: Any) -> None:
    shop.run()
    shop.version(2)
    clock = Clock()

    def leap(event: object) -> None:
        if isinstance(event, StepBegan) and event.step == "publish":
            clock.offset = DAY

    orders = shop.run(tell=leap, equipment=clock.on).products[0]
    assert orders.status is ProductStatus.FAILED
    assert orders.reason.startswith("H412 its lease was lost")
    assert seen(shop) == (1, 1, 1)
    assert shop.run().good
    assert seen(shop) == (2, 2, 2)


def test_promotion_goes_by_the_order_of_publishing_and_not_by_the_clock(shop: Any, seen: Any) -> None:
    """What the other environment published later is promoted, though a clock that stepped back says that it is older."""
    shop.run()
    clock = Clock()
    clock.offset = -DAY
    shop.version(2)
    assert shop.run(env="pr-17", equipment=clock.on).good
    with shop.open() as w:
        moves = promote("pr-17", ledger=w.ledger, lake=w.lake, now=now(), actor="ada")
    assert len(moves) == 2
    assert seen(shop) == (2, 2, 2)
