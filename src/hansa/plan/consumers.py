"""Who reads what: the products of a mesh by the ports that they are bound to, and their columns by the columns they read."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from hansa.model import ColumnRead, ConsumerHit, Language, Learnt, Mesh, MeshOrigin, Model, Product, Subtype
from hansa.model.uses import EVERY, ColumnUse, readers_of
from hansa.names import PortMajor
from hansa.plan.declaration import recordable, recorded_product
from hansa.plan.granted import Granted
from hansa.plan.recorded import Recorded


class Readers:
    """Products by the ports that they read; made once for all changes of a mesh."""

    def __init__(self, products: Iterable[Product], recorded: Recorded, granted: Granted) -> None:
        self._recorded = recorded
        self._granted = granted
        self._by_port: dict[PortMajor, list[Product]] = defaultdict(list)
        for product in products:
            for port in dict.fromkeys(i.origin.pinned for i in product.inputs if isinstance(i.origin, MeshOrigin)):
                self._by_port[port].append(product)

    def of_port(self, port: PortMajor) -> tuple[ConsumerHit, ...]:
        """All models that read a port, whatever of it; and consumers who read it by queries, or may."""
        return self._with_granted(port, (hit for product in self._by_port.get(port, ()) for hit in _bound(product, port)))

    def of_column(self, port: PortMajor, column: str) -> tuple[ConsumerHit, ...]:
        """The columns of readers that depend on a column of a port; `*` where rows depend on it. And who queries it, or may."""
        hits = (hit for product in self._by_port.get(port, ()) for hit in self._depending(product, port, column))
        return self._with_granted(port, hits, column)

    def _with_granted(self, port: PortMajor, hits: Iterable[ConsumerHit], column: str = "") -> tuple[ConsumerHit, ...]:
        """With those besides of whom only grants and queries tell; models tell more of the products that have them."""
        declared = tuple(hits)
        bound = {str(product.address) for product in self._by_port.get(port, ())}
        return (*declared, *(hit for hit in self._granted.of(port, column) if hit.name not in bound))

    def _depending(self, product: Product, port: PortMajor, column: str) -> Iterator[ConsumerHit]:
        """As it is declared; where the column is gone, also as it was, in what nobody changed since.

        A query of whole rows (`to_json(orders)`, `SELECT DISTINCT *`) and a Python model of which nothing is known compile
        without the column, and their lineage forgets it; yet they make something else of what is left.
        """
        now = tuple(_depending(product, port, column))
        yield from now
        if not _has(product, port, column):
            known = {(hit.model, hit.column) for hit in now}
            yield from (hit for hit in self._unchanged(product, port, column) if (hit.model, hit.column) not in known)

    def _unchanged(self, product: Product, port: PortMajor, column: str) -> Iterator[ConsumerHit]:
        """What depended on a column in those models, as recorded, that nobody changed since."""
        publication = self._recorded.visible.get(product.address)
        before = recorded_product(publication.declaration) if publication is not None else None
        if before is None:
            return
        now = {model.name: model for model in recordable(product).models}
        same = {m.name for m in before.models if m.name in now and _same(m, now[m.name])}
        yield from (hit for hit in _depending(replace(before, owner=product.owner), port, column) if hit.model in same)


def readers(mesh: Mesh, recorded: Recorded) -> Readers:
    """The readers of a mesh as it is declared now; those in trouble as they were last published or stood in the base.

    It is often the very change that breaks them: a column that they read is gone. Who is declared no longer reads nothing.
    """
    broken = (recorded.visible.get(name) for name in sorted(mesh.broken))
    before = (recorded_product(publication.declaration) for publication in broken if publication is not None)
    products = (*mesh.products, *(product for product in before if product is not None))
    return Readers(products, recorded, Granted(mesh, recorded))


def _has(product: Product, port: PortMajor, column: str) -> bool:
    """Whether an input that a product has from a port still has a column; one in trouble, or of elsewhere, is as it was."""
    inputs = (i for i in product.inputs if isinstance(i.origin, MeshOrigin) and i.origin.pinned == port)
    return any(c.name.lower() == column.lower() for i in inputs for c in i.schema)


def _same(before: Model, now: Model) -> bool:
    """Whether a model reads as it did and gives the same columns; what a Python model reads by now may be known to nobody."""
    unknown = now.language is Language.PYTHON and any(r.learnt is Learnt.ASSUMED for r in _reads(now))
    same = (before.canonical, before.reads) == (now.canonical, now.reads)
    return _columns(before) == _columns(now) and (same or unknown)


def _columns(model: Model) -> tuple[str, ...]:
    return tuple(c.column.lower() for c in model.lineage.columns)


def _reads(model: Model) -> Iterator[ColumnRead]:
    yield from model.lineage.rows
    for column in model.lineage.columns:
        yield from column.reads


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
