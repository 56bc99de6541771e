"""Moments that a query names by the clock: `AT (TIMESTAMP => now() - INTERVAL '1 week')`."""

import calendar
import datetime as dt
import re
from collections.abc import Sequence

from hansa.gateway.tree import Node

_NOW = frozenset({"now", "current_timestamp", "get_current_timestamp", "transaction_timestamp"})
_TODAY = frozenset({"today", "current_date"})
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_PART = re.compile(r"\s*(\d{1,9})\s*([a-z]+)\s*", re.IGNORECASE)

Span = tuple[int, int]
"""Whole months, and seconds beside them."""


def moment_of(expression: Node, now: dt.datetime) -> dt.datetime | None:
    """The moment that an expression over the clock means, in UTC; None for every other expression, and beyond all calendars."""
    try:
        return _moment(expression, now)
    except OverflowError:
        return None


def _moment(node: Node, now: dt.datetime) -> dt.datetime | None:
    match node:
        case {"class": "CAST", "child": child}:
            found = _moment(child, now)
            to_day = str(node.get("type_expr", {}).get("type_name", "")).upper() == "DATE"
            return _midnight(found) if found is not None and to_day else found
        case {"class": "COLUMN_REF", "column_names": [str(name)]}:
            return _by_clock(name, now)
        case {
            "class": "FUNCTION",
            "function_name": "-" | "+" as sign,
            "arguments": [{"expression": begin}, {"expression": span}],
        }:
            start, away = _moment(begin, now), _span(span)
            return None if start is None or away is None else _moved(start, away, -1 if sign == "-" else 1)
        case {"class": "FUNCTION", "function_name": str(name)} if not node.get("arguments"):
            return _by_clock(name, now)
        case _:
            return None


def _by_clock(name: str, now: dt.datetime) -> dt.datetime | None:
    if name.lower() in _NOW:
        return now
    return _midnight(now) if name.lower() in _TODAY else None


def _midnight(at: dt.datetime) -> dt.datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def _span(node: Node) -> Span | None:
    """An interval as `INTERVAL '1 day 2 hours'` or `INTERVAL 1 DAY`, or a whole number of days; None for any other."""
    match node:
        case {
            "class": "CAST",
            "child": {"literal": {"kind": "STRING", "text": str(text)}},
            "type_expr": {"type_name": "INTERVAL"},
        }:
            return _written(text)
        case {"class": "FUNCTION", "function_name": str(name), "arguments": [{"expression": number}]} if name.startswith("to_"):
            return _of_unit(_number(number), name.removeprefix("to_"))
        case {"literal": {"kind": "INTEGER"}}:
            return _of_unit(_number(node), "day")
        case _:
            return None


def _written(text: str) -> Span | None:
    spans: list[Span] = []
    at = 0
    while at < len(text):
        part = _PART.match(text, at)
        span = _of_unit(int(part[1]), part[2]) if part is not None else None
        if part is None or span is None:
            return None
        spans.append(span)
        at = part.end()
    return _sum(spans) if spans else None


def _sum(spans: Sequence[Span]) -> Span:
    return sum(months for months, _ in spans), sum(seconds for _, seconds in spans)


def _of_unit(number: int | None, unit: str) -> Span | None:
    unit = unit.lower().removesuffix("s")
    if number is None or unit not in _SECONDS | _MONTHS:
        return None
    return number * _MONTHS.get(unit, 0), number * _SECONDS.get(unit, 0)


def _number(node: Node) -> int | None:
    """A whole number, however DuckDB's parser wraps it: `INTERVAL 1 DAY` is `to_days(trunc(1::DOUBLE)::INTEGER)`."""
    match node:
        case {"literal": {"kind": "INTEGER", "text": str(text)}}:
            return int(text) if text.isdecimal() and len(text) < 10 else None
        case {"class": "CAST", "child": child}:
            return _number(child)
        case {"class": "FUNCTION", "function_name": "trunc", "arguments": [{"expression": inner}]}:
            return _number(inner)
        case _:
            return None


def _moved(at: dt.datetime, span: Span, sign: int) -> dt.datetime | None:
    months, seconds = span
    year, month = divmod(at.year * 12 + at.month - 1 + sign * months, 12)
    if not dt.MINYEAR <= year <= dt.MAXYEAR:
        return None
    day = min(at.day, calendar.monthrange(year, month + 1)[1])
    return at.replace(year=year, month=month + 1, day=day) + sign * dt.timedelta(seconds=seconds)
