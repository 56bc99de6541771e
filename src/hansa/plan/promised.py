"""A port's promise in the one form in which two of them are compared, be it of the mesh or of a record of any format."""

import json
from collections.abc import Mapping
from dataclasses import field
from typing import Any

from hansa.frozen import dataclass
from hansa.model import ContractColumn, DataType, OutputPort, fingerprint, sql
from hansa.names import PortMajor, parse_port
from hansa.plan.former import FormerColumn, FormerPort

_ENDED = ("deprecated", "retired")
"""What a contract's status says of a port whose time ends."""


@dataclass(frozen=True, slots=True)
class Promised:
    """A port as readers know it. `document` is its contract in ODCS's form, `table` the object of it that the port offers.

    `stored` has the types of columns that the contract leaves open; `classes` the classes that hold for a column; `about` what
    the product says of the port besides; `rules` the fingerprints of quality rules, where a record has no more of them than that.
    """

    port: PortMajor
    version: str
    document: Mapping[str, Any]
    table: str
    deprecated: bool = False
    ends: str = ""
    stored: Mapping[str, DataType] = field(default_factory=dict)
    classes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)
    rules: Mapping[str, str] = field(default_factory=dict)


def promised(output: OutputPort, *, written: bool) -> Promised:
    """A port of the mesh or of a record; with its contract as `written`, or in the form that its columns give."""
    contract = output.contract
    open_columns = {c.name for c in output.table.columns if not c.exact}
    ends = {s.property: str(s.value) for s in contract.service_levels}
    return Promised(
        port=output.pinned,
        version=str(contract.version),
        document=json.loads(contract.document) if written else _document(output),
        table=output.table.name,
        deprecated=output.deprecated or contract.status.lower() in _ENDED,
        ends=ends.get("endOfSupport") or ends.get("endOfLife", ""),
        stored={c.name: c.type for c in output.schema if c.name in open_columns},
        classes={c.column: c.effective for c in output.classes},
        about={"title": output.title, "description": output.description, "refresh": _refresh(output)},
    )


def pair(before: OutputPort, after: OutputPort) -> tuple[Promised, Promised]:
    """Both sides in the same form: what people wrote when both know it."""
    written = bool(before.contract.document and after.contract.document)
    return promised(before, written=written), promised(after, written=written)


def former_pair(before: FormerPort, after: OutputPort) -> tuple[Promised, Promised]:
    """A port as a record of format 1 holds it, and a port of the mesh as such a record would."""
    return _formerly(before), _formerly(_as_former(after))


def _formerly(port: FormerPort) -> Promised:
    pinned = parse_port(port.port)
    assert isinstance(pinned, PortMajor), port.port
    properties = [
        _property(c.name, c.type, required=c.required, unique=c.unique, key=c.primary_key)
        | {"classification": c.classification, "description": c.description}
        for c in port.columns
    ]
    rules = {"": port.rules} | {c.name: c.rules for c in port.columns}
    return Promised(
        port=pinned,
        version=port.version,
        document=_odcs(port.contract, port.version, pinned.name.port, properties),
        table=pinned.name.port,
        deprecated=port.deprecated,
        about={"description": port.description},
        rules=rules,
    )


def _as_former(output: OutputPort) -> FormerPort:
    stored = {c.name: sql(c.type) for c in output.schema}
    return FormerPort(
        port=str(output.pinned),
        contract=output.contract.id,
        version=str(output.contract.version),
        columns=tuple(_former_column(c, stored[c.name]) for c in output.table.columns),
        description=output.description or output.table.description,
        deprecated=output.deprecated,
        rules=fingerprint(output.table.rules),
    )


def _former_column(column: ContractColumn, stored: str) -> FormerColumn:
    return FormerColumn(
        name=column.name,
        type=stored,
        required=column.not_null,
        unique=column.unique,
        primary_key=column.primary_key,
        classification=column.classification,
        description=column.description,
        rules=fingerprint((column.limits, column.accepted, column.rules)),
    )


def _document(output: OutputPort) -> Mapping[str, Any]:
    """A contract that people did not write here, such as that of an older record: what its columns say."""
    properties = []
    for column in output.table.columns:
        physical = sql(column.type) if column.exact and column.type is not None else ""
        said = _property(column.name, physical, required=column.required, unique=column.unique, key=column.primary_key)
        more = {"logicalType": column.logical_type, "classification": column.classification, "description": column.description}
        properties.append(said | {key: value for key, value in more.items() if value})
    return _odcs(output.contract.id, str(output.contract.version), output.table.name, properties)


def _property(name: str, type_: str, *, required: bool, unique: bool, key: int | None) -> dict[str, Any]:
    said: dict[str, Any] = {"name": name, "required": required, "unique": unique, "primaryKey": key is not None}
    if key is not None:
        said["primaryKeyPosition"] = key
    return said | ({"physicalType": type_} if type_ else {})


def _odcs(contract: str, version: str, table: str, properties: list[dict[str, Any]]) -> Mapping[str, Any]:
    schema = [{"name": table, "properties": properties}]
    return {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": contract,
        "version": version,
        "status": "active",
        "schema": schema,
    }


def _refresh(output: OutputPort) -> str:
    said = output.refresh
    parts = [str(said.mode), said.watermark, " ".join(said.by), " ".join(said.key)]
    return ", ".join(p for p in parts if p)
