"""Environments, promotion, rollback and withdrawal: pointers over the same files."""

from typing import Any

import pytest

from hansa.model import ProductStatus
from hansa.names import parse_product
from hansa.publish import Move, promote, rollback, visible, withdraw
from hansa.trouble import TroubleError
from hansa.wiring import now

ORDERS = parse_product("shop.orders")
SPEND = "SELECT total FROM finance.spend"


def test_an_environment_shows_what_it_built_and_otherwise_what_the_default_one_shows(shop: Any, seen: Any) -> None:
    shop.run()
    before = shop.bytes("shop.orders"), shop.heads("shop.orders")
    shop.version(2)
    assert shop.run("shop.orders", env="pr-17").good
    assert shop.read("SELECT max(total) FROM shop.orders.orders", "pr-17") == [(2,)]
    assert shop.read(SPEND, "pr-17") == [(1,)]
    assert seen(shop) == (1, 1, 1)
    assert (shop.bytes("shop.orders"), shop.heads("shop.orders")) == before
    (orders,) = (p for p in shop.shown("pr-17").values() if p.environment == "pr-17")
    assert set(shop.heads("shop.orders", "pr-17").values()) == {p.snapshot for p in orders.ports}
    assert shop.run(env="pr-17").good
    assert shop.read(SPEND, "pr-17") == [(2,)], "within an environment, readers read its own versions"
    assert seen(shop) == (1, 1, 1)


def test_nothing_is_built_in_an_environment_that_the_default_one_shows_already(shop: Any) -> None:
    shop.run()
    assert [p.status for p in shop.run(env="pr-17").products] == [ProductStatus.UNCHANGED] * 2
    with shop.open() as workplace:
        assert workplace.ledger.currents("pr-17") == ()


def test_promotion_moves_everything_in_one_transaction(shop: Any, seen: Any) -> None:
    shop.run()
    shop.version(2)
    shop.run(env="pr-17")
    with shop.open() as workplace:
        before = len(workplace.ledger.events())
    moves = promoted(shop)
    assert {str(m.product) for m in moves} == {"shop.orders", "finance.spend"}
    assert seen(shop) == (2, 2, 2)
    for name, publication in shop.shown().items():
        assert set(shop.heads(str(name)).values()) == {p.snapshot for p in publication.ports}
    with shop.open() as workplace:
        assert len(workplace.ledger.events()) == before + 2
        assert {m.at for p in shop.shown() for m in workplace.ledger.moves(p, "prod")[:1]} == {moved_at(shop)}
    assert [p.status for p in shop.run().products] == [ProductStatus.UNCHANGED] * 2
    assert promoted(shop) == ()


def test_promotion_is_refused_whole_when_the_default_environment_moved_on(shop: Any, seen: Any) -> None:
    shop.run()
    shop.version(2)
    shop.run(env="pr-17")
    shop.version(3)
    shop.run("shop.orders")
    with pytest.raises(TroubleError) as refused:
        promoted(shop)
    assert refused.value.troubles[0].code == "H473"
    assert "shop.orders" in refused.value.troubles[0].summary
    assert seen(shop) == (3, 3, 1), "nothing at all was promoted"


def test_rollback_returns_to_what_was_shown_before_even_when_that_was_promoted(shop: Any, seen: Any) -> None:
    shop.run()
    shop.version(2)
    shop.run(env="pr-17")
    promoted(shop)
    shop.version(3)
    shop.run()
    rolled_back(shop)
    assert seen(shop) == (2, 2, 3)
    rolled_back(shop)
    assert seen(shop) == (1, 1, 3)
    with pytest.raises(TroubleError) as refused:
        rolled_back(shop)
    assert refused.value.troubles[0].code == "H474"


def test_a_version_of_the_environment_itself_is_meant_before_a_promoted_one(shop: Any, seen: Any) -> None:
    shop.run()
    shop.version(2)
    shop.run(env="pr-17")
    promoted(shop)
    shop.version(3)
    shop.run()
    with shop.open() as workplace:
        assert [(p.environment, p.version) for p in workplace.ledger.history(ORDERS)] == [("prod", 2), ("pr-17", 1), ("prod", 1)]
    rolled_back(shop, 1)
    assert seen(shop)[0] == 1


