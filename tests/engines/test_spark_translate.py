"""What is translated to Spark's SQL, and what is refused with a reason rather than computed differently."""

import pytest

from hansa.engines import QueryRefused
from hansa.engines.spark import translate
from hansa.model import Column, Schema
from hansa.model.types import Date, Decimal, Float, Integer, List, String, Timestamp

ORDERS = Schema(
    (
        Column("Id", Integer(32)),
        Column("amount", Decimal(10, 2)),
        Column("wide", Decimal(30, 10)),
        Column("rate", Float(64)),
        Column("note", String()),
        Column("day", Date()),
        Column("at", Timestamp()),
        Column("tags", List(String())),
    )
)
TABLES = {"orders": ORDERS, "shop.orders": ORDERS}


def test_division_is_one_of_doubles_and_survives_zero() -> None:
    assert "NULLIF" in translate("SELECT amount / Id AS x FROM orders", TABLES).sql


def test_types_are_those_that_duckdb_gives() -> None:
    sums = "sum(Id) AS a, sum(amount) AS b, avg(amount) AS c, count(*) AS d"
    query = f"SELECT {sums}, amount * 2 AS e, Id + 1 AS f FROM orders GROUP BY ALL"
    types = [type_ for _, type_ in translate(query, TABLES).columns]

    assert types == [Decimal(38, 0), Decimal(38, 2), Float(64), Integer(64), Decimal(18, 2), Integer(32)]


def test_names_keep_the_letters_that_people_wrote() -> None:
    assert [n for n, _ in translate('SELECT id, note AS "The Note" FROM orders', TABLES).columns] == ["Id", "The Note"]


def test_a_common_table_expression_may_hide_the_table_that_it_reads() -> None:
    sql = translate("WITH orders AS (SELECT Id FROM orders) SELECT Id FROM orders", TABLES).sql

    assert sql.count("`hansa_orders`") == 1


def test_a_table_with_a_dotted_name_is_read_through_a_view_of_its_own() -> None:
    sql = translate("SELECT shop.orders.Id FROM shop.orders", TABLES).sql

    assert "hansa_shop_orders_" in sql


def test_an_unknown_column_is_refused_at_its_place_with_candidates() -> None:
    with pytest.raises(QueryRefused, match="nope") as refusal:
        translate("SELECT Id,\n  nope FROM orders", TABLES)

    assert refusal.value.line == 2
    assert "amount" in refusal.value.candidates


def test_an_unknown_table_is_refused_with_candidates() -> None:
    with pytest.raises(QueryRefused, match="no table order") as refusal:
        translate("SELECT 1 AS x FROM order_s", TABLES)

    assert "orders" in refusal.value.candidates


def test_a_syntax_error_is_refused_at_its_place() -> None:
    with pytest.raises(QueryRefused) as refusal:
        translate("SELECT Id\nFROM orders WHERE", TABLES)

    assert refusal.value.line == 2


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("SELECT frobnicate(note) AS x FROM orders", "frobnicate has no translation"),
        ("SELECT * FROM orders USING SAMPLE 10%", "sample"),
        ("SELECT a.Id FROM orders a ASOF JOIN orders b ON a.day >= b.day", "ASOF"),
        ("SELECT * FROM range(3)", "functions that give tables"),
        ("SELECT * FROM read_parquet('/etc/x.parquet')", "functions that give tables"),
        ("SELECT CAST(rate AS VARCHAR) AS x FROM orders", "other text"),
        ("SELECT list(note ORDER BY Id) AS x FROM orders", "order of its own values"),
        ("SELECT string_agg(note, ',') AS x FROM orders", "ORDER BY"),
        ("SELECT wide * wide AS x FROM orders", "so many digits"),
        ("SELECT substr(note, Id) AS x FROM orders", "constant positions"),
        ("SELECT note LIKE note AS x FROM orders", "constant pattern"),
        ("SELECT regexp_replace(note, 'a', 'b') AS x FROM orders", "every match"),
        ("SELECT strftime(day, '%U') AS x FROM orders", "format %U"),
        ("SELECT at - at AS x FROM orders", "arithmetic of dates"),
        ("SELECT sum(Id) OVER (ORDER BY day RANGE BETWEEN INTERVAL 7 DAY PRECEDING AND CURRENT ROW) AS x FROM orders", "RANGE"),
        ("SELECT note = Id AS x FROM orders", "compared with another type"),
        ("SELECT median(amount) AS x FROM orders", "cast to DOUBLE"),
        ("SELECT random() AS x FROM orders", "random"),
        ("SELECT CAST(note AS UUID) AS x FROM orders", "no such type"),
        ("WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 3) SELECT n FROM r", "recursive"),
        ("PIVOT orders ON note USING sum(Id)", "one SELECT|PIVOT"),
        ("DROP TABLE orders", "one SELECT"),
        ("SELECT 1 AS x; SELECT 2 AS x", "one SELECT"),
        ("SELECT note FROM orders UNION ALL SELECT Id FROM orders", "different types"),
    ],
)
def test_what_spark_would_compute_differently_is_refused_with_a_reason(query: str, reason: str) -> None:
    with pytest.raises(QueryRefused, match=reason):
        translate(query, TABLES)
