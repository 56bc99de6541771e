"""What can be said of a check before any data is read: by the schema that was found, and by the footers of files."""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal as Exact
from typing import Any

from hansa.audit.checks import (
    Accepted,
    Check,
    Format,
    ItemCount,
    Length,
    Metric,
    MetricName,
    Mistaken,
    MultipleOf,
    NotNull,
    Pattern,
    Presence,
    Range,
    SqlRule,
    TypeIs,
    Unique,
    UniqueItems,
    Unsupported,
)
from hansa.audit.evidence import Counted, Measurement, NotAnswered, NotAsked, Shape
from hansa.audit.footers import Bound, Footers
from hansa.audit.literal import moment_of, number_of
from hansa.audit.types import fits
from hansa.model import Column, DataType, Evidence, Scalar, Schema
from hansa.model.types import Date, Decimal, Float, Integer, Timestamp


def by_schema(checks: Iterable[Check], schema: Schema) -> dict[str, Measurement]:
    """Presence, types, and every check that makes no sense without its column or with a wrong type."""
    checks = tuple(checks)
    wrong = {c.column.lower() for c in checks if isinstance(c.question, TypeIs) and not _keeps(c, schema)}
    found: dict[str, Measurement] = {}
    for check in checks:
        said = _said_by_schema(check, schema, wrong)
        if said is not None:
            found[check.id] = said
    return found


def _said_by_schema(check: Check, schema: Schema, wrong: set[str]) -> Measurement | None:
    column = schema.find(check.column) if check.column else None
    missing = [name for name in _columns(check) if schema.find(name) is None]
    match check.question:
        case Presence():
            return Shape(column.type if column else None)
        case Unsupported(reason):
            return NotAsked(reason)
        case Mistaken(reason):
            return NotAnswered(reason)
        case _ if missing:
            return NotAsked(f"the column {', '.join(missing)} is missing")
        case TypeIs():
            return Shape(column.type if column else None)
        case Range() | Length() | Pattern() | Format() | Accepted() | MultipleOf() | ItemCount() | UniqueItems():
            return NotAsked("the column has a wrong type") if check.column.lower() in wrong else None
        case _:
            return None


def _columns(check: Check) -> tuple[str, ...]:
    match check.question:
        case Unique(columns):
            return columns
        case Metric(metric=MetricName.DUPLICATE_VALUES, columns=columns):
            return columns
        case _:
            return (check.column,) if check.column else ()


def _keeps(check: Check, schema: Schema) -> bool:
    column = schema.find(check.column)
    return column is None or (isinstance(check.question, TypeIs) and fits(column.type, check.question))


def by_footers(checks: Iterable[Check], schema: Schema, footers: Footers) -> Mapping[str, Measurement]:
    """Nulls and rows exactly; ranges that the least and greatest value keep. A range that they break is counted elsewhere."""
    found: dict[str, Measurement] = {}
    for check in checks:
        rows = _rows_by_footers(check, schema, footers)
        if rows is not None:
            found[check.id] = Counted(rows, Evidence.STATISTICS)
    return found


def _rows_by_footers(check: Check, schema: Schema, footers: Footers) -> int | None:
    column = schema.find(check.column) if check.column else None
    match check.question:
        case Metric(metric=MetricName.ROW_COUNT):
            return footers.rows
        case NotNull() | Metric(metric=MetricName.NULL_VALUES) | Metric(metric=MetricName.MISSING_VALUES, missing=()):
            return footers.of(check.column).nulls
        case Range() if column is not None:
            return 0 if _within(check.question, column, footers) else None
        case SqlRule():
            return None
        case _:
            return None


def _within(test: Range, column: Column, footers: Footers) -> bool:
    facts = footers.of(column.name)
    if facts.nulls is not None and facts.nulls == footers.rows:
        return all(b is None or _bound(b, column.type) is not None for b in (test.minimum, test.maximum))
    least, greatest = facts.least, facts.greatest
    if least is None or greatest is None:
        return False
    for wanted, value, may_equal in (
        (test.minimum, least, True),
        (test.exclusive_minimum, least, False),
    ):
        if wanted is not None and not _beyond(value, _bound(wanted, column.type), may_equal):
            return False
    for wanted, value, may_equal in ((test.maximum, greatest, True), (test.exclusive_maximum, greatest, False)):
        if wanted is not None and not _beyond(_bound(wanted, column.type), value, may_equal):
            return False
    return True


def _beyond(greater: Any, lesser: Any, may_equal: bool) -> bool:
    """Both are values of one column's type, or None for a bound that is none."""
    if greater is None or lesser is None:
        return False
    return bool(greater >= lesser if may_equal else greater > lesser)


def _bound(value: Scalar, type_: DataType) -> Bound | None:
    """A bound as the value that its SQL literal is, so that footers and queries compare alike."""
    match type_:
        case Integer() | Decimal():
            number = number_of(value)
            return Exact(repr(number)) if isinstance(number, float) else number
        case Float():
            number = number_of(value)
            return None if number is None else float(number)
        case Date() | Timestamp():
            moment = moment_of(value, type_)
            return moment if isinstance(moment, dt.date) else None
        case _:
            return None
