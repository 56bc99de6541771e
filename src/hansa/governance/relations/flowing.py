"""What flows where, and how sensitive it is: column lineage, classes, declassifications and terms."""

from collections.abc import Callable, Iterator, Mapping

from hansa.frozen import dataclass
from hansa.governance.asking import Row
from hansa.governance.relations.schema import (
    FILE,
    LINE,
    Cells,
    LargeRelation,
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
from hansa.model import ColumnRead, DataClass, MeshOrigin, Product
from hansa.model.lineage import Learnt, Subtype

EVERY = "*"

_Origin = tuple[str | None, str, str]
_KINDS = {s: s.kind for s in Subtype}
_TEXTS = {s: str(s) for s in Subtype}
_LEARNT = {k: str(k) for k in Learnt}


@dataclass(frozen=True, slots=True)
class _Edges:
    """The lineage of one port: the columns that are read, and for each the column that it flows into."""

    product: Product
    port: str
    to: list[str]
    reads: list[ColumnRead]
    origins: Mapping[str, _Origin]

    def shared(self, cell: str) -> list[str]:
        return [cell] * len(self.to)

    def origin(self, part: int) -> list[str | None]:
        """The product, port or side of what is read."""
        known = {t: self._of_table(t)[part] for t in {r.table for r in self.reads}}
        return [known[r.table] for r in self.reads]

    def _of_table(self, table: str) -> _Origin:
        return self.origins.get(table.lower()) or (None, f"{self.product.address}.{table}", "source")


def _lineage(material: Material) -> Iterator[_Edges]:
    for product in material.mesh.products:
        origins = {i.name.lower(): _origin(product, i.name) for i in product.inputs}
        for port in product.outputs:
            columns, rows = port.lineage.columns, port.lineage.rows
            to = [column.column for column in columns for _ in column.reads] + [EVERY] * len(rows)
            reads = [read for column in columns for read in column.reads] + [*rows]
            yield _Edges(product, str(port.pinned), to, reads, origins)


def _origin(product: Product, name: str) -> _Origin:
    """The product that an input reads, its port and its side; a source is the input port itself."""
    given = product.input(name)
    if given is not None and isinstance(given.origin, MeshOrigin):
        return str(given.origin.port.of_product), str(given.origin.pinned), "output"
    return None, f"{product.address}.{name}", "source"


_LINEAGE: Mapping[str, Callable[[_Edges], Cells]] = {
    "to_product": lambda g: g.shared(str(g.product.address)),
    "to_domain": lambda g: g.shared(g.product.address.domain),
    "to_port": lambda g: g.shared(g.port),
    "to_column": lambda g: g.to,
    "from_product": lambda g: g.origin(0),
    "from_port": lambda g: g.origin(1),
    "from_side": lambda g: g.origin(2),
    "from_column": lambda g: [r.column for r in g.reads],
    "input": lambda g: [r.table for r in g.reads],
    "kind": lambda g: [_KINDS[r.subtype] for r in g.reads],
    "subtype": lambda g: [_TEXTS[r.subtype] for r in g.reads],
    "learnt": lambda g: [_LEARNT[r.learnt] for r in g.reads],
}


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
        active = d.holds(material.today)
        yield (d.column, d.lowers, d.to, d.reason, d.approver, said(d.scope), decided, expires, active, *where(d.place))


def _terms(material: Material) -> Iterator[Row]:
    for t in material.mesh.governance.terms:
        yield (t.id, t.name, said(t.definition), t.synonyms, t.parents, said(t.owner), said(t.status), *where(t.place))


FLOWING = (
    LargeRelation(
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
        _LINEAGE,
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