def test_after_a_rollback_the_same_data_does_not_come_back_by_itself(shop: Any, seen: Any) -> None:
    shop.run()
    shop.version(2)
    shop.run()
    rolled_back(shop)
    orders = shop.run().products[0]
    assert (orders.status, "rolled back" in orders.reason) == (ProductStatus.UNCHANGED, True)
    assert seen(shop)[:2] == (1, 1)
    assert shop.run("shop.orders", force=True).good
    assert seen(shop)[:2] == (2, 2)


def test_new_data_is_built_after_a_rollback(shop: Any, seen: Any) -> None:
    shop.run()
    shop.version(2)
    shop.run()
    rolled_back(shop)
    shop.version(3)
    assert shop.run().good
    assert seen(shop) == (3, 3, 3)


def test_a_withdrawn_environment_shows_the_default_one_again(shop: Any) -> None:
    shop.run()
    shop.version(2)
    shop.run(env="pr-17")
    with shop.open() as w:
        for product in shop.shown():
            withdraw(product, environment="pr-17", ledger=w.ledger, lake=w.lake, now=now(), actor="ada")
        shown = visible(w.ledger, ORDERS, "pr-17")
    assert shown is not None
    assert shown.environment == "prod"
    assert set(shop.heads("shop.orders", "pr-17").values()) == {None}
    shop.gc(keep=0)
    assert shop.warehouse() == shop.published()


def test_a_collection_keeps_versions_to_roll_back_to_and_what_any_environment_shows(shop: Any, seen: Any) -> None:
    for number in range(1, 6):
        shop.version(number)
        assert shop.run().good
    shop.version(6)
    shop.run(env="pr-17")
    garbage = shop.gc(keep=2)
    assert {(str(p.product), p.version) for p in garbage.forgotten} == {
        (name, v) for name in ("shop.orders", "finance.spend") for v in (1, 2, 3)
    }
    assert seen(shop) == (5, 5, 5)
    assert shop.read(SPEND, "pr-17") == [(6,)]
    rolled_back(shop)
    assert seen(shop) == (4, 4, 5)
    shop.gc(keep=0)
    assert seen(shop) == (4, 4, 5)


def test_a_dry_collection_removes_nothing(shop: Any) -> None:
    for number in (1, 2):
        shop.version(number)
        shop.run()
    before = shop.warehouse()
    from hansa.publish import collect

    with shop.open() as w:
        garbage = collect(w.ledger, w.lake, now=now().replace(year=2100), keep_versions=0, dry_run=True)
        assert len(w.ledger.history(ORDERS)) == 2
    assert garbage.forgotten
    assert garbage.collected.files
    assert shop.warehouse() == before


def test_heads_that_were_left_behind_are_put_right_by_a_collection(shop: Any) -> None:
    shop.run()
    first = shop.heads("shop.orders")
    shop.version(2)
    shop.run()
    with shop.open() as w:
        current = w.ledger.current(ORDERS, "prod")
        assert current is not None
        for port in current.ports:
            w.lake.set_head(port.port, first[port.port.sql.rpartition(".")[2]], "prod")
    assert shop.heads("shop.orders") == first
    shop.gc()
    assert set(shop.heads("shop.orders").values()) == {p.snapshot for p in current.ports}


def promoted(shop: Any) -> tuple[Move, ...]:
    with shop.open() as w:
        return promote("pr-17", ledger=w.ledger, lake=w.lake, now=now(), actor="ada")


def rolled_back(shop: Any, to: int | None = None) -> Move:
    with shop.open() as w:
        return rollback(ORDERS, to, environment="prod", ledger=w.ledger, lake=w.lake, now=now(), actor="ada")


def moved_at(shop: Any) -> Any:
    with shop.open() as workplace:
        return workplace.ledger.moves(ORDERS, "prod")[0].at
