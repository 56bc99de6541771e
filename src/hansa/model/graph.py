"""The lineage of a whole mesh as a graph: columns of output ports and of sources, and the columns that are made of them.

A question is answered from the lineage of the ports that it touches and no others: what a product reads is in its inputs, and who
reads a port is an index over inputs alone. So a question about one column costs the same in a small mesh and in a large one.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property

from hansa.frozen import dataclass
from hansa.model.lineage import NO_LINEAGE, ColumnRead, Learnt, Subtype
from hansa.model.mesh import InputPort, Mesh, MeshOrigin, OutputPort, Product
from hansa.model.uses import EVERY
from hansa.names import ColumnName, PortMajor, PortName, ProductName, SourceColumn, SourceName

Node = ColumnName | SourceColumn
Holder = PortMajor | SourceName
_Key = tuple[str, str, str, int] | SourceName
_Wanted = dict[str, None]
_Step = tuple[tuple[_Key, str], tuple[_Key, str], Subtype, Learnt]

_DIRECT = (Subtype.IDENTITY, Subtype.TRANSFORMATION, Subtype.AGGREGATION)
_MOST_TOLD = 5000  # edges between ports that are kept: some kilobytes each


@dataclass(frozen=True, slots=True, order=True)
class LineageEdge:
    """One column takes part in another. A target `…#*` stands for every column of its port, as with a join or a filter."""

    source: Node
    target: Node
    subtype: Subtype
    learnt: Learnt


@dataclass(frozen=True, slots=True)
class HolderEdge:
    """A port or source that an output port reads: the columns of it that values are taken from, and all that are used.

    `learnt` is how the least sure of that is known.
    """

    source: Holder
    target: PortMajor
    direct: frozenset[str]
    columns: frozenset[str]
    learnt: Learnt


def source_name(given: InputPort) -> SourceName:
    """The address of the external source that an input port reads: the same for all ports that read it."""
    assert not isinstance(given.origin, MeshOrigin), given.name
    contract = given.contract
    table = given.table.name if len(contract.tables) > 1 else ""
    return SourceName(contract.id, table, given.origin.server.name if len(contract.servers) > 1 else "")


class LineageGraph:
    """The lineage of one mesh. Each index is made when it is first needed; the mesh is never changed."""

    def __init__(self, mesh: Mesh) -> None:
        self.mesh = mesh
        self._told: dict[tuple[int, int], HolderEdge] = {}

    def upstream(self, node: Node, depth: int | None = None, *, indirect: bool = True) -> tuple[LineageEdge, ...]:
        """What a column comes from, nearest first, at most `depth` steps from port to port. `#*` asks for all columns."""
        return _walk(node, depth, self._up, indirect=indirect, forward=False)

    def downstream(self, node: Node, depth: int | None = None, *, indirect: bool = True) -> tuple[LineageEdge, ...]:
        """What depends on a column, nearest first."""
        return _walk(node, depth, self._down, indirect=indirect, forward=True)

    def way(self, node: Node, passes: Callable[[Holder], bool], *, forward: bool) -> Iterator[tuple[int, LineageEdge]]:
        """The edges that lead on from a column, nearest first, each with how many steps away its far end is.

        Nothing is reached through a port or source that does not pass. Edges are found as they are asked for: who wants the
        nearest thousand does not wait for a million.
        """
        return _way(node, passes, self._down if forward else self._up, forward=forward)

    def suppliers(self, port: PortMajor) -> tuple[HolderEdge, ...]:
        """The ports and sources that an output port is made of, sorted."""
        found = self._output(_key(port))
        if found is None:
            return ()
        product, output = found
        edges = (self._holder_edge(given, output) for given in product.inputs if given.name in _tables(product, output))
        return tuple(sorted(edges, key=lambda e: str(e.source)))

    def consumers(self, holder: Holder) -> tuple[HolderEdge, ...]:
        """The output ports that are made of a port or a source, sorted."""
        edges = (
            self._holder_edge(given, output)
            for product, given in self._readers.get(_key(holder), ())
            for output in product.outputs
            if given.name in _tables(product, output)
        )
        return tuple(sorted(edges, key=lambda e: str(e.target)))

    def product(self, address: ProductName) -> Product | None:
        """The product of an address, found without going through all."""
        return self._products.get((address.domain, address.product))

    @cached_property
    def sources(self) -> dict[str, tuple[SourceName, InputPort]]:
        """The external sources by the text of their address, each with one of the input ports that read it."""
        found: dict[str, tuple[SourceName, InputPort]] = {}
        for readers in (r for key, r in self._readers.items() if isinstance(key, SourceName)):
            name = source_name(readers[0][1])
            found[str(name)] = (name, readers[0][1])
        return found

    @cached_property
    def _products(self) -> dict[tuple[str, str], Product]:
        return {(p.address.domain, p.address.product): p for d in self.mesh.domains for p in d.products}

    @cached_property
    def _readers(self) -> dict[_Key, list[tuple[Product, InputPort]]]:
        """Who reads a port or a source. Keys are plain tuples: they are made for every input of the mesh."""
        found: dict[_Key, list[tuple[Product, InputPort]]] = defaultdict(list)
        for domain in self.mesh.domains:
            for product in domain.products:
                for given in product.inputs:
                    found[_origin(given)].append((product, given))
        return found

    def _holder_edge(self, given: InputPort, output: OutputPort) -> HolderEdge:
        """Kept, since the consumers of a hub are asked for again and again. By identity: the mesh holds both for as long."""
        key = (id(given), id(output))
        found = self._told.get(key)
        if found is None:
            if len(self._told) >= _MOST_TOLD:
                self._told.clear()
            found = self._told[key] = _holder_edge(given, output)
        return found

    def _output(self, key: _Key) -> tuple[Product, OutputPort] | None:
        if isinstance(key, SourceName):
            return None
        domain, name, port, major = key
        product = self._products.get((domain, name))
        output = product.output(port, major) if product is not None else None
        return None if product is None or output is None else (product, output)

    def _up(self, key: _Key, wanted: _Wanted, done: _Wanted) -> Iterator[_Step]:
        found = self._output(key)
        if found is None:
            return
        product, output = found
        # A manifest of another repository may name inputs that it does not list; those lead nowhere.
        origins = {given.name: _origin(given) for given in product.inputs}
        whole = EVERY in wanted
        lineage = output.lineage
        if lineage == NO_LINEAGE and not done:
            yield from (((origins[g.name], EVERY), (key, EVERY), *_UNKNOWN) for g in product.inputs)
        for column in lineage.columns:
            name = column.column
            if name in wanted or (whole and name not in done):
                yield from _steps(origins, column.reads, (key, name))
        if not done:  # once a walk: rows take part in whatever is asked of the port
            yield from _steps(origins, lineage.rows, (key, EVERY))

    def _down(self, key: _Key, wanted: _Wanted, done: _Wanted) -> Iterator[_Step]:
        whole = EVERY in wanted

        def asked(read: ColumnRead) -> bool:
            return read.column in wanted or (whole and read.column not in done)

        for product, given in self._readers.get(key, ()):
            table = given.name
            for output in product.outputs:
                address = output.address
                target: _Key = (address.domain, address.product, address.port, output.major)
                lineage = output.lineage
                if lineage == NO_LINEAGE and not done:
                    yield ((key, EVERY), (target, EVERY), *_UNKNOWN)
                if whole:  # the other case is the common one, and this loop is where the time goes
                    reads = [(c.column, r) for c in lineage.columns for r in c.reads if asked(r)]
                else:
                    reads = [(c.column, r) for c in lineage.columns for r in c.reads if r.column in wanted]
                reads += [(EVERY, r) for r in lineage.rows if asked(r)]
                for name, read in reads:
                    if read.table == table:
                        yield (key, read.column), (target, name), read.subtype, read.learnt


def _steps(origins: Mapping[str, _Key], reads: Iterable[ColumnRead], target: tuple[_Key, str]) -> Iterator[_Step]:
    for read in reads:
        if read.table in origins:
            yield (origins[read.table], read.column), target, read.subtype, read.learnt


_UNKNOWN = (Subtype.TRANSFORMATION, Learnt.ASSUMED)


def _walk(
    start: Node,
    depth: int | None,
    step: Callable[[_Key, _Wanted, _Wanted], Iterable[_Step]],
    *,
    indirect: bool,
    forward: bool,
) -> tuple[LineageEdge, ...]:
    """Edges in waves from the start. A port is looked at once a wave, for all of its columns that the wave before reached."""
    holder = start.source if isinstance(start, SourceColumn) else start.port.at(start.major or 0)
    wave: dict[_Key, _Wanted] = {_key(holder): {start.column: None}}
    done: dict[_Key, _Wanted] = defaultdict(dict)
    steps: list[_Step] = []
    walked = 0
    while wave and (depth is None or walked < depth):
        ahead: dict[_Key, _Wanted] = defaultdict(dict)
        for key, wanted in wave.items():
            for one in step(key, wanted, done[key]):
                source, target, subtype, _ = one
                if indirect or subtype in _DIRECT:
                    steps.append(one)
                    reached, column = target if forward else source
                    ahead[reached][column] = None
            done[key] |= wanted
        wave = {key: new for key, columns in ahead.items() if (new := _new(columns, done.get(key)))}
        walked += 1
    return _edges(steps)


def _way(
    start: Node, passes: Callable[[Holder], bool], step: Callable[[_Key, _Wanted, _Wanted], Iterable[_Step]], *, forward: bool
) -> Iterator[tuple[int, LineageEdge]]:
    """As `_walk`, one edge after the other, and no further than through what passes."""
    holder = start.source if isinstance(start, SourceColumn) else start.port.at(start.major or 0)
    wave: dict[_Key, _Wanted] = {_key(holder): {start.column: None}}
    done: dict[_Key, _Wanted] = defaultdict(dict)
    passing: dict[_Key, bool] = {}
    names, walked = _Names(), 0
    while wave:
        walked += 1
        ahead: dict[_Key, _Wanted] = defaultdict(dict)
        for key, wanted in wave.items():
            for source, target, subtype, learnt in step(key, wanted, done[key]):
                reached, column = target if forward else source
                passed = passing.get(reached)
                if passed is None:
                    passed = passing[reached] = passes(names.holder(reached))
                if passed:
                    ahead[reached][column] = None
                    yield walked, LineageEdge(names.node(source), names.node(target), subtype, learnt)
            done[key] |= wanted
        wave = {key: new for key, columns in ahead.items() if (new := _new(columns, done.get(key)))}


class _Names:
    """The names of what a walk reaches, each of which is made once."""

    def __init__(self) -> None:
        self._ports: dict[_Key, PortName] = {}
        self._nodes: dict[tuple[_Key, str], Node] = {}

    def node(self, vertex: tuple[_Key, str]) -> Node:
        found = self._nodes.get(vertex)
        if found is None:
            key, column = vertex
            if isinstance(key, SourceName):
                found = SourceColumn(key, column)
            else:
                found = ColumnName(self._port(key), column, key[3])
            self._nodes[vertex] = found
        return found

    def holder(self, key: _Key) -> Holder:
        return key if isinstance(key, SourceName) else self._port(key).at(key[3])

    def _port(self, key: tuple[str, str, str, int]) -> PortName:
        return self._ports.get(key) or self._ports.setdefault(key, PortName(*key[:3]))


def _edges(steps: Iterable[_Step]) -> tuple[LineageEdge, ...]:
    """Steps under their names."""
    node = _Names().node
    return tuple(LineageEdge(node(source), node(target), subtype, learnt) for source, target, subtype, learnt in steps)


def _new(columns: _Wanted, done: _Wanted | None) -> _Wanted:
    """The columns that were not looked at yet; once all of a port's were, none is new."""
    if not done:
        return columns
    return {} if EVERY in done else {c: None for c in columns if c not in done}


