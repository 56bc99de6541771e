"""What is offered and taken in: output ports, and the columns of output ports and sources."""

import datetime as dt
from collections.abc import Iterator, Mapping

from hansa.governance.asking import Row
from hansa.governance.relations.schema import (
    DOMAIN,
    FILE,
    LINE,
    PORT,
    PRODUCT,
    SIDE,
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
from hansa.model import ColumnClass, ContractColumn, DataType, Governance, OutputPort, Product, ServiceLevel, sql


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


def _columns(material: Material) -> Iterator[Row]:
    governance = material.mesh.governance
    masks = {c.name: c.mask for c in governance.classes}
    for side in sides(material.mesh):
        classes = {c.column.lower(): c for c in side.classes}
        types = {c.name.lower(): c.type for c in side.schema}
        for position, column in enumerate(side.table.columns, 1):
            key = column.name.lower()
            held = _held(column, classes.get(key), governance)
            yield _column(side, position, column, types.get(key), held, masks)


def _held(column: ContractColumn, found: ColumnClass | None, governance: Governance) -> tuple[str, ...]:
    """The classes that hold for a column: what was computed, else what the contract says, by the class's own name."""
    if found is not None:
        return found.effective
    meant = governance.find_class(column.classification) if column.classification else None
    word = meant.name if meant is not None else column.classification
    return (word,) if word else (governance.default_class,) if governance.default_class else ()


def _column(
    side: Side,
    position: int,
    column: ContractColumn,
    type_: DataType | None,
    classes: tuple[str, ...],
    masks: Mapping[str, str],
) -> Row:
    exact = type_ or column.type
    return (
        f"{side.port}#{column.name}",
        side.port,
        side.side,
        side.product,
        side.domain,
        column.name,
        position,
        sql(exact) if exact is not None else None,
        said(column.logical_type),
        column.not_null,
        column.unique,
        column.primary_key,
        column.partition,
        said(column.classification),
        classes,
        next((masks[c] for c in classes if masks.get(c)), None),
        said(column.title),
        said(column.description),
        column.tags,
        column.terms,
        column.critical,
        column.deprecated,
        len(column.rules),
        *where(column.place),
    )


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
    MeshRelation(
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
    ),
)
