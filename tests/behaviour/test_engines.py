"""One suite for every engine: the same models over the same files give equal schemas and equal rows.

What is expected is written down here, so that engines are compared with what SQL means and not with each other.
"""

import datetime as dt
import decimal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hansa.engines import Cancellation, Cancelled, Engine, EngineFailed, Materialisation, QueryRefused, SqlQuery
from hansa.model import Column, DataFile, DataType, ParquetFiles, Relation, Schema, View
from hansa.model.types import Boolean, Date, Decimal, Field, Float, Integer, List, String, Struct, Timestamp


def schema(**types: DataType) -> Schema:
    return Schema(tuple(Column(name, kind) for name, kind in types.items()))


ORDERS = schema(order_id=Integer(64), customer=String(), day=Date(), amount=Decimal(10, 2), moment=Timestamp(), paid=Boolean())
CUSTOMERS = schema(name=String(), city=String(), weight=Float(64))
DAY = dt.date(2026, 1, 1)
NOON = dt.datetime(2026, 1, 1, 12, 0, 0, 123456)
ORDER_ROWS: list[tuple[Any, ...]] = [
    (1, "ann", DAY, decimal.Decimal("10.00"), NOON, True),
    (2, "bob", DAY, decimal.Decimal("20.50"), NOON + dt.timedelta(hours=1), False),
    (3, "ann", DAY + dt.timedelta(days=1), None, None, True),
    (4, None, DAY + dt.timedelta(days=31), decimal.Decimal("-0.05"), NOON, None),
]
CUSTOMER_ROWS: list[tuple[Any, ...]] = [("ann", "Köln", 60.5), ("bob", "Lübeck", None), ("cem", "'s-Hertogenbosch", 1e300)]
_ARROW = {
    "order_id": pa.int64(),
    "day": pa.date32(),
    "amount": pa.decimal128(10, 2),
    "moment": pa.timestamp("us"),
    "paid": pa.bool_(),
}


def parquet(path: Path, promised: Schema, rows: Sequence[tuple[Any, ...]]) -> ParquetFiles:
    columns = zip(*rows, strict=True)
    arrays = {n: pa.array(list(c), _ARROW.get(n)) for n, c in zip(promised.names, columns, strict=True)}
    pq.write_table(pa.table(arrays), path)
    return ParquetFiles((str(path),), promised)


@pytest.fixture
def tables(tmp_path: Path) -> dict[str, Relation]:
    return {
        "orders": parquet(tmp_path / "orders.parquet", ORDERS, ORDER_ROWS),
        "customers": parquet(tmp_path / "customers.parquet", CUSTOMERS, CUSTOMER_ROWS),
    }


def stored(files: Sequence[DataFile]) -> list[tuple[Any, ...]]:
    """The rows of written files as tuples, in the order of the files."""
    return [tuple(row.values()) for file in files for row in pq.ParquetFile(file.path).read().to_pylist()]


@dataclass(frozen=True)
class Case:
    """A model, what it is promised to result in, and its rows in the order of `by`."""

    sql: str
    schema: Schema
    rows: list[tuple[Any, ...]]
    by: tuple[str, ...]


