"""The lineage of all columns of one statement is told within 3 ms, parsing included.

Size: 24 statements of the shape of TPC-DS (see `lineage_statements`): common table expressions, up to six joins, windows,
rollups, correlated subqueries, 8 to 40 output columns. Two peers run over the same statements: SQLGlot's parser alone, the floor
under anything that is built on it, and `sqlglot.lineage`, asked for all columns at once, which is its quickest way. It tells
where values come from, and not what filters, joins and groups them.
"""

import time
from collections.abc import Callable, Mapping
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.lineage_statements import COLUMNS, statements
from benchmarks.outcome import Outcome
from benchmarks.process import part, spoken
from benchmarks.series import amount, interleaved, ratio
from benchmarks.setting import Setting

if TYPE_CHECKING:
    from sqlglot import exp

LIMIT = 3.0
AGAIN = 5


def measure(setting: Setting) -> Outcome:
    times = 1 if setting.small else AGAIN
    floor = part("benchmarks.lineage", "parse only", times, within="ms")
    ours = part("benchmarks.lineage", "parse and lineage", times, within="ms")
    peer = part("benchmarks.lineage", "sqlglot.lineage", 1, within="ms")
    parsing, hansa, sqlglot = interleaved((floor, ours, peer), setting)
    return Outcome(
        (parsing, hansa, sqlglot),
        (
            amount("parse and lineage, median statement", hansa.values, "ms", LIMIT),
            amount("lineage alone, median statement", hansa.said("alone"), "ms"),
            amount("lineage alone, each column", hansa.said("column"), "ms"),
            amount("sqlglot.lineage, each column", sqlglot.said("column"), "ms"),
            ratio("parse and lineage ÷ parse only", hansa, parsing),
            ratio("sqlglot.lineage ÷ parse and lineage", sqlglot, hansa),
        ),
    )


Follow = Callable[["exp.Expr"], int]


def _timed(times: str, follow: Follow) -> Mapping[str, float]:
    """Median milliseconds of a statement, with parsing and alone, and of one column; `follow` says how many columns there are."""
    import sqlglot

    whole: list[float] = []
    alone: list[float] = []
    columns: list[float] = []
    every = statements()
    follow(sqlglot.parse_one(every[0], read="duckdb"))
    for sql in every * int(times):
        started = time.perf_counter()
        tree = sqlglot.parse_one(sql, read="duckdb")
        parsed = time.perf_counter()
        count = follow(tree)
        ended = time.perf_counter()
        whole.append((ended - started) * 1000)
        alone.append((ended - parsed) * 1000)
        columns.append((ended - parsed) * 1000 / max(count, 1))
    return {"ms": median(whole), "alone": median(alone), "column": median(columns)}


def _parse(times: str) -> Mapping[str, float]:
    return _timed(times, lambda tree: 0)


def _hansa(times: str) -> Mapping[str, float]:
    from hansa.compile.lineage import lineage_of

    return _timed(times, lambda tree: len(lineage_of(tree, COLUMNS).columns))


def _sqlglot(times: str) -> Mapping[str, float]:
    from sqlglot import MappingSchema
    from sqlglot.lineage import lineage

    schema = MappingSchema({table: dict.fromkeys(columns, "double") for table, columns in COLUMNS.items()}, dialect="duckdb")
    return _timed(times, lambda tree: len(lineage(None, tree, schema, dialect="duckdb", trim_selects=False, copy=False)))


if __name__ == "__main__":
    spoken({"parse only": _parse, "parse and lineage": _hansa, "sqlglot.lineage": _sqlglot})
