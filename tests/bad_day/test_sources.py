"""Sources that vanish, break or turn out to be something else: the product says so, others go on, consumers see no difference."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hansa.model import ProductStatus


def vanished(shop: Any) -> None:
    (shop.raw / "orders.parquet").unlink()


def truncated(shop: Any) -> None:
    file = shop.raw / "orders.parquet"
    file.write_bytes(file.read_bytes()[:-40])


def cut_in_the_middle(shop: Any) -> None:
    """The footer is whole, the data before it is not."""
    shop.orders("SELECT range AS id, md5(range::VARCHAR) AS customer, range AS total FROM range(20000)")
    file = shop.raw / "orders.parquet"
    data = bytearray(file.read_bytes())
    data[1000:200_000] = bytes(199_000)
    file.write_bytes(data)


def of_no_bytes(shop: Any) -> None:
    (shop.raw / "orders.parquet").write_bytes(b"")


def something_else(shop: Any) -> None:
    (shop.raw / "orders.parquet").write_text("<html>Please log in</html>" * 20)


def without_a_column(shop: Any) -> None:
    shop.orders("SELECT range AS id, range AS total FROM range(3)")


def with_a_column_of_another_type(shop: Any) -> None:
    shop.orders("SELECT range AS id, 'c' AS customer, 1.5::DOUBLE AS total FROM range(3)")


def with_text_where_numbers_were(shop: Any) -> None:
    shop.orders("SELECT range AS id, 'c' AS customer, 'n/a' AS total FROM range(3)")


def with_nulls_where_none_may_be(shop: Any) -> None:
    shop.orders("SELECT CAST(NULL AS BIGINT) AS id, 'c' AS customer, range AS total FROM range(3)")


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (vanished, "H501"),
        (truncated, "H502"),
        (cut_in_the_middle, "H4"),
        (of_no_bytes, "H502"),
        (something_else, "H502"),
        (without_a_column, "H505"),
        (with_a_column_of_another_type, "H506"),
        (with_text_where_numbers_were, "H406"),
        (with_nulls_where_none_may_be, "H401"),
    ],
)
def test_a_spoilt_source_fails_its_product_and_nothing_else(
    spoil: Callable[[Any], None], told: str, stocked: Any, seen: Callable[[Any], tuple[int, int, int]]
) -> None:
    shop = stocked
    assert shop.run().good
    before = shop.bytes("shop.orders") | shop.bytes("finance.spend")
    spoil(shop)
    (shop.raw / "items.csv").write_text("item,stock\nplum,8\n")

    outcome = shop.run()

    orders, spend, items = (of(outcome, name) for name in ("shop.orders", "finance.spend", "stock.items"))
    assert orders.status is ProductStatus.FAILED
    assert orders.reason.startswith(told), orders.reason
    assert "mend:" in orders.reason
    assert "orders.parquet" in orders.reason or "raw" in orders.reason, orders.reason
    assert "Traceback" not in orders.reason
    assert spend.status is ProductStatus.UNCHANGED or spend.status is ProductStatus.HELD
    assert items.status is ProductStatus.PUBLISHED
    assert shop.read("SELECT item FROM stock.items") == [("plum",)]
    assert shop.bytes("shop.orders") | shop.bytes("finance.spend") == before
    shop.version(2)
    assert shop.run().good
    assert seen(shop) == (2, 2, 2)


def test_a_product_whose_supplier_failed_is_held_on_the_last_good_input(shop: Any) -> None:
    assert shop.run().good
    without_a_column(shop)
    outcome = shop.run()
    assert of(outcome, "finance.spend").status is ProductStatus.HELD
    assert "shop.orders failed" in of(outcome, "finance.spend").reason


def test_a_product_that_never_had_a_supplier_is_held_too(shop: Any) -> None:
    vanished(shop)
    outcome = shop.run()
    assert [p.status for p in outcome.products] == [ProductStatus.FAILED, ProductStatus.HELD]
    assert of(shop.run("finance.spend"), "finance.spend").reason == "shop.orders.orders@1 has never been published"


def test_a_glob_without_a_match_fails_with_the_pattern_and_where_it_looked(bare_shop: Any) -> None:
    columns = "      - {name: item, logicalType: string, physicalType: VARCHAR}\n"
    source = (str(bare_shop.raw / "day-*.csv"), columns)
    bare_shop.product("stock.items", source, {"items": (columns, "SELECT item FROM raw")})
    failed = of(bare_shop.run(), "stock.items")
    assert failed.status is ProductStatus.FAILED
    assert "no file matches" in failed.reason
    assert "day-*.csv" in failed.reason
    Path(bare_shop.raw / "day-1.csv").write_text("item\nplum\n")
    assert bare_shop.run().good
    (bare_shop.raw / "day-2.csv").write_text("item\npear\n")
    assert bare_shop.run().good
    assert bare_shop.read("SELECT item FROM stock.items ORDER BY 1") == [("pear",), ("plum",)]


def test_a_source_of_no_rows_is_published_as_such_unless_its_contract_wants_rows(shop: Any) -> None:
    assert shop.run().good
    shop.orders("SELECT 1::BIGINT AS id, 'c' AS customer, 1::BIGINT AS total WHERE false")
    assert shop.run().good
    assert shop.read("SELECT count(*) FROM shop.orders.orders") == [(0,)]
    assert shop.read("SELECT orders FROM finance.spend") == [(0,)]
    contract = shop.root / "domains/shop/orders/contracts/raw.odcs.yaml"
    rule = "    quality:\n      - {type: library, metric: rowCount, mustBeGreaterThan: 0}\n"
    contract.write_text(contract.read_text() + rule)
    failed = of(shop.run(), "shop.orders")
    assert failed.status is ProductStatus.FAILED
    assert "rowCount" in failed.reason


def test_a_csv_of_no_bytes_fails_with_its_name(stocked: Any) -> None:
    assert stocked.run().good
    (stocked.raw / "items.csv").write_bytes(b"")
    failed = of(stocked.run(), "stock.items")
    assert failed.status is ProductStatus.FAILED
    assert "items.csv" in failed.reason
    assert stocked.read("SELECT count(*) FROM stock.items") == [(2,)]


def of(outcome: Any, name: str) -> Any:
    return next(p for p in outcome.products if str(p.name) == name)
