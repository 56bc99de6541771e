"""Our types as Arrow's, for streams and for the check of what was written."""

from typing import assert_never

import pyarrow as pa

from hansa.model import DataType, Schema
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


def arrow_type(type_: DataType) -> pa.DataType:
    match type_:
        case Boolean():
            return pa.bool_()
        case Integer(bits):
            return pa.int32() if bits == 32 else pa.int64()
        case Decimal(precision, scale):
            return pa.decimal128(precision, scale)
        case Float(bits):
            return pa.float32() if bits == 32 else pa.float64()
        case String():
            return pa.string()
        case Binary():
            return pa.binary()
        case Date():
            return pa.date32()
        case Time():
            return pa.time64("us")
        case Timestamp(zoned):
            return pa.timestamp("us", "UTC") if zoned else pa.timestamp("us")
        case Uuid():
            return pa.binary(16)
        case Struct(fields):
            return pa.struct([(f.name, arrow_type(f.type)) for f in fields])
        case List(element):
            return pa.list_(arrow_type(element))
        case Map(key, value):
            return pa.map_(arrow_type(key), arrow_type(value))
        case _:
            assert_never(type_)


def from_arrow(type_: pa.DataType) -> DataType | None:
    """The type that holds a column of a file, or None where we have none."""
    kinds = pa.types
    plain_types: dict[pa.DataType, DataType] = {
        pa.bool_(): Boolean(),
        pa.float32(): Float(32),
        pa.float64(): Float(64),
        pa.date32(): Date(),
        pa.uint64(): Decimal(20, 0),
    }
    plain = plain_types.get(type_)
    if plain is not None:
        return plain
    match type_:
        case pa.DictionaryType():
            return from_arrow(type_.value_type)
        case pa.TimestampType():
            return Timestamp(zoned=type_.tz is not None)
        case pa.Decimal128Type():
            return Decimal(type_.precision, type_.scale)
        case pa.ListType() | pa.LargeListType():
            element = from_arrow(type_.value_type)
            return None if element is None else List(element)
        case pa.MapType():
            key, value = from_arrow(type_.key_type), from_arrow(type_.item_type)
            return None if key is None or value is None else Map(key, value)
        case pa.StructType():
            parts = [(f.name, from_arrow(f.type)) for f in type_]
            known = tuple(Field(name, part) for name, part in parts if part is not None)
            return Struct(known) if known and len(known) == len(parts) else None
        case _ if kinds.is_integer(type_):
            return Integer(32 if type_.bit_width < 32 or type_ == pa.int32() else 64)
        case _ if kinds.is_string(type_) or kinds.is_large_string(type_) or kinds.is_string_view(type_):
            return String()
        case _ if kinds.is_binary(type_) or kinds.is_large_binary(type_) or kinds.is_fixed_size_binary(type_):
            return Binary()
        case _:
            return None


def arrow_schema(schema: Schema) -> pa.Schema:
    return pa.schema([(c.name, arrow_type(c.type)) for c in schema])


def same_arrow(found: pa.DataType, wanted: pa.DataType) -> bool:
    """Whether values are stored alike; names of list elements, nullability and 64-bit offsets are no difference."""
    match wanted:
        case pa.ListType():
            listed = pa.types.is_list(found) or pa.types.is_large_list(found)
            return bool(listed) and same_arrow(found.value_type, wanted.value_type)
        case pa.MapType():
            if not pa.types.is_map(found):
                return False
            return same_arrow(found.key_type, wanted.key_type) and same_arrow(found.item_type, wanted.item_type)
        case pa.StructType():
            if not pa.types.is_struct(found) or [f.name for f in found] != [f.name for f in wanted]:
                return False
            return all(same_arrow(f.type, w.type) for f, w in zip(found, wanted, strict=True))
        case _ if pa.types.is_string(wanted):
            return bool(pa.types.is_string(found) or pa.types.is_large_string(found) or pa.types.is_string_view(found))
        case _ if pa.types.is_binary(wanted):
            return bool(pa.types.is_binary(found) or pa.types.is_large_binary(found) or pa.types.is_binary_view(found))
        case _ if pa.types.is_timestamp(wanted):
            return bool(pa.types.is_timestamp(found)) and found.unit == "us" and (found.tz is None) == (wanted.tz is None)
        case _:
            return bool(found == wanted)
