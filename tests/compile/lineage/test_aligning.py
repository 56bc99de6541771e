"""Lineage under the names that an engine gives to the columns of a result."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
import sqlglot

from hansa.compile.lineage import aligned, lineage_of


@pytest.mark.parametrize(
    ("sql", "made_of"),
    [
        ("SELECT a + 1, -b, a > 1 AND b < 2, CASE WHEN a = 1 THEN 2 END FROM t", ["a", "b", "ab", "a"]),
        ("SELECT s.*, a FROM t", ["s", "s", "a"]),
        ("SELECT b, unnest({'x': a, 'y': c}) FROM t", ["b", "ac", "ac"]),
        ("SELECT * FROM (PIVOT (SELECT a, b, c FROM t) ON b USING sum(c))", ["a", "bc", "bc", "bc"]),
    ],
)
def test_columns_that_only_the_engine_can_name_have_their_lineage(
    sql: str, made_of: list[str], database: Any, columns: Mapping[str, Sequence[str]]
) -> None:
    names, _ = database.result(sql)
    found = aligned(lineage_of(sqlglot.parse_one(sql, read="duckdb"), columns), names)
    assert found is not None
    assert [c.column for c in found.columns] == names
    told = ["".join(sorted({r.column for r in c.reads})) for c in found.columns]
    assert told[: len(made_of)] == made_of


def test_other_columns_than_those_of_the_query_are_refused(columns: Mapping[str, Sequence[str]]) -> None:
    lineage = lineage_of(sqlglot.parse_one("SELECT a, b FROM t", read="duckdb"), columns)
    assert aligned(lineage, ["a"]) is None
    assert aligned(lineage, ["a", "b", "c"]) is None
    assert aligned(lineage, ["a", "b"]) is lineage
