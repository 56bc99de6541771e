"""The type that a contract's `logicalType` stands for, and which stored types belong to its family."""

from hansa.declare.odcs import LogicalTypeOptions, SchemaProperty
from hansa.model.types import (
    Binary,
    Boolean,
    DataType,
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

_INTEGERS: dict[str, DataType] = {
    "i8": Integer(32),
    "i16": Integer(32),
    "i32": Integer(32),
    "u8": Integer(32),
    "u16": Integer(32),
    "u64": Decimal(20, 0),
    "i128": Decimal(38, 0),
    "u128": Decimal(38, 0),
}
_NO_OPTIONS = LogicalTypeOptions()
_ELEMENTS: dict[str, DataType] = {"float64": Float(64), "int8": Integer(32), "uint8": Integer(32), "binary": Integer(32)}


def logical_type(declared: SchemaProperty) -> DataType | None:
    """The default type of a property's logical type; None when the contract leaves it open."""
    options = declared.logical_type_options or _NO_OPTIONS
    match declared.logical_type:
        case "string":
            return Binary() if options.format in ("binary", "byte") and declared.physical_type else String()
        case "integer":
            return _INTEGERS.get(options.format, Integer(64))
        case "number":
            return Float(32) if options.format == "f32" else Float(64)
        case "boolean":
            return Boolean()
        case "date":
            return Date()
        case "timestamp":
            return Timestamp(zoned=bool(options.timezone))
        case "time":
            return Time()
        case "vector":
            return List(_ELEMENTS.get(options.element_type, Float(32)))
        case "object":
            return _object(declared)
        case "array":
            element = logical_type(declared.items) if declared.items is not None else String()
            return None if element is None else List(element)
        case "map":
            key = logical_type(declared.map.key) if declared.map and declared.map.key else String()
            value = logical_type(declared.map.value) if declared.map and declared.map.value else String()
            return None if key is None or value is None else Map(key, value)
        case _:
            return None


def _object(declared: SchemaProperty) -> DataType | None:
    parts = {p.name.lower(): p for p in reversed(declared.properties) if p.name}
    fields = [(p.name, logical_type(p)) for p in reversed(parts.values())]
    if not fields:
        return String()
    typed = tuple(Field(name, type_) for name, type_ in fields if type_ is not None)
    return Struct(typed) if len(typed) == len(fields) else None


def in_family(logical: str, stored: DataType) -> bool:
    """Whether a column of this logical type may be stored as this type; an unknown or open logical type admits all.

    Objects, arrays and maps may be stored as JSON text. `date` admits timestamps, since ODCS 3.0 had no other word for them.
    """
    match logical, stored:
        case "string", String() | Uuid() | Binary():
            return True
        case "integer", Integer() | Decimal(scale=0):
            return True
        case "number", Float() | Decimal() | Integer():
            return True
        case "boolean", Boolean():
            return True
        case "date", Date() | Timestamp():
            return True
        case "timestamp", Timestamp():
            return True
        case "time", Time():
            return True
        case "object", Struct() | Map() | String():
            return True
        case "array", List() | String():
            return True
        case "vector", List() | String() | Binary():
            return True
        case "map", Map() | Struct() | String():
            return True
        case (
            ("string" | "integer" | "number" | "boolean" | "date" | "timestamp" | "time" | "object" | "array" | "vector" | "map"),
            _,
        ):
            return False
        case _:
            return True


def fits(open_type: DataType, produced: DataType) -> bool:
    """Whether a produced type is a member of an open type's family, all the way down."""
    match open_type, produced:
        case Integer(), Integer() | Decimal(scale=0):
            return True
        case Float(), Float() | Decimal() | Integer():
            return True
        case Decimal(scale=0), Integer() | Decimal(scale=0):
            return True
        case String(), String() | Uuid():
            return True
        case Timestamp(zoned), Timestamp(produced_zoned):
            return produced_zoned or not zoned
        case Struct(ours), Struct(theirs):
            named = {f.name.lower(): f.type for f in theirs}
            return len(ours) == len(theirs) and all(f.name.lower() in named and fits(f.type, named[f.name.lower()]) for f in ours)
        case List(element), List(produced_element):
            return fits(element, produced_element)
        case Map(key, value), Map(produced_key, produced_value):
            return fits(key, produced_key) and fits(value, produced_value)
        case _:
            return open_type == produced
