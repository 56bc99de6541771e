"""Who reads what: the products of a mesh by the ports that they are bound to, and their columns by the columns they read."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from hansa.model import ConsumerHit, Mesh, MeshOrigin, Product, Subtype
from hansa.model.uses import EVERY, ColumnUse, readers_of
from hansa.names import PortMajor
from hansa.plan.declaration import recorded_product
from hansa.plan.recorded import Recorded


class Readers:
    """Products by the ports that they read; made once for all changes of a mesh."""

    def __init__(self, products: Iterable[Product]) -> None:
        self._by_port: dict[PortMajor, list[Product]] = defaultdict(list)
        for product in products:
            for port in dict.fromkeys(i.origin.pinned for i in product.inputs if isinstance(i.origin, MeshOrigin)):
                self._by_port[port].append(product)

    def of_port(self, port: PortMajor) -> tuple[ConsumerHit, ...]:
        """All models that read a port, whatever of it."""
        return tuple(hit for product in self._by_port.get(port, ()) for hit in _bound(product, port))

    def of_column(self, port: PortMajor, column: str) -> tuple[ConsumerHit, ...]:
        """The columns of readers that depend on a column of a port; `*` where rows depend on it."""
        return tuple(hit for product in self._by_port.get(port, ()) for hit in _depending(product, port, column))


def readers(mesh: Mesh, recorded: Recorded) -> Readers:
    """The readers of a mesh as it is declared now; those in trouble as they were last published or stood in the base.

    It is often the very change that breaks them: a column that they read is gone. Who is declared no longer reads nothing.
    """
    broken = (recorded.visible.get(name) for name in sorted(mesh.broken))
    before = (recorded_product(publication.declaration) for publication in broken if publication is not None)
    return Readers((*mesh.products, *(product for product in before if product is not None)))


def _bound(product: Product, port: PortMajor) -> Iterator[ConsumerHit]:
    names = {i.name for i in product.inputs if isinstance(i.origin, MeshOrigin) and i.origin.pinned == port}
    for model in [m.name for m in product.models if names & set(m.reads)] or [""]:
        yield ConsumerHit("product", str(product.address), model, EVERY, product.owner, "lineage")


def _depending(product: Product, port: PortMajor, column: str) -> Iterator[ConsumerHit]:
    uses: dict[tuple[str, str], list[ColumnUse]] = defaultdict(list)
    for use in readers_of(product, port, column):
        uses[use.model, use.column].append(use)
    for (model, own), found in uses.items():
        yield ConsumerHit(
            kind="product",
            name=str(product.address),
            model=model,
            column=own,
            owner=product.owner,
            learnt="lineage",
            port=max(u.port for u in found),
            reads=column,
            usage=_usage(found),
        )


def _usage(uses: Iterable[ColumnUse]) -> str:
    """How a column is used: the ways that carry its values before those that only choose rows."""
    found = {u.subtype for u in uses if u.learnt != "assumed"}
    return ", ".join(s for s in Subtype if s in found) or "assumed"
