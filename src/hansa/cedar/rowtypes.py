"""The rows of ports as Cedar entities: one type for each port that a policy names, with the columns as attributes."""

import json
import re
from collections.abc import Iterable

from hansa.model import DataType, Mesh, OutputPort
from hansa.model.types import Boolean, Date, Decimal, Integer, String, Timestamp, Uuid
from hansa.names import PortName

ANY_ROW = "AnyRow"
"""The rows of whatever port: for policies that name none, and so can ask who reads, but of no column. No row has this type."""
_RESERVED = frozenset({"true", "false", "if", "then", "else", "in", "is", "like", "has"})
_ROW = re.compile(r"\b([a-z][a-z0-9_]*)::([a-z][a-z0-9_]*)::([a-z][a-z0-9_]*)::Row\b")


def row_type(port: PortName) -> str:
    """The type of a port's rows, whatever the major: a rule about rows must not end with a new one."""
    return f"{port.domain}::{port.product}::{port.port}::Row"


def rows_named(texts: Iterable[str]) -> tuple[PortName, ...]:
    """The ports whose rows policies speak of by type."""
    found = (match.groups() for text in texts for match in _ROW.finditer(text))
    return tuple(sorted({PortName(*words) for words in found if not _RESERVED.intersection(words)}))


def cedar_type(type_: DataType) -> str | None:
    """The Cedar type of a column as an attribute of its row; None when rules cannot ask for it."""
    match type_:
        case String() | Uuid():
            return "String"
        case Integer():
            return "Long"
        case Boolean():
            return "Bool"
        case Date() | Timestamp():
            return "datetime"
        case Decimal(precision, scale) if scale <= 4 and precision - scale <= 14:
            return "decimal"
        case _:
            return None


def row_schema(mesh: Mesh, ports: Iterable[PortName]) -> str:
    """The schema of the rows of these ports, and of the action that reads them. A port that the mesh does not have has none."""
    found = [(port, majors) for port in ports if (majors := _majors(mesh, port))]
    types = [ANY_ROW, *(row_type(port) for port, _ in found)]
    action = (
        'action "readRow" appliesTo {\n'
        f"  principal: [User, Service, Operator],\n  resource: [{', '.join(types)}],\n  context: Reading,\n}};"
    )
    return "\n".join([f"entity {ANY_ROW} in [Port];", *(_entity(port, majors) for port, majors in found), action, ""])


def _majors(mesh: Mesh, port: PortName) -> tuple[OutputPort, ...]:
    product = mesh.product(port.of_product)
    return tuple(o for o in product.outputs if o.address == port) if product is not None else ()


def _entity(port: PortName, majors: tuple[OutputPort, ...]) -> str:
    namespace, _, name = row_type(port).rpartition("::")
    lines = [f"  {attribute}," for attribute in _attributes(majors)]
    return "\n".join([f"namespace {namespace} {{", f"entity {name} in [Port] = {{", *lines, "};", "}"])


def _attributes(majors: tuple[OutputPort, ...]) -> Iterable[str]:
    """The columns of all majors; one that some of them lack, or that may hold nulls, may be absent from a row."""
    for name in dict.fromkeys(name for port in majors for name in port.schema.names):
        columns = [port.schema.find(name) for port in majors]
        types = {cedar_type(column.type) for column in columns if column is not None}
        always = all(column is not None and column.required for column in columns)
        kind = types.pop()
        if not types and kind is not None:
            yield f"{json.dumps(name, ensure_ascii=False)}{'' if always else '?'}: {kind}"
