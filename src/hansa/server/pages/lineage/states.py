"""How the products of a drawing stand."""

from hansa.catalog import ProductState
from hansa.names import ProductName
from hansa.server.pages.lineage.boxes import Boxes
from hansa.server.pages.visit import Visit


def states_of(visit: Visit, boxed: Boxes) -> dict[str, ProductState]:
    """The states of those that have a box of their own and may be described, by name."""
    drawn = [m for m in boxed.members.values() if isinstance(m, ProductName) and visit.sight.described(m)]
    return {name: visit.told(state) for name, state in visit.catalogue.standing.of(drawn).items()}
