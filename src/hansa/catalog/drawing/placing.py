"""Where in its layer each box stands: near what it is connected to, in the order that is given, and apart from its neighbours.

The library that orders the layers knows of one size for all boxes. Here a box may be as high as its rows need: the middles are
moved towards those of their neighbours in a few sweeps, and each layer is then set apart at the least cost (isotonic regression
by pooling adjacent violators; Barlow et al. 1972).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

SWEEPS = 8


def middles(
    layers: Sequence[Sequence[int]],
    steps: Iterable[tuple[int, int]],
    heights: Mapping[int, float],
    gap: float,
) -> dict[int, float]:
    """The y of each node's middle. `steps` connect nodes of adjacent layers; what has no height is a bend."""
    near: dict[int, list[int]] = defaultdict(list)
    for source, target in steps:
        near[source].append(target)
        near[target].append(source)
    at: dict[int, float] = {}
    for layer in layers:
        apart = _apart(layer, heights, gap)
        at |= {n: offset - apart[-1] / 2 for n, offset in zip(layer, apart, strict=True)}
    for sweep in range(SWEEPS):
        for layer in layers if sweep % 2 else reversed(layers):
            wished = [_wish(n, near, at) for n in layer]
            at |= zip(layer, _spread(wished, _apart(layer, heights, gap)), strict=True)
    return at


def _wish(node: int, near: Mapping[int, list[int]], at: Mapping[int, float]) -> float:
    """The median of the neighbours, which a few far ones do not move."""
    found = sorted(at[n] for n in near[node])
    if not found:
        return at[node]
    half = len(found) // 2
    return found[half] if len(found) % 2 else (found[half - 1] + found[half]) / 2


def _apart(layer: Sequence[int], heights: Mapping[int, float], gap: float) -> list[float]:
    """How far below the first middle each of the others is at least."""
    found = [0.0]
    for above, below in pairwise(layer):
        between = gap if above in heights or below in heights else gap / 2
        found.append(found[-1] + (heights.get(above, 0) + heights.get(below, 0)) / 2 + between)
    return found


def _spread(wished: Sequence[float], apart: Sequence[float]) -> list[float]:
    """The places nearest to those wished for (by least squares) that keep the order and the distances."""
    pools: list[tuple[float, int]] = []  # mean and size
    for value in (w - a for w, a in zip(wished, apart, strict=True)):
        mean, size = value, 1
        while pools and pools[-1][0] > mean:
            other, more = pools.pop()
            mean, size = (mean * size + other * more) / (size + more), size + more
        pools.append((mean, size))
    flat = [mean for mean, size in pools for _ in range(size)]
    return [f + a for f, a in zip(flat, apart, strict=True)]
