"""Faults of Hansa itself, and listeners that go away: one product's bad day is not the others'."""

import dataclasses
from typing import Any

import pytest

from hansa.engines import Materialisation
from hansa.model import Platform, ProductStatus, RunStatus


class Faulty:
    """The real engine, but for a fault when it is to write a table of one name."""

    def __init__(self, engine: Any, name: str, fault: BaseException) -> None:
        self._engine, self._name, self._fault = engine, name, fault

    def materialise(self, work: Materialisation, cancellation: Any = None) -> Any:
        if self._name in str(work.target):
            raise self._fault
        return self._engine.materialise(work, cancellation)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)


def with_fault(name: str, fault: BaseException) -> Any:
    def change(equipment: Any) -> Any:
        def engine(platform: Platform) -> Any:
            return Faulty(equipment.engine(platform), name, fault)

        return dataclasses.replace(equipment, engine=engine)

    return change


@pytest.mark.parametrize("fault", [KeyError("nobody thought of this"), AssertionError(), RecursionError(), MemoryError()])
def test_a_fault_of_ours_in_one_product_fails_that_one_and_is_written_down(fault: BaseException, stocked: Any) -> None:
    outcome = stocked.run(equipment=with_fault("shop/orders", fault))
    became = {str(p.name): p for p in outcome.products}
    assert became["stock.items"].status is ProductStatus.PUBLISHED
    assert became["finance.spend"].status is ProductStatus.HELD
    failed = became["shop.orders"]
    assert failed.status is ProductStatus.FAILED
    assert failed.reason.startswith(f"H410 Hansa itself failed: {type(fault).__name__}")
    assert "report it" in failed.reason
    (crash,) = (stocked.root / ".hansa/crashes").glob("*-shop.orders.txt")
    assert "Traceback" in crash.read_text()
    assert str(crash) in failed.reason
    with stocked.open() as workplace:
        assert workplace.ledger.runs()[0].status is RunStatus.FAILED
        assert workplace.ledger.unfinished_runs() == ()
    assert stocked.run().good


def test_a_fault_that_cannot_be_written_down_is_told_on_stderr(stocked: Any, capsys: pytest.CaptureFixture[str]) -> None:
    crashes = stocked.root / ".hansa/crashes"
    crashes.parent.mkdir()
    crashes.write_text("a file where a folder should be")
    stocked.run(equipment=with_fault("shop/orders", KeyError("nobody thought of this")))
    assert "nobody thought of this" in capsys.readouterr().err


def test_a_listener_that_went_away_stops_no_publication(stocked: Any) -> None:
    def gone(event: object) -> None:
        raise BrokenPipeError

    assert stocked.run(tell=gone).good


def test_a_listener_with_a_fault_stops_no_publication_and_is_told_of(stocked: Any, capsys: pytest.CaptureFixture[str]) -> None:
    def faulty(event: object) -> None:
        raise KeyError("nobody thought of this")

    assert stocked.run(tell=faulty).good
    told = capsys.readouterr().err
    assert told.count("their listener failed") == 1
    assert "nobody thought of this" in told
