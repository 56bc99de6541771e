"""What a publication remembers of a product's promise, so that a later plan can say what changed.

The text is JSON with a format number; older formats stay readable.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from hansa.model import ContractColumn, Fingerprint, OutputPort, Product, fingerprint, sql

FORMAT = 1


@dataclass(frozen=True, slots=True)
class DeclaredColumn:
    """A promised column as consumers know it; `type` is the stored type's text."""

    name: str
    type: str
    required: bool = False
    unique: bool = False
    primary_key: int | None = None
    classification: str = ""
    description: str = ""
    rules: str = ""


@dataclass(frozen=True, slots=True)
class DeclaredPort:
    """A port at one major with its columns; `rules` is the fingerprint of the table-wide checks."""

    port: str
    contract: str
    version: str
    columns: tuple[DeclaredColumn, ...]
    description: str = ""
    deprecated: bool = False
    rules: str = ""

    def find(self, name: str) -> DeclaredColumn | None:
        return next((c for c in self.columns if c.name == name), None)


@dataclass(frozen=True, slots=True)
class Declaration:
    """All ports of a product, its owner and models (name → fingerprint), as they were published."""

    product: str
    title: str
    owner: str
    version: str
    ports: tuple[DeclaredPort, ...]
    models: Mapping[str, str]
    changes: tuple[str, ...] = ()
    main: str = ""

    def port(self, name: str) -> DeclaredPort | None:
        return next((p for p in self.ports if p.port == name), None)


def declaration_of(product: Product, changes: tuple[str, ...] = ()) -> Declaration:
    """The declaration that a publication of this product records."""
    return Declaration(
        product=str(product.address),
        title=product.title,
        owner=product.owner,
        version=product.version,
        ports=tuple(_port(o) for o in product.outputs),
        models={m.name: str(fingerprint(m)) for m in product.models},
        changes=changes,
        main=product.main_port,
    )


def same_promise(a: Declaration, b: Declaration) -> bool:
    """Whether two declarations promise the same; what changed before each does not count."""
    return _body(a) == _body(b)


def to_text(declaration: Declaration) -> str:
    return json.dumps({**_body(declaration), "changes": list(declaration.changes)}, ensure_ascii=False)


def from_text(text: str) -> Declaration | None:
    """Read a recorded declaration; None for an empty text or a format from the future."""
    if not text:
        return None
    data = json.loads(text)
    if data.get("format") != FORMAT:
        return None
    ports = tuple(DeclaredPort(**{**p, "columns": tuple(DeclaredColumn(**c) for c in p["columns"])}) for p in data["ports"])
    return Declaration(
        data["product"],
        data["title"],
        data["owner"],
        data["version"],
        ports,
        data["models"],
        tuple(data["changes"]),
        data["main"],
    )


def _body(d: Declaration) -> dict[str, object]:
    return {
        "format": FORMAT,
        "product": d.product,
        "title": d.title,
        "owner": d.owner,
        "version": d.version,
        "ports": [_record(p, columns=[_record(c) for c in p.columns]) for p in d.ports],
        "models": dict(sorted(d.models.items())),
        "main": d.main,
    }


def _record(value: DeclaredPort | DeclaredColumn, **replaced: object) -> dict[str, object]:
    return {name: replaced.get(name, getattr(value, name)) for name in value.__dataclass_fields__}


def _port(output: OutputPort) -> DeclaredPort:
    stored = {c.name: c for c in output.schema}
    return DeclaredPort(
        port=str(output.pinned),
        contract=output.contract.id,
        version=str(output.contract.version),
        columns=tuple(_column(c, sql(stored[c.name].type)) for c in output.table.columns),
        description=output.description or output.table.description,
        deprecated=output.deprecated,
        rules=_rules(output.table.rules),
    )


def _column(column: ContractColumn, stored: str) -> DeclaredColumn:
    return DeclaredColumn(
        name=column.name,
        type=stored,
        required=column.not_null,
        unique=column.unique,
        primary_key=column.primary_key,
        classification=column.classification,
        description=column.description,
        rules=_rules((column.limits, column.accepted, column.rules)),
    )


def _rules(value: object) -> Fingerprint:
    return fingerprint(value)
