"""What others need to know of a product: little enough to have it of every product of a large mesh at once."""

from collections.abc import Iterator
from dataclasses import field

from hansa.frozen import dataclass
from hansa.model.contract import Contract, ContractColumn
from hansa.model.graph import source_name
from hansa.model.mesh import Product, SourceOrigin
from hansa.model.unread import kept_outline
from hansa.names import ProductName
from hansa.trouble import Place


@dataclass(frozen=True, slots=True)
class TermUse:
    """The first column of one of a product's contracts that names a term of the glossary."""

    contract: str
    term: str
    column: str
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Outline:
    """A product without its columns.

    `offers` has the id and version of each output port's contract, `reads` the ids of those of its input ports, `sources` the
    names of the external sources that it reads, and `columns` counts those of all output ports. `ports` has the name, major and
    place of each output port, `inputs` the name and place of each input port.
    """

    suppliers: tuple[ProductName, ...]
    offers: tuple[tuple[str, str], ...]
    reads: tuple[str, ...]
    sources: tuple[str, ...]
    columns: int
    terms: tuple[TermUse, ...] = ()
    ports: tuple[tuple[str, int, Place | None], ...] = ()
    inputs: tuple[tuple[str, Place | None], ...] = ()


def outline(product: Product) -> Outline:
    """The outline of a product; one that is kept brings it along and is not read for it."""
    kept = kept_outline(product)
    if kept is not None:
        assert isinstance(kept, Outline), product.address
        return kept
    uses: dict[tuple[str, str], TermUse] = {}
    for contract, column in _with_terms(product):
        for term in column.terms:
            uses.setdefault((contract.id, term), TermUse(contract.id, term, column.name, column.place))
    sources = (str(source_name(given)) for given in product.inputs if isinstance(given.origin, SourceOrigin))
    return Outline(
        suppliers=product.suppliers,
        offers=tuple((port.contract.id, str(port.contract.version)) for port in product.outputs),
        reads=tuple(given.contract.id for given in product.inputs),
        sources=tuple(dict.fromkeys(sources)),
        columns=sum(len(port.schema) for port in product.outputs),
        terms=tuple(uses.values()),
        ports=tuple((port.address.port, port.major, port.place) for port in product.outputs),
        inputs=tuple((given.name, given.place) for given in product.inputs),
    )


def _with_terms(product: Product) -> Iterator[tuple[Contract, ContractColumn]]:
    """The columns that name terms: those of what a product offers, and of what it takes in from outside the mesh."""
    for port in product.outputs:
        yield from ((port.contract, c) for c in port.table.columns if c.terms)
    for given in product.inputs:
        if isinstance(given.origin, SourceOrigin):
            yield from ((given.contract, c) for c in given.table.columns if c.terms)
