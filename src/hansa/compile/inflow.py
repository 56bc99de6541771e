"""What flows into the columns of one port: the classes of everything that each of them is computed from."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from hansa.model import ColumnRead, Learnt, OutputPort, Subtype
from hansa.model.compiled import Held

_NOWHERE: frozenset[Held] = frozenset()
_IDENTITY = Subtype.IDENTITY


@dataclass(slots=True)
class InputClasses:
    """An input port as a query sees it: the classes of its columns, by name in lower case, for those that have any."""

    columns: frozenset[str]
    held: Mapping[str, Held]

    def of(self, column: str) -> Iterable[Held]:
        """What a column holds; everything of the table for a column that nobody knows here."""
        name = column.lower()
        found = self.held.get(name)
        if found is not None:
            return (found,)
        return () if name in self.columns else self.held.values()


class PortReads:
    """What the columns of one port are computed from, as the classes see it.

    Most columns read one or two others that hold nothing, so that is settled first, by names as they are spelt.
    """

    def __init__(self, port: OutputPort, tables: Mapping[str, InputClasses], indirect: frozenset[str]) -> None:
        self.tables = tables
        self.indirect = indirect
        self.columns = {c.column: c.reads for c in port.lineage.columns}
        self.known: dict[tuple[str, str], tuple[Held, ...]] = {}
        self.rows = self._held(port.lineage.rows)

    def of(self, column: str) -> frozenset[Held]:
        """A column without lineage may come from anywhere, so it has the classes of everything that its product reads."""
        reads = self.columns.get(column)
        if reads is None:
            reads = next((r for name, r in self.columns.items() if name.lower() == column.lower()), None)
        if reads is None:
            return frozenset(self._everything())
        found = self._held(reads)
        return found | self.rows if self.rows else found

    def alone(self, column: str) -> Held | None:
        """What a column holds that is handed on from one other, as most are; None for any other."""
        reads = self.columns.get(column, ())
        if len(reads) != 1 or self.rows:
            return None
        (read,) = reads
        if read.subtype is not _IDENTITY:
            return None
        table = self.tables.get(read.table.lower())
        found = table.held.get(read.column.lower()) if table is not None else None
        if found is not None:
            return found
        held = self._of(read.table, read.column)
        return held[0] if len(held) == 1 else None if held else ()

    def _held(self, reads: Iterable[ColumnRead]) -> frozenset[Held]:
        found: set[Held] | None = None
        for read in reads:
            key = (read.table, read.column)
            held = self.known.get(key)
            if held is None:
                held = self.known[key] = self._of(*key)
            if not held:
                continue
            if not read.subtype.direct and read.learnt is not Learnt.ASSUMED:
                held = self._indirect(held)
            found = {*held} if found is None else found.union(held)
        return frozenset(found) if found else _NOWHERE

    def _of(self, table: str, column: str) -> tuple[Held, ...]:
        found = self.tables.get(table.lower())
        if found is not None and (held := found.held.get(column.lower())) is not None:
            return (held,)
        return tuple(dict.fromkeys(self._everything() if found is None else found.of(column)))

    def _indirect(self, held: tuple[Held, ...]) -> tuple[Held, ...]:
        """What follows joins, filters and the like."""
        if not self.indirect:
            return ()
        return tuple(some for each in held if (some := tuple(c for c in each if c[0] in self.indirect)))

    def _everything(self) -> Iterator[Held]:
        for table in self.tables.values():
            yield from table.held.values()
