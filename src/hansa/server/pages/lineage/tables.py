"""The tables below a drawing: the same in words, for whoever does not see it or wants to read it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from hansa.catalog import ProductState
from hansa.frozen import dataclass
from hansa.model import EVERY, LineageEdge, Subtype
from hansa.names import ColumnName, ProductName, SourceColumn
from hansa.server.pages.badges import Badge, quality, status
from hansa.server.pages.leaves import Leaf, leaf
from hansa.server.pages.lineage.asked import Asked, Column, End
from hansa.server.pages.lineage.boxes import Boxes
from hansa.server.pages.lineage.columns import kinds_read
from hansa.server.pages.lineage.seen import Flow, Reached, Seen

ROWS = 40


@dataclass(frozen=True, slots=True)
class FlowRow:
    """A product that reads another, or a source. `kinds` are empty where the viewer may not know the columns."""

    flow: Flow
    kinds: tuple[str, ...]
    source_href: str
    target_href: str


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A column and what is made of it. What stands for all columns of a port has no address."""

    source: str
    source_href: str
    target: str
    target_href: str
    edge: LineageEdge


@dataclass(frozen=True, slots=True)
class StateRow:
    """A product of the drawing, with where its last run and its checks are told."""

    product: ProductName
    title: str
    where: str
    badge: Badge | None
    run: str


def flow_rows(seen: Seen, reached: Reached, asked: Asked) -> Leaf[FlowRow]:
    """Who reads what, the nearest first."""
    flows = sorted(reached.flows.values(), key=lambda f: (abs(reached.far[f.target]), str(f.source), str(f.target)))
    shown = leaf(flows, asked.reads, ROWS, lambda page: replace(asked, reads=page).address)
    kinds: dict[ProductName, dict[End, dict[Subtype, None]]] = {}
    rows = []
    for flow in shown.items:
        if flow.target not in kinds:
            kinds[flow.target] = kinds_read(seen, flow.target)
        found = _kinds(kinds[flow.target].get(flow.source, ()))
        rows.append(FlowRow(flow, found, _href(seen, asked, flow.source), _href(seen, asked, flow.target)))
    return shown.of(rows)


def read_rows(edges: Sequence[LineageEdge], asked: Asked) -> Leaf[ReadRow]:
    """Which column is made of which, in the order in which the way leads past them."""
    shown = leaf(edges, asked.rows, ROWS, lambda page: replace(asked, rows=page).address)
    ends = ((e, _told(e.source), _told(e.target)) for e in shown.items)
    return shown.of([ReadRow(s, _column_href(asked, e.source), t, _column_href(asked, e.target), e) for e, s, t in ends])


def state_rows(seen: Seen, reached: Reached, boxed: Boxes, states: dict[str, ProductState]) -> list[StateRow]:
    """The products that have a box of their own, farthest upstream first, as data flows."""
    drawn = [m for m in boxed.members.values() if isinstance(m, ProductName)]
    found = []
    for product in sorted(drawn, key=lambda p: (reached.far[p], str(p))):
        known = seen.sight.product(product)
        state = states.get(str(product)) if seen.sight.described(product) else None
        badge = (quality(state) or status(state)) if state is not None else None
        title = known.title if known is not None else ""
        found.append(
            StateRow(product, title or product.product, _where(reached.far[product]), badge, state.last_run if state else "")
        )
    return found


def _where(far: int) -> str:
    if far == 0:
        return "here"
    return f"{abs(far)} step{'' if abs(far) == 1 else 's'} {'up' if far < 0 else 'down'}"


def _kinds(found: Iterable[Subtype]) -> tuple[str, ...]:
    """`direct: aggregation, identity`, and the same of what is indirect."""
    kinds: dict[str, list[str]] = defaultdict(list)
    for subtype in sorted(found):
        kinds[subtype.kind].append(subtype.value.replace("_", " "))
    return tuple(f"{kind}: {', '.join(words)}" for kind, words in sorted(kinds.items()))


def _href(seen: Seen, asked: Asked, end: End) -> str:
    return "" if isinstance(end, ProductName) and not seen.sight.described(end) else asked.about_only(end)


def _told(column: Column) -> str:
    holder = column.source if isinstance(column, SourceColumn) else column.port.at(column.major or 0)
    return f"{holder}, all columns" if column.column == EVERY else f"{holder}#{column.column}"


def _column_href(asked: Asked, column: Column) -> str:
    named = column.column != EVERY and (isinstance(column, ColumnName) or bool(column.column))
    return asked.of_column(column) if named else ""