CASES = {
    "join": Case(
        "SELECT o.order_id, c.city FROM orders o JOIN customers c ON o.customer = c.name",
        schema(order_id=Integer(64), city=String()),
        [(1, "Köln"), (2, "Lübeck"), (3, "Köln")],
        ("order_id",),
    ),
    "outer join": Case(
        "SELECT c.name, o.order_id FROM customers c LEFT JOIN orders o ON o.customer = c.name AND o.amount IS NOT NULL",
        schema(name=String(), order_id=Integer(64)),
        [("ann", 1), ("bob", 2), ("cem", None)],
        ("name",),
    ),
    "aggregate": Case(
        "SELECT customer, count(*) AS n, count(amount) AS paid, sum(amount) AS total, max(day) AS last "
        "FROM orders WHERE customer IS NOT NULL GROUP BY customer",
        schema(customer=String(), n=Integer(64), paid=Integer(64), total=Decimal(38, 2), last=Date()),
        [("ann", 2, 1, decimal.Decimal("10.00"), DAY + dt.timedelta(days=1)), ("bob", 1, 1, decimal.Decimal("20.50"), DAY)],
        ("customer",),
    ),
    "window": Case(
        "SELECT order_id, row_number() OVER (PARTITION BY customer ORDER BY order_id) AS nth, "
        "lag(order_id) OVER (ORDER BY order_id) AS before FROM orders",
        schema(order_id=Integer(64), nth=Integer(64), before=Integer(64)),
        [(1, 1, None), (2, 1, 1), (3, 2, 2), (4, 1, 3)],
        ("order_id",),
    ),
    "nulls": Case(
        "SELECT order_id, coalesce(customer, 'nobody') AS customer, CASE WHEN amount > 15 THEN 'large' END AS size, "
        "nullif(customer, 'ann') AS other FROM orders",
        schema(order_id=Integer(64), customer=String(), size=String(), other=String()),
        [(1, "ann", None, None), (2, "bob", "large", "bob"), (3, "ann", None, None), (4, "nobody", None, None)],
        ("order_id",),
    ),
    "decimals": Case(
        "SELECT order_id, CAST(amount * 3 AS DECIMAL(18, 4)) AS tripled, CAST(amount AS DOUBLE) AS rough FROM orders",
        schema(order_id=Integer(64), tripled=Decimal(18, 4), rough=Float(64)),
        [
            (1, decimal.Decimal("30.0000"), 10.0),
            (2, decimal.Decimal("61.5000"), 20.5),
            (3, None, None),
            (4, decimal.Decimal("-0.1500"), -0.05),
        ],
        ("order_id",),
    ),
    "timestamps": Case(
        "SELECT order_id, moment, CAST(date_trunc('month', moment) AS TIMESTAMP) AS month, CAST(year(day) AS INTEGER) AS year "
        "FROM orders",
        schema(order_id=Integer(64), moment=Timestamp(), month=Timestamp(), year=Integer(32)),
        [
            (1, NOON, dt.datetime(2026, 1, 1), 2026),
            (2, NOON + dt.timedelta(hours=1), dt.datetime(2026, 1, 1), 2026),
            (3, None, None, 2026),
            (4, NOON, dt.datetime(2026, 1, 1), 2026),
        ],
        ("order_id",),
    ),
    "set operations": Case(
        "SELECT customer AS name FROM orders WHERE customer IS NOT NULL INTERSECT SELECT name FROM customers "
        "UNION ALL SELECT 'zoë' AS name",
        schema(name=String()),
        [("ann",), ("bob",), ("zoë",)],
        ("name",),
    ),
    "common table expressions": Case(
        "WITH big AS (SELECT * FROM orders WHERE amount > 0), "
        "counted AS (SELECT customer, count(*) AS n FROM big GROUP BY customer) SELECT customer, n FROM counted",
        schema(customer=String(), n=Integer(64)),
        [("ann", 1), ("bob", 1)],
        ("customer",),
    ),
    "empty": Case("SELECT order_id FROM orders WHERE 1 = 0", schema(order_id=Integer(64)), [], ("order_id",)),
}


def same(found: Any, expected: Any) -> bool:
    return found == pytest.approx(expected) if isinstance(expected, float) else bool(found == expected)


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_model_is_described_as_promised(engine: Engine, name: str) -> None:
    case = CASES[name]
    found = engine.describe(case.sql, {"orders": ORDERS, "customers": CUSTOMERS})
    assert found.names == case.schema.names
    # Engines may count and sum in types of their own; within a family, what is promised is what is stored.
    assert [type(c.type) for c in found] == [type(c.type) for c in case.schema]


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_model_gives_the_same_rows_and_types_everywhere(
    engine: Engine, tables: dict[str, Relation], tmp_path: Path, name: str
) -> None:
    case = CASES[name]
    files = engine.materialise(Materialisation(SqlQuery(case.sql), tables, case.schema, tmp_path / "out", order_by=case.by))
    rows = stored(files)
    assert len(rows) == len(case.rows)
    assert all(same(f, e) for row, expected in zip(rows, case.rows, strict=True) for f, e in zip(row, expected, strict=True))
    assert sum(f.rows for f in files) == len(case.rows)
    assert all(Path(f.path).stat().st_size == f.bytes for f in files)
    if files:
        assert engine.schema_of(ParquetFiles(tuple(f.path for f in files), case.schema)) == case.schema


def test_nested_types_are_stored_and_read_again(engine: Engine, tables: dict[str, Relation], tmp_path: Path) -> None:
    promised = schema(customer=String(), ids=List(Integer(64)), first=Struct((Field("id", Integer(64)), Field("day", Date()))))
    query = (
        "SELECT customer, list(order_id) AS ids, {'id': min(order_id), 'day': min(day)} AS first "
        "FROM orders WHERE customer IS NOT NULL GROUP BY customer"
    )
    files = engine.materialise(Materialisation(SqlQuery(query), tables, promised, tmp_path / "out", order_by=("customer",)))
    ann, bob = stored(files)
    assert (ann[0], sorted(ann[1]), ann[2]) == ("ann", [1, 3], {"id": 1, "day": DAY})
    assert bob == ("bob", [2], {"id": 2, "day": DAY})
    assert engine.schema_of(ParquetFiles(tuple(f.path for f in files), promised)) == promised


