"""The SQL that measures: DuckDB's dialect, plain enough to be translated. Every query gives one row of numbers."""

from collections.abc import Sequence

from hansa.model import quoted

SUBJECT = "_hansa_subject"
SAMPLE = 100_000


def fused(conditions: Sequence[str]) -> str:
    """Rows, then for each condition the rows that meet it: one scan, however many conditions."""
    counts = ["count(*)", *(f"count(*) FILTER (WHERE {c})" for c in conditions)]
    return f"SELECT {', '.join(counts)} FROM {SUBJECT}"


def histogram(column: str, conditions: Sequence[str]) -> str:
    """For conditions on `value`, the rows that meet each, looked at once for each distinct value of a column."""
    counts = [f"coalesce(sum(rows) FILTER (WHERE {c}), 0)" for c in conditions]
    groups = f"SELECT {quoted(column)} AS value, count(*) AS rows FROM {SUBJECT} GROUP BY {quoted(column)}"
    return f"WITH histogram AS MATERIALIZED ({groups}) SELECT {', '.join(counts)} FROM histogram"


def repeats(columns: Sequence[str]) -> str:
    """Key values that stand in several rows, and the rows that hold them."""
    counted = f"SELECT count(*) AS rows FROM {SUBJECT} WHERE {filled_key(columns)} GROUP BY {listed(columns)} HAVING count(*) > 1"
    return f"SELECT count(*), coalesce(sum(rows), 0) FROM ({counted}) AS keys"


def distinct(columns: Sequence[str]) -> str:
    """Key values, and rows that have one: equal when nothing repeats. Takes little more than half of what `repeats` does."""
    keys = f"SELECT DISTINCT {listed(columns)} FROM {SUBJECT} WHERE {filled_key(columns)}"
    rows = f"SELECT count(*) FROM {SUBJECT} WHERE {filled_key(columns)}"
    return f"SELECT (SELECT count(*) FROM ({keys}) AS keys), ({rows})"


def in_order(key: str, sample: bool = False) -> str:
    """In the order of reading: keys less than the one before, keys equal to it, and among these the first of each value.

    When no key is less than the one before, equal keys stand side by side, whatever that order was, and the other two
    numbers count all repeats. Otherwise they mean nothing.
    """
    rows = f"SELECT {key} AS this FROM {SUBJECT}" + (f" LIMIT {SAMPLE}" if sample else "")
    run = f"SELECT this, lag(this) OVER () AS before, lag(this, 2) OVER () AS earlier FROM ({rows}) AS keys"
    first = "this = before AND (earlier IS NULL OR earlier <> before)"
    counts = ", ".join(f"count(*) FILTER (WHERE {c})" for c in ("this < before", "this = before", first))
    return f"SELECT {counts} FROM ({run}) AS run"


def variety(columns: Sequence[str]) -> str:
    """About how many distinct values each column has among the first rows."""
    counts = ", ".join(f"approx_count_distinct({quoted(c)})" for c in columns)
    return f"SELECT {counts} FROM (SELECT {listed(columns)} FROM {SUBJECT} LIMIT {SAMPLE}) AS sample"


def single(rule: str) -> str:
    """The answer of a rule, cut off after two rows: one is wanted, and two tell that it gave too many."""
    return f"SELECT * FROM ({rule}) AS rule LIMIT 2"


def filled_key(columns: Sequence[str], of: str = "") -> str:
    return " AND ".join(f"{of}{quoted(c)} IS NOT NULL" for c in columns)


def listed(columns: Sequence[str]) -> str:
    return ", ".join(quoted(c) for c in columns)
