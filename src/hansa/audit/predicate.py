"""When a value fails: one SQL condition a check, the only place that says so for scans, histograms and quarantine alike.

A condition is true for a value that fails, and false or null for any other. Nulls fail only NotNull.
"""

from typing import assert_never

from hansa.audit.checks import (
    Accepted,
    Check,
    Format,
    ItemCount,
    Length,
    Metric,
    MetricName,
    MultipleOf,
    NotNull,
    Pattern,
    Range,
    RowTest,
    UniqueItems,
)
from hansa.audit.formats import whole
from hansa.audit.literal import literal, number_of, text
from hansa.audit.pattern import Untranslatable, translated
from hansa.frozen import dataclass
from hansa.model import Column, DataType, Scalar, quoted
from hansa.model.types import Binary, Boolean, Decimal, Float, Integer, List, Map, String, Struct, Uuid


@dataclass(frozen=True, slots=True)
class Unanswerable:
    """There is no such condition for this column, and why."""

    reason: str


def condition(check: Check, column: Column, value: str = "") -> str | Unanswerable:
    """The condition under which a value fails a row test or counts for a metric; `value` replaces the quoted column."""
    value = value or quoted(column.name)
    match check.question:
        case Metric() as metric:
            return _counted(metric, column.type, value)
        case NotNull() | Range() | Length() | Pattern() | Format() | Accepted() | MultipleOf() | ItemCount() | UniqueItems():
            return _fails(check.question, column.type, value)
        case _:
            return Unanswerable("not a question about single values")


def _fails(test: RowTest, type_: DataType, value: str) -> str | Unanswerable:
    match test:
        case NotNull():
            return f"{value} IS NULL"
        case Range():
            return _outside(test, type_, value)
        case Length():
            return _off(test.minimum, test.maximum, _size(type_, value))
        case Pattern(pattern):
            return _unmatched(pattern, type_, value)
        case Format("uuid") if isinstance(type_, Uuid):
            return "FALSE"
        case Format(name):
            if not _is_text(type_):
                return _untextual(type_)
            return f"NOT regexp_matches({_as_text(type_, value)}, {text(whole(name))})"
        case Accepted(values):
            if isinstance(type_, List | Map | Struct):
                return Unanswerable("only single values can be listed, and the column holds nested ones")
            return _none_of(values, type_, value)
        case MultipleOf(step):
            return _uneven(step, type_, value)
        case ItemCount():
            return _off(test.minimum, test.maximum, _entries(type_, value))
        case UniqueItems():
            return _repeating(type_, value)
        case _:
            assert_never(test)


def _counted(metric: Metric, type_: DataType, value: str) -> str | Unanswerable:
    match metric.metric:
        case MetricName.NULL_VALUES:
            return f"{value} IS NULL"
        case MetricName.MISSING_VALUES:
            return f"{value} IS NULL" + _any_of(metric.missing, type_, value, " OR ")
        case MetricName.INVALID_VALUES:
            return _invalid(metric, type_, value)
        case MetricName.ROW_COUNT | MetricName.DUPLICATE_VALUES:
            return Unanswerable("not a question about single values")
        case _:
            assert_never(metric.metric)


def _invalid(metric: Metric, type_: DataType, value: str) -> str | Unanswerable:
    parts: list[str] = []
    if metric.valid:
        parts.append(_none_of(metric.valid, type_, value))
    if metric.pattern:
        unmatched = _unmatched(metric.pattern, type_, value)
        if isinstance(unmatched, Unanswerable):
            return unmatched
        parts.append(unmatched)
    missing = _any_of(metric.missing, type_, value, "")
    return f"({' OR '.join(parts)})" + (f" AND NOT {missing}" if missing else "")


def _outside(test: Range, type_: DataType, value: str) -> str | Unanswerable:
    bounds = (("<", test.minimum), (">", test.maximum), ("<=", test.exclusive_minimum), (">=", test.exclusive_maximum))
    parts: list[str] = []
    for sign, bound in bounds:
        if bound is None:
            continue
        sql = literal(bound, type_)
        if sql is None:
            return Unanswerable(f"{bound!r} cannot be compared with values of this column")
        parts.append(f"{value} {sign} {sql}")
    bounded_above = test.maximum is not None or test.exclusive_maximum is not None
    return " OR ".join([*parts, *(_nan(type_, value) if bounded_above else [])])


