"""What a relation is: named columns with types and meanings, and the rows that a mesh and its recorded facts have in it."""

import datetime as dt
import enum
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from hansa.governance.asking import Row
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
