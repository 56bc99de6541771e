"""What was used by whom: reads, rows, bytes and time by consumer, purpose and port, and what it costs by the contracts."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

from hansa.access.record.filters import ReadFilter
from hansa.access.record.past import last_of_each_query
from hansa.frozen import dataclass
from hansa.ledger import Ledger
from hansa.model import Contract, Mesh, ReadOutcome
from hansa.names import PortMajor

_BYTES: Mapping[str, int] = {
    "byte": 1, "kilobyte": 10**3, "kb": 10**3, "megabyte": 10**6, "mb": 10**6, "gigabyte": 10**9, "gb": 10**9,
    "terabyte": 10**12, "tb": 10**12,
}  # fmt: skip
_READS = ("read", "query", "request", "call")
_ROWS = ("row", "record")


@dataclass(frozen=True, slots=True)
class Usage:
    """What a consumer read of a port for a purpose.

    What failed before its first row is no read. Rows, bytes and seconds are those of the answers of its queries; one over
    several ports counts with all of it for each, since nobody can say which port a row came from. `cost` is by the price of the
    port's contract; None where there is none, or where it is for something that reads have no measure of, such as a month.
    """

    consumer: str
    purpose: str
    port: PortMajor
    reads: int = 0
    refused: int = 0
    rows: int = 0
    bytes: int = 0
    seconds: float = 0.0
    last: dt.datetime | None = None
    cost: float | None = None
    currency: str = ""


def usage_of(ledger: Ledger, mesh: Mesh, wanted: ReadFilter) -> tuple[Usage, ...]:
    """Usage within a filter, sorted by consumer, purpose and port. A query counts once."""
    found: dict[tuple[str, str, PortMajor], Usage] = {}
    for entry in last_of_each_query(ledger, wanted):
        record = entry.record
        refused = record.outcome is ReadOutcome.REFUSED
        read = not refused and (record.outcome is not ReadOutcome.FAILED or record.rows > 0)
        for port in dict.fromkeys(read.port for read in record.ports):
            key = (record.consumer, record.purpose, port)
            known = found.get(key) or Usage(*key)
            found[key] = replace(
                known,
                reads=known.reads + read,
                refused=known.refused + refused,
                rows=known.rows + record.rows,
                bytes=known.bytes + record.bytes,
                seconds=known.seconds + record.seconds,
                last=max(record.at, known.last or record.at),
            )
    contracts = {o.pinned: o.contract for p in mesh.products for o in p.outputs}
    priced = (_priced(usage, contracts.get(usage.port)) for usage in found.values())
    return tuple(sorted(priced, key=lambda u: (u.consumer, u.purpose, str(u.port))))


def _priced(usage: Usage, contract: Contract | None) -> Usage:
    if contract is None or contract.price is None:
        return usage
    unit = contract.price_unit.strip().lower().removeprefix("per ")
    words = (unit, unit.removesuffix("s"), unit.removesuffix("ies") + "y")
    if any(w in _READS for w in words):
        amount: float = usage.reads
    elif any(w in _ROWS for w in words):
        amount = usage.rows
    else:
        size = next((_BYTES[w] for w in words if w in _BYTES), None)
        if size is None:
            return usage
        amount = usage.bytes / size
    return replace(usage, cost=amount * contract.price, currency=contract.price_currency)
