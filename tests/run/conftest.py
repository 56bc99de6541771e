"""The shop of the bad days, on good ones, and a product that refreshes as a test wants."""

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

_SPEC = importlib.util.spec_from_file_location("hansa_tests_shop", Path(__file__).parents[1] / "bad_day" / "conftest.py")
assert _SPEC is not None
assert _SPEC.loader is not None
_SHOP = importlib.util.module_from_spec(_SPEC)
sys.modules[_SPEC.name] = _SHOP
_SPEC.loader.exec_module(_SHOP)

EVENTS = """\
      - {name: id, logicalType: integer, physicalType: BIGINT, required: true%s}
      - {name: seq, logicalType: integer, physicalType: BIGINT}
      - {name: day, logicalType: date, physicalType: DATE%s}
      - {name: what, logicalType: string, physicalType: VARCHAR}
"""


class Events:
    """`log.events` reads a Parquet file of (id, seq, day, what) and refreshes by a mode; a test says which rows are there."""

    def __init__(self, shop: Any, refresh: str, *, key: bool, partitioned: bool) -> None:
        self.shop = shop
        raw = EVENTS % ("", "")
        port = EVENTS % (", primaryKey: true" if key else "", ", partitioned: true" if partitioned else "")
        shop.product(
            "log.events", (str(shop.raw / "events.parquet"), raw), {"events": (port, "SELECT id, seq, day, what FROM raw")}
        )
        product = shop.root / "domains/log/events/product.odps.yaml"
        line = "contractId: log.events.events"
        custom = f"{line}, customProperties: [{{property: refresh, value: {refresh}}}]"
        product.write_text(product.read_text().replace(line, custom))

    def are(self, *rows: tuple[int, int, str | None, str]) -> None:
        values = ", ".join(f"({i}, {at}, {'NULL' if day is None else repr(day)}::DATE, '{what}')" for i, at, day, what in rows)
        import duckdb

        with duckdb.connect() as connection:
            select = (
                f"SELECT * FROM (VALUES {values}) AS t(id, seq, day, what)"
                if rows
                else "SELECT 1 AS id, 1 AS seq, NULL AS day, '' AS what LIMIT 0"
            )
            connection.execute(
                f"COPY (SELECT id::BIGINT AS id, seq::BIGINT AS seq, day::DATE AS day, what::VARCHAR AS what FROM ({select})) "
                f"TO '{self.shop.raw / 'events.parquet'}' (FORMAT parquet)"
            )

    def run(self, **options: Any) -> Any:
        (outcome,) = self.shop.run("log.events", **options).products
        return outcome

    def published(self) -> list[tuple[int, int, str]]:
        rows: list[tuple[int, int, str]] = self.shop.read("SELECT id, seq, what FROM log.events ORDER BY id, seq, what")
        return rows

    def paths(self) -> set[str]:
        return {f.path for f in self.shop.files("log.events")["events"]}


@pytest.fixture
def bare_shop(tmp_path: Path) -> Any:
    return _SHOP.bare(tmp_path)


@pytest.fixture
def shop(tmp_path: Path) -> Any:
    return _SHOP.two_products(tmp_path)


@pytest.fixture
def seen() -> Callable[[Any], tuple[int, int, int]]:
    found: Callable[[Any], tuple[int, int, int]] = _SHOP.versions_seen
    return found


@pytest.fixture
def events(bare_shop: Any) -> Callable[..., Events]:
    def make(refresh: str, *, key: bool = False, partitioned: bool = False) -> Events:
        return Events(bare_shop, refresh, key=key, partitioned=partitioned)

    return make
