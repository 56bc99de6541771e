"""Columns and what they are made of, as one viewer may know it: the way of one column, and the reads of one product."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from hansa.model import EVERY, NO_LINEAGE, ColumnRead, Learnt, LineageEdge, MeshOrigin, Subtype, source_name
from hansa.names import ColumnName, PortMajor, ProductName, SourceColumn, SourceName
from hansa.server.pages.lineage_asked import Column, Direction, End, end_of
from hansa.server.pages.lineage_seen import Seen

MOST_EDGES = 6000
"""Steps of a way that are followed; beyond, the page says that there is more. The nearest come first."""
_Holder = PortMajor | SourceName


@dataclass(slots=True)
class Way:
    """The way of a column: its edges, nearest first, and how far from it each product and source on it is."""

    of: Column
    edges: list[LineageEdge] = field(default_factory=list)
    far: dict[End, int] = field(default_factory=dict)
    columns: dict[Column, None] = field(default_factory=dict)
    more: bool = False


def way(seen: Seen, of: Column, direction: Direction) -> Way:
    """Everything that a column comes from and that depends on it, through columns that the viewer may know."""
    found = Way(of, far={end_of(of): 0}, columns={of: None})
    if direction != "down":
        _follow(seen, found, seen.graph.upstream(of), forward=False)
    if direction != "up":
        _follow(seen, found, seen.graph.downstream(of), forward=True)
    return found


def _follow(seen: Seen, found: Way, edges: Iterable[LineageEdge], *, forward: bool) -> None:
    """Walks the edges again without those that are hidden: what was reached through one of these may be reached no other way."""
    near: dict[_Holder, list[LineageEdge]] = defaultdict(list)
    for edge in edges:
        near[_holder(edge.source if forward else edge.target)].append(edge)
    reached: dict[_Holder, dict[str, None]] = {_holder(found.of): {found.of.column: None}}
    wave, walked = dict(reached), 0
    told: set[int] = set()  # by identity: to compare thousands of edges by their names takes longer than to find them
    known: dict[_Holder, bool] = {}
    while wave:
        walked += 1
        ahead: dict[_Holder, dict[str, None]] = defaultdict(dict)
        for holder, columns in wave.items():
            whole = EVERY in columns
            for edge in near.get(holder, ()):
                here, there = (edge.source, edge.target) if forward else (edge.target, edge.source)
                takes_part = whole or here.column in columns or here.column == EVERY
                if not takes_part or id(edge) in told:
                    continue
                beyond = _holder(there)
                if beyond not in known:
                    known[beyond] = known_column(seen, there)
                if not known[beyond]:
                    continue
                if len(found.edges) >= MOST_EDGES:
                    found.more = True
                    return
                told.add(id(edge))
                found.edges.append(edge)
                found.columns.setdefault(there)
                found.far.setdefault(end_of(there), walked if forward else -walked)
                if there.column not in reached.setdefault(beyond, {}):
                    reached[beyond][there.column] = None
                    ahead[beyond][there.column] = None
        wave = dict(ahead)


def columns_read(seen: Seen, target: ProductName) -> Iterator[LineageEdge]:
    """Every column that a product reads, and what it makes of it, as far as the viewer may know."""
    product = seen.graph.product(target)
    if product is None:
        return
    origins: dict[str, _Holder] = {
        g.name: g.origin.pinned if isinstance(g.origin, MeshOrigin) else source_name(g) for g in product.inputs
    }
    for output in product.outputs:

        def edge(read: ColumnRead, column: str, port: PortMajor = output.pinned) -> LineageEdge:
            return LineageEdge(_column(origins[read.table], read.column), _column(port, column), read.subtype, read.learnt)

        made = [edge(r, c.column) for c in output.lineage.columns for r in c.reads if r.table in origins]
        made += [edge(r, EVERY) for r in output.lineage.rows if r.table in origins]
        if output.lineage == NO_LINEAGE:
            made += [edge(ColumnRead(g, EVERY, Subtype.TRANSFORMATION, Learnt.ASSUMED), EVERY) for g in origins]
        yield from (e for e in made if _known(seen, e))


def known_column(seen: Seen, column: Column) -> bool:
    """A source's columns are known by who reads them, which is asked of the other end."""
    if isinstance(column, SourceColumn):
        return True
    port = column.port.at(column.major or 0)
    return seen.sight.described(port) and seen.sight.described(port.name.of_product)


def _known(seen: Seen, edge: LineageEdge) -> bool:
    return known_column(seen, edge.source) and known_column(seen, edge.target)


def _holder(column: Column) -> _Holder:
    return column.source if isinstance(column, SourceColumn) else column.port.at(column.major or 0)


def _column(holder: _Holder, column: str) -> Column:
    return SourceColumn(holder, column) if isinstance(holder, SourceName) else ColumnName(holder.name, column, holder.major)
