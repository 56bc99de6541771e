"""What is offered and taken in: output ports, and the columns of output ports and sources."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping

from hansa.frozen import dataclass
from hansa.governance.asking import Row
from hansa.governance.relations.schema import (
    DOMAIN,
    FILE,
    LINE,
    PORT,
    PRODUCT,
    SIDE,
    Cells,
    LargeRelation,
    Material,
    MeshRelation,
    RelationSchema,
    day,
    flag,
    number,
    said,
    text,
    texts,
    where,
)
from hansa.governance.relations.sides import Side, sides
from hansa.model import ColumnClass, ContractColumn, Governance, OutputPort, Product, ServiceLevel, sql


def _ports(material: Material) -> Iterator[Row]:
    return (_port(p, o) for p in material.mesh.products for o in p.outputs)


def _port(product: Product, port: OutputPort) -> Row:
    contract = port.contract
    return (
        str(port.pinned),
        str(product.address),
        product.address.domain,
        port.address.port,
        port.major,
        contract.id,
        str(contract.version),
        said(contract.status),
        said(port.title or port.table.title or contract.title),
        said(port.description or port.table.description or contract.description),
        port.deprecated or contract.status == "deprecated",
        level_day(contract.service_levels, "endOfSupport"),
        level_day(contract.service_levels, "endOfLife"),
        str(port.refresh.mode),
        said(port.refresh.watermark),
        port.model,
        len(port.schema),
        port.table.primary_key,
        port.partition_by,
        port.sort_by,
        product.main is port,
        *where(port.place),
    )


def level_day(levels: tuple[ServiceLevel, ...], name: str) -> str | None:
    """The day that a service level says, as ISO text; a moment counts as its day, anything else as nothing."""
    written = next((str(s.value) for s in levels if s.property == name), "")
    try:
        return dt.date.fromisoformat(written[:10]).isoformat()
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class _Columns:
    """The columns that one contract promises, with the classes that hold for each."""

    side: Side
    governance: Governance

    @property
    def columns(self) -> tuple[ContractColumn, ...]:
        return self.side.table.columns

    def shared(self, cell: str) -> list[str]:
        return [cell] * len(self.columns)

    def types(self) -> list[str | None]:
        stored = {c.name: c.type for c in self.side.schema}
        exact = [stored.get(c.name) or c.type for c in self.columns]
        # Types are shared by many columns, and hashing one takes longer than looking at where it lives.
        texts = {id(t): sql(t) for t in {id(t): t for t in exact if t is not None}.values()}
        return [texts.get(id(t)) for t in exact]

    def classes(self) -> list[tuple[str, ...]]:
        found = {c.column.lower(): c for c in self.side.classes}
        return [_held(c, found.get(c.name.lower()), self.governance) for c in self.columns]

    def masks(self) -> list[str | None]:
        masks = {c.name: c.mask for c in self.governance.classes}
        held = self.classes()
        known = {classes: next((masks[c] for c in classes if masks.get(c)), None) for classes in set(held)}
        return [known[classes] for classes in held]


def _columns(material: Material) -> Iterator[_Columns]:
    return (_Columns(side, material.mesh.governance) for side in sides(material.mesh))


def _held(column: ContractColumn, found: ColumnClass | None, governance: Governance) -> tuple[str, ...]:
    """The classes that hold for a column: what was computed, else what the contract says, by the class's own name."""
    if found is not None:
        return found.effective
    meant = governance.find_class(column.classification) if column.classification else None
    word = meant.name if meant is not None else column.classification
    return (word,) if word else (governance.default_class,) if governance.default_class else ()


