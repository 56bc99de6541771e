"""A contract's scalars as SQL literals of the type that a column has, so that no engine converts a column to compare it."""

import datetime as dt
import math
from decimal import Decimal as Exact
from decimal import InvalidOperation

from hansa.model import DataType, Scalar
from hansa.model.types import Binary, Boolean, Date, Decimal, Float, Integer, String, Time, Timestamp, Uuid

_BIGINT = 2**63


def literal(value: Scalar, type_: DataType) -> str | None:
    """The literal, or None when no value of the type can be compared with it."""
    if value is None:
        return None
    match type_:
        case Integer() | Decimal() | Float():
            return _number(value)
        case String() | Uuid():
            return text(_written(value))
        case Boolean():
            return _boolean(value)
        case Date() | Time() | Timestamp():
            moment = moment_of(value, type_)
            return None if moment is None else _moment(moment)
        case Binary():
            return f"encode({text(value)})" if isinstance(value, str) else None
        case _:
            return None


def text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def number_of(value: Scalar) -> int | float | Exact | None:
    """The number that a scalar is or spells."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, int):
        return value
    try:
        exact = Exact(value.strip())
    except InvalidOperation:
        return None
    return exact if exact.is_finite() else None


def moment_of(value: Scalar, type_: DataType) -> dt.date | dt.time | None:
    """The day, time or moment that a text spells in ISO 8601; moments without a zone are read as UTC where one is needed."""
    if not isinstance(value, str):
        return None
    try:
        match type_:
            case Date():
                return dt.datetime.fromisoformat(value.strip()).date()
            case Time():
                return dt.time.fromisoformat(value.strip()).replace(tzinfo=None)
            case Timestamp(zoned):
                moment = dt.datetime.fromisoformat(value.strip())
                moment = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
                moment = moment.astimezone(dt.UTC)
                return moment if zoned else moment.replace(tzinfo=None)
            case _:
                return None
    except (ValueError, OverflowError):
        return None


def _number(value: Scalar) -> str | None:
    number = number_of(value)
    if number is None:
        return None
    if isinstance(number, float):
        # A float is what its shortest text says: 0.1 in a contract is the exact tenth, also for decimal columns.
        return repr(number)
    whole = int(number) if number == int(number) else None
    if whole is not None and not -_BIGINT <= whole < _BIGINT:
        # Beyond what engines agree to call an integer; every integer column lies on one side of it as a double, too.
        return f"CAST('{whole}' AS DOUBLE)"
    return str(whole) if whole is not None else f"{number:f}"


def _boolean(value: Scalar) -> str | None:
    if isinstance(value, str):
        value = {"true": True, "false": False}.get(value.strip().lower())
    return {True: "TRUE", False: "FALSE"}.get(value) if isinstance(value, bool) else None


def _written(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _moment(moment: dt.date | dt.time) -> str:
    if isinstance(moment, dt.datetime):
        kind = "TIMESTAMPTZ" if moment.tzinfo else "TIMESTAMP"
        return f"{kind} '{moment.isoformat(sep=' ')}'"
    return f"{'DATE' if isinstance(moment, dt.date) else 'TIME'} '{moment.isoformat()}'"
