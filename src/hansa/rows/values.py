"""Rows of a query as text: what each kind of value looks like in JSON, in CSV and in a table.

JSON has no word for most of them, so: decimals are texts, exact to the last digit; dates, times and moments are texts in
ISO 8601, whatever their year (`moments` has those that Python has none of), intervals too (`P1M2DT3S`); bytes are Base64; what is
no number is the text `NaN`, `Infinity` or `-Infinity`; a map with text keys is an object, another map a list of
`{"key": …, "value": …}`.
"""

import base64
import datetime as dt
import json
import math
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from hansa.rows.moments import values

if TYPE_CHECKING:
    import pyarrow as pa

_NANOSECONDS = 1_000_000_000


def as_dicts(batches: Sequence["pa.RecordBatch"], schema: "pa.Schema") -> Iterator[dict[str, object]]:
    """Each row as plain data for JSON, by column name; a name that stands twice is counted: `a`, `a_1`."""
    names = distinct(schema.names)
    for batch in batches:
        for row in _rows(batch):
            yield dict(zip(names, (plain(v) for v in row), strict=True))


def as_text(batch: "pa.RecordBatch") -> Iterator[tuple[object, ...]]:
    """Each row for a table that people read: NULL stays None, everything else is one line of text."""
    for row in _rows(batch):
        yield tuple(shown(value) for value in row)


def distinct(names: Sequence[str]) -> list[str]:
    """Names, none twice."""
    unique: list[str] = []
    for name in names:
        free, number = name, 1
        while free in unique:
            free, number = f"{name}_{number}", number + 1
        unique.append(free)
    return unique


def plain(value: object) -> object:
    """A value as what JSON can hold."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        case Decimal():
            return format(value, "f")
        case dt.datetime() | dt.date() | dt.time():
            return value.isoformat()
        case bytes():
            return base64.b64encode(value).decode("ascii")
        case dict():
            return {str(k): plain(v) for k, v in value.items()}
        case dt.timedelta():
            return duration(0, value.days, (value.seconds * 1_000_000 + value.microseconds) * 1000)
        case tuple() if hasattr(value, "nanoseconds"):  # Arrow's interval is a named tuple
            return duration(*value)
        case list() if value and all(isinstance(each, tuple) and len(each) == 2 for each in value):
            return _map(value)
        case list() | tuple():
            return [plain(each) for each in value]
        case _:
            return str(value)


def shown(value: object) -> object:
    """A value as a person reads it in a table."""
    match value:
        case None:
            return None
        case bool():
            return str(value).lower()
        case int():
            return str(value)  # no thousands' marks: most whole numbers are keys, which people copy
        case str():
            return value.translate(_CONTROLS)
        case dt.datetime():
            return str(value)
        case bytes():
            return f"0x{value.hex()}"
        case float() | Decimal():
            return str(value)
        case dict() | list():
            return json.dumps(plain(value), ensure_ascii=False)
        case _:
            return str(plain(value))


def duration(months: int, days: int, nanoseconds: int) -> str:
    """An interval in ISO 8601; the parts have their own signs, since a month has no number of days."""
    date = "".join(f"{n}{unit}" for n, unit in ((months, "M"), (days, "D")) if n)
    sign, (seconds, fraction) = "-" if nanoseconds < 0 else "", divmod(abs(nanoseconds), _NANOSECONDS)
    time = f"T{sign}{seconds}{f'.{fraction:09}'.rstrip('0') if fraction else ''}S" if nanoseconds else ""
    return f"P{date}{time}" if date or time else "PT0S"


def _map(entries: list[tuple[object, object]]) -> object:
    if all(isinstance(key, str) for key, _ in entries):
        return {key: plain(value) for key, value in entries}
    return [{"key": plain(key), "value": plain(value)} for key, value in entries]


def _rows(batch: "pa.RecordBatch") -> Iterator[tuple[object, ...]]:
    if not batch.num_columns:
        return iter(() for _ in range(batch.num_rows))
    return zip(*map(values, batch.columns), strict=True)


# A line break would tear the table, and an escape sequence in data must not steer the reader's terminal.
_CONTROLS = {n: f"\\x{n:02x}" for n in (*range(32), *range(127, 160))} | {9: "\\t", 10: "\\n", 13: "\\r"}
