"""What is drawn, before and after it has its place. Lengths are pixels at the natural size; y grows downwards."""

from collections.abc import Mapping
from dataclasses import field

from hansa.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """Something of a size. `rows` says how far below its top the middle of each of its rows lies, where wires may end."""

    key: str
    width: float
    height: float
    rows: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wire:
    """What goes from a box to another. It ends in the middle of a box unless it names one of its rows."""

    source: str
    target: str
    source_row: str = ""
    target_row: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    """A box and its upper left corner."""

    box: Box
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Curve:
    """A wire and its way, in the words of an SVG path."""

    wire: Wire
    path: str
