"""What a relation is: named columns with types and meanings, and the rows that a mesh and its recorded facts have in it."""

import datetime as dt
import enum
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Generic, TypeVar

from hansa.frozen import dataclass
from hansa.governance.asking import PART_ROWS, Part, RelationRows, Row, Value
from hansa.governance.facts import Facts
from hansa.model import Mesh
from hansa.trouble import Place


class Kind(enum.StrEnum):
    """The types of columns, as DuckDB writes them."""

    TEXT = "VARCHAR"
    NUMBER = "BIGINT"
    AMOUNT = "DOUBLE"
    FLAG = "BOOLEAN"
    DAY = "DATE"
    MOMENT = "TIMESTAMP"
    TEXTS = "VARCHAR[]"


@dataclass(frozen=True, slots=True)
class RelationColumn:
    """One column. Flags and lists are never null; everything else is null where nothing was written or is known."""

    name: str
    type: Kind
    description: str


@dataclass(frozen=True, slots=True)
class RelationSchema:
    """A relation or view of the public surface. `sql` is a view's query; empty for a relation."""

    name: str
    description: str
    columns: tuple[RelationColumn, ...]
    sql: str = ""

    @property
    def typed(self) -> tuple[tuple[str, str], ...]:
        """The columns as (name, SQL type)."""
        return tuple((c.name, str(c.type)) for c in self.columns)


@dataclass(frozen=True, slots=True)
class Material:
    """What rows are made of: the compiled mesh, what is recorded, and the day that counts as today."""

    mesh: Mesh
    facts: Facts
    today: dt.date


@dataclass(frozen=True, slots=True)
class MeshRelation:
    """A relation with the function that makes its rows."""

    schema: RelationSchema
    rows: Callable[[Material], Iterable[Row]]

    def given(self, material: Material) -> RelationRows:
        """The relation of a mesh, whose rows are made when somebody wants them."""
        return RelationRows(self.schema.typed, lambda: self.rows(material))


Group = TypeVar("Group")
Cells = Sequence[Value | tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class LargeRelation(Generic[Group]):
    """A relation of very many rows, which are made a group at a time, such as all columns of a port, and column by column.

    `cells` has, for each column, what makes its cells of one group: as many as the group has rows. Columns that nobody wants
    cost nothing.
    """

    schema: RelationSchema
    groups: Callable[[Material], Iterable[Group]]
    cells: Mapping[str, Callable[[Group], Cells]]

    def given(self, material: Material) -> RelationRows:
        return RelationRows(self.schema.typed, parts=lambda wanted: self._parts(material, wanted))

    def _parts(self, material: Material, wanted: Collection[str]) -> Iterator[Part]:
        makers = [self.cells[c.name] for c in self.schema.columns if c.name in wanted]
        part: list[list[Value | tuple[str, ...]]] = [[] for _ in makers]
        for group in self.groups(material):
            for cells, make in zip(part, makers, strict=True):
                cells += make(group)
            if len(part[0]) >= PART_ROWS:
                yield tuple(part)
                part = [[] for _ in makers]
        if part[0]:
            yield tuple(part)


def text(name: str, description: str) -> RelationColumn:
    return RelationColumn(name, Kind.TEXT, description)


def number(name: str, description: str) -> RelationColumn:
    return RelationColumn(name, Kind.NUMBER, description)


def amount(name: str, description: str) -> RelationColumn:
    return RelationColumn(name, Kind.AMOUNT, description)


def flag(name: str, description: str) -> RelationColumn:
    return RelationColumn(name, Kind.FLAG, description)


def day(name: str, description: str) -> RelationColumn:
    return RelationColumn(name, Kind.DAY, description)


def moment(name: str, description: str) -> RelationColumn:
    return RelationColumn(name, Kind.MOMENT, f"{description}; UTC")


def texts(name: str, description: str) -> RelationColumn:
    return RelationColumn(name, Kind.TEXTS, description)


FILE = text("file", "the file in which it is declared")
LINE = number("line", "the line in that file")
PRODUCT = text("product", "the product, `domain.product`")
DOMAIN = text("domain", "the domain")
PORT = text("port", "an output port at its major, `domain.product.port@1`; for a source, the input port, `domain.product.input`")
SIDE = text("side", "`output` for what a product offers, `source` for what it takes in from outside the mesh")


def said(written: str) -> str | None:
    """A text that may be missing: SQL's word for that is null."""
    return written or None


def where(place: Place | None) -> tuple[str | None, int | None]:
    """File and line of a place."""
    return (place.file, place.line or None) if place is not None else (None, None)
