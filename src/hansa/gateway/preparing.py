"""What a query's answer and its parameters look like, found by the engine without running it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import duckdb

from hansa.gateway.asking import Prepared
from hansa.gateway.kept import Kept
from hansa.gateway.planned import Planned
from hansa.gateway.tree import Node
from hansa.model import sql

if TYPE_CHECKING:
    import pyarrow as pa

SCHEMAS = 256
"""Schemas of answers that are kept."""

_TEXT = "VARCHAR"


class Preparing:
    """Finds it out. What Arrow makes of columns of some names and types is asked of the engine once. Safe in many threads."""

    def __init__(self) -> None:
        self._schemas: Kept[tuple[tuple[str, ...], tuple[str, ...]], pa.Schema] = Kept(SCHEMAS)

    def prepared(self, connection: duckdb.DuckDBPyConnection, planned: Planned) -> Prepared:
        """The schema of the answer and of the parameters, in their order; a parameter whose type nothing tells is text."""
        import pyarrow as pa

        names = tuple(dict.fromkeys(str(p["identifier"]) for p in planned.checked.parameters))
        values = dict.fromkeys(names)
        schema = self.schema(connection.sql(planned.text, params=values) if names else connection.sql(planned.text))
        parameters = pa.schema([])
        if names:
            types = _types(planned)
            nulls = ", ".join(f"CAST(NULL AS {types.get(name, _TEXT)})" for name in names)
            found = self.schema(connection.sql(f"SELECT {nulls}"))
            parameters = pa.schema([(name, field.type) for name, field in zip(names, found, strict=True)])
        return Prepared(planned.as_written(schema), parameters, planned.decisions, planned.notices)

    def schema(self, relation: duckdb.DuckDBPyRelation) -> "pa.Schema":
        """What Arrow makes of a relation's columns."""
        key = (tuple(relation.columns), tuple(map(str, relation.types)))
        return self._schemas.made(key, lambda: relation.limit(0).to_arrow_table().schema)


def _types(planned: Planned) -> Mapping[str, str]:
    """The types of parameters that are compared with a column, cast, or say how many rows; others' stay unknown."""
    columns: dict[str, set[str]] = {}
    for column in (c for port in planned.ports for c in port.schema):
        columns.setdefault(column.name.lower(), set()).add(sql(column.type))
    found: dict[str, set[str]] = {}
    for node in planned.checked.nodes:
        for parameter, type_ in _told(node, columns):
            found.setdefault(parameter, set()).add(type_)
    return {parameter: next(iter(types)) for parameter, types in found.items() if len(types) == 1}


def _told(node: Node, columns: Mapping[str, set[str]]) -> Iterator[tuple[str, str]]:
    match node:
        case {"class": "CAST", "child": child, "type_expr": {"type_name": str(name), **rest}} if "children" not in rest:
            yield from ((p, name) for p in _parameters([child]) if name.replace(" ", "_").isidentifier())
        case {"class": "COMPARISON", "left": left, "right": right}:
            yield from _beside([left, right], columns)
        case {"class": "BETWEEN", "input": input_, "lower": lower, "upper": upper}:
            yield from _beside([input_, lower, upper], columns)
        case {"class": "OPERATOR", "type": "COMPARE_IN" | "COMPARE_NOT_IN", "children": children}:
            yield from _beside(children, columns)
        case {"type": "LIMIT_MODIFIER"}:
            yield from ((p, "BIGINT") for p in _parameters([node.get("limit", {}), node.get("offset", {})]))
        case _:
            pass


def _beside(nodes: Sequence[Node], columns: Mapping[str, set[str]]) -> Iterator[tuple[str, str]]:
    types = {
        type_
        for node in nodes
        if node.get("class") == "COLUMN_REF"
        for type_ in columns.get(str(node["column_names"][-1]).lower(), ("",))
    } - {""}
    for type_ in types if len(types) == 1 else ():
        yield from ((parameter, type_) for parameter in _parameters(nodes))


def _parameters(nodes: Sequence[Node]) -> Iterator[str]:
    return (str(node["identifier"]) for node in nodes if node.get("class") == "PARAMETER")
