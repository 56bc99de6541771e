"""DuckDB's types and ours, both ways. What Iceberg cannot hold is mapped to what will be stored, or refused with the mend."""

from typing import Any

from hansa.model import DataType, sql
from hansa.model.types import (
    Binary,
    Boolean,
    Date,
    Decimal,
    Field,
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

# A DuckDB type as its Python binding gives it: `id` is its lower-case name, `children` its parts. It has no stubs.
DuckDbType = Any

_PLAIN: dict[str, DataType] = {
    "boolean": Boolean(),
    "tinyint": Integer(32),
    "smallint": Integer(32),
    "integer": Integer(32),
    "bigint": Integer(64),
    "utinyint": Integer(32),
    "usmallint": Integer(32),
    "uinteger": Integer(64),
    # Sums of BIGINT are HUGEINT in DuckDB; 38 digits hold all of UBIGINT and nearly all of HUGEINT, and the cast tells.
    "ubigint": Decimal(38, 0),
    "hugeint": Decimal(38, 0),
    "uhugeint": Decimal(38, 0),
    "float": Float(32),
    "double": Float(64),
    "varchar": String(),
    "enum": String(),
    "blob": Binary(),
    "date": Date(),
    "time": Time(),
    "time_ns": Time(),
    "timestamp": Timestamp(),
    "timestamp_s": Timestamp(),
    "timestamp_ms": Timestamp(),
    "timestamp_ns": Timestamp(),
    "timestamp with time zone": Timestamp(zoned=True),
    "uuid": Uuid(),
}

_MENDS = {
    "time with time zone": "CAST(… AS TIME)",
    "interval": "CAST(… AS VARCHAR), or epoch(…) for seconds",
    "bit": "CAST(… AS VARCHAR)",
    "union": "CAST(… AS VARCHAR)",
    "variant": "CAST(… AS JSON)",
    "bignum": "CAST(… AS DECIMAL(38,0))",
    "null": "CAST(NULL AS VARCHAR)",
}


class Unstorable(Exception):
    """No table can hold a type; the reason names the type and what to write instead."""


def from_duckdb(type_: DuckDbType, untyped: DataType | None = None) -> DataType:
    """The type that a DuckDB type is stored as; `untyped` is that of nothing but NULL. Raises `Unstorable`."""
    plain = _PLAIN.get(type_.id)
    if plain is not None:
        return plain
    match type_.id:
        case "null" if untyped is not None:
            return untyped
        case "decimal":
            parts = dict(type_.children)
            return Decimal(parts["precision"], parts["scale"])
        case "list" | "array":
            return List(from_duckdb(dict(type_.children)["child"], untyped))
        case "struct":
            return Struct(tuple(Field(name, from_duckdb(part, untyped)) for name, part in type_.children))
        case "map":
            parts = dict(type_.children)
            return Map(from_duckdb(parts["key"], untyped), from_duckdb(parts["value"], untyped))
        case other:
            mend = _MENDS.get(other, "CAST(… AS VARCHAR)")
            written = "nothing but NULL, without a type" if other == "null" else f"of type {str(type_).split('(')[0]}"
            raise Unstorable(f"{written}, which no table can store; write {mend}")


def to_duckdb(type_: DataType) -> str:
    """The text of a type in DuckDB's SQL: the model's own text form is DuckDB's."""
    return sql(type_)
