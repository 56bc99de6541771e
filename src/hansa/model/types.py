"""Engine-neutral data types: what a column holds, whatever engine computes it.

The family is closed and is just what an Iceberg table (format 2) can store; engines map their own types into it and say what
they cannot map. Text forms are upper-case SQL that DuckDB reads: ``DECIMAL(10,2)``, ``STRUCT(a BIGINT)``, ``INTEGER[]``.
"""

from typing import assert_never

from hansa.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Boolean:
    """True or false."""


@dataclass(frozen=True, slots=True)
class Integer:
    """A signed whole number of 32 or 64 bits."""

    bits: int = 64

    def __post_init__(self) -> None:
        if self.bits not in (32, 64):
            raise ValueError(f"an integer has 32 or 64 bits, not {self.bits}")


@dataclass(frozen=True, slots=True)
class Decimal:
    """An exact number of at most 38 digits, `scale` of them after the point."""

    precision: int
    scale: int

    def __post_init__(self) -> None:
        if not (1 <= self.precision <= 38 and 0 <= self.scale <= self.precision):
            raise ValueError(f"not a decimal type: DECIMAL({self.precision},{self.scale})")


@dataclass(frozen=True, slots=True)
class Float:
    """An IEEE 754 number of 32 or 64 bits."""

    bits: int = 64

    def __post_init__(self) -> None:
        if self.bits not in (32, 64):
            raise ValueError(f"a float has 32 or 64 bits, not {self.bits}")


@dataclass(frozen=True, slots=True)
class String:
    """Text in UTF-8."""


@dataclass(frozen=True, slots=True)
class Binary:
    """Bytes."""


@dataclass(frozen=True, slots=True)
class Date:
    """A day of the proleptic Gregorian calendar."""


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day, in microseconds, without zone."""


@dataclass(frozen=True, slots=True)
class Timestamp:
    """A moment in microseconds: an instant in UTC when `zoned`, else what a clock on the wall showed."""

    zoned: bool = False


@dataclass(frozen=True, slots=True)
class Uuid:
    """A UUID of 128 bits."""


@dataclass(frozen=True, slots=True)
class Field:
    """A named part of a struct."""

    name: str
    type: "DataType"


@dataclass(frozen=True, slots=True)
class Struct:
    """Named parts, in order; at least one."""

    fields: tuple[Field, ...]

    def __post_init__(self) -> None:
        if not self.fields:
            raise ValueError("a struct has at least one field")


@dataclass(frozen=True, slots=True)
class List:
    """Any number of elements of one type."""

    element: "DataType"


@dataclass(frozen=True, slots=True)
class Map:
    """Values by key."""

    key: "DataType"
    value: "DataType"


DataType = Boolean | Integer | Decimal | Float | String | Binary | Date | Time | Timestamp | Uuid | Struct | List | Map


def sql(type_: DataType) -> str:
    """The text form of a type, as DuckDB reads it."""
    match type_:
        case Boolean():
            return "BOOLEAN"
        case Integer(bits):
            return "INTEGER" if bits == 32 else "BIGINT"
        case Decimal(precision, scale):
            return f"DECIMAL({precision},{scale})"
        case Float(bits):
            return "FLOAT" if bits == 32 else "DOUBLE"
        case String():
            return "VARCHAR"
        case Binary():
            return "BLOB"
        case Date():
            return "DATE"
        case Time():
            return "TIME"
        case Timestamp(zoned):
            return "TIMESTAMP WITH TIME ZONE" if zoned else "TIMESTAMP"
        case Uuid():
            return "UUID"
        case Struct(fields):
            parts = ", ".join(f"{quoted(f.name)} {sql(f.type)}" for f in fields)
            return f"STRUCT({parts})"
        case List(element):
            return f"{sql(element)}[]"
        case Map(key, value):
            return f"MAP({sql(key)}, {sql(value)})"
        case _:
            assert_never(type_)


def quoted(identifier: str) -> str:
    """An SQL identifier in double quotes, as every engine of ours reads it after transpiling."""
    return '"' + identifier.replace('"', '""') + '"'


def widens(source: DataType, target: DataType) -> bool:
    """Whether every value of `source` is a value of `target`, so that storing it so loses nothing."""
    if source == target:
        return True
    match source, target:
        case Integer(bits), Integer(wider):
            return bits <= wider
        case Integer(bits), Decimal(precision, scale):
            return precision - scale >= (10 if bits == 32 else 19)
        case Integer(32), Float(64):
            return True
        case Float(32), Float(64):
            return True
        case Decimal(p, s), Decimal(wider, finer):
            return finer >= s and wider - finer >= p - s
        case Uuid(), String():
            return True
        case Struct(ours), Struct(theirs):
            return len(ours) == len(theirs) and all(
                a.name == b.name and widens(a.type, b.type) for a, b in zip(ours, theirs, strict=True)
            )
        case List(element), List(wider_element):
            return widens(element, wider_element)
        case Map(key, value), Map(wider_key, wider_value):
            return widens(key, wider_key) and widens(value, wider_value)
        case _:
            return False
