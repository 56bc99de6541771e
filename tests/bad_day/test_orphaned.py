"""A product's folder deleted while its data is published: still readable, told everywhere, gone when it is withdrawn."""

import shutil
from typing import Any

import pytest

from hansa.catalog import states
from hansa.names import parse_product
from hansa.plan import Impact
from hansa.planning import planned
from hansa.publish import withdraw
from hansa.trouble import TroubleError
from hansa.wiring import now

ITEMS = parse_product("stock.items")


@pytest.fixture
def orphaned(stocked: Any) -> Any:
    assert stocked.run().good
    shutil.rmtree(stocked.root / "domains/stock")
    return stocked


def test_its_data_stays_readable_and_runs_and_collections_leave_it_alone(orphaned: Any) -> None:
    before = orphaned.bytes("stock.items")
    orphaned.version(2)
    assert orphaned.run().good
    orphaned.gc(keep=0)
    assert orphaned.bytes("stock.items") == before
    assert orphaned.read("SELECT item FROM stock.items ORDER BY 1") == [("apple",), ("pear",)]


def test_status_calls_it_orphaned_and_the_plan_a_breaking_removal(orphaned: Any) -> None:
    with orphaned.open() as workplace:
        mesh = workplace.compiled.mesh
        (state,) = (s for s in states(mesh, workplace.ledger, "prod", now()) if s.name == "stock.items")
        (removal,) = planned(workplace, None, "prod", force=False).changes
    assert (state.state, "hansa withdraw" in state.note) == ("orphaned", True)
    assert (removal.subject, removal.impact, removal.breaking) == ("stock.items", Impact.MAJOR, True)


def test_withdrawn_and_collected_it_is_gone_for_all_readers(orphaned: Any) -> None:
    with orphaned.open() as w:
        move = withdraw(ITEMS, environment="prod", ledger=w.ledger, lake=w.lake, now=now(), actor="ada")
    assert move.after is None
    assert list(orphaned.heads("stock.items").values()) == [None], "nor do other Iceberg readers see it"
    with pytest.raises(TroubleError, match=r"no data product `stock\.items` is published"):
        orphaned.read("SELECT * FROM stock.items")
    orphaned.gc(keep=0)
    assert orphaned.warehouse() == orphaned.published()
    assert not [p for p in (orphaned.root / ".hansa/warehouse/stock").rglob("*") if p.is_file()]
    assert orphaned.run().good


def test_a_reader_of_a_deleted_product_is_blocked_and_keeps_its_data(shop: Any) -> None:
    assert shop.run().good
    before = shop.bytes("finance.spend")
    shutil.rmtree(shop.root / "domains/shop")
    with shop.open() as workplace:
        plan = planned(workplace, None, "prod", force=False)
        assert [type(s).__name__ for s in plan.steps] == ["Block"]
    assert shop.bytes("finance.spend") == before
    assert shop.read("SELECT orders FROM finance.spend") == [(9,)]
