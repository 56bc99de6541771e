"""Columns as the texts that PostgreSQL would send of them, a column at a time."""

import json
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from hansa.gateway.postgres.days import dates, moments, times
from hansa.gateway.postgres.types import (
    BOOL,
    BYTEA,
    DATE,
    FLOAT4,
    FLOAT8,
    INTERVAL,
    JSON,
    NUMERIC,
    TEXT,
    TIME,
    TIMESTAMP,
    TIMESTAMPTZ,
    PgType,
)

_SCIENTIFIC = 6
"""Digits behind the point up to which Arrow writes a decimal without an exponent."""

_QUOTED = frozenset('{}",\\ \t\n\r\v\f')


def texts(column: pa.Array, type_: PgType) -> pa.Array:
    """The texts of a column that was fitted to its type; what is null stays so."""
    if type_.of is not None:
        return pa.array(_arrays(column, type_.of), pa.string())
    match type_:
        case t if t == TEXT:
            return column
        case t if t == BOOL:
            return pc.if_else(column, "t", "f")
        case t if t in (FLOAT4, FLOAT8):
            return _floats(column)
        case t if t == NUMERIC:
            return _decimals(column)
        case t if t == DATE:
            return dates(column)
        case t if t == TIME:
            return times(column)
        case t if t in (TIMESTAMP, TIMESTAMPTZ):
            return moments(column)
        case t if t == BYTEA:
            return pa.array([None if v is None else f"\\x{v.hex()}" for v in column.to_pylist()], pa.string())
        case t if t == INTERVAL:
            return pa.array([None if v is None else interval(*v) for v in column.to_pylist()], pa.string())
        case t if t == JSON:
            return pa.array([None if v is None else as_json(v) for v in column.to_pylist()], pa.string())
        case _:
            return pc.cast(column, pa.string())


def interval(months: int, days: int, nanoseconds: int) -> str:
    """As PostgreSQL writes an interval in its own style."""
    years, months = _divided(months, 12)
    counted = ((years, "year"), (months, "mon"), (days, "day"))
    parts = [f"{n} {word}" + ("s" if n != 1 else "") for n, word in counted if n]
    micros = abs(nanoseconds) // 1000
    if micros or not parts:
        seconds, fraction = divmod(micros, 1_000_000)
        clock = f"{'-' if nanoseconds < 0 else ''}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        parts.append(clock + (f".{fraction:06}".rstrip("0") if fraction else ""))
    return " ".join(parts)


def as_json(value: object) -> str:
    """Records and maps as JSON; what JSON has no form for, as its text."""
    return json.dumps(_plain(value), ensure_ascii=False, default=str)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        # A map comes as pairs, and is an object where its keys are texts.
        if value and all(isinstance(v, tuple) and len(v) == 2 and isinstance(v[0], str) for v in value):
            return {k: _plain(v) for k, v in value}
        return [_plain(list(v) if isinstance(v, tuple) else v) for v in value]
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Decimal):
        near = float(value)
        return near if Decimal(repr(near)) == value else str(value)
    return value if not isinstance(value, float) or value - value == 0 else str(value)


def _divided(number: int, by: int) -> tuple[int, int]:
    """As `divmod`, but towards zero: parts of an interval have one sign."""
    whole = abs(number) // by * (1 if number >= 0 else -1)
    return whole, number - whole * by


def _floats(column: pa.Array) -> pa.Array:
    written = pc.cast(column, pa.string())
    if pc.all(pc.is_finite(column)).as_py() is not False:
        return written
    return pc.replace_substring(pc.replace_substring(written, "inf", "Infinity"), "nan", "NaN")


def _decimals(column: pa.Array) -> pa.Array:
    if column.type.scale <= _SCIENTIFIC:
        return pc.cast(column, pa.string())
    return pa.array([None if v is None else plain(v) for v in column.to_pylist()], pa.string())


def plain(value: Decimal) -> str:
    return format(value, "f")


def _arrays(column: pa.Array, element: PgType) -> list[str | None]:
    """Arrays in braces. What could be read as anything but the text that it is stands in quotes."""
    written = [None if t is None else _quoted(t) for t in texts(column.flatten(), element).to_pylist()]
    found: list[str | None] = []
    at = 0
    for size in pc.list_value_length(column).to_pylist():
        if size is None:
            found.append(None)
            continue
        found.append("{" + ",".join("NULL" if t is None else t for t in written[at : at + size]) + "}")
        at += size
    return found


def _quoted(text: str) -> str:
    if text and text.upper() != "NULL" and not _QUOTED & set(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
