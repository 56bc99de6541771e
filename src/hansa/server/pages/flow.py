"""Where a product comes from and where it goes, product by product, as far as the viewer may know; and who reads it."""

from collections.abc import Iterable
from dataclasses import dataclass

from hansa.access.consumers import consumers_of
from hansa.catalog import Link, lineage
from hansa.model import Consumer, ConsumerKind, Grant, Product
from hansa.names import ProductName, SourceName
from hansa.server.pages.visit import Visit

MOST = 60
"""Products of one distance that are shown; a hub has thousands."""
_LEARNT = {
    "parsed": "read from the queries",
    "declared": "declared by the owner",
    "observed": "seen in a run",
    "assumed": "assumed: nobody knows, so it is taken that everything flows",
}


@dataclass(frozen=True, slots=True)
class FlowNode:
    """A product or source at some distance, with how it is connected to what lies nearer."""

    name: str
    title: str
    owner: str
    product: Product | None
    columns: int
    learnt: str
    why: str
    through: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FlowLevel:
    """Everything that is so many steps away; `more` of it is not shown."""

    distance: int
    nodes: tuple[FlowNode, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Flow:
    """What a product is made of, the farthest first, and what is made of it, the nearest first."""

    up: tuple[FlowLevel, ...]
    down: tuple[FlowLevel, ...]


def flow(visit: Visit, product: Product) -> Flow:
    """The whole way up and down."""
    found = lineage(visit.catalogue.graph(), product.address, None, up=True, down=True)
    up = _levels(visit, product.address, [(link.target, link.source, link) for link in found.up])
    down = _levels(visit, product.address, [(link.source, link.target, link) for link in found.down])
    return Flow(tuple(reversed(up)), tuple(down))


def consumers_of_product(visit: Visit, product: Product) -> tuple[list[Product], list[tuple[Consumer, Grant]]]:
    """The products that read a product, and the use cases that were granted to."""
    readers = [p for p in visit.sight.mesh.products if product.address in p.suppliers and visit.sight.discovers(p.address)]
    known = consumers_of(visit.sight.mesh)
    held = [g for g in visit.catalogue.grants() if g.port.name.of_product == product.address]
    granted = [(known[g.consumer], g) for g in held if known[g.consumer].kind is ConsumerKind.USE_CASE]
    return readers, granted


def _levels(visit: Visit, start: ProductName, ends: Iterable[tuple[object, object, Link]]) -> list[FlowLevel]:
    """Waves from the start. What lies behind something that the viewer may not know of is not reached through it."""
    nexts: dict[object, list[tuple[object, Link]]] = {}
    for near, far, link in ends:
        nexts.setdefault(near, []).append((far, link))
    seen: set[object] = {start}
    wave: list[object] = [start]
    found: list[FlowLevel] = []
    while wave:
        reached: dict[object, list[tuple[object, Link]]] = {}
        for near in wave:
            for far, link in nexts.get(near, ()):
                if far not in seen and _known(visit, far):
                    reached.setdefault(far, []).append((near, link))
        seen |= set(reached)
        wave = list(reached)
        if reached:
            nodes = sorted((_node(visit, far, links) for far, links in reached.items()), key=lambda n: n.name)
            found.append(FlowLevel(len(found) + 1, tuple(nodes[:MOST]), max(0, len(nodes) - MOST)))
    return found


def _known(visit: Visit, end: object) -> bool:
    return isinstance(end, SourceName) or (isinstance(end, ProductName) and visit.sight.discovers(end))


def _node(visit: Visit, end: object, links: list[tuple[object, Link]]) -> FlowNode:
    order = list(_LEARNT)
    learnt = max((link.learnt for _, link in links), key=order.index)
    product = visit.sight.product(end) if isinstance(end, ProductName) else None
    title = (product.title if product is not None else "") or str(end).removeprefix("source:")
    return FlowNode(
        name=str(end),
        title=title,
        owner=product.owner if product is not None else "",
        product=product,
        columns=sum(link.columns for _, link in links),
        learnt=learnt,
        why=_LEARNT[learnt],
        through=tuple(dict.fromkeys(str(near) for near, _ in links)),
    )
