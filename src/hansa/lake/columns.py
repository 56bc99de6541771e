"""Columns as Iceberg has them: our types in Iceberg's and back, and the ids that a table's columns keep for its whole life.

Engines write files without ids, so a column is found in them by its name: the same path of names keeps the same id through all
schemas of a table, and the table's name mapping tells readers so.
"""

from collections.abc import Iterator, Mapping
from typing import assert_never

from pyiceberg import types as iceberg
from pyiceberg.schema import Schema as IcebergSchema
from pyiceberg.table.name_mapping import MappedField, NameMapping

from hansa.model import Column, DataType, Schema, types

Path = tuple[str, ...]


class Ids:
    """The ids of columns by path; a path that is new gets the next free one."""

    def __init__(self, known: Mapping[Path, int], last: int) -> None:
        self._known = dict(known)
        self._last = last

    def __getitem__(self, path: Path) -> int:
        if path not in self._known:
            self._last += 1
            self._known[path] = self._last
        return self._known[path]


def to_iceberg_schema(schema: Schema, ids: Ids, required: frozenset[str], schema_id: int) -> IcebergSchema:
    """A schema with ids; `required` are the columns that Iceberg is to promise as never null."""
    fields = [
        iceberg.NestedField(ids[(c.name,)], c.name, to_iceberg(c.type, (c.name,), ids), required=c.name in required)
        for c in schema
    ]
    return IcebergSchema(*fields, schema_id=schema_id)


def to_iceberg(type_: DataType, path: Path, ids: Ids) -> iceberg.IcebergType:
    """A type at a place of a schema."""
    match type_:
        case types.Struct(fields):
            return iceberg.StructType(
                *(iceberg.NestedField(ids[(*path, f.name)], f.name, to_iceberg(f.type, (*path, f.name), ids)) for f in fields)
            )
        case types.List(element):
            at = (*path, "element")
            return iceberg.ListType(ids[at], to_iceberg(element, at, ids), element_required=False)
        case types.Map(key, value):
            at_key, at_value = (*path, "key"), (*path, "value")
            return iceberg.MapType(
                ids[at_key], to_iceberg(key, at_key, ids), ids[at_value], to_iceberg(value, at_value, ids), value_required=False
            )
        case types.Decimal(precision, scale):
            return iceberg.DecimalType(precision, scale)
        case types.Integer(bits):
            return iceberg.IntegerType() if bits == 32 else iceberg.LongType()
        case types.Float(bits):
            return iceberg.FloatType() if bits == 32 else iceberg.DoubleType()
        case types.Timestamp(zoned):
            return iceberg.TimestamptzType() if zoned else iceberg.TimestampType()
        case types.Boolean():
            return iceberg.BooleanType()
        case types.String():
            return iceberg.StringType()
        case types.Binary():
            return iceberg.BinaryType()
        case types.Date():
            return iceberg.DateType()
        case types.Time():
            return iceberg.TimeType()
        case types.Uuid():
            return iceberg.UUIDType()
        case _:
            assert_never(type_)


_PLAIN: Mapping[type[iceberg.IcebergType], DataType] = {
    iceberg.BooleanType: types.Boolean(),
    iceberg.IntegerType: types.Integer(32),
    iceberg.LongType: types.Integer(64),
    iceberg.FloatType: types.Float(32),
    iceberg.DoubleType: types.Float(64),
    iceberg.StringType: types.String(),
    iceberg.BinaryType: types.Binary(),
    iceberg.FixedType: types.Binary(),
    iceberg.DateType: types.Date(),
    iceberg.TimeType: types.Time(),
    iceberg.TimestampType: types.Timestamp(False),
    iceberg.TimestamptzType: types.Timestamp(True),
    iceberg.UUIDType: types.Uuid(),
}


def from_iceberg(type_: iceberg.IcebergType) -> DataType:
    """Our type of an Iceberg type. Raises ValueError for one that no table of ours holds."""
    match type_:
        case iceberg.DecimalType():
            return types.Decimal(type_.precision, type_.scale)
        case iceberg.StructType():
            return types.Struct(tuple(types.Field(f.name, from_iceberg(f.field_type)) for f in type_.fields))
        case iceberg.ListType():
            return types.List(from_iceberg(type_.element_type))
        case iceberg.MapType():
            return types.Map(from_iceberg(type_.key_type), from_iceberg(type_.value_type))
        case _ if type(type_) in _PLAIN:
            return _PLAIN[type(type_)]
        case _:
            raise ValueError(f"no type of ours for Iceberg's {type_}")


def from_iceberg_schema(schema: IcebergSchema, required: frozenset[str] = frozenset()) -> Schema:
    """Our schema of an Iceberg schema; `required` names columns that are promised beyond what Iceberg was told."""
    return Schema(tuple(Column(f.name, from_iceberg(f.field_type), f.required or f.name in required) for f in schema.fields))


def paths_of(schema: IcebergSchema) -> Iterator[tuple[Path, int]]:
    """The path and id of every column and nested part of a schema."""
    for field in schema.fields:
        yield (field.name,), field.field_id
        yield from _nested(field.field_type, (field.name,))


def _nested(type_: iceberg.IcebergType, path: Path) -> Iterator[tuple[Path, int]]:
    parts: list[tuple[str, int, iceberg.IcebergType]]
    match type_:
        case iceberg.StructType():
            parts = [(f.name, f.field_id, f.field_type) for f in type_.fields]
        case iceberg.ListType():
            parts = [("element", type_.element_id, type_.element_type)]
        case iceberg.MapType():
            parts = [("key", type_.key_id, type_.key_type), ("value", type_.value_id, type_.value_type)]
        case _:
            return
    for name, field_id, nested in parts:
        yield (*path, name), field_id
        yield from _nested(nested, (*path, name))


def name_mapping(ids: Mapping[Path, int], above: Path = ()) -> NameMapping:
    """The mapping from names in files to ids, also of columns that the newest schema no longer has: old files hold them."""
    return NameMapping(_mapped(ids, above))


def _mapped(ids: Mapping[Path, int], above: Path) -> list[MappedField]:
    here = [(path, number) for path, number in ids.items() if path[:-1] == above]
    return [
        MappedField.model_validate({"field-id": number, "names": [path[-1]], "fields": _mapped(ids, path)})
        for path, number in here
    ]
