"""The type-checker over empty tables: exact types, and refusals that point at the place."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from hansa.engines import QueryRefused
from hansa.engines.duckdb import DuckDbEngine
from hansa.model import Column, Schema
from hansa.model.types import Decimal, Field, Integer, List, Map, String, Struct, Timestamp

SALES = Schema((Column("id", Integer(64)), Column("price", Decimal(10, 2)), Column("sold", Timestamp())))


def refused(engine: DuckDbEngine, query: str) -> QueryRefused:
    with pytest.raises(QueryRefused) as caught:
        engine.describe(query, {"sales": SALES})
    return caught.value


def test_names_and_types_of_a_query_are_exact(engine: DuckDbEngine) -> None:
    found = engine.describe(
        "SELECT id, sum(price) AS total, max(sold) AS last FROM sales GROUP BY ALL;  -- done", {"sales": SALES}
    )
    assert found == Schema((Column("id", Integer(64)), Column("total", Decimal(38, 2)), Column("last", Timestamp())))


def test_nested_types_come_back_whole(engine: DuckDbEngine) -> None:
    query = "SELECT [id] AS ids, {'price': price, 'at here': sold} AS sale, map(['a'], [id]) AS by_key FROM sales"
    assert engine.describe(query, {"sales": SALES}).columns == (
        Column("ids", List(Integer(64))),
        Column("sale", Struct((Field("price", Decimal(10, 2)), Field("at here", Timestamp())))),
        Column("by_key", Map(String(), Integer(64))),
    )


@pytest.mark.parametrize(
    ("expression", "stored"),
    [
        ("1::TINYINT", Integer(32)),
        ("1::USMALLINT", Integer(32)),
        ("1::UINTEGER", Integer(64)),
        ("1::UBIGINT", Decimal(38, 0)),
        ("sum(id)", Decimal(38, 0)),
        ("'a'::ENUM('a', 'b')", String()),
        ("'{}'::JSON", String()),
        ("now()::TIMESTAMP_NS", Timestamp()),
        ("now()", Timestamp(zoned=True)),
        ("[1, 2]::INTEGER[2]", List(Integer(32))),
    ],
)
def test_types_that_iceberg_lacks_become_what_is_stored(engine: DuckDbEngine, expression: str, stored: object) -> None:
    (column,) = engine.describe(f"SELECT {expression} AS x FROM sales", {"sales": SALES}).columns
    assert column.type == stored


@pytest.mark.parametrize(
    "expression",
    ["INTERVAL 1 DAY", "'1'::BIT", "TIMETZ '10:00+00'", "union_value(k := 1)", "[INTERVAL 1 DAY]", "NULL", "'x'::VARIANT"],
)
def test_types_that_no_table_holds_are_refused_with_column_and_cast(engine: DuckDbEngine, expression: str) -> None:
    refusal = refused(engine, f"SELECT {expression} AS length FROM sales")
    assert "column `length`" in refusal.reason
    assert "CAST(" in refusal.reason
    assert refusal.candidates == ()  # the column's own name is no mend


def test_an_unknown_column_is_refused_at_its_place_with_candidates(engine: DuckDbEngine) -> None:
    refusal = refused(engine, "SELECT id,\n  'é' AS letter, prize\nFROM sales")
    assert (refusal.line, refusal.column) == (2, 18)
    assert refusal.candidates == ("price",)
    assert "\n" not in refusal.reason


def test_an_unknown_table_is_refused_with_the_near_one_and_no_system_tables(engine: DuckDbEngine) -> None:
    refusal = refused(engine, "SELECT 1 AS one FROM sale")
    assert (refusal.line, refusal.column, refusal.candidates) == (1, 22, ("sales",))


def test_a_syntax_error_is_refused_at_its_place(engine: DuckDbEngine) -> None:
    refusal = refused(engine, "SELECT id\n,, price FROM sales")
    assert (refusal.line, refusal.column) == (2, 2)


def test_a_wrong_argument_is_refused_in_one_line_without_the_list_of_overloads(engine: DuckDbEngine) -> None:
    refusal = refused(engine, "SELECT sum(sold) AS s FROM sales")
    assert "sum(TIMESTAMP)" in refusal.reason
    assert "HUGEINT" not in refusal.reason
    assert refusal.candidates == ()


def test_columns_need_one_name_each(engine: DuckDbEngine) -> None:
    assert "two columns" in refused(engine, "SELECT id, price AS ID FROM sales").reason
    assert "no name" in refused(engine, "SELECT id, price * 2 FROM sales").reason
    assert "no name" in refused(engine, "SELECT count(*) FROM sales").reason


def test_odd_names_are_kept_when_they_were_given_on_purpose(engine: DuckDbEngine) -> None:
    odd = Schema((Column("Unit price (EUR)", Decimal(10, 2)),))
    assert engine.describe('SELECT *, 1 AS "2nd" FROM t', {"t": odd}).names == ("Unit price (EUR)", "2nd")


@pytest.mark.parametrize(
    "query",
    [
        "",
        "SELECT 1 AS a; SELECT 2 AS b",
        "COPY sales TO 'x.csv'",
        "DROP TABLE sales",
        "SELECT 1 AS a) TO 'x'; COPY (SELECT 1",
        "SET threads = 1",
    ],
)
def test_whatever_is_not_one_select_is_refused(engine: DuckDbEngine, query: str) -> None:
    refused(engine, query)


def test_files_are_out_of_reach(engine: DuckDbEngine, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    assert "reads its inputs and nothing else" in refused(engine, f"SELECT * FROM read_csv('{secret}')").reason


def test_tables_of_one_call_are_gone_in_the_next(engine: DuckDbEngine) -> None:
    engine.describe("SELECT id FROM sales", {"sales": SALES})
    with pytest.raises(QueryRefused):
        engine.describe("SELECT id FROM sales", {})


def test_many_threads_describe_different_tables_under_one_name(engine: DuckDbEngine, schema: Callable[..., Schema]) -> None:
    found: dict[int, Schema] = {}

    def work(number: int) -> None:
        for _ in range(10):
            found[number] = engine.describe("SELECT * FROM t", {"t": schema(**{f"c{number}": Integer(64)})})

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {n: s.names for n, s in found.items()} == {n: (f"c{n}",) for n in range(4)}
