"""What is recorded of products: how they stand, and the versions that were published."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from functools import cache

from hansa.catalog.page import HistoryEntry
from hansa.catalog.states import ProductState, states
from hansa.ledger import Ledger
from hansa.model import Mesh, Product, Publication
from hansa.names import ProductName
from hansa.plan import changes_in


def standing(
    mesh: Mesh, ledger: Ledger, environment: str, publications: Mapping[ProductName, Publication], now: dt.datetime
) -> Callable[[Product], ProductState]:
    @cache
    def known() -> Mapping[str, ProductState]:
        # For all at once: ten thousand questions to the ledger take longer than all their pages.
        return {state.name: state for state in states(mesh, ledger, environment, now, publications)}

    def stands(product: Product) -> ProductState:
        return known()[str(product.address)]

    return stands


def past(ledger: Ledger, environment: str) -> Callable[[Product], Iterator[HistoryEntry]]:
    """The versions of a product, the newest first."""

    def versions(product: Product) -> Iterator[HistoryEntry]:
        for publication in ledger.history(product.address, environment):
            changes = changes_in(publication.declaration)
            yield HistoryEntry(publication.version, publication.created, str(publication.run), changes)

    return versions
