"""Circles: products that read each other, models that read each other."""

import graphlib
from collections.abc import Mapping, Set
from itertools import pairwise
from typing import TypeVar

from hansa.compile.findings import Findings
from hansa.compile.inputs import Needs
from hansa.model import MeshOrigin
from hansa.names import ProductName
from hansa.trouble import Place

Node = TypeVar("Node")


def circles(reads: Mapping[Node, Set[Node]]) -> tuple[tuple[Node, ...], ...]:
    """Circles of a graph until none is left, each as a walk along what is read, its first node repeated at its end.

    Every edge belongs to at most one of the circles, so that mending each of them mends the graph.
    """
    left = _known(reads)
    found: list[tuple[Node, ...]] = []
    while True:
        try:
            graphlib.TopologicalSorter(left).prepare()
        except graphlib.CycleError as error:
            # graphlib names the circle from what is read to who reads it.
            walk = tuple(reversed(error.args[1]))
            found.append(walk)
            for reader, read in pairwise(walk):
                left[reader] = [n for n in left[reader] if n != read]
        else:
            return tuple(found)


def in_order(reads: Mapping[Node, Set[Node]]) -> tuple[Node, ...]:
    """Every node after what it reads, circles cut where they were found; stable for equal input."""
    cut = {(reader, read) for walk in circles(reads) for reader, read in pairwise(walk)}
    left = {node: [n for n in targets if (node, n) not in cut] for node, targets in _known(reads).items()}
    return tuple(graphlib.TopologicalSorter(left).static_order())


def _known(reads: Mapping[Node, Set[Node]]) -> dict[Node, list[Node]]:
    """What each node reads among the nodes of the graph, in the graph's order."""
    order = {node: number for number, node in enumerate(reads)}
    return {node: sorted((n for n in targets if n in order), key=order.__getitem__) for node, targets in reads.items()}


def refuse_product_circles(needs: Needs, findings: Findings) -> None:
    """A trouble for each circle of products, with the input port of every hop."""
    for walk in circles(needs.suppliers):
        places = [_hop(needs, reader, read) for reader, read in pairwise(walk)]
        findings.add(
            "H225",
            "products read each other in a circle: " + " → ".join(str(p) for p in walk),
            [p for p in places if p is not None],
            "move what both need into a product of its own, which both read",
            products=dict.fromkeys(walk),
        )


def _hop(needs: Needs, reader: ProductName, read: ProductName) -> Place | None:
    for draft in needs.by_product[reader]:
        if isinstance(draft.origin, MeshOrigin) and draft.origin.port.of_product == read:
            return draft.place.noted(f"{reader} reads {read} as `{draft.name}`")
    return None
