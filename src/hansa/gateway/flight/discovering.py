"""What a mesh lets a reader discover: the published ports of products that may be found, with the columns they will see."""

import datetime as dt
from collections.abc import Callable, Sequence

import pyarrow as pa

from hansa.access import Decider
from hansa.access.knowing import Known
from hansa.gateway.asking import Answering, Query
from hansa.gateway.flight.shown import ShownTable
from hansa.gateway.publications import Publications
from hansa.ledger import Ledger
from hansa.model import Mesh, Reader, quoted
from hansa.names import PortMajor
from hansa.trouble import TroubleError


class MeshShown:
    """Implements `Shown` over what is published. Safe in many threads."""

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
        known = Known(self._decider.current(), reader.principal, self._clock())
        found: list[ShownTable] = []
        for publication in self._publications.of(environment).published.values():
            product = publication.product
            if known.discovers(product):
                keys = self._keys()
                ports = [p.port for p in publication.ports if known.discovers(p.port)]
                found += [ShownTable(product.domain, product.product, _name(port, ports), keys.get(port, ())) for port in ports]
        return found

    def columns(self, reader: Reader, environment: str, table: ShownTable) -> pa.Schema:
        """As the gateway would answer a query for all of them: so masks and hidden columns are just what they will be."""
        name = ".".join(quoted(word) for word in (table.domain, table.product, table.name))
        try:
            return self._answering.prepare(Query(f"SELECT * FROM {name}", reader, "flight", environment)).schema
        except TroubleError:
            return pa.schema([])

    def _keys(self) -> dict[PortMajor, tuple[str, ...]]:
        return {port.pinned: port.table.primary_key for product in self._mesh().products for port in product.outputs}


def _name(port: PortMajor, ports: Sequence[PortMajor]) -> str:
    """The port's name, which means its highest major; others are pinned."""
    highest = max(p.major for p in ports if p.name == port.name)
    return port.name.port if port.major == highest else f"{port.name.port}_v{port.major}"
