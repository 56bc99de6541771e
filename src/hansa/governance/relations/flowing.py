"""What flows where, and how sensitive it is: column lineage, classes, declassifications and terms."""

from collections.abc import Iterator

from hansa.governance.asking import Row
from hansa.governance.relations.schema import (
    FILE,
    LINE,
    Material,
    MeshRelation,
    RelationSchema,
    day,
    flag,
    said,
    text,
    texts,
    where,
)
from hansa.model import ColumnRead, DataClass, MeshOrigin, OutputPort, Product

EVERY = "*"


def _lineage(material: Material) -> Iterator[Row]:
    for product in material.mesh.products:
        origins = {i.name.lower(): _origin(product, i.name) for i in product.inputs}
        for port in product.outputs:
            yield from _of_port(product, port, origins)


def _origin(product: Product, name: str) -> tuple[str, str | None, str]:
    """The port that an input reads, its product and its side; a source is the input port itself."""
    given = product.input(name)
    if given is not None and isinstance(given.origin, MeshOrigin):
        return str(given.origin.pinned), str(given.origin.port.of_product), "output"
    return f"{product.address}.{name}", None, "source"


def _of_port(product: Product, port: OutputPort, origins: dict[str, tuple[str, str | None, str]]) -> Iterator[Row]:
    to = (str(product.address), product.address.domain, str(port.pinned))

    def edge(column: str, read: ColumnRead) -> Row:
        source, supplier, side = origins.get(read.table.lower()) or (f"{product.address}.{read.table}", None, "source")
        from_ = (supplier, source, side, read.column, read.table)
        return (*to, column, *from_, read.subtype.kind, str(read.subtype), str(read.learnt))

    for column in port.lineage.columns:
        yield from (edge(column.column, read) for read in column.reads)
    yield from (edge(EVERY, read) for read in port.lineage.rows)


def _classifications(material: Material) -> Iterator[Row]:
    governance = material.mesh.governance
    known = {c.name: c for c in governance.classes}
    for c in governance.classes:
        yield (c.name, said(c.title), said(c.description), c.above, _covers(c, known), said(c.mask), c.indirect, c.also,
               c.name == governance.default_class, *where(c.place))  # fmt: skip


def _covers(data_class: DataClass, known: dict[str, DataClass]) -> tuple[str, ...]:
    """The class and all that it is stricter than."""
    covered, waiting = {data_class.name}, list(data_class.above)
    while waiting:
        name = waiting.pop()
        if name not in covered:
            covered.add(name)
            waiting += known[name].above if name in known else ()
    return tuple(sorted(covered))


def _declassifications(material: Material) -> Iterator[Row]:
    for d in material.mesh.governance.declassifications:
        decided = d.decided.isoformat() if d.decided else None
        expires = d.expires.isoformat() if d.expires else None
        active = d.expires is None or d.expires >= material.today
        yield (d.column, d.lowers, d.to, d.reason, d.approver, said(d.scope), decided, expires, active, *where(d.place))


def _terms(material: Material) -> Iterator[Row]:
    for t in material.mesh.governance.terms:
        yield (t.id, t.name, said(t.definition), t.synonyms, t.parents, said(t.owner), said(t.status), *where(t.place))


FLOWING = (
    MeshRelation(
        RelationSchema(
            "lineage",
            "From which column each column of an output port comes, one step back: to what its product reads.",
            (
                text("to_product", "the product that is computed"),
                text("to_domain", "its domain"),
                text("to_port", "the output port, at its major"),
                text("to_column", f"the column; `{EVERY}` for what decides the rows, and so takes part in every column"),
                text("from_product", "the product that it comes from; null for a source"),
                text("from_port", "the port that it comes from, at its major; for a source, the input port"),
                text("from_side", "`output` for a port of the mesh, `source` for data from outside"),
                text("from_column", "the column that it comes from"),
                text("input", "the name of the input port that brings it"),
                text("kind", "`direct` carries values, `indirect` only decides which rows or values there are"),
                text(
                    "subtype",
                    "identity, transformation, aggregation; join, group_by, filter, sort, window, conditional",
                ),
                text("learnt", "how it is known: parsed, declared, observed; assumed when nobody knows"),
            ),
        ),
        _lineage,
    ),
    MeshRelation(
        RelationSchema(
            "classifications",
            "The classes of data that governance declares.",
            (
                text("class", "its name"),
                text("title", "its title"),
                text("description", "what belongs to it"),
                texts("above", "the classes that it is stricter than, directly"),
                texts("covers", "itself and all classes that it is stricter than"),
                text("mask", "how its columns are masked"),
                flag("indirect", "whether it follows joins, filters and grouping, too"),
                texts("also", "other words by which contracts mean it"),
                flag("is_default", "whether columns without a class have it"),
                FILE,
                LINE,
            ),
        ),
        _classifications,
    ),
    MeshRelation(
        RelationSchema(
            "declassifications",
            "The decisions that a column is less sensitive than what flows into it.",
            (
                text("subject", "the column, by its address, as written"),
                texts("lowers", "the classes that are lowered"),
                text("to_class", "the class that they are lowered to"),
                text("reason", "why"),
                text("approver", "who decided"),
                text("scope", "what it holds for"),
                day("decided", "the day of the decision"),
                day("expires", "the last day on which it holds"),
                flag("active", "whether it holds today"),
                FILE,
                LINE,
            ),
        ),
        _declassifications,
    ),
    MeshRelation(
        RelationSchema(
            "terms",
            "The glossary: words of the business with their one meaning.",
            (
                text("term", "its id"),
                text("name", "the word"),
                text("definition", "what it means"),
                texts("synonyms", "other words for it"),
                texts("parents", "broader terms, by id"),
                text("owner", "who answers for it"),
                text("status", "its status"),
                FILE,
                LINE,
            ),
        ),
        _terms,
    ),
)