def _tables(product: Product, output: OutputPort) -> set[str]:
    """The inputs that an output port is made of, whether or not any of their columns is named, as in a count."""
    if not product.models:
        return {given.name for given in product.inputs}
    reads = {m.name: m.reads for m in product.models}
    found: set[str] = set()
    ahead = [output.model]
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead += reads.get(name, ())
    return found


def _holder_edge(given: InputPort, output: OutputPort) -> HolderEdge:
    origin = given.origin.pinned if isinstance(given.origin, MeshOrigin) else source_name(given)
    lineage = output.lineage
    reads = [r for group in (lineage.rows, *(c.reads for c in lineage.columns)) for r in group if r.table == given.name]
    direct, used = frozenset(r.column for r in reads if r.subtype in _DIRECT), frozenset(r.column for r in reads)
    unsure = Learnt.ASSUMED if lineage == NO_LINEAGE else Learnt.PARSED
    learnt = max({r.learnt for r in reads}, key=tuple(Learnt).index, default=unsure)
    return HolderEdge(origin, output.pinned, direct, used, learnt)


def _origin(given: InputPort) -> _Key:
    origin = given.origin
    if isinstance(origin, MeshOrigin):
        port = origin.port
        return (port.domain, port.product, port.port, origin.major)
    return source_name(given)


def _key(holder: Holder) -> _Key:
    if isinstance(holder, SourceName):
        return holder
    return (holder.name.domain, holder.name.product, holder.name.port, holder.major)
