"""The lineage of the mesh as one viewer may know it.

Nothing that the viewer may not discover is an end, lies on a way, or is counted; and a connection is told to whoever may know
what one of its ends is like. What lies behind something hidden is not reached through it: a box "something that
you may not know of" would tell that it is there, who reads it and what it is made of.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import field

from hansa.frozen import dataclass
from hansa.model import HolderEdge, Learnt, LineageGraph
from hansa.names import PortMajor, ProductName, SourceName
from hansa.server.pages.lineage.asked import End
from hansa.server.sight import Sight

MOST_REACHED = 3000
"""Products that a walk reaches at most; beyond, the page says that there is more."""
_SURE = {learnt.value: n for n, learnt in enumerate(Learnt)}


@dataclass(frozen=True, slots=True)
class Flow:
    """A product reads another, or a source. `columns` is how many columns of it are used."""

    source: End
    target: ProductName
    direct: bool
    learnt: str
    columns: int


@dataclass(slots=True)
class Reached:
    """Products and sources by how far they are: negative upstream. `more` when the walk was broken off."""

    far: dict[End, int] = field(default_factory=dict)
    flows: dict[tuple[End, ProductName], Flow] = field(default_factory=dict)
    more: bool = False


class Seen:
    """What a viewer may know of a lineage graph."""

    def __init__(self, graph: LineageGraph, sight: Sight) -> None:
        self.graph, self.sight = graph, sight

    def suppliers(self, target: End) -> list[Flow]:
        """What a product reads."""
        if isinstance(target, SourceName):
            return []
        edges = (e for port in self._ports(target) for e in self.graph.suppliers(port))
        return self._flows(edges)

    def consumers(self, source: End) -> list[Flow]:
        """The products that read a product or source."""
        holders = [source] if isinstance(source, SourceName) else self._ports(source)
        return self._flows(e for holder in holders for e in self.graph.consumers(holder))

    def walk(self, start: End, depth: int | None, *, up: bool, down: bool) -> Reached:
        """Everything within so many steps of the start."""
        found = Reached({start: 0})
        if up:
            self._walk(found, start, depth, -1, self.suppliers, lambda flow: flow.source)
        if down:
            self._walk(found, start, depth, 1, self.consumers, lambda flow: flow.target)
        return found

    def all(self, products: Iterable[ProductName]) -> Reached:
        """All of some products, with what they read."""
        found = Reached(dict.fromkeys(products, 0))
        for product in tuple(found.far):
            for flow in self.suppliers(product):
                found.far.setdefault(flow.source, -1)
                found.flows[flow.source, flow.target] = flow
        return found

    def connect(self, found: Reached, ends: Collection[tuple[End, int]]) -> None:
        """Takes in more ends, with what they read of all that was reached."""
        for end, far in ends:
            found.far.setdefault(end, far)
        for end, _ in ends:
            for flow in self.suppliers(end):
                if flow.source in found.far:
                    found.flows[flow.source, flow.target] = flow

    def _walk(
        self,
        found: Reached,
        start: End,
        depth: int | None,
        sign: int,
        step: Callable[[End], list[Flow]],
        far_end: Callable[[Flow], End],
    ) -> None:
        wave, walked = [start], 0
        while wave and (depth is None or walked < depth):
            walked += 1
            ahead: dict[End, None] = {}
            for flow in (f for end in wave for f in step(end)):
                end = far_end(flow)
                if end not in found.far:
                    if len(found.far) >= MOST_REACHED:
                        found.more = True
                        continue
                    found.far[end] = sign * walked
                    ahead[end] = None
                found.flows[flow.source, flow.target] = flow
            wave = list(ahead)

    def _ports(self, name: ProductName) -> list[PortMajor]:
        product = self.graph.product(name)
        return [o.pinned for o in product.outputs if self.sight.discovers(o.pinned)] if product is not None else []

    def _flows(self, edges: Iterable[HolderEdge]) -> list[Flow]:
        """Edges between ports as flows between their products, without those that are not to be told."""
        groups: dict[tuple[End, ProductName], list[HolderEdge]] = {}
        for edge in edges:
            target = edge.target.name.of_product
            source: End = edge.source.name.of_product if isinstance(edge.source, PortMajor) else edge.source
            if source != target and self._told(edge, source, target):
                groups.setdefault((source, target), []).append(edge)
        return [_flow(source, target, found) for (source, target), found in groups.items()]

    def _told(self, edge: HolderEdge, source: End, target: ProductName) -> bool:
        if not self.sight.discovers(edge.target) or self.sight.product(target) is None:
            return False
        if isinstance(source, SourceName):
            return self.sight.described(target)
        assert isinstance(edge.source, PortMajor)
        if not self.sight.discovers(edge.source) or self.sight.product(source) is None:
            return False
        return self.sight.described(source) or self.sight.described(target)


def _flow(source: End, target: ProductName, edges: list[HolderEdge]) -> Flow:
    """What is known least well says how the whole is known."""
    used = len(edges[0].columns) if len(edges) == 1 else len({(e.source, column) for e in edges for column in e.columns})
    return Flow(source, target, any(e.direct for e in edges), least_sure(e.learnt.value for e in edges), used)


def least_sure(learnt: Iterable[str]) -> str:
    return max(learnt, key=_SURE.__getitem__)
