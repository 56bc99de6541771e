"""What a reader may discover of what is published: the ports by name, and their columns as the reader will see them."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hansa.access import Action, Decider
from hansa.access.knowing import Known
from hansa.frozen import dataclass
from hansa.gateway.asking import Answering, Prepared, Query, Refused
from hansa.gateway.flight.shown import ShownTable
from hansa.gateway.publications import Publications
from hansa.ledger import Ledger
from hansa.model import ColumnEffect, Mesh, OutputPort, Publication, PublishedPort, Reader
from hansa.model import quoted as quoted
from hansa.names import PortMajor, ProductName
from hansa.trouble import Trouble, TroubleError

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Seen:
    """A published port as a reader sees it now."""

    prepared: Prepared
    publication: Publication
    port: PublishedPort


class Discovery:
    """Implements `Shown`, and describes single ports. Safe in many threads."""

    def __init__(
        self,
        mesh: Callable[[], Mesh],
        ledger: Ledger,
        decider: Decider,
        answering: Answering,
        clock: Callable[[], dt.datetime],
    ) -> None:
        self._mesh, self._decider, self._answering, self._clock = mesh, decider, answering, clock
        self._publications = Publications(ledger)

    def tables(self, reader: Reader, environment: str) -> Sequence[ShownTable]:
        """The published ports that the reader's principal may discover, in the order of their products' names."""
        from hansa.gateway.naming import main_port  # it parses queries, by an engine that a server of pages loads later

        known = Known(self._decider.current(), reader.principal, self._clock())
        found: list[ShownTable] = []
        for product, publication in sorted(self._published(environment).items()):
            if known.discovers(product):
                ports = [p.port for p in publication.ports if known.discovers(p.port)]
                main = main_port(publication, known)
                named = ((port, _name(port, ports)) for port in ports)
                found += [ShownTable(product.domain, product.product, n, self._key(port), n == main) for port, n in named]
        return found

    def columns(self, reader: Reader, environment: str, table: ShownTable) -> "pa.Schema":
        """As the gateway would answer a query for all of them: so masks and hidden columns are just what they will be."""
        import pyarrow as pa

        name = ".".join(quoted(word) for word in (table.domain, table.product, table.name))
        try:
            return self._answering.prepare(Query(f"SELECT * FROM {name}", reader, "flight", environment)).schema
        except TroubleError:
            return pa.schema([])

    def see(self, name: str, reader: Reader, environment: str, way: str) -> Seen:
        """A port by `domain.product`, `domain.product.port` or one of its majors. Raises as `Answering.prepare` does."""
        words = name.replace("@", "_v").split(".")
        if len(words) not in (2, 3) or not all(words):
            mend = "write domain.product, domain.product.port or domain.product.port_v2"
            raise TroubleError(Trouble("H704", f"`{name[:100]}` names no port", mend=mend))
        text = f"SELECT * FROM {'.'.join(map(quoted, words))}"
        prepared = self._answering.prepare(Query(text, reader, way, environment))
        for decision in prepared.decisions:
            publication = self._published(environment).get(decision.port.name.of_product)
            port = publication.port(decision.port) if publication is not None else None
            if publication is not None and port is not None:
                return Seen(prepared, publication, port)
        raise TroubleError(Trouble("H704", f"`{name[:100]}` is published no more"))

    def explained(self, name: str, reader: Reader, environment: str, way: str) -> dict[str, Any]:
        """What a reader sees of a port and why, as plain data.

        A port that may be known but not be read is described by its contract, with the reasons why it is not read. Raises the
        refusal where not even that may be known.
        """
        try:
            seen = self.see(name, reader, environment, way)
        except Refused as refused:
            return self._unreadable(refused, reader)
        decision = seen.prepared.decisions[0]
        effects = {c.column.lower(): c for c in decision.columns}
        columns: list[dict[str, Any]] = []
        for field in seen.prepared.schema:
            found = effects.get(field.name.lower())
            columns.append({"name": field.name, "type": str(field.type), "effect": str(ColumnEffect.CLEAR)})
            if found is not None and found.effect is ColumnEffect.MASKED:
                columns[-1] |= {"effect": str(found.effect), "mask": found.mask, "rules": [str(r) for r in found.rules]}
        return {
            **_named(seen.port.port, self._offered(seen.port.port)),
            "readable": True,
            "columns": columns,
            "rowFilter": decision.row_filter,
            "notices": list(decision.notices),
            "rules": [str(r) for r in decision.rules],
            "published": {
                "version": seen.publication.version,
                "snapshot": str(seen.port.snapshot),
                "at": seen.publication.created.isoformat(),
            },
        }

    def _unreadable(self, refused: Refused, reader: Reader) -> dict[str, Any]:
        """The contract's columns, none of which the reader sees, and why."""
        decision = next(iter(refused.decisions), None)
        offered = self._offered(decision.port) if decision is not None else None
        if decision is None or offered is None:
            raise refused
        if not self._decider.may(reader.principal, Action.DESCRIBE, decision.port, self._clock()).allowed:
            raise refused
        hidden = str(ColumnEffect.HIDDEN)
        return {
            **_named(decision.port, offered),
            "readable": False,
            "columns": [{"name": c.name, "type": str(c).removeprefix(f"{c.name} "), "effect": hidden} for c in offered.schema],
            "reasons": list(decision.reasons),
            "rules": [str(r) for r in decision.rules],
            "mend": decision.mend or refused.troubles[0].mend,
        }

    def _published(self, environment: str) -> Mapping[ProductName, Publication]:
        return self._publications.of(environment).published

    def _offered(self, port: PortMajor) -> OutputPort | None:
        product = self._mesh().product(port.name.of_product)
        return product.output(port.name.port, port.major) if product is not None else None

    def _key(self, port: PortMajor) -> tuple[str, ...]:
        offered = self._offered(port)
        return offered.table.primary_key if offered is not None else ()


def _name(port: PortMajor, ports: Sequence[PortMajor]) -> str:
    """The port's name, which means its highest major; others are pinned."""
    highest = max(p.major for p in ports if p.name == port.name)
    return port.name.port if port.major == highest else f"{port.name.port}_v{port.major}"


def _named(port: PortMajor, offered: OutputPort | None) -> dict[str, Any]:
    return {
        "port": str(port.name),
        "major": port.major,
        "title": offered.title if offered else "",
        "description": offered.description if offered else "",
        "deprecated": offered.deprecated if offered else False,
    }
