"""Who stands in which layer, and in which order there: the part of the drawing that a library does (fast-sugiyama).

The library (0.5.3) ends the whole process when a graph has a loop, and gives bends the numbers of nodes when a graph has several
parts. So it is only ever shown one connected part without circles, whose nodes are numbered from 0 and whose edges occur once.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from fast_sugiyama import from_edges

from hansa.frozen import dataclass

Edge = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Layers:
    """A connected part of a graph in layers, first the one with what is made of nothing else.

    Numbers beyond the graph's own are bends: places in layers that an edge passes. `ways` says which, for each edge, from its
    source to its target; an edge that runs against the layers passes its bends from right to left.
    """

    layers: tuple[tuple[int, ...], ...]
    ways: Mapping[Edge, tuple[int, ...]]


def layered(nodes: int, edges: Iterable[Edge]) -> tuple[tuple[Layers, ...], tuple[int, ...]]:
    """The parts of a graph of the nodes 0 to `nodes`, the largest first, and those nodes that no edge touches."""
    asked = dict.fromkeys(e for e in edges if e[0] != e[1])
    turned = _backward(nodes, asked)
    forward = dict.fromkeys((t, s) if (s, t) in turned else (s, t) for s, t in asked)
    parts = [_part(part, nodes, turned, asked) for part in _laid_out(nodes, list(forward))]
    loose = set(range(nodes)).difference(n for edge in asked for n in edge)
    return tuple(sorted(parts, key=lambda p: (-sum(map(len, p.layers)), p.layers))), tuple(sorted(loose))


_Part = tuple[dict[int, tuple[float, float]], list[Edge]]


def _laid_out(nodes: int, edges: Iterable[Edge]) -> list[_Part]:
    """Positions and edges of each connected part, with bends, whose numbers start at `nodes`."""
    found: list[_Part] = []
    beyond = nodes
    for part in _connected(nodes, edges):
        known = sorted({n for e in part for n in e})
        number = {n: i for i, n in enumerate(known)}
        ((at, _, _, links),) = from_edges(
            [(number[s], number[t]) for s, t in reversed(part)],  # it turns the order of equals round
            vertex_spacing=1,
            dummy_vertices=True,
            check_layout=False,
            ranking_type="minimize",
        )
        own: dict[object, int] = dict(enumerate(known))
        for n, _ in at:
            if n not in own:
                own[n] = beyond
                beyond += 1
        found.append(({own[n]: (float(x), float(y)) for n, (x, y) in at}, [(own[s], own[t]) for s, t in links or ()]))
    return found


def _connected(nodes: int, edges: Iterable[Edge]) -> list[list[Edge]]:
    """The edges of each connected part."""
    above = list(range(nodes))

    def root(node: int) -> int:
        while above[node] != node:
            above[node] = above[above[node]]
            node = above[node]
        return node

    known = list(edges)
    for source, target in known:
        above[root(source)] = root(target)
    parts: dict[int, list[Edge]] = defaultdict(list)
    for edge in known:
        parts[root(edge[0])].append(edge)
    return list(parts.values())


def _part(part: _Part, nodes: int, turned: set[Edge], asked: Iterable[Edge]) -> Layers:
    at, edges = part
    rows: dict[float, list[int]] = defaultdict(list)
    for node, (_, y) in at.items():
        rows[y].append(node)
    layers = tuple(tuple(sorted(rows[y], key=lambda n: (at[n][0], n))) for y in sorted(rows, reverse=True))
    ways = _ways(edges, nodes)
    found: dict[Edge, tuple[int, ...]] = {}
    for source, target in asked:
        if source in at:
            way = ways[(target, source)][::-1] if (source, target) in turned else ways[(source, target)]
            found[source, target] = way
    return Layers(layers, found)


def _ways(edges: Sequence[Edge], nodes: int) -> dict[Edge, tuple[int, ...]]:
    """The bends of each edge. A bend has one way in and one way out."""
    onward = {s: t for s, t in edges if s >= nodes}
    found: dict[Edge, tuple[int, ...]] = {}
    for source, first in ((s, t) for s, t in edges if s < nodes):
        bends, here = [], first
        while here >= nodes:
            bends.append(here)
            here = onward[here]
        found[source, here] = tuple(bends)
    return found


def _backward(nodes: int, edges: Iterable[Edge]) -> set[Edge]:
    """The edges that close a circle, as a walk from the first node meets them."""
    ahead: dict[int, list[int]] = defaultdict(list)
    for source, target in edges:
        ahead[source].append(target)
    found: set[Edge] = set()
    state = bytearray(nodes)  # 1: on the way, 2: done
    for start in range(nodes):
        if state[start]:
            continue
        state[start] = 1
        way = [(start, iter(ahead[start]))]
        while way:
            node, rest = way[-1]
            for following in rest:
                if state[following] == 1:
                    found.add((node, following))
                elif not state[following]:
                    state[following] = 1
                    way.append((following, iter(ahead[following])))
                    break
            else:
                state[node] = 2
                way.pop()
    return found
