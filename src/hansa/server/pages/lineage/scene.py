"""What a drawing of lineage is made of, when every box has its words and links, and everything its place."""

from dataclasses import field

from hansa.frozen import dataclass
from hansa.model import LineageEdge
from hansa.server.pages.badges import Badge

WIDTH = 232.0
HEAD = 64.0
LOW = 50.0
ROW = 21.0


@dataclass(frozen=True, slots=True)
class Row:
    """A column in its box. `at` is how far below the top of the box its middle is."""

    key: str
    name: str
    text: str
    href: str
    at: float
    on_way: bool = False
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Face:
    """What is written in a box, and where its links lead. `turns` lead to more of its columns, or of its group."""

    kind: str
    title: str
    name: str
    label: str
    hue: int
    href: str
    toggle: str = ""
    open: bool = False
    rows: tuple[Row, ...] = ()
    turns: tuple[tuple[str, str], ...] = ()
    state: Badge | None = None
    subject: bool = False
    on_way: bool = True

    @property
    def height(self) -> float:
        if self.kind == "domain":
            return LOW
        under = len(self.rows) + (1 if self.turns else 0)
        return HEAD + (under * ROW + 8 if under else 0)


@dataclass(frozen=True, slots=True)
class Shown:
    """A box in its place. `key` is short, and is what curves name."""

    key: str
    face: Face
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Arc:
    """A curve, by the keys of what it connects. `words` say how."""

    path: str
    source: str
    target: str
    learnt: str
    direct: bool
    on_way: bool
    words: str


@dataclass(frozen=True, slots=True)
class Scene:
    """All that is drawn; `lit` when the way of a column is. `left_out` counts curves beyond the
    most; `edges` are all those between columns.
    """

    width: float
    height: float
    boxes: tuple[Shown, ...]
    arcs: tuple[Arc, ...]
    left_out: int = 0
    lit: bool = False
    edges: tuple[LineageEdge, ...] = field(default=())
