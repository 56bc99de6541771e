"""`/columns`: every column that is promised, with what it means and of which class it is."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Query

from hansa.model import OutputPort, sql
from hansa.server.api import Listing, Paged, Resource, Shown, Viewer, Viewing, example, refusals

router = APIRouter(prefix="/columns", tags=["columns"], route_class=Resource)


class ColumnShown(Shown):
    """A column as its contract promises it. `because` are the columns from which its classes flowed in."""

    model_config = example(
        column="customer.profiles.profiles@1#email", port="customer.profiles.profiles", major=1, name="email", position=2,
        type="VARCHAR", required=False, key=False, unique=False, title="", description="Where to write.", classes=["personal"],
        because=[], terms=[], tags=[], deprecated=False, critical=False, accepted=[],
    )  # fmt: skip
    column: str
    port: str
    major: int
    name: str
    position: int
    type: str
    required: bool
    key: bool
    unique: bool
    title: str
    description: str
    classes: list[str]
    because: list[str]
    terms: list[str]
    tags: list[str]
    deprecated: bool
    critical: bool
    accepted: list[str | int | float | bool | None]


class Columns(Listing[ColumnShown]):
    """Columns by port, in the order of their contracts. They are not counted."""


@router.get("", responses=refusals("H742", "H857"))
def listed(
    viewer: Viewing,
    pages: Paged,
    port: Annotated[str, Query(max_length=300, description="Only of this port, or of the main port of this product.")] = "",
    product: Annotated[str, Query(max_length=200, description="Only of this product.")] = "",
    name: Annotated[str, Query(max_length=255, description="Only of this name, in any case of letters.")] = "",
    class_: Annotated[str, Query(alias="class", max_length=200, description="Only of this class of data.")] = "",
    term: Annotated[str, Query(max_length=200, description="Only those that mean this term of the glossary.")] = "",
) -> Columns:
    """The columns that the caller may have described."""

    def wanted(column: ColumnShown) -> bool:
        return (
            name.lower() in ("", column.name.lower())
            and (not class_ or class_ in column.classes)
            and (not term or term in column.terms)
        )

    every = (c for o in _ports(viewer, port, product) for c in _columns(viewer, o))
    found = pages.following(filter(wanted, every), lambda c: (c.port, c.major, c.position))
    return Columns(items=list(found), next=found.next)


def _ports(viewer: Viewer, port: str, product: str) -> Iterator[OutputPort]:
    if port:
        yield viewer.port(port)
        return
    products = (viewer.described_product(product),) if product else sorted(viewer.sight.products, key=lambda p: str(p.address))
    for each in products:
        if viewer.sight.described(each.address):
            yield from sorted(viewer.ports(each), key=lambda o: (str(o.address), o.major))


def _columns(viewer: Viewer, output: OutputPort) -> Iterator[ColumnShown]:
    classes = {c.column: c for c in output.classes}
    types = {c.name: sql(c.type) for c in output.schema}
    for position, column in enumerate(output.table.columns):
        of = classes.get(column.name)
        yield ColumnShown(
            column=f"{output.pinned}#{column.name}",
            port=str(output.address),
            major=output.major,
            name=column.name,
            position=position,
            type=types.get(column.name, column.physical_type or column.logical_type),
            required=column.not_null,
            key=column.primary_key is not None,
            unique=column.unique,
            title=column.title,
            description=column.description,
            classes=list(of.effective) if of is not None and of.effective else [c for c in (column.classification,) if c],
            because=[b for b in of.because if viewer.sight.knows(b)] if of is not None else [],
            terms=list(column.terms),
            tags=list(column.tags),
            deprecated=column.deprecated,
            critical=column.critical,
            accepted=list(column.accepted),
        )
