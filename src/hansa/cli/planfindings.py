"""What a plan finds as troubles with places, for code scanning: changes that break readers, versions that promise too much."""

from collections.abc import Iterable, Iterator

from hansa.cli.planview import consumer
from hansa.model import Mesh, MeshChange, OutputPort, Product
from hansa.names import PortMajor, parse, parse_product
from hansa.plan import Plan
from hansa.trouble import Place, Severity, Trouble, in_order

MOST_NAMED = 5


def findings(made: Plan, troubles: Iterable[Trouble], present: Mesh, before: Mesh | None) -> tuple[Trouble, ...]:
    """The troubles of a compilation, the plan's warnings, and its changes; what is gone has its place in `before`."""
    breaking = (_breaking(c, present, before) for c in made.changes if c.breaking)
    return in_order((*troubles, *made.warnings, *breaking, *_too_small(made.changes, present, before)))


def _breaking(change: MeshChange, present: Mesh, before: Mesh | None) -> Trouble:
    hits = [consumer(hit) for hit in change.consumers]
    named = "; ".join(hits[:MOST_NAMED]) + (f"; and {len(hits) - MOST_NAMED} more" if len(hits) > MOST_NAMED else "")
    return Trouble(
        "H336",
        f"{change.subject}: {change.change}" + (f"; read by {named}" if named else "; nobody reads it"),
        place_of(change, present, before),
        "offer it under a new major beside the old one, or let the owners acknowledge it" if change.with_impact else "",
        Severity.WARNING if change.with_impact else Severity.NOTE,
        change.product,
    )


def _too_small(changes: Iterable[MeshChange], present: Mesh, before: Mesh | None) -> Iterator[Trouble]:
    """Once a port, however many of its changes ask for more."""
    for change in {c.port: c for c in changes if c.too_small}.values():
        yield Trouble(
            "H337",
            f"the contract of {change.port} says version {change.version_after}, and its changes ask for {change.suggested}",
            place_of(change, present, before),
            f"set its version to {change.suggested}",
            Severity.WARNING,
            change.product,
        )


def place_of(change: MeshChange, present: Mesh, before: Mesh | None) -> tuple[Place, ...]:
    """Where in the contract it stands; for what is gone, around where it would stand, and where it stood."""
    now = _place(change, present)
    was = _place(change, before) if before is not None else None
    found = (now, was.noted("stood here before") if was is not None and now is None else None)
    return tuple(place for place in found if place is not None)


def _place(change: MeshChange, mesh: Mesh | None) -> Place | None:
    product = mesh.product(parse_product(change.product)) if mesh is not None else None
    if product is None:
        return None
    port = _port(product, change.port)
    if port is None:
        return product.place
    column = port.table.find(change.column) if change.column else None
    return (column.place if column is not None else None) or port.table.place or port.contract.place


def _port(product: Product, name: str) -> OutputPort | None:
    pinned = parse(name) if name else None
    if not isinstance(pinned, PortMajor):
        return None
    return product.output(pinned.name.port, pinned.major)
