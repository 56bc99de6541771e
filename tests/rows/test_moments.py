"""Dates and moments that Python has none of: they are told in every form, and as an engine reads them back."""

import csv
import datetime as dt
import json
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from hansa.rows import Format, as_text, encode, values
from hansa.rows.moments import beyond

BEYOND = [
    ("DATE '20026-01-31'", "20026-01-31"),
    ("DATE '0044-03-15 (BC)'", "-0043-03-15"),
    ("DATE '0001-12-31 (BC)'", "0000-12-31"),
    ("DATE '5881580-07-10'", "5881580-07-10"),
    ("DATE 'infinity'", "infinity"),
    ("DATE '-infinity'", "-infinity"),
    ("TIMESTAMP '20026-01-31 23:59:58.25'", "20026-01-31T23:59:58.250000"),
    ("TIMESTAMP '0044-03-15 (BC) 12:00:00'", "-0043-03-15T12:00:00"),
    ("TIMESTAMPTZ '20026-01-31 00:00:00+02'", "20026-01-30T22:00:00+00:00"),
    ("TIMESTAMP 'infinity'", "infinity"),
    ("TIMESTAMPTZ '-infinity'", "-infinity"),
]


@pytest.fixture(scope="module")
def engine() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def batch_of(engine: duckdb.DuckDBPyConnection, query: str) -> pa.RecordBatch:
    (batch,) = engine.sql(query).to_arrow_table().to_batches()
    return batch


def written(batch: pa.RecordBatch, form: Format) -> str:
    return b"".join(encode(batch.schema, [batch], form)).decode()


@pytest.mark.parametrize(("sql", "text"), BEYOND)
def test_what_lies_beyond_is_text_that_an_engine_reads_back(engine: duckdb.DuckDBPyConnection, sql: str, text: str) -> None:
    batch = batch_of(engine, f"SELECT {sql} AS x, 1 AS y UNION ALL SELECT NULL, 2 ORDER BY y")
    assert values(batch.column(0)) == [text, None]
    kind = sql.partition(" ")[0]
    assert engine.sql(f"SELECT {kind} '{text}' = {sql}").fetchall() == [(True,)]
    assert [json.loads(line)["x"] for line in written(batch, Format.NDJSON).splitlines()] == [text, None]
    assert [row[0] for row in as_text(batch)] == [text, None]
    assert written(batch, Format.CSV).splitlines()[1].strip('"').startswith(text)


def test_days_are_those_of_the_calendar(engine: duckdb.DuckDBPyConnection) -> None:
    """Against Python's own where it has them, and against DuckDB's beyond."""
    from hansa.rows.moments import _day

    for days in range(-719_162, 2_932_897, 1_009):
        assert _day(days) == (dt.date(1970, 1, 1) + dt.timedelta(days=days)).isoformat()
    for days in (2_932_897, 3_000_000, 40_000_000, 1_000_000_000):
        (said,) = engine.execute("SELECT CAST(DATE '1970-01-01' + CAST(? AS INTEGER) AS VARCHAR)", [days]).fetchall()
        assert _day(days) == said[0]


def test_nested_values_keep_their_form(engine: duckdb.DuckDBPyConnection) -> None:
    nested = "{'on': DATE 'infinity', 'all': [DATE '2026-01-01', DATE '20026-01-01', NULL], 'by': MAP {'k': DATE '20026-01-01'}}"
    batch = batch_of(engine, f"SELECT {nested} AS x, 1.5::DECIMAL(3, 1) AS y")
    told = {"on": "infinity", "all": ["2026-01-01", "20026-01-01", None], "by": {"k": "20026-01-01"}}
    assert json.loads(written(batch, Format.JSON)) == [{"x": told, "y": "1.5"}]
    _, row = csv.reader(written(batch, Format.CSV).splitlines())
    assert json.loads(row[0]) == told


def test_batches_with_and_without_them_are_one_file_of_csv(engine: duckdb.DuckDBPyConnection) -> None:
    batches = [batch_of(engine, f"SELECT DATE '{day}' AS x") for day in ("2026-01-01", "infinity", "2026-01-02")]
    assert b"".join(encode(batches[0].schema, batches, Format.CSV)).decode().splitlines() == [
        '"x"',
        "2026-01-01",
        '"infinity"',
        "2026-01-02",
    ]


@pytest.mark.parametrize(
    ("column", "lies_beyond"),
    [
        (pa.array([dt.date(1, 1, 1), dt.date(9999, 12, 31), None]), False),
        (pa.array([2_932_897], pa.date32()), True),
        (pa.array([-719_163], pa.date32()), True),
        (pa.array([None], pa.date32()), False),
        (pa.array([dt.datetime(9999, 12, 31, 23, 59, 59, 999_999)]), False),
        (pa.array([253_402_300_800], pa.timestamp("s")), True),
        (pa.array([1], pa.int64()), False),
    ],
)
def test_python_has_the_years_1_to_9999(column: Any, lies_beyond: bool) -> None:
    assert beyond(column) is lies_beyond
