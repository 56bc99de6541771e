"""A query that is bound once answers what one does that is bound first, and fails with the same words."""

from collections.abc import Iterator
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from hansa.engines.duckdb.errors import said
from hansa.gateway.starting import binds_once, bound_first, bound_once, started

QUERIES: tuple[tuple[str, Any], ...] = (
    ("SELECT 1 AS one, 'two' AS two, NULL AS three", ()),
    ("SELECT * FROM many WHERE number = $1", (7,)),
    ("SELECT * FROM many WHERE number = ? AND word <> ?", (7, "x")),
    ("SELECT * FROM many WHERE number BETWEEN $low AND $high ORDER BY ALL", {"low": 3, "high": 5}),
    ("SELECT * FROM many WHERE number < 0", ()),
    ("SELECT word, count(*) AS n, sum(number) AS total, avg(number) FROM many GROUP BY ALL ORDER BY ALL", ()),
    ("SELECT number, $1 AS given FROM many WHERE number < 3 ORDER BY number", ("text",)),
    ("SELECT $1 AS nothing", (None,)),
    ("SELECT number AS same, word AS same FROM many WHERE number = 1", ()),
    ("SELECT [number, 2] AS list, {'a': word} AS struct, MAP {word: number} AS map FROM many WHERE number = 2", ()),
    ("SELECT DATE '2026-01-02' AS d, TIMESTAMPTZ '2026-01-02 03:04:05+00' AS t, 1.50::DECIMAL(9, 2) AS m, 'ab'::BLOB AS b", ()),
    ("SELECT * FROM (DESCRIBE many)", ()),
    ("SELECT * FROM (SUMMARIZE many)", ()),
    ("PIVOT many ON number % 2 IN (0, 1) USING count(*) GROUP BY word ORDER BY word", ()),
    ("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9) SELECT sum(i) AS s FROM n", ()),
    ("FROM many LIMIT 3 OFFSET 2", ()),
)
WRONG: tuple[tuple[str, Any], ...] = (
    ("SELECT nothing FROM many", ()),
    ("SELECT * FROM nowhere", ()),
    ("SELECT error('no') FROM many", ()),
    ("SELECT word::INTEGER FROM many", ()),
    ("SELECT * FROM many WHERE number = $1", ("word",)),
)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": "1", "errors_as_json": "true"}) as opened:
        opened.execute("SET TimeZone = 'UTC'")
        opened.execute("CREATE TABLE many AS SELECT i AS number, 'word' || i % 3 AS word FROM range(100000) t(i)")
        yield opened


def test_this_duckdb_binds_once() -> None:
    assert binds_once()


@pytest.mark.parametrize(("text", "values"), QUERIES)
def test_both_ways_answer_alike(connection: duckdb.DuckDBPyConnection, text: str, values: Any) -> None:
    once = bound_once(connection, text, values)
    schema, rows = once.schema, once.read_all()
    first = bound_first(connection, text, values)
    assert schema == first.schema
    assert rows == first.read_all()


def test_many_rows_come_batch_by_batch(connection: duckdb.DuckDBPyConnection) -> None:
    sizes = [batch.num_rows for batch in started(connection, "FROM many", ())]
    assert sum(sizes) == 100_000
    assert len(sizes) > 1


@pytest.mark.parametrize(("text", "values"), WRONG)
def test_both_ways_fail_alike(connection: duckdb.DuckDBPyConnection, text: str, values: Any) -> None:
    with pytest.raises((duckdb.Error, pa.ArrowException)) as first:
        bound_first(connection, text, values).read_all()
    with pytest.raises((duckdb.Error, pa.ArrowException)) as once:
        bound_once(connection, text, values).read_all()
    assert (said(once.value).kind, said(once.value).line) == (said(first.value).kind, said(first.value).line)


@pytest.mark.parametrize("values", [(), (1, 2), {"n": 1}])
def test_values_that_do_not_fit_the_parameters_are_refused(connection: duckdb.DuckDBPyConnection, values: Any) -> None:
    with pytest.raises(duckdb.Error):
        started(connection, "SELECT * FROM many WHERE number = $1", values)
