"""A directed graph as a layered drawing: boxes in, places and curves out, so that what feeds something stands left of it.

Promises: the same graph is always drawn the same; no two boxes overlap; a curve goes round the boxes that lie between its ends;
any graph is drawn, one with circles, loops or loose parts too. Does not: know what the boxes mean, or write SVG.
"""

from hansa.catalog.drawing.drawing import MOST_BOXES, Drawing, draw
from hansa.catalog.drawing.shapes import Box, Curve, Placed, Wire

__all__ = ["MOST_BOXES", "Box", "Curve", "Drawing", "Placed", "Wire", "draw"]
