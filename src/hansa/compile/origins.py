"""Where the class of a column is written that flows to others: looked up when somebody is told of it."""

from collections.abc import Mapping

from hansa.model import Mesh
from hansa.model.compiled import Carried
from hansa.model.outline import outline
from hansa.names import ProductName, parse_product
from hansa.trouble import Place


class Origins:
    """The places of columns whose classes begin there, by the column's address.

    A source has one address in the whole mesh, whichever products read it: the first of them that has a place says it.
    """

    def __init__(self, mesh: Mesh, carried: Mapping[ProductName, Carried]) -> None:
        self._mesh = mesh
        self._carried = carried
        self._sources: dict[str, list[ProductName]] | None = None
        self._known: dict[str, Place | None] = {}

    def place(self, origin: str) -> Place | None:
        if origin not in self._known:
            self._known[origin] = self._found(origin)
        return self._known[origin]

    def _found(self, origin: str) -> Place | None:
        # Ids of contracts and names of columns are any text, so that a source is every beginning up to one of the signs.
        for at in (n for n, sign in enumerate(origin) if sign == "#"):
            for product in self._holders(origin[:at]):
                found = self._carried.get(product)
                if found is not None and origin in found.places:
                    return found.places[origin]
        return None

    def _holders(self, holder: str) -> list[ProductName]:
        if not holder.startswith("source:"):
            try:
                return [parse_product(".".join(holder.split(".")[:2]))]
            except ValueError:
                return []
        if self._sources is None:
            self._sources = {}
            for product in self._mesh.own:
                for source in outline(product).sources:
                    self._sources.setdefault(source, []).append(product.address)
        return self._sources.get(holder, [])
