"""From boxes with faces to a drawing: which curves there are, and where everything stands."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hansa.catalog.drawing import Box, Wire, draw
from hansa.model import LineageEdge
from hansa.names import ProductName, SourceColumn
from hansa.server.pages.lineage.asked import Column, column_word, end_of
from hansa.server.pages.lineage.boxes import Boxes, Stream
from hansa.server.pages.lineage.columns import Way, columns_read
from hansa.server.pages.lineage.scene import WIDTH, Arc, Face, Scene, Shown
from hansa.server.pages.lineage.seen import Seen, least_sure
from hansa.server.pages.rendering import count

MOST_ARCS = 200


@dataclass(slots=True)
class _Strand:
    """All that is drawn as one curve."""

    direct: bool = False
    on_way: bool = False
    subtypes: dict[str, None] = field(default_factory=dict)
    learnt: list[str] = field(default_factory=list)
    words: str = ""


def scene(seen: Seen, boxed: Boxes, faces: Mapping[str, Face], opened: Iterable[str], way: Way | None) -> Scene:
    """The drawing. Curves between columns stand for those between their products."""
    edges = tuple(dict.fromkeys((*(way.edges if way is not None else ()), *_opened_edges(seen, boxed, set(opened)))))
    strands, whole = _strands(edges, boxed, faces, set(map(id, way.edges)) if way is not None else set())
    replaced = {(w.source, w.target) for w in strands}
    wires: dict[Wire, _Strand] = {}
    for stream in boxed.streams:
        ends = (stream.source, stream.target)
        if ends not in replaced or ends in whole:
            wires[Wire(*ends)] = _of_stream(stream, way is None or ends in whole)
    ordered = sorted(strands.items(), key=lambda s: not s[1].on_way)
    room = max(MOST_ARCS - len(wires), 0)
    wires |= dict(ordered[:room])
    rows = {key: {r.key: r.at for r in face.rows} | {"": 32.0} for key, face in faces.items()}
    drawing = draw([Box(key, WIDTH, face.height, rows[key]) for key, face in faces.items()], list(wires))
    short = {p.box.key: f"b{i}" for i, p in enumerate(drawing.boxes)}
    shorter = {(key, r.key): f"{short[key]}r{i}" for key, face in faces.items() if key in short for i, r in enumerate(face.rows)}
    shown = tuple(Shown(short[p.box.key], faces[p.box.key], p.x, p.y) for p in drawing.boxes)
    arcs = []
    for curve in drawing.curves:
        w, strand = curve.wire, wires[curve.wire]
        learnt = least_sure(strand.learnt)
        words = strand.words or f"{', '.join(s.replace('_', ' ') for s in strand.subtypes)}; {learnt}"
        source = shorter.get((w.source, w.source_row), short[w.source])
        target = shorter.get((w.target, w.target_row), short[w.target])
        arcs.append(Arc(curve.path, source, target, learnt, strand.direct, strand.on_way or way is None, words))
    # What is lit is drawn last, above the rest.
    arcs.sort(key=lambda a: a.on_way)
    return Scene(drawing.width, drawing.height, shown, tuple(arcs), len(ordered[room:]), way is not None, edges)


def _opened_edges(seen: Seen, boxed: Boxes, opened: set[str]) -> Iterable[LineageEdge]:
    """The edges between columns where a product at either end is open."""
    drawn = [e for e, key in boxed.box_of.items() if key == str(e) and isinstance(e, ProductName)]
    near = {s.target for s in boxed.streams if s.source in opened} | opened
    for end in drawn:
        if str(end) in near:
            for edge in columns_read(seen, end):
                if str(end) in opened or str(end_of(edge.source)) in opened:
                    yield edge


def _strands(
    edges: Iterable[LineageEdge], boxed: Boxes, faces: Mapping[str, Face], lit: set[int]
) -> tuple[dict[Wire, _Strand], set[tuple[str, str]]]:
    """Edges by the wires that draw them, and the pairs of boxes whose lit edges no row of either takes part in.

    `lit` are edges by identity: there may be thousands, of which most are between rows that nobody sees.
    """
    rows = {key: {r.key for r in face.rows} for key, face in faces.items()}
    box = _Finder(boxed)
    found: dict[Wire, _Strand] = defaultdict(_Strand)
    whole: set[tuple[str, str]] = set()
    for edge in edges:
        source, target = box.of(edge.source), box.of(edge.target)
        if source is None or target is None or source == target:
            continue
        source_row, target_row = _row(edge.source, rows[source]), _row(edge.target, rows[target])
        if not source_row and not target_row:
            whole |= {(source, target)} if id(edge) in lit else set()
            continue
        strand = found[Wire(source, target, source_row, target_row)]
        strand.direct |= edge.subtype.direct
        strand.on_way |= id(edge) in lit
        strand.subtypes[edge.subtype.value] = None
        strand.learnt.append(edge.learnt.value)
    return found, whole


class _Finder:
    """The boxes of columns. By the identity of their ports: columns that were found together share them."""

    def __init__(self, boxed: Boxes) -> None:
        self._boxed = boxed
        self._known: dict[int, str | None] = {}

    def of(self, column: Column) -> str | None:
        key = id(column.source if isinstance(column, SourceColumn) else column.port)
        if key not in self._known:
            self._known[key] = self._boxed.box_of.get(end_of(column))
        return self._known[key]


def _row(column: Column, rows: set[str]) -> str:
    word = column_word(column) if rows else ""
    return word if word in rows else ""


def _of_stream(stream: Stream, on_way: bool) -> _Strand:
    kind = "direct" if stream.direct else "indirect"
    words = f"{kind}; {stream.learnt}" + (f"; {count(len(stream.flows))} times" if len(stream.flows) > 1 else "")
    return _Strand(stream.direct, on_way, learnt=[stream.learnt], words=words)
