"""Arrow's types as ours, for what pyarrow and drivers describe."""

import pyarrow as pa
import pyarrow.types as t

from hansa.model import Column, DataType, Schema
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


def schema_from_arrow(schema: pa.Schema) -> Schema:
    """The columns whose types we know; others, and names that stand twice, are left out: nothing can be promised of them."""
    columns: dict[str, Column] = {}
    for field in schema:
        kind = from_arrow(field.type)
        if kind is not None:
            columns.setdefault(field.name.lower(), Column(field.name, kind))
    return Schema(tuple(columns.values()))


def from_arrow(kind: pa.DataType) -> DataType | None:
    """Our type of an Arrow type, None when there is none."""
    if isinstance(kind, pa.BaseExtensionType):
        return Uuid() if getattr(kind, "extension_name", "") == "arrow.uuid" else from_arrow(kind.storage_type)
    if t.is_dictionary(kind):
        return from_arrow(kind.value_type)
    if t.is_nested(kind):
        return _nested(kind)
    return _scalar(kind)


def _scalar(kind: pa.DataType) -> DataType | None:
    if t.is_boolean(kind):
        return Boolean()
    if t.is_uint64(kind):
        return Decimal(38, 0)
    if t.is_integer(kind):
        return Integer(32 if kind.bit_width < 32 or t.is_int32(kind) else 64)
    if t.is_floating(kind):
        return Float(64 if kind.bit_width == 64 else 32)
    if t.is_decimal(kind) and kind.precision <= 38 and 0 <= kind.scale <= kind.precision:
        return Decimal(kind.precision, kind.scale)
    if t.is_string(kind) or t.is_large_string(kind) or t.is_string_view(kind):
        return String()
    if t.is_binary(kind) or t.is_large_binary(kind) or t.is_binary_view(kind) or t.is_fixed_size_binary(kind):
        return Binary()
    if t.is_date(kind):
        return Date()
    if t.is_time(kind):
        return Time()
    if t.is_timestamp(kind):
        return Timestamp(zoned=kind.tz is not None)
    return None


def _nested(kind: pa.DataType) -> DataType | None:
    if t.is_map(kind):
        key, value = from_arrow(kind.key_type), from_arrow(kind.item_type)
        return Map(key, value) if key and value else None
    if t.is_struct(kind):
        parts = [(field.name, from_arrow(field.type)) for field in kind]
        fields = tuple(Field(name, part) for name, part in parts if part is not None)
        return Struct(fields) if fields and len(fields) == len(parts) else None
    if t.is_list(kind) or t.is_large_list(kind) or t.is_fixed_size_list(kind):
        element = from_arrow(kind.value_type)
        return List(element) if element else None
    return None
