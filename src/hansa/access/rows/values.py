"""Cedar's values as SQL: each expression with its Cedar type, where NULL stands for an error.

Cedar has no null: an expression has a value or is an error, as an attribute is that a row has not. So NULL is free to mean the
error, and the strict operators of SQL hand it on just as Cedar does. What is not strict (and, or, if) is written as CASE.
"""

import datetime as dt
import re

from hansa.access.rows import literals
from hansa.frozen import dataclass
from hansa.model.types import Boolean, DataType, Date, Decimal, Integer, String, Timestamp, Uuid

BOOL, LONG, STRING, DECIMAL, DATETIME, DURATION, SET, ROW, ENTITY = (
    *("Bool", "Long", "String", "decimal", "datetime", "duration", "Set", "Row", "entity"),
)
_DECIMAL_SQL = "DECIMAL(19,4)"


@dataclass(frozen=True, slots=True)
class Value:
    """An expression of a Cedar type. Sets have `elements` instead of SQL, entities their uid in `sql`.

    `total` says that it is an error for no row.
    """

    type: str
    sql: str = ""
    elements: tuple["Value", ...] = ()
    constant: bool = False
    total: bool = False

    def __post_init__(self) -> None:
        if self.constant:
            object.__setattr__(self, "total", True)


class NotCompiled(Exception):
    """An expression that is an error for every row, or that SQL of ours cannot say. Both are taken as an error."""


def cedar_type(type_: DataType) -> str | None:
    """The Cedar type of a column as an attribute of its row; None when rules cannot ask for it.

    Moments count milliseconds in Cedar: what is finer is cut off. Decimals have four digits after the point there.
    """
    match type_:
        case String() | Uuid():
            return STRING
        case Integer():
            return LONG
        case Boolean():
            return BOOL
        case Date() | Timestamp():
            return DATETIME
        case Decimal(precision, scale) if scale <= 4 and precision - scale <= 14:
            return DECIMAL
        case _:
            return None


def of_column(column: str, type_: DataType) -> Value:
    """The attribute that a column is; `column` is quoted. Raises `NotCompiled` for a column that is none."""
    found = cedar_type(type_)
    match type_:
        case Uuid():
            sql = f"CAST({column} AS VARCHAR)"
        case Integer(32):
            sql = f"CAST({column} AS BIGINT)"
        case Date():
            sql = f"TRY(epoch_ms(CAST({column} AS TIMESTAMP)))"
        case Timestamp():
            sql = f"TRY(epoch_ms({column}))"
        case Decimal():
            sql = f"CAST({column} AS {_DECIMAL_SQL})"
        case _:
            sql = column
    if found is None:
        raise NotCompiled(f"{column} has no type that rules about rows can ask for")
    return Value(found, sql)


def of_json(data: object) -> Value:
    """A constant of Cedar's JSON form. Raises `NotCompiled` for records and for extensions that no column has."""
    match data:
        case bool():
            return Value(BOOL, literals.boolean(data), constant=True)
        case int():
            return Value(LONG, literals.long(data), constant=True)
        case str():
            return Value(STRING, literals.text(data), constant=True)
        case list():
            return Value(SET, elements=tuple(map(of_json, data)), constant=True)
        case {"__entity": {"type": str(kind), "id": str(name)}}:
            return Value(ENTITY, f"{kind}::{name}", constant=True)
        case {"__extn": {"fn": str(name), "arg": argument}}:
            return of_extension(name, argument)
        case {"__extn": {"fn": str(name), "args": [argument]}}:
            return of_extension(name, argument)
        case _:
            raise NotCompiled("a record, or an extension, that no column holds")


def of_extension(name: str, argument: object) -> Value:
    """What `decimal("1.5")`, `datetime("2026-01-31")` or `duration("1h")` is. Raises `NotCompiled` for others."""
    if not isinstance(argument, str):
        raise NotCompiled(f"{name}() takes a text")
    match name:
        case "decimal" if re.fullmatch(r"-?\d{1,15}\.\d{1,4}", argument, re.ASCII):
            return Value(DECIMAL, f"CAST({argument} AS {_DECIMAL_SQL})", constant=True)
        case "datetime":
            return Value(DATETIME, literals.long(_milliseconds(argument)), constant=True)
        case "duration":
            return Value(DURATION, literals.long(_duration(argument)), constant=True)
        case _:
            raise NotCompiled(f'{name}("{argument}") stands for no value of a column')


def _milliseconds(written: str) -> int:
    try:
        moment = dt.datetime.fromisoformat(written)
    except ValueError:
        raise NotCompiled(f"{written} is no moment") from None
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=dt.UTC)
    return (aware - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(milliseconds=1)


_UNITS = (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1))
_DURATION = re.compile("(-?)" + "".join(rf"(?:(\d+){unit}(?![a-z]))?" for unit, _ in _UNITS), re.ASCII)


def _duration(written: str) -> int:
    found = _DURATION.fullmatch(written)
    if found is None or not any(found.groups()[1:]):
        raise NotCompiled(f"{written} is no duration")
    total = sum(int(part) * factor for part, (_, factor) in zip(found.groups()[1:], _UNITS, strict=True) if part)
    return -total if found[1] else total