_COLUMNS: Mapping[str, Callable[[_Columns], Cells]] = {
    "address": lambda g: [f"{g.side.port}#{c.name}" for c in g.columns],
    "port": lambda g: g.shared(g.side.port),
    "side": lambda g: g.shared(g.side.side),
    "product": lambda g: g.shared(g.side.product),
    "domain": lambda g: g.shared(g.side.domain),
    "column_name": lambda g: [c.name for c in g.columns],
    "position": lambda g: range(1, len(g.columns) + 1),
    "type": _Columns.types,
    "logical_type": lambda g: [said(c.logical_type) for c in g.columns],
    "required": lambda g: [c.not_null for c in g.columns],
    "is_unique": lambda g: [c.unique for c in g.columns],
    "key_position": lambda g: [c.primary_key for c in g.columns],
    "partition_position": lambda g: [c.partition for c in g.columns],
    "classification": lambda g: [said(c.classification) for c in g.columns],
    "classes": _Columns.classes,
    "mask": _Columns.masks,
    "title": lambda g: [said(c.title) for c in g.columns],
    "description": lambda g: [said(c.description) for c in g.columns],
    "tags": lambda g: [c.tags for c in g.columns],
    "terms": lambda g: [c.terms for c in g.columns],
    "critical": lambda g: [c.critical for c in g.columns],
    "deprecated": lambda g: [c.deprecated for c in g.columns],
    "checks": lambda g: [len(c.rules) for c in g.columns],
    "file": lambda g: [where(c.place)[0] for c in g.columns],
    "line": lambda g: [where(c.place)[1] for c in g.columns],
}

PORTS = (
    MeshRelation(
        RelationSchema(
            "ports",
            "The output ports; each major of a port is a row.",
            (
                text("port", "the port at its major, `domain.product.port@1`"),
                PRODUCT,
                DOMAIN,
                text("name", "its name in the product"),
                number("major", "its major"),
                text("contract", "the id of its contract"),
                text("contract_version", "the version of its contract"),
                text("contract_status", "the status of its contract: proposed, draft, active, deprecated, retired"),
                text("title", "its title, else that of its contract"),
                text("description", "what it holds, else what its contract says"),
                flag("deprecated", "whether it, or its contract, is deprecated"),
                day("end_of_support", "the day that the service level `endOfSupport` says"),
                day("end_of_life", "the day that the service level `endOfLife` says"),
                text("refresh", "how it takes in new data: full, append, partition, merge"),
                text("watermark", "the column by which newer rows are told"),
                text("model", "the model that feeds it"),
                number("columns", "how many columns it has"),
                texts("primary_key", "the columns of its primary key, in order"),
                texts("partition_by", "the columns that its files are split by"),
                texts("sort_by", "the order of its rows"),
                flag("is_main", "whether `domain.product` means it in SQL"),
                FILE,
                LINE,
            ),
        ),
        _ports,
    ),
    LargeRelation(
        RelationSchema(
            "columns",
            "The columns that contracts promise: of output ports, and of sources.",
            (
                text("address", "the column's address, `port#column`"),
                PORT,
                SIDE,
                PRODUCT,
                DOMAIN,
                text("column_name", "its name"),
                number("position", "its place in the contract, from 1"),
                text("type", "the type that is stored, in SQL"),
                text("logical_type", "the logical type that the contract says"),
                flag("required", "whether nulls are forbidden, by `required` or the primary key"),
                flag("is_unique", "whether it says `unique`"),
                number("key_position", "its place in the primary key, from 1; null outside of it"),
                number("partition_position", "its place in the partitioning, from 1; null outside of it"),
                text("classification", "the class that the contract says, as written"),
                texts("classes", "the classes that hold, with what flows in; of a source, what its contract says"),
                text("mask", "the mask of those classes, from classifications.yaml"),
                text("title", "its business name"),
                text("description", "what it holds"),
                texts("tags", "its tags"),
                texts("terms", "the glossary's terms for it, by id"),
                flag("critical", "whether it is a critical data element"),
                flag("deprecated", "whether it is deprecated"),
                number("checks", "how many quality rules it has of its own"),
                FILE,
                LINE,
            ),
        ),
        _columns,
        _COLUMNS,
    ),
)
