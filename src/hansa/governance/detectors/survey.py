"""Goes over the columns of a mesh that nobody classified, sources first, and gathers what detectors propose for them."""

from collections.abc import Callable, Collection, Iterator, Mapping

from hansa.frozen import dataclass
from hansa.governance.detectors.finding import Finding, Sampled, class_of
from hansa.governance.detectors.proposing import VALUED, findings_of
from hansa.model import ContractColumn, InputPort, Lattice, Mesh, MeshOrigin, OutputPort, Product, source_name
from hansa.names import ProductName
from hansa.trouble import Place

Values = Mapping[str, tuple[str, ...]]
Port = InputPort | OutputPort
Look = Callable[[Product, Port, tuple[str, ...]], Values]
"""Looks at some values of columns of a port, as text by column; nothing for columns that cannot be looked at."""

_Origin = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A class that somebody should consider for a column, with what speaks for it. `place` is the column in its contract."""

    column: str
    name: str
    finding: Finding
    place: Place | None


def survey(mesh: Mesh, chosen: Collection[ProductName], look: Look) -> tuple[Proposal, ...]:
    """Proposals for the chosen products, in the order of the data. What would follow from a proposal by itself is left out."""
    lattice = Lattice.of(mesh.governance.classes)
    expected: dict[_Origin, frozenset[str]] = {}
    found: list[Proposal] = []
    for product in mesh.in_order():
        if product.address not in chosen or product.manifest:
            continue
        ports: tuple[Port, ...] = (*product.inputs, *product.outputs)
        for port in ports:
            if isinstance(port, InputPort) and isinstance(port.origin, MeshOrigin):
                continue
            name = _name(port)
            columns = tuple(_unclassified(port, lattice, mesh.governance.default_class))
            wanted = tuple(c.name for c in columns if c.type is None or isinstance(c.type, VALUED))
            values = look(product, port, wanted) if wanted else {}
            for column in columns:
                key = (name, column.name.lower())
                expected[key] = known = expected.get(key, frozenset()) | _follows(port, product, column, expected)
                seen = Sampled(column.name, column.type, f"{port.table.name} {product.address}", values.get(column.name, ()))
                fresh = {c: f for f in reversed(findings_of(seen)) if (c := class_of(f, lattice)) not in known}
                expected[key] = known | fresh.keys()
                found += [Proposal(f"{name}#{column.name}", c, f, column.place) for c, f in sorted(fresh.items())]
    return tuple(found)


def _unclassified(port: Port, lattice: Lattice, default: str) -> Iterator[ContractColumn]:
    """The columns of which neither the contract nor what flows in says anything; a default is nobody's word."""
    flowed = {c.column for c in port.classes if c.effective != (default,)} if isinstance(port, OutputPort) else set()
    for column in port.table.columns:
        if column.name not in flowed and not lattice.said(column.classification, column.tags):
            yield column


def _name(port: Port) -> str:
    """The address of a port at its major, or of the source or port that an input reads."""
    if isinstance(port, OutputPort):
        return str(port.pinned)
    return str(port.origin.pinned if isinstance(port.origin, MeshOrigin) else source_name(port))


def _follows(port: Port, product: Product, column: ContractColumn, expected: Mapping[_Origin, frozenset[str]]) -> frozenset[str]:
    """The classes that a column of an output port would get from those that are proposed for what it is computed from."""
    if isinstance(port, InputPort):
        return frozenset()
    inputs = {i.name.lower(): _name(i) for i in product.inputs}
    reads = (r for r in port.lineage.of(column.name) if r.subtype.direct and r.table.lower() in inputs)
    return frozenset().union(*(expected.get((inputs[r.table.lower()], r.column.lower()), frozenset()) for r in reads))
