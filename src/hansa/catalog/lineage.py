"""Answers to "where does this come from?" and "where does it go?", for a column, a port, a product or a source."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from hansa.frozen import dataclass
from hansa.model import EVERY, HolderEdge, Learnt, LineageEdge, LineageGraph
from hansa.names import ColumnName, PortMajor, ProductName, SourceColumn, SourceName

Subject = ColumnName | SourceColumn | PortMajor | SourceName | ProductName

MOST_LINKS = 20_000
"""Beyond this many, `#*` is left standing for all columns of a port."""


@dataclass(frozen=True, slots=True)
class Link:
    """Something takes part in something else. Between ports and products `subtype` is empty and `columns` counts what is used."""

    source: Subject
    target: Subject
    kind: str
    subtype: str
    learnt: str
    columns: int = 1


@dataclass(frozen=True, slots=True)
class LineageNode:
    """What a link's end is, and who answers for it. A source belongs to no product."""

    name: str
    kind: str
    product: str = ""
    port: str = ""
    column: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class LineageView:
    """What a subject comes from and where it goes, each nearest first."""

    of: Subject
    up: tuple[Link, ...] = ()
    down: tuple[Link, ...] = ()


def lineage(graph: LineageGraph, of: Subject, depth: int | None, *, up: bool, down: bool) -> LineageView:
    """The lineage of a subject, at most `depth` steps far."""
    if isinstance(of, ColumnName | SourceColumn):
        above = graph.upstream(of, depth) if up else ()
        below = graph.downstream(of, depth) if down else ()
        return LineageView(of, tuple(map(_link, above)), tuple(map(_link, below)))
    above_it = _walked(of, depth, lambda one: _suppliers(graph, one), forward=False) if up else ()
    below_it = _walked(of, depth, lambda one: _consumers(graph, one), forward=True) if down else ()
    return LineageView(of, above_it, below_it)


def column_by_column(view: LineageView, graph: LineageGraph) -> LineageView:
    """The view with a link for each column where one stood for all of a port's: all that were asked for, or that there are."""
    asked: dict[PortMajor, dict[ColumnName, None]] = defaultdict(dict)
    for subject in (view.of, *(link.source for link in view.up)):
        if isinstance(subject, ColumnName) and subject.column != EVERY:
            asked[_port_of(subject)][subject] = None

    def every(port: PortMajor) -> Iterable[ColumnName]:
        product = graph.product(port.name.of_product)
        output = product.output(port.name.port, port.major) if product is not None else None
        return [ColumnName(port.name, c, port.major) for c in output.schema.names] if output is not None else []

    up = _spread(view.up, lambda port: asked.get(port, ()))
    down = _spread(view.down, every)
    return view if len(up) + len(down) > MOST_LINKS else replace(view, up=up, down=down)


def nodes(view: LineageView, graph: LineageGraph) -> tuple[LineageNode, ...]:
    """Everything that the links of a view connect, its subject first."""
    ends = (end for link in (*view.up, *view.down) for end in (link.source, link.target))
    return tuple(_node(one, graph) for one in dict.fromkeys((view.of, *ends)))


def _node(subject: Subject, graph: LineageGraph) -> LineageNode:
    match subject:
        case SourceColumn():
            return LineageNode(str(subject), "source", column=subject.column)
        case SourceName():
            return LineageNode(str(subject), "source")
        case ColumnName():
            port = _port_of(subject)
            address = port.name.of_product
            return LineageNode(str(subject), "column", str(address), str(port), subject.column, _owner(graph, address))
        case PortMajor():
            address = subject.name.of_product
            return LineageNode(str(subject), "port", str(address), str(subject), owner=_owner(graph, address))
        case ProductName():
            return LineageNode(str(subject), "product", str(subject), owner=_owner(graph, subject))


def _owner(graph: LineageGraph, address: ProductName) -> str:
    product = graph.product(address)
    return product.owner if product is not None else ""


def _port_of(column: ColumnName) -> PortMajor:
    return column.port.at(column.major or 0)


def _link(edge: LineageEdge) -> Link:
    return Link(edge.source, edge.target, edge.subtype.kind, edge.subtype.value, edge.learnt.value)


def _spread(links: Iterable[Link], columns: Callable[[PortMajor], Iterable[ColumnName]]) -> tuple[Link, ...]:
    """Links to all of a port's columns, one by one; no more of them than may be told."""
    found: dict[Link, None] = {}
    for link in links:
        target = link.target
        known = list(columns(_port_of(target))) if isinstance(target, ColumnName) and target.column == EVERY else []
        found |= dict.fromkeys(replace(link, target=one) for one in known) if known else {link: None}
        if len(found) > MOST_LINKS:
            break
    return tuple(found)


def _suppliers(graph: LineageGraph, of: Subject) -> Iterator[Link]:
    match of:
        case PortMajor():
            yield from (_holder_link(e) for e in graph.suppliers(of))
        case ProductName():
            product = graph.product(of)
            ports = [o.pinned for o in product.outputs] if product is not None else []
            yield from _together(e for port in ports for e in graph.suppliers(port))
        case _:
            return


def _consumers(graph: LineageGraph, of: Subject) -> Iterator[Link]:
    match of:
        case ProductName():
            product = graph.product(of)
            ports = [o.pinned for o in product.outputs] if product is not None else []
            yield from _together(e for port in ports for e in graph.consumers(port))
        case PortMajor() | SourceName():
            yield from (_holder_link(e) for e in graph.consumers(of))
        case _:
            return


def _holder_link(edge: HolderEdge) -> Link:
    kind = "direct" if edge.direct else "indirect"
    return Link(edge.source, edge.target, kind, "", edge.learnt.value, len(edge.columns))


def _together(edges: Iterable[HolderEdge]) -> Iterator[Link]:
    """Links between ports as links between their products; what is known least well says how the whole is known."""
    groups: dict[tuple[Subject, Subject], list[HolderEdge]] = defaultdict(list)
    for edge in edges:
        source: Subject = edge.source.name.of_product if isinstance(edge.source, PortMajor) else edge.source
        groups[source, edge.target.name.of_product].append(edge)
    for (source, target), found in groups.items():
        used = {(e.source, column) for e in found for column in e.columns}
        kind = "direct" if any(e.direct for e in found) else "indirect"
        learnt = max((e.learnt for e in found), key=tuple(Learnt).index)
        yield Link(source, target, kind, "", learnt.value, len(used))


def _walked(start: Subject, depth: int | None, step: Callable[[Subject], Iterable[Link]], *, forward: bool) -> tuple[Link, ...]:
    links: list[Link] = []
    seen, wave, walked = {start}, [start], 0
    while wave and (depth is None or walked < depth):
        found = [link for one in wave for link in step(one)]
        links += found
        ends = dict.fromkeys(link.target if forward else link.source for link in found)
        wave = [end for end in ends if end not in seen]
        seen.update(wave)
        walked += 1
    return tuple(links)