def _nan(type_: DataType, value: str) -> list[str]:
    """Said by itself, although NaN is greater than any bound: engines believe footers, whose bounds leave NaN out."""
    return [f"isnan({value})"] if isinstance(type_, Float) else []


def _off(low: int | None, high: int | None, size: str | Unanswerable) -> str | Unanswerable:
    if isinstance(size, Unanswerable):
        return size
    parts = [f"{size} < {low}"] if low is not None else []
    parts += [f"{size} > {high}"] if high is not None else []
    return " OR ".join(parts)


def _size(type_: DataType, value: str) -> str | Unanswerable:
    if isinstance(type_, Binary):
        return f"octet_length({value})"
    return f"length({value})" if isinstance(type_, String) else _untextual(type_)


def _entries(type_: DataType, value: str) -> str | Unanswerable:
    match type_:
        case List():
            return f"array_length({value})"
        case Map():
            return f"cardinality({value})"
        case _:
            return Unanswerable("only lists and maps have entries")


def _repeating(type_: DataType, value: str) -> str | Unanswerable:
    if not isinstance(type_, List):
        return Unanswerable("only lists have elements")
    filled = f"list_count({value})"
    return f"list_unique({value}) < {filled} OR array_length({value}) - {filled} > 1"


def _unmatched(pattern: str, type_: DataType, value: str) -> str | Unanswerable:
    if not _is_text(type_):
        return _untextual(type_)
    re2 = translated(pattern)
    if isinstance(re2, Untranslatable):
        return Unanswerable(f"the pattern {pattern!r} cannot be evaluated: {re2.reason}")
    return f"NOT regexp_matches({_as_text(type_, value)}, {text(re2)})"


def _none_of(values: tuple[Scalar, ...], type_: DataType, value: str) -> str:
    listed = _literals(values, type_)
    if not listed:
        return f"{value} IS NOT NULL"
    return " OR ".join([f"{value} NOT IN ({', '.join(listed)})", *_nan(type_, value)])


def _any_of(values: tuple[Scalar, ...], type_: DataType, value: str, joint: str) -> str:
    listed = _literals(values, type_)
    return f"{joint}{value} IN ({', '.join(listed)})" if listed else ""


def _literals(values: tuple[Scalar, ...], type_: DataType) -> list[str]:
    """The values that the column can have at all, each once; null is not one of them."""
    return list(dict.fromkeys(sql for v in values if (sql := literal(v, type_)) is not None))


def _uneven(step: float | int, type_: DataType, value: str) -> str | Unanswerable:
    number = number_of(step)
    if number is None or number <= 0:
        return Unanswerable("multipleOf takes a number above 0")
    sql = literal(step, type_)
    match type_:
        case Float():
            return f"abs({value} / {sql} - round({value} / {sql})) > 1e-9 OR isnan({value}) OR isinf({value})"
        case Integer() if isinstance(step, float) and not step.is_integer():
            return f"CAST({value} AS DECIMAL(38,10)) % CAST({sql} AS DECIMAL(38,10)) <> 0"
        case Integer() | Decimal():
            return f"{value} % {sql if not isinstance(step, float) or not step.is_integer() else int(step)} <> 0"
        case _:
            return Unanswerable("only numbers have multiples")


def _is_text(type_: DataType) -> bool:
    return isinstance(type_, String | Uuid)


def _as_text(type_: DataType, value: str) -> str:
    return value if isinstance(type_, String) else f"CAST({value} AS VARCHAR)"


def _untextual(type_: DataType) -> Unanswerable:
    kind = "true or false" if isinstance(type_, Boolean) else f"{type(type_).__name__.lower()} values"
    return Unanswerable(f"only texts have this property, and the column holds {kind}")
