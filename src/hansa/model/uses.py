"""Who uses a column: the models of a product that read a column of a port, and where what they make of it ends up."""

from collections.abc import Iterator

from hansa.frozen import dataclass
from hansa.model.lineage import NO_LINEAGE, ColumnRead, Learnt, Lineage, Subtype
from hansa.model.mesh import MeshOrigin, OutputPort, Product
from hansa.names import PortMajor

EVERY = "*"
"""Stands for all columns of a result: where a join, a filter or a grouping takes part."""


@dataclass(frozen=True, slots=True, order=True)
class ColumnUse:
    """A model's column that depends on a column of a port; `*` when all of the model's columns do.

    `port` is the output port that the model feeds, at its major, or else one that the column reaches through sibling models;
    empty when it reaches none. `model` is empty for a product of another repository, of which only the ports are known.
    """

    model: str
    column: str
    subtype: Subtype
    learnt: Learnt
    port: str = ""


def readers_of(product: Product, port: PortMajor, column: str) -> tuple[ColumnUse, ...]:
    """What a product does with a column of a port that it reads; sorted. One entry for each port that a model's column reaches.

    Where nobody knows (a model or port without lineage that reads the port), every column is assumed to depend on it.
    """
    names = {i.name for i in product.inputs if isinstance(i.origin, MeshOrigin) and i.origin.pinned == port}
    if not names:
        return ()
    if not product.models:
        uses = (use for output in product.outputs for use in _of_port(output, names, column.lower()))
        return tuple(sorted(set(uses)))
    found = {
        ColumnUse(model.name, used, subtype, learnt, reached)
        for model in product.models
        if names & set(model.reads)
        for used, subtype, learnt in _uses(model.lineage, names, column.lower())
        for reached in _reached(product, model.name, used)
    }
    return tuple(sorted(found))


def _of_port(output: OutputPort, names: set[str], column: str) -> Iterator[ColumnUse]:
    for used, subtype, learnt in _uses(output.lineage, names, column):
        yield ColumnUse("", used, subtype, learnt, str(output.pinned))


def _uses(lineage: Lineage, names: set[str], column: str) -> Iterator[tuple[str, Subtype, Learnt]]:
    """The columns of a result that depend on a column (lower case) of some tables, and how."""
    if lineage == NO_LINEAGE:
        yield EVERY, Subtype.TRANSFORMATION, Learnt.ASSUMED
    for name, reads in ((EVERY, lineage.rows), *((c.column, c.reads) for c in lineage.columns)):
        for read in reads:
            if read.table in names and _is(read, column):
                yield name, read.subtype, read.learnt


def _is(read: ColumnRead, column: str) -> bool:
    return read.column == EVERY or read.column.lower() == column


def _reached(product: Product, model: str, column: str) -> tuple[str, ...]:
    """The ports that a model's column ends up in; one empty text when it ends up in none."""
    ports: set[str] = set()
    seen: set[tuple[str, str]] = set()
    ahead = [(model, column)]
    while ahead:
        here = ahead.pop()
        if here in seen:
            continue
        seen.add(here)
        fed = {str(o.pinned) for o in product.outputs if o.model == here[0]}
        ports |= fed
        if not fed:
            ahead += _next(product, *here)
    return tuple(sorted(ports)) or ("",)


def _next(product: Product, model: str, column: str) -> Iterator[tuple[str, str]]:
    for reader in product.models:
        if model not in reader.reads:
            continue
        if column == EVERY:
            yield reader.name, EVERY
        else:
            yield from ((reader.name, used) for used, _, _ in _uses(reader.lineage, {model}, column.lower()))