def test_a_view_is_read_like_an_input(engine: Engine, tables: dict[str, Relation], tmp_path: Path) -> None:
    named: dict[str, Relation] = {**tables, "large": View("SELECT order_id, amount FROM orders WHERE amount >= 10")}
    work = Materialisation(SqlQuery("SELECT count(*) AS n FROM large"), named, schema(n=Integer(64)), tmp_path / "out")
    assert stored(engine.materialise(work)) == [(2,)]


def test_partitions_are_files_with_one_value_each(engine: Engine, tables: dict[str, Relation], tmp_path: Path) -> None:
    promised = schema(order_id=Integer(64), customer=String())
    work = Materialisation(
        SqlQuery("SELECT order_id, customer FROM orders"), tables, promised, tmp_path / "out", partition_by=("customer",)
    )
    files = engine.materialise(work)
    found = {(dict(f.partition)["customer"], row) for f in files for row in stored([f])}
    assert found == {("ann", (1, "ann")), ("ann", (3, "ann")), ("bob", (2, "bob")), (None, (4, None))}


@pytest.mark.parametrize(
    "query",
    [
        "SELECT no_such_column AS x FROM orders",
        "SELECT order_id FROM no_such_table",
        "SELECT order_id FROM",
        "SELECT nope(order_id) AS x FROM orders",
    ],
)
def test_a_wrong_query_is_refused_in_one_line(engine: Engine, query: str) -> None:
    with pytest.raises(QueryRefused) as caught:
        engine.describe(query, {"orders": ORDERS})
    assert caught.value.reason
    assert "\n" not in caught.value.reason


def test_a_result_without_a_promised_column_is_refused_and_leaves_nothing(
    engine: Engine, tables: dict[str, Relation], tmp_path: Path
) -> None:
    work = Materialisation(
        SqlQuery("SELECT order_id FROM orders"), tables, schema(order_id=Integer(), x=String()), tmp_path / "out"
    )
    with pytest.raises((QueryRefused, EngineFailed), match="x"):
        engine.materialise(work)
    assert not list((tmp_path / "out").rglob("*.parquet"))


def test_a_value_that_does_not_fit_fails_and_leaves_nothing(engine: Engine, tables: dict[str, Relation], tmp_path: Path) -> None:
    query = "SELECT order_id * 10000000000 AS n FROM orders"
    with pytest.raises(EngineFailed) as caught:
        engine.materialise(Materialisation(SqlQuery(query), tables, schema(n=Integer(32)), tmp_path / "out"))
    assert caught.value.kind == "data"
    assert not list((tmp_path / "out").rglob("*.parquet"))


def test_a_vanished_input_fails_and_names_its_table(engine: Engine, tables: dict[str, Relation], tmp_path: Path) -> None:
    (tmp_path / "orders.parquet").unlink()
    work = Materialisation(SqlQuery("SELECT order_id FROM orders"), tables, schema(order_id=Integer()), tmp_path / "out")
    with pytest.raises(EngineFailed) as caught:
        engine.materialise(work)
    assert (caught.value.kind, caught.value.table) == ("input", "orders")


def test_small_queries_each_have_an_answer_or_a_reason(engine: Engine, tables: dict[str, Relation]) -> None:
    answers = engine.measure(["SELECT count(*), max(amount) FROM orders", "SELECT nope FROM orders"], tables)
    assert [tuple(row) for row in answers[0]] == [(4, decimal.Decimal("20.50"))] if isinstance(answers[0], list) else False
    assert isinstance(answers[1], QueryRefused | EngineFailed)


def test_a_result_is_streamed_as_arrow(engine: Engine, tables: dict[str, Relation]) -> None:
    table = engine.stream("SELECT order_id, amount FROM orders ORDER BY order_id", tables).read_all()
    assert table.schema.names == ["order_id", "amount"]
    assert table.column("order_id").to_pylist() == [1, 2, 3, 4]


def test_what_was_stopped_before_it_began_leaves_nothing(engine: Engine, tables: dict[str, Relation], tmp_path: Path) -> None:
    cancellation = Cancellation()
    cancellation.request()
    work = Materialisation(SqlQuery("SELECT order_id FROM orders"), tables, schema(order_id=Integer()), tmp_path / "out")
    with pytest.raises(Cancelled):
        engine.materialise(work, cancellation)
    assert not list((tmp_path / "out").rglob("*.parquet"))
