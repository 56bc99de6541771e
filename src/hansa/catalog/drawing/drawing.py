"""The drawing of a graph: its connected parts below each other, each in layers from left to right."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from hansa.catalog.drawing.curves import Point, around, path
from hansa.catalog.drawing.layering import Layers, layered
from hansa.catalog.drawing.placing import middles
from hansa.catalog.drawing.shapes import Box, Curve, Placed, Wire
from hansa.frozen import dataclass

MOST_BOXES = 400
"""Laying out is not linear: this many take a tenth of a second, and nobody reads more."""
BETWEEN_LAYERS = 72.0
BETWEEN_BOXES = 18.0
MARGIN = 12.0

Bend = tuple[Point, Point]
"""Where a wire enters a layer and where it leaves it: between these it is level, so that it touches no box."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything in its place, within `width` by `height`. Boxes and curves are in the order in which they were given."""

    width: float
    height: float
    boxes: tuple[Placed, ...] = ()
    curves: tuple[Curve, ...] = ()

    def place(self, key: str) -> Placed | None:
        return next((p for p in self.boxes if p.box.key == key), None)


def draw(boxes: Sequence[Box], wires: Sequence[Wire]) -> Drawing:
    """Lays out boxes and wires. Wires are left out whose ends are no boxes or the same box; so are boxes beyond the most."""
    boxes = list({b.key: b for b in boxes[:MOST_BOXES]}.values())
    number = {box.key: i for i, box in enumerate(boxes)}
    wires = [w for w in wires if w.source in number and w.target in number and w.source != w.target]
    parts, loose = layered(len(boxes), [(number[w.source], number[w.target]) for w in wires])
    places: dict[int, Placed] = {}
    bends: dict[int, Bend] = {}
    ways: dict[tuple[int, int], tuple[int, ...]] = {}
    top = MARGIN
    for part in parts:
        placed, bent, height = _part(part, boxes, top)
        places, bends, ways = places | placed, bends | bent, {**ways, **part.ways}
        top += height + 2 * BETWEEN_BOXES
    right = max((p.x + p.box.width for p in places.values()), default=0.0)
    top = _loose(loose, boxes, places, top, max(right, 900.0))
    curves = [
        _curve(w, places[number[w.source]], places[number[w.target]], ways[number[w.source], number[w.target]], bends)
        for w in wires
    ]
    width = max((p.x + p.box.width for p in places.values()), default=0.0) + MARGIN
    return Drawing(width, max(top - 2 * BETWEEN_BOXES, 0) + MARGIN, tuple(places[i] for i in range(len(boxes))), tuple(curves))


def _part(part: Layers, boxes: Sequence[Box], top: float) -> tuple[dict[int, Placed], dict[int, Bend], float]:
    """Where the boxes and bends of a connected part are, and how high it is."""
    heights = {n: boxes[n].height for layer in part.layers for n in layer if n < len(boxes)}
    ends = ((e, (e[0], *way, e[1])) for e, way in part.ways.items())
    at = middles(part.layers, [s for _, way in ends for s in pairwise(way)], heights, BETWEEN_BOXES)
    low = min(at[n] - heights.get(n, 0) / 2 for n in at)
    high = max(at[n] + heights.get(n, 0) / 2 for n in at)
    places: dict[int, Placed] = {}
    bends: dict[int, Bend] = {}
    left = MARGIN
    for layer in part.layers:
        width = max((boxes[n].width for n in layer if n in heights), default=0.0)
        for n in layer:
            y = top + at[n] - low
            if n in heights:
                places[n] = Placed(boxes[n], left, round(y - heights[n] / 2))
            else:
                bends[n] = ((left, round(y)), (left + width, round(y)))
        left += width + BETWEEN_LAYERS
    return places, bends, high - low


def _loose(loose: Sequence[int], boxes: Sequence[Box], places: dict[int, Placed], top: float, right: float) -> float:
    """Boxes that nothing is connected to, in lines below the rest; gives where the drawing goes on below them."""
    left, highest = MARGIN, 0.0
    for n in loose:
        if left > MARGIN and left + boxes[n].width > right:
            left, top, highest = MARGIN, top + highest + BETWEEN_BOXES, 0.0
        places[n] = Placed(boxes[n], left, top)
        left, highest = left + boxes[n].width + BETWEEN_BOXES, max(highest, boxes[n].height)
    return top + highest + 2 * BETWEEN_BOXES if loose else top


def _curve(wire: Wire, source: Placed, target: Placed, way: Sequence[int], bends: Mapping[int, Bend]) -> Curve:
    start = (source.x + source.box.width, _level(source, wire.source_row))
    end = (target.x, _level(target, wire.target_row))
    if end[0] < start[0]:  # one that closes a circle
        return Curve(wire, around(start, end, BETWEEN_LAYERS))
    return Curve(wire, path([start, *(p for b in way for p in bends[b]), end]))


def _level(placed: Placed, row: str) -> float:
    return placed.y + placed.box.rows.get(row, placed.box.height / 2)
