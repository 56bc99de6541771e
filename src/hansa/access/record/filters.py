"""Which entries of the audit log are wanted."""

import datetime as dt

from hansa.frozen import dataclass
from hansa.model import ReadOutcome, ReadRecord
from hansa.names import DomainName, PortMajor, PortName, ProductName, parse


@dataclass(frozen=True, slots=True)
class ReadFilter:
    """What an entry has to be; empty for anything. `until` is excluded.

    `port` is a port, with its major or at any, or all ports of a product or a domain.
    """

    since: dt.datetime | None = None
    until: dt.datetime | None = None
    principal: str = ""
    consumer: str = ""
    purpose: str = ""
    port: DomainName | ProductName | PortName | PortMajor | None = None
    outcome: ReadOutcome | None = None

    def wants(self, record: ReadRecord) -> bool:
        """Whether a record passes, its time apart, which the ledger looks at."""
        return (
            self.principal in ("", record.principal)
            and self.consumer in ("", record.consumer)
            and self.purpose in ("", record.purpose)
            and self.outcome in (None, record.outcome)
            and (self.port is None or any(_within(read.port, self.port) for read in record.ports))
        )


def by_port(text: str) -> DomainName | ProductName | PortName | PortMajor:
    """What ports are meant by a text. Raises ValueError for one that means none."""
    address = parse(text.replace("/", "."))
    if isinstance(address, DomainName | ProductName | PortName | PortMajor):
        return address
    raise ValueError(f"`{text}` is no port, product or domain")


def _within(port: PortMajor, wanted: DomainName | ProductName | PortName | PortMajor) -> bool:
    match wanted:
        case PortMajor():
            return port == wanted
        case PortName():
            return port.name == wanted
        case ProductName():
            return port.name.of_product == wanted
        case DomainName():
            return port.name.domain == wanted.domain
