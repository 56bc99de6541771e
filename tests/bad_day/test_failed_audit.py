"""A batch that fails its audit: invisible, byte for byte; its rows kept with their reasons; the next good one is published."""

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from hansa.model import ProductStatus

REFRESHES = {
    "full": "{mode: full}",
    "append": "{mode: append, watermark: id}",
    "merge": "{mode: merge, key: [id]}",
}


@pytest.fixture(params=REFRESHES)
def refreshed(shop: Any, request: pytest.FixtureRequest) -> Any:
    product = shop.root / "domains/shop/orders/product.odps.yaml"
    line = "  - {name: orders, version: 1.0.0, contractId: shop.orders.orders"
    custom = f", customProperties: [{{property: refresh, value: {REFRESHES[request.param]}}}]"
    product.write_text(product.read_text().replace(line, line + custom))
    shop.orders("SELECT range AS id, 'c' AS customer, 1::BIGINT AS total FROM range(10)")
    assert shop.run().good
    return shop


def test_a_refused_batch_stays_invisible_and_its_rows_are_kept_with_reasons(refreshed: Any) -> None:
    shop = refreshed
    before = shop.bytes("shop.orders"), shop.bytes("finance.spend"), shop.heads("shop.orders")
    shop.orders("SELECT range AS id, 'c' AS customer, CASE WHEN range IN (10, 12) THEN -1 ELSE 1 END AS total FROM range(15)")

    orders, spend = shop.run().products

    assert (orders.status, spend.status) == (ProductStatus.FAILED, ProductStatus.HELD)
    assert "consumers keep version 1" in orders.reason
    assert (shop.bytes("shop.orders"), shop.bytes("finance.spend"), shop.heads("shop.orders")) == before
    (port,) = (p for p in orders.ports if p.quarantine)
    assert (port.name, port.rows, port.audit.failed, port.audit.quarantined) == ("shop.orders.orders", 10, 1, 2)
    (failure,) = orders.failures
    assert (failure.column, failure.failing_rows) == ("total", 2)
    rows = pq.read_table(Path(port.quarantine) / "rows").to_pylist()
    assert sorted(r["id"] for r in rows) == [10, 12]
    reasons = next(name for name in rows[0] if name not in ("id", "customer", "total"))
    assert all("total" in str(r[reasons]) for r in rows)
    note = json.loads((Path(port.quarantine) / "quarantine.json").read_text())
    assert all(Path(file).exists() for file in note["batch"]), "the batch is kept for inspection"

    shop.orders("SELECT range AS id, 'c' AS customer, 1::BIGINT AS total FROM range(15)")
    assert shop.run().good
    assert shop.read("SELECT count(*), count(DISTINCT id), min(total) FROM shop.orders.orders") == [(15, 15, 1)]
    shop.gc(keep=0)
    assert not any(Path(file).exists() for file in note["batch"])
    assert shop.warehouse() == shop.published()


def test_a_first_batch_that_fails_leaves_consumers_with_nothing(shop: Any) -> None:
    shop.orders("SELECT range AS id, 'c' AS customer, -1::BIGINT AS total FROM range(3)")
    orders, spend = shop.run().products
    assert "consumers see nothing of it yet" in orders.reason
    assert spend.status is ProductStatus.HELD
    assert shop.shown() == {}


def test_verdicts_of_a_refused_batch_are_recorded(refreshed: Any) -> None:
    refreshed.orders("SELECT range AS id, 'c' AS customer, -1::BIGINT AS total FROM range(12)")
    outcome = refreshed.run()
    with refreshed.open() as workplace:
        results = workplace.ledger.checks(outcome.run, outcome.products[0].name)
    assert [r.column for r in results if r.status == "fail"] == ["total"]
