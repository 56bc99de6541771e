"""How the products of a drawing stand."""

from collections.abc import Iterable

from hansa.catalog import ProductState, state_of
from hansa.names import ProductName
from hansa.publish import visible
from hansa.server.pages.lineage.boxes import Boxes
from hansa.server.pages.visit import Visit

MANY = 300
"""Products beyond which each that is drawn is asked for: gathering how all of them stand takes longer than a page may."""


def states_of(visit: Visit, boxed: Boxes) -> dict[str, ProductState]:
    """The states of those that have a box of their own and may be described, by name."""
    drawn = [m for m in boxed.members.values() if isinstance(m, ProductName) and visit.sight.described(m)]
    if sum(len(d.products) for d in visit.sight.mesh.domains) <= MANY:
        known = visit.catalogue.states()
        found = ((str(name), known.get(str(name))) for name in drawn)
        return {name: visit.told(state) for name, state in found if state is not None}
    return {name: visit.told(state) for name, state in _each(visit, drawn)}


def _each(visit: Visit, names: Iterable[ProductName]) -> Iterable[tuple[str, ProductState]]:
    ledger, environment = visit.catalogue.backing.ledger, visit.catalogue.environment
    for name in names:
        product = visit.sight.product(name)
        if product is not None:
            publication = visible(ledger, name, environment)
            yield str(name), state_of(name, product, publication, visit.sight.mesh, ledger, environment, visit.now)
