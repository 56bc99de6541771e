"""The lake's own text form of a schema: JSON with a format number, so that old publications stay readable."""

import json
from typing import Any, assert_never

from hansa.model import Column, DataType, Schema, types

FORMAT = 1


def schema_to_json(schema: Schema) -> str:
    """A schema as compact JSON; equal schemas give equal texts."""
    columns = [{"name": c.name, "type": _written(c.type), "required": c.required} for c in schema]
    return json.dumps({"format": FORMAT, "columns": columns}, ensure_ascii=False, separators=(",", ":"))


def schema_from_json(text: str) -> Schema:
    """Read `schema_to_json`'s text. Raises ValueError for anything else."""
    try:
        document = json.loads(text)
        if document["format"] != FORMAT:
            raise ValueError(f"a schema of format {document['format']}, this version reads {FORMAT}")
        return Schema(tuple(Column(c["name"], _read(c["type"]), bool(c["required"])) for c in document["columns"]))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a stored schema: {error!r}") from error


def _written(type_: DataType) -> object:
    match type_:
        case types.Boolean():
            return "boolean"
        case types.Integer(bits):
            return f"integer{bits}"
        case types.Float(bits):
            return f"float{bits}"
        case types.String():
            return "string"
        case types.Binary():
            return "binary"
        case types.Date():
            return "date"
        case types.Time():
            return "time"
        case types.Timestamp(zoned):
            return "timestamp_utc" if zoned else "timestamp"
        case types.Uuid():
            return "uuid"
        case types.Decimal(precision, scale):
            return {"decimal": [precision, scale]}
        case types.Struct(fields):
            return {"struct": [[f.name, _written(f.type)] for f in fields]}
        case types.List(element):
            return {"list": _written(element)}
        case types.Map(key, value):
            return {"map": [_written(key), _written(value)]}
        case _:
            assert_never(type_)


_PLAIN: dict[str, DataType] = {
    str(_written(t)): t
    for t in (
        types.Boolean(),
        types.Integer(32),
        types.Integer(64),
        types.Float(32),
        types.Float(64),
        types.String(),
        types.Binary(),
        types.Date(),
        types.Time(),
        types.Timestamp(False),
        types.Timestamp(True),
        types.Uuid(),
    )
}


def _read(value: Any) -> DataType:
    match value:
        case str():
            return _PLAIN[value]
        case {"decimal": [precision, scale]}:
            return types.Decimal(precision, scale)
        case {"struct": [*fields]}:
            return types.Struct(tuple(types.Field(name, _read(type_)) for name, type_ in fields))
        case {"list": element}:
            return types.List(_read(element))
        case {"map": [key, held]}:
            return types.Map(_read(key), _read(held))
        case _:
            raise ValueError(f"not a stored type: {value!r}")
