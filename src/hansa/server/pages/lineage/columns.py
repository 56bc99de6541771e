"""Columns and what they are made of, as one viewer may know it: the way of one column, and the reads of one product."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from hansa.model import EVERY, NO_LINEAGE, ColumnRead, Learnt, LineageEdge, MeshOrigin, Product, Subtype, source_name
from hansa.names import ColumnName, PortMajor, ProductName, SourceColumn, SourceName
from hansa.server.pages.lineage.asked import Column, Direction, End, end_of
from hansa.server.pages.lineage.seen import Seen

MOST_EDGES = 6000
"""Steps of a way that are followed; beyond, the page says that there is more. The nearest come first."""
_Holder = PortMajor | SourceName


@dataclass(slots=True)
class Way:
    """The way of a column: its edges, nearest first, and how far from it each product and source on it is.

    `columns` are those that it leads through, itself among them; `of_end` has them by their product or source.
    """

    of: Column
    edges: list[LineageEdge] = field(default_factory=list)
    far: dict[End, int] = field(default_factory=dict)
    columns: dict[Column, None] = field(default_factory=dict)
    of_end: dict[End, dict[Column, None]] = field(default_factory=dict)
    more: bool = False

    def reach(self, column: Column, far: int) -> None:
        end = end_of(column)
        self.columns.setdefault(column)
        self.of_end.setdefault(end, {}).setdefault(column)
        self.far.setdefault(end, far)


def way(seen: Seen, of: Column, direction: Direction) -> Way:
    """Everything that a column comes from and that depends on it, through columns that the viewer may know."""
    found = Way(of)
    found.reach(of, 0)
    if direction != "down":
        _follow(seen, found, forward=False)
    if direction != "up":
        _follow(seen, found, forward=True)
    return found


def _follow(seen: Seen, found: Way, *, forward: bool) -> None:
    """Walks without what is hidden: what would be reached through it may be reached no other way."""
    for walked, edge in seen.graph.way(found.of, lambda holder: _known_holder(seen, holder), forward=forward):
        if len(found.edges) >= MOST_EDGES:
            found.more = True
            return
        found.edges.append(edge)
        found.reach(edge.target if forward else edge.source, walked if forward else -walked)


def kinds_read(seen: Seen, target: ProductName) -> dict[End, dict[Subtype, None]]:
    """In which ways a product reads each of its suppliers, as far as the viewer may know the columns of both."""
    found: dict[End, dict[Subtype, None]] = defaultdict(dict)
    product = seen.graph.product(target)
    if product is None:
        return found
    known = {name: holder for name, holder in _origins(product).items() if _known_holder(seen, holder)}
    ends: dict[str, End] = {n: h if isinstance(h, SourceName) else h.name.of_product for n, h in known.items()}
    for output in (o for o in product.outputs if _known_holder(seen, o.pinned)):
        lineage = output.lineage
        ways = {(r.table, r.subtype): None for reads in (*(c.reads for c in lineage.columns), lineage.rows) for r in reads}
        if lineage == NO_LINEAGE:
            ways = dict.fromkeys((table, Subtype.TRANSFORMATION) for table in ends)
        for table, subtype in ways:
            if table in ends:
                found[ends[table]][subtype] = None
    return found


def columns_read(seen: Seen, target: ProductName) -> Iterator[LineageEdge]:
    """Every column that a product reads, and what it makes of it, as far as the viewer may know."""
    product = seen.graph.product(target)
    if product is None:
        return
    known = {name: holder for name, holder in _origins(product).items() if _known_holder(seen, holder)}
    for output in product.outputs:
        if not _known_holder(seen, output.pinned):
            continue

        def edge(read: ColumnRead, column: str, port: PortMajor = output.pinned) -> LineageEdge:
            return LineageEdge(_column(known[read.table], read.column), _column(port, column), read.subtype, read.learnt)

        yield from (edge(r, c.column) for c in output.lineage.columns for r in c.reads if r.table in known)
        yield from (edge(r, EVERY) for r in output.lineage.rows if r.table in known)
        if output.lineage == NO_LINEAGE:
            yield from (edge(ColumnRead(g, EVERY, Subtype.TRANSFORMATION, Learnt.ASSUMED), EVERY) for g in known)


def _origins(product: Product) -> dict[str, _Holder]:
    return {g.name: g.origin.pinned if isinstance(g.origin, MeshOrigin) else source_name(g) for g in product.inputs}


def _known_holder(seen: Seen, holder: _Holder) -> bool:
    """A source's columns are known by who reads them, which is asked of the other end."""
    if isinstance(holder, SourceName):
        return True
    return seen.sight.described(holder) and seen.sight.described(holder.name.of_product)


def _column(holder: _Holder, column: str) -> Column:
    return SourceColumn(holder, column) if isinstance(holder, SourceName) else ColumnName(holder.name, column, holder.major)
