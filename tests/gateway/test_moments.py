"""Moments by the clock mean what DuckDB makes of them."""

import datetime as dt
import json

import duckdb
import pytest

from hansa.gateway.moments import moment_of
from hansa.gateway.tree import Parser

NOW = dt.datetime(2026, 3, 31, 13, 14, 15, 161718, tzinfo=dt.UTC)
WRITTEN = "'2026-03-31 13:14:15.161718+00'::TIMESTAMPTZ"


def meant(expression: str) -> dt.datetime | None:
    parser = Parser()
    try:
        tree = json.loads(json.dumps(parser.parse(f"FROM t AT (TIMESTAMP => {expression})")))
    finally:
        parser.close()
    return moment_of(tree["node"]["from_table"]["at_clause"]["expr"], NOW)


@pytest.mark.parametrize(
    "expression",
    [
        "now()",
        "current_timestamp",
        "now() - INTERVAL '1 week'",
        "now() - INTERVAL 3 DAYS",
        "now() - INTERVAL (2) HOUR",
        "now() - INTERVAL '1 month'",
        "now() - INTERVAL '1 year 2 months 3 days 4 hours 5 minutes 6 seconds'",
        "now() + INTERVAL 1 QUARTER",
        "now()::TIMESTAMPTZ - INTERVAL 1 MINUTE - INTERVAL 1 SECOND",
        "today()",
        "current_date - 1",
        "CAST(now() AS DATE) - INTERVAL 1 DAY",
    ],
)
def test_it_is_what_duckdb_computes(expression: str) -> None:
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        written = expression.replace("now()", WRITTEN).replace("current_timestamp", WRITTEN)
        written = written.replace("today()", "DATE '2026-03-31'").replace("current_date", "DATE '2026-03-31'")
        (micros,) = con.execute(f"SELECT epoch_us(({written})::TIMESTAMPTZ)").fetchall()[0]
    found = meant(expression)
    assert found is not None
    assert found == dt.datetime.fromtimestamp(0, dt.UTC) + dt.timedelta(microseconds=micros)


@pytest.mark.parametrize(
    "expression",
    ["random()", "now() - now()", "now() * 2", "now() - INTERVAL '1 blue moon'", "now() - INTERVAL 9999 YEARS", "yesterday", "1"],
)
def test_everything_else_is_no_moment(expression: str) -> None:
    assert meant(expression) is None
