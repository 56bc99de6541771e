"""What is really there against what the contract says: missing columns and types that cannot become the promised ones."""

from hansa.model import Column, DataType, Schema, Table, sql, widens
from hansa.model.types import (
    Binary,
    Boolean,
    Date,
    Decimal,
    Float,
    Integer,
    List,
    Map,
    String,
    Struct,
    Time,
    Timestamp,
    Uuid,
)
from hansa.trouble import Place, Trouble, did_you_mean


def physical_name(table: Table, column: str) -> str:
    """The name that a column has in the source: its `physicalName`, else its own."""
    promised = table.find(column)
    return (promised.physical_name if promised else "") or column


def renamed(table: Table, schema: Schema) -> tuple[tuple[str, str], ...]:
    """The columns of a schema whose name in the source is another one."""
    pairs = ((name, physical_name(table, name)) for name in schema.names)
    return tuple((name, stored) for name, stored in pairs if stored != name)


def compare(found: Schema, table: Table, schema: Schema) -> tuple[Trouble, ...]:
    """Every column of `schema` that `found` lacks or holds in a type that cannot be read as the promised one.

    Surplus columns of a source are its own business.
    """
    troubles = []
    for column in schema:
        stored = physical_name(table, column.name)
        there = found.find(stored)
        if there is None:
            troubles.append(_missing(table, column, stored, found))
        elif not reads_as(there.type, column.type):
            troubles.append(_unfit(table, column, there))
    return tuple(troubles)


def reads_as(found: DataType, wanted: DataType) -> bool:
    """Whether a strict cast from one type to the other either keeps a value's meaning or fails.

    Text may hold anything and is parsed strictly, as CSV is. What a cast would change in silence is refused: fractions of
    floats, the time of a timestamp, the meaning of a number as a truth.
    """
    if widens(found, wanted):
        return True
    match found, wanted:
        case String(), _:
            return not isinstance(wanted, Struct | List | Map | Binary)
        case _, String():
            return isinstance(found, Boolean | Integer | Decimal | Date | Time | Timestamp | Uuid)
        case Integer(), Integer() | Decimal() | Float():
            return True
        case Decimal(_, scale), Integer():
            return scale == 0
        case Decimal(_, scale), Decimal(_, wanted_scale):
            return wanted_scale >= scale
        case Decimal(), Float():
            return True
        case Float(), Float():
            return True
        case Date(), Timestamp():
            return True
        case Timestamp(), Timestamp():
            # Between an instant and a clock on the wall, UTC is meant: so Parquet writers do it, and so the engine casts.
            return True
        case List(element), List(wanted_element):
            return reads_as(element, wanted_element)
        case Map(key, value), Map(wanted_key, wanted_value):
            return reads_as(key, wanted_key) and reads_as(value, wanted_value)
        case Struct(fields), Struct(wanted_fields):
            by_name = {f.name: f.type for f in fields}
            return all(f.name in by_name and reads_as(by_name[f.name], f.type) for f in wanted_fields)
        case _:
            return False


def _missing(table: Table, column: Column, stored: str, found: Schema) -> Trouble:
    hint = did_you_mean(stored, found.names)
    return Trouble(
        "H505",
        f"the source of `{table.name}` has no column `{stored}`",
        _places(table, column),
        (f"{hint} " if hint else "") + "say the column's name in the source as its `physicalName`, or promise no such column",
    )


def _unfit(table: Table, column: Column, there: Column) -> Trouble:
    return Trouble(
        "H506",
        f"column `{there.name}` of the source of `{table.name}` is {sql(there.type)}, which cannot be read as {sql(column.type)}",
        _places(table, column),
        f"promise {sql(there.type)} in the contract, and cast in a model",
    )


def _places(table: Table, column: Column) -> tuple[Place, ...]:
    promised = table.find(column.name)
    place = (promised.place if promised else None) or table.place
    return (place.noted(f"promised here: {column.name}"),) if place else ()
