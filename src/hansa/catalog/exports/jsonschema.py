"""The rows of a port as the HTTP API writes them in JSON, as a schema (JSON Schema 2020-12, as OpenAPI 3.1 has it).

It follows `hansa.rows`, which says what each kind of value looks like. No values of the data are in it, not even those that a
contract allows: a mask makes others of them.
"""

from typing import Any, assert_never

from hansa.model import DataType, OutputPort
from hansa.model.types import Binary, Boolean, Date, Decimal, Float, Integer, List, Map, String, Struct, Time, Timestamp, Uuid

JsonSchema = dict[str, Any]


def row_schema(output: OutputPort) -> JsonSchema:
    """A row: none of its columns is required, since a reader asks for some, and may not see others."""
    classes = {c.column.lower(): c.effective for c in output.classes}
    properties: dict[str, JsonSchema] = {}
    for column in output.schema:
        promised, classed = output.table.find(column.name), classes.get(column.name.lower(), ())
        said: JsonSchema = type_schema(column.type) if column.required and not classed else nullable(type_schema(column.type))
        if promised is not None:
            said |= {k: v for k, v in (("title", promised.title), ("description", promised.description)) if v}
            if promised.deprecated:
                said["deprecated"] = True
            if promised.terms:
                said["x-hansa-terms"] = list(promised.terms)
        if classed:
            said["x-hansa-classes"] = list(classed)
        properties[column.name] = said
    return {"type": "object", "title": str(output.pinned), "properties": properties}


def type_schema(of: DataType) -> JsonSchema:
    """What a value that is not null looks like."""
    match of:
        case Boolean():
            return {"type": "boolean"}
        case Integer(bits):
            return {"type": "integer", "format": f"int{bits}"}
        case Decimal():
            return {"type": "string", "format": "decimal"}
        case Float():
            return {"anyOf": [{"type": "number"}, {"enum": ["NaN", "Infinity", "-Infinity"]}]}
        case String():
            return {"type": "string"}
        case Binary():
            return {"type": "string", "contentEncoding": "base64"}
        case Date():
            return {"type": "string", "format": "date"}
        case Time():
            return {"type": "string", "format": "time-local"}
        case Timestamp(zoned):
            return {"type": "string", "format": "date-time" if zoned else "date-time-local"}
        case Uuid():
            return {"type": "string", "format": "uuid"}
        case Struct(fields):
            return {"type": "object", "properties": {f.name: nullable(type_schema(f.type)) for f in fields}}
        case List(element):
            return {"type": "array", "items": nullable(type_schema(element))}
        case Map(key, value):
            return _map(key, value)
        case _:
            assert_never(of)


def nullable(schema: JsonSchema) -> JsonSchema:
    if "anyOf" in schema:
        return {"anyOf": [*schema["anyOf"], {"type": "null"}]}
    told = schema["type"]
    return schema | {"type": [*(told if isinstance(told, list) else [told]), "null"]}


def _map(key: DataType, value: DataType) -> JsonSchema:
    held = nullable(type_schema(value))
    entry = {"type": "object", "properties": {"key": type_schema(key), "value": held}}
    if isinstance(key, String):
        # A map with nothing in it cannot be told from a list, and is written as one.
        return {"anyOf": [{"type": "object", "additionalProperties": held}, {"type": "array", "maxItems": 0}]}
    return {"type": "array", "items": entry}
