"""Who holds a key: the columns that its values went into, and every read of these."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from hansa.access.record.filters import ReadFilter
from hansa.access.record.past import last_of_each_query
from hansa.frozen import dataclass
from hansa.ledger import Ledger
from hansa.model import EVERY, AuditEntry, LineageGraph, ReadOutcome, Subtype
from hansa.names import ColumnName, PortMajor

_CARRYING = (Subtype.IDENTITY, Subtype.TRANSFORMATION)
_HOW = ("itself", "identity", "transformation")


@dataclass(frozen=True, slots=True)
class Holder:
    """A column that holds values of a key. `how` is `itself`, `identity` when they are the same values, or `transformation`.

    `learnt` is how the way there is known, by its least sure step.
    """

    port: PortMajor
    column: str
    owner: str
    how: str
    learnt: str = "parsed"


@dataclass(frozen=True, slots=True)
class Holding:
    """In how many rows of what is published a value stands; `rows` is None where that could not be counted, for the `reason`."""

    holder: Holder
    rows: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class KeyRead:
    """A read of columns that hold a key: those of them that the query could look at, by port."""

    entry: AuditEntry
    columns: tuple[tuple[PortMajor, tuple[str, ...]], ...]


def majors_of(graph: LineageGraph, key: ColumnName) -> tuple[ColumnName, ...]:
    """The column in every major of its port that has it, the newest first: they stand side by side, with the same values."""
    product = graph.product(key.port.of_product)
    ports = [o for o in product.outputs if o.address == key.port and o.schema.find(key.column)] if product is not None else []
    return tuple(replace(key, major=o.major) for o in sorted(ports, key=lambda o: -o.major))


def holders_of(graph: LineageGraph, keys: Iterable[ColumnName]) -> tuple[Holder, ...]:
    """The columns that are keys and those that their values were carried into, nearest to each first."""
    found: dict[tuple[PortMajor, str], Holder] = {}
    for holder in (h for key in keys for h in _holders_of(graph, key)):
        known = found.get((holder.port, holder.column))
        if known is None or _HOW.index(holder.how) < _HOW.index(known.how):
            found[holder.port, holder.column] = holder
    return tuple(found.values())


def _holders_of(graph: LineageGraph, key: ColumnName) -> tuple[Holder, ...]:
    own = key.port.at(key.major or 0)
    found = {(own, key.column): Holder(own, key.column, _owner(graph, own), "itself")}
    for edge in graph.downstream(key, indirect=False):
        source, target = edge.source, edge.target
        if not isinstance(source, ColumnName) or not isinstance(target, ColumnName) or edge.subtype not in _CARRYING:
            continue
        before = found.get((source.port.at(source.major or 0), source.column))
        if before is None:  # its values came here by an aggregation only, as a count or a sum of them
            continue
        port = target.port.at(target.major or 0)
        how = "identity" if edge.subtype is Subtype.IDENTITY and before.how != "transformation" else "transformation"
        learnt = str(edge.learnt) if before.learnt == "parsed" else before.learnt
        for column in _columns(graph, port) if target.column == EVERY else (target.column,):
            known = found.get((port, column))
            if known is None or (how == "identity" and known.how == "transformation"):
                found[port, column] = Holder(port, column, _owner(graph, port), how, learnt)
    return tuple(found.values())


def reads_of(ledger: Ledger, holders: Iterable[Holder], wanted: ReadFilter) -> Iterator[KeyRead]:
    """Every query that could look at one of the columns, newest first. Who was refused read nothing."""
    columns: dict[PortMajor, set[str]] = {}
    for holder in holders:
        columns.setdefault(holder.port, set()).add(holder.column.lower())
    for entry in last_of_each_query(ledger, wanted):
        if entry.record.outcome is ReadOutcome.REFUSED:
            continue
        seen = tuple(
            (read.port, held)
            for read in entry.record.ports
            if (held := tuple(c for c in read.columns if c.lower() in columns.get(read.port, ())))
        )
        if seen:
            yield KeyRead(entry, seen)


def _columns(graph: LineageGraph, port: PortMajor) -> tuple[str, ...]:
    product = graph.product(port.name.of_product)
    output = product.output(port.name.port, port.major) if product is not None else None
    return output.schema.names if output is not None else ()


def _owner(graph: LineageGraph, port: PortMajor) -> str:
    product = graph.product(port.name.of_product)
    return product.owner if product is not None else ""
