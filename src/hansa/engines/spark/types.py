"""Spark's types and ours, both ways. What Spark cannot store as the contract says is refused, never stored as something near."""

from typing import Any, assert_never

from hansa.engines.protocol import QueryRefused
from hansa.model import DataType
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

# A type as PySpark gives it; it is told by the names of its classes, so that this module loads without PySpark.
SparkType = Any

_PLAIN: dict[str, DataType] = {
    "BooleanType": Boolean(),
    "ByteType": Integer(32),
    "ShortType": Integer(32),
    "IntegerType": Integer(32),
    "LongType": Integer(64),
    "FloatType": Float(32),
    "DoubleType": Float(64),
    "StringType": String(),
    "VarcharType": String(),
    "CharType": String(),
    "BinaryType": Binary(),
    "DateType": Date(),
    "TimestampType": Timestamp(zoned=True),
    "TimestampNTZType": Timestamp(),
}


def backticked(identifier: str) -> str:
    """An identifier as Spark quotes it."""
    return "`" + identifier.replace("`", "``") + "`"


def from_spark(type_: SparkType) -> DataType:
    """The type that a Spark type is stored as. Raises `QueryRefused` for what no table of ours can hold."""
    kind = type(type_).__name__
    plain = _PLAIN.get(kind)
    if plain is not None:
        return plain
    match kind:
        case "DecimalType":
            return Decimal(type_.precision, type_.scale)
        case "ArrayType":
            return List(from_spark(type_.elementType))
        case "MapType":
            return Map(from_spark(type_.keyType), from_spark(type_.valueType))
        case "StructType":
            return Struct(tuple(Field(part.name, from_spark(part.dataType)) for part in type_.fields))
        case _:
            raise QueryRefused(f"a column has Spark's type {type_.simpleString()}, which no table can store; cast it")


def ddl(type_: DataType) -> str:
    """The text of a type in Spark's SQL. Raises `QueryRefused` for TIME and UUID, which Spark has no stored form of."""
    match type_:
        case Boolean():
            return "BOOLEAN"
        case Integer(bits):
            return "INT" if bits == 32 else "BIGINT"
        case Decimal(precision, scale):
            return f"DECIMAL({precision},{scale})"
        case Float(bits):
            return "FLOAT" if bits == 32 else "DOUBLE"
        case String():
            return "STRING"
        case Binary():
            return "BINARY"
        case Date():
            return "DATE"
        case Timestamp(zoned):
            return "TIMESTAMP" if zoned else "TIMESTAMP_NTZ"
        case Struct(fields):
            return f"STRUCT<{', '.join(f'{backticked(f.name)}: {ddl(f.type)}' for f in fields)}>"
        case List(element):
            return f"ARRAY<{ddl(element)}>"
        case Map(key, value):
            return f"MAP<{ddl(key)}, {ddl(value)}>"
        case Time() | Uuid():
            name = "TIME" if isinstance(type_, Time) else "UUID"
            raise QueryRefused(
                f"Spark cannot store {name}; keep the column as VARCHAR, or run the product on the embedded engine"
            )
        case _:
            assert_never(type_)
