"""Columns that nobody named are called as DuckDB calls them, as far as the text tells."""

import duckdb
import pytest
import sqlglot

from hansa.compile.lineage import lineage_of

UNNAMED = (
    *("a + 1", "(a + b) * 2", "t.a + b * 2", "sum(a * b) / count(*)", "round(SUM(a) / 2, 1)", "a > 1 AND b < 2 AND a < 3"),
    *("NOT a = 1", "a IN (1, 2)", "a BETWEEN 1 AND 2", "a IS NULL", "s || 'x' || s", "CAST(a AS decimal(10, 2))", "a::int"),
    *("coalesce(a, b)", "count(a) FILTER (WHERE b > 1)", "sum(a) OVER (PARTITION BY b ORDER BY a)", "trim(s)", "l[1]", "st.x"),
    *("(SELECT max(a) FROM t)", "count(DISTINCT a)", "(a)", "1", "NULL", "Max(t.a)"),
)


@pytest.mark.parametrize("item", UNNAMED)
def test_an_expression_is_called_as_duckdb_calls_it(item: str) -> None:
    connection = duckdb.connect()
    connection.execute("CREATE TABLE t (a INT, b INT, s VARCHAR, st STRUCT(x INT), l INT[])")
    sql = f"SELECT {item} FROM t"
    called = connection.execute(f"DESCRIBE {sql}").fetchall()[0][0]
    found = lineage_of(sqlglot.parse_one(sql, read="duckdb"), {"t": ["a", "b", "s", "st", "l"]})
    assert [c.column for c in found.columns] == [called]


def test_a_very_long_expression_without_a_name_is_followed() -> None:
    sql = "SELECT " + " + ".join(["a"] * 2000) + " FROM t"
    found = lineage_of(sqlglot.parse_one(sql, read="duckdb"), {"t": ["a", "b"]})
    assert found.unresolved == ()
    assert [r.column for r in found.columns[0].reads] == ["a"]
