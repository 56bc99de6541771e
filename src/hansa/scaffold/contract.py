"""The contracts of new products and ports, as plain ODCS data."""

from typing import assert_never

from hansa.model.types import (
    Binary,
    Boolean,
    DataType,
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
    sql,
)
from hansa.names import ProductName
from hansa.scaffold.infer import InferredColumn
from hansa.scaffold.origin import Origin

ODCS = "v3.2.0"

EXAMPLE = (
    InferredColumn("id", "id", Integer(64), required=True, key=True),
    InferredColumn("name", "name", String(), required=True, key=False),
)


def output_contract(name: ProductName, port: str, columns: tuple[InferredColumn, ...], owner: str) -> dict[str, object]:
    """The contract of an output port."""
    return {
        **_contract(name, port, owner, f"What {name} offers as {port}."),
        "schema": [_table(port, "table", [_property(c) for c in columns])],
        "slaProperties": [{"property": "latency", "value": 1, "unit": "d"}],
    }


def source_contract(name: ProductName, port: str, origin: Origin, owner: str) -> dict[str, object]:
    """The contract of an external source: what we count on finding in it."""
    table = _table(port, "table" if origin.table else "file", [_property(c, as_found=True) for c in origin.inferred.columns])
    if origin.table and origin.table != port:
        table["physicalName"] = origin.table
    return {
        **_contract(name, port, owner, f"What {name} counts on finding in its source."),
        "schema": [table],
        "servers": [dict(origin.server)],
    }


def _contract(name: ProductName, port: str, owner: str, purpose: str) -> dict[str, object]:
    return {
        "apiVersion": ODCS,
        "kind": "DataContract",
        "id": f"{name}.{port}",
        "name": port,
        "version": "1.0.0",
        "status": "draft",
        "domain": name.domain,
        "description": {"purpose": purpose},
        "team": {"name": owner, "members": []} if owner else None,
    }


def _table(name: str, physical: str, properties: list[dict[str, object]]) -> dict[str, object]:
    return {"name": name, "logicalType": "object", "physicalType": physical, "properties": properties}


def _property(column: InferredColumn, *, as_found: bool = False) -> dict[str, object]:
    data = {
        "name": column.name,
        "description": column.name.replace("_", " ").capitalize() + ".",
        **_typed(column.type),
    }
    if as_found and column.found != column.name:
        data["physicalName"] = column.found
    if column.required:
        data["required"] = True
    if column.key:
        data |= {"primaryKey": True, "primaryKeyPosition": 1}
    return data


def _typed(type_: DataType) -> dict[str, object]:
    """The type of a column or of a part of one; ODCS says the parts of nested types one by one."""
    data: dict[str, object] = {"logicalType": logical_type(type_), "physicalType": sql(type_)}
    match type_:
        case Struct(fields):
            data["properties"] = [{"name": f.name, **_typed(f.type)} for f in fields]
        case List(element):
            data["items"] = _typed(element)
        case Map(key, value):
            data["map"] = {"key": _typed(key), "value": _typed(value)}
        case _:
            pass
    return data


def logical_type(type_: DataType) -> str:
    """The `logicalType` of ODCS for a stored type."""
    match type_:
        case Boolean():
            return "boolean"
        case Integer() | Decimal(scale=0):
            return "integer"
        case Decimal() | Float():
            return "number"
        case String() | Uuid() | Binary():
            return "string"
        case Date():
            return "date"
        case Time():
            return "time"
        case Timestamp():
            return "timestamp"
        case Struct():
            return "object"
        case List():
            return "array"
        case Map():
            return "map"
        case _:
            assert_never(type_)
