"""What changed: the versions that were published, with what each brought, and what will end."""

from collections.abc import Iterable

from hansa.catalog import HistoryEntry
from hansa.frozen import dataclass
from hansa.model import OutputPort, Product
from hansa.plan import changes_in
from hansa.server.pages.visit import Visit

_MOST = 20
_ENDS = ("endofsupport", "es", "endoflife", "el")


@dataclass(frozen=True, slots=True)
class Ending:
    """A port, or columns of it, that consumers should leave; `until` is what its contract says of when."""

    port: OutputPort
    columns: tuple[str, ...]
    until: str = ""
    newer: OutputPort | None = None


def versions(visit: Visit, product: Product) -> list[HistoryEntry]:
    """The newest versions, newest first."""
    ledger, environment = visit.catalogue.backing.ledger, visit.catalogue.environment
    found = []
    for publication in ledger.history(product.address, environment)[:_MOST]:
        changes = tuple(c for c in changes_in(publication.declaration) if visit.sight.discretion.plain(c))
        found.append(HistoryEntry(publication.version, publication.created, str(publication.run), changes))
    return found


def deprecations(ports: Iterable[OutputPort]) -> list[Ending]:
    """What is deprecated of some ports."""
    known = tuple(ports)
    found = []
    for port in known:
        columns = tuple(c.name for c in port.table.columns if c.deprecated)
        whole = port.deprecated or port.contract.status.lower() in ("deprecated", "retired")
        if whole or columns:
            newer = max(
                (o for o in known if o.address == port.address and o.major > port.major), key=lambda o: o.major, default=None
            )
            found.append(Ending(port, () if whole else columns, _until(port), newer))
    return found


def _until(port: OutputPort) -> str:
    said = next((s.value for s in port.contract.service_levels if s.property.lower() in _ENDS), None)
    return str(said or "")[:10]
