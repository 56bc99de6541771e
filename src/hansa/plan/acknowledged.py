"""Which consumers have accepted a change: their owners' acknowledgements, matched with what changes."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from hansa.model import Acknowledgement, ConsumerHit, MeshChange, Publication
from hansa.names import Address, ColumnName, PortMajor, PortName, ProductName, Version, parse
from hansa.plan.recorded import Recorded
from hansa.trouble import Severity, Trouble


def with_acknowledgements(changes: Iterable[MeshChange], acknowledgements: tuple[Acknowledgement, ...]) -> tuple[MeshChange, ...]:
    """The changes, the hits of consumers that have accepted them marked."""
    by_consumer: dict[str, list[Acknowledgement]] = {}
    for each in acknowledgements:
        by_consumer.setdefault(str(each.consumer), []).append(each)
    if not by_consumer:
        return tuple(changes)
    return tuple(_marked(change, by_consumer) for change in changes)


def brings(change: MeshChange) -> str:
    """The contract version that brings a change; for a port that goes, the version that goes with it."""
    return change.version_after or change.version_before


def covers(subject: str, change: MeshChange) -> bool:
    """Whether a subject means what a change is about: itself, its port or its product; at any major where none is said."""
    meant = parse(subject)
    about = parse(change.subject)
    return any(_same(meant, each) for each in _around(about))


def stale(
    acknowledgements: Iterable[Acknowledgement], recorded: Recorded, changes: Collection[MeshChange]
) -> tuple[Trouble, ...]:
    """A note for each acknowledgement of a version that is published, and of no change to come: it has done its work."""
    found = []
    for each in acknowledgements:
        if any(_same_version(each.version, brings(c)) and covers(each.subject, c) for c in changes if c.consumers):
            continue
        subject = parse(each.subject)
        product = product_of(subject)
        publication = recorded.visible.get(product) if product is not None else None
        if publication is not None and _published(publication, subject, each.version):
            found.append(
                Trouble(
                    "H333",
                    f"{each.consumer} has acknowledged {each.subject} {each.version}, which is published",
                    (each.place,) if each.place is not None else (),
                    "delete the entry: the change that it accepts has happened",
                    Severity.NOTE,
                    str(each.consumer),
                )
            )
    return tuple(found)


def _marked(change: MeshChange, by_consumer: dict[str, list[Acknowledgement]]) -> MeshChange:
    if not any(hit.name in by_consumer for hit in change.consumers):
        return change
    consumers = tuple(replace(h, acknowledged=_accepted(h, change, by_consumer.get(h.name, []))) for h in change.consumers)
    return replace(change, consumers=consumers)


def _accepted(hit: ConsumerHit, change: MeshChange, said: list[Acknowledgement]) -> bool:
    version = brings(change)
    return any(covers(each.subject, change) and _same_version(each.version, version) for each in said)


def _same_version(one: str, other: str) -> bool:
    try:
        return not other or Version.parse(one) == Version.parse(other)
    except ValueError:
        return one == other


def _around(address: Address) -> tuple[Address, ...]:
    """An address and what it is a part of: what accepts the whole accepts the part."""
    match address:
        case ColumnName(port=port, major=major):
            return (address, port.at(major) if major is not None else port, port.of_product)
        case PortMajor(name=name):
            return (address, name.of_product)
        case PortName():
            return (address, address.of_product)
        case _:
            return (address,)


def _same(meant: Address, about: Address) -> bool:
    match meant, about:
        case ColumnName(), ColumnName():
            majors = (meant.major, about.major)
            alike = meant.port == about.port and meant.column.lower() == about.column.lower()
            return alike and (None in majors or majors[0] == majors[1])
        case PortName(), PortMajor(name=name):
            return meant == name
        case _:
            return meant == about


def product_of(address: Address) -> ProductName | None:
    """The product that an address is about; none for a domain and the like."""
    match address:
        case ProductName():
            return address
        case PortName():
            return address.of_product
        case PortMajor(name=name):
            return name.of_product
        case ColumnName(port=port):
            return port.of_product
        case _:
            return None


def _published(publication: Publication, subject: Address, version: str) -> bool:
    port = subject.port if isinstance(subject, ColumnName) else subject.name if isinstance(subject, PortMajor) else subject
    wanted = Version.parse(version)
    versions = [p.contract_version for p in publication.ports if isinstance(port, ProductName) or p.port.name == port]
    return any(v >= wanted and v.major == wanted.major for v in versions)
