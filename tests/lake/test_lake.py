"""Commits as PyIceberg, DuckDB and a catalogue that is loaded anew see them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.table import Table

from hansa.lake import Lake, Replace, schema_from_json
from hansa.model import DataFile, Schema
from hansa.names import PortMajor

People = Callable[..., DataFile]
Rows = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def outside(home: Path) -> Callable[[], Table]:
    """The table as another Iceberg reader finds it, from nothing but the catalogue's address."""

    def outside() -> Table:
        catalog = SqlCatalog("hansa", uri=f"sqlite:///{home}/ledger.db", warehouse=f"file://{home}/warehouse")
        table = catalog.load_table(("customer", "profiles", "profiles_v1"))
        catalog.close()
        return table

    return outside


def ids(table: Table, snapshot: int | None = None) -> list[int]:
    found = table.scan(snapshot_id=snapshot).to_arrow().column("id").to_pylist()
    return sorted(found)


def test_a_first_commit_is_read_by_everybody(
    lake: Lake, port: PortMajor, schema: Schema, people: People, rows: Rows, outside: Callable[[], Table]
) -> None:
    file = people(3)
    snapshot = lake.commit(port, [file], schema, change=Replace(), base=None, environment="prod", properties={"hansa.run": "r1"})
    assert (snapshot.table, snapshot.rows, snapshot.bytes, snapshot.files) == (
        "customer.profiles.profiles_v1",
        3,
        file.bytes,
        1,
    )
    assert schema_from_json(snapshot.schema_json) == schema
    assert lake.files(port, snapshot.id) == (file,)
    assert lake.schema(port, snapshot.id) == schema
    assert rows(lake.files(port, snapshot.id)) == [(0, "n0"), (1, "n1"), (2, "n2")]
    table = outside()
    assert ids(table) == [0, 1, 2]
    assert [s.snapshot_id for s in table.snapshots()] == [snapshot.id]
    assert table.properties["hansa.run"] == "r1"
    summary = table.snapshots()[0].summary
    assert summary is not None
    assert (summary["hansa.run"], summary["total-records"], summary["added-data-files"]) == ("r1", "3", "1")
