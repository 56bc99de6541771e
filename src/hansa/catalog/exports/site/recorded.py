"""What is recorded of one product: how it stands, and the versions that were published."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping

from hansa.catalog.page import HistoryEntry
from hansa.catalog.states import ProductState, state_of
from hansa.ledger import Ledger
from hansa.model import Mesh, Product, Publication
from hansa.names import ProductName
from hansa.plan import from_text


def standing(
    mesh: Mesh, ledger: Ledger, environment: str, publications: Mapping[ProductName, Publication], now: dt.datetime
) -> Callable[[Product], ProductState]:
    def stands(product: Product) -> ProductState:
        name = product.address
        return state_of(name, product, publications.get(name), mesh, ledger, environment, now)

    return stands


def past(ledger: Ledger, environment: str) -> Callable[[Product], Iterator[HistoryEntry]]:
    """The versions of a product, the newest first."""

    def versions(product: Product) -> Iterator[HistoryEntry]:
        for publication in ledger.history(product.address, environment):
            declared = from_text(publication.declaration)
            changes = tuple(declared.changes) if declared is not None else ()
            yield HistoryEntry(publication.version, publication.created, str(publication.run), changes)

    return versions
