"""What becomes of data that breaks its contract: a source's as well as a port's."""

import json
from pathlib import Path
from typing import Any

import duckdb

from hansa.cli.outcome import outcome_json
from hansa.model import ProductStatus


def rows_in(folder: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        query = f"SELECT * FROM read_parquet('{folder}/rows/*.parquet') ORDER BY ALL"
        return connection.execute(query).fetchall()


def test_a_source_that_breaks_its_contract_tells_its_checks_and_leaves_its_failing_rows_in_quarantine(shop: Any) -> None:
    assert shop.run("shop.orders").good
    before = shop.bytes("shop.orders")
    shop.orders("SELECT CASE WHEN range <> 4 THEN range END AS id, 'c' AS customer, range AS total FROM range(6)")

    outcome = shop.run("shop.orders")

    (orders,) = outcome.products
    assert orders.status is ProductStatus.FAILED
    assert [(f.subject, f.check, f.measured) for f in orders.failures] == [("raw (source)", "id.required", 1)]
    assert [t.code for t in orders.troubles] == ["H401"]
    (source,) = orders.inputs
    assert (source.name, source.audit.failed, source.audit.quarantined) == ("raw", 1, 1)
    assert rows_in(source.quarantine) == [(None, "c", 4, ["id.required"])]
    assert shop.bytes("shop.orders") == before
    document = json.loads(json.dumps(outcome_json(outcome)))["products"][0]
    assert [f["check"] for f in document["failures"]] == ["id.required"]
    assert document["inputs"][0]["quarantine"] == source.quarantine
    assert document["version"] == 1


def test_the_failing_rows_of_a_csv_are_put_aside_too(shop: Any) -> None:
    columns = "      - {name: item, logicalType: string, physicalType: VARCHAR, required: true}\n"
    (shop.raw / "fruit.csv").write_text("item,n\napple,1\n,2\npear,3\n")
    shop.product("stock.fruit", (str(shop.raw / "fruit.csv"), columns), {"fruit": (columns, "SELECT item FROM raw")})

    (fruit,) = shop.run("stock.fruit").products

    (source,) = fruit.inputs
    assert rows_in(source.quarantine) == [(None, ["item.required"])]
    note = json.loads((Path(source.quarantine) / "quarantine.json").read_text())
    assert (note["rows"], note["trouble"], [f["check"] for f in note["failed"]]) == (1, "", ["item.required"])
