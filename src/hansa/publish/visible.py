"""What readers of an environment see: its own pointer for a product, else the default environment's."""

from collections.abc import Mapping

from hansa.ledger import Ledger
from hansa.model import DEFAULT_ENVIRONMENT, Publication
from hansa.names import ProductName


def visible(ledger: Ledger, product: ProductName, environment: str) -> Publication | None:
    """The publication of a product that an environment shows."""
    own = ledger.current(product, environment)
    if own is not None or environment == DEFAULT_ENVIRONMENT:
        return own
    return ledger.current(product, DEFAULT_ENVIRONMENT)


def all_visible(ledger: Ledger, environment: str, *, declared: bool = True) -> Mapping[ProductName, Publication]:
    """Every product that an environment shows, by name; without `declared`, with empty declarations."""
    shown = {p.product: p for p in ledger.currents(DEFAULT_ENVIRONMENT, declared=declared)}
    if environment != DEFAULT_ENVIRONMENT:
        shown |= {p.product: p for p in ledger.currents(environment, declared=declared)}
    return shown
