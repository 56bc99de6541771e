"""The way of a wire as an SVG path: level where it leaves, bends and arrives."""

from collections.abc import Sequence

Point = tuple[float, float]


def path(points: Sequence[Point]) -> str:
    """Cubic curves through all points, each of which is passed on the level."""
    (x, y), *rest = points
    words = [f"M{x:.0f} {y:.0f}"]
    for to_x, to_y in rest:
        if to_y == y:
            words.append(f"H{to_x:.0f}")
        else:
            half = (to_x - x) / 2
            words.append(f"C{x + half:.0f} {y:.0f} {to_x - half:.0f} {to_y:.0f} {to_x:.0f} {to_y:.0f}")
        x, y = to_x, to_y
    return "".join(words)


def around(start: Point, end: Point, reach: float) -> str:
    """From the right side of something to the left side of what stands in the same layer or before it."""
    (x, y), (to_x, to_y) = start, end
    return f"M{x:.0f} {y:.0f}C{x + reach:.0f} {y:.0f} {to_x - reach:.0f} {to_y:.0f} {to_x:.0f} {to_y:.0f}"
