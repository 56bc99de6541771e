"""Sets of source columns that take part in a value, as numbers: small enough to compose thousands of times in a millisecond.

A read is `column << 4 | way`: the column's number within the statement and how it takes part. Column 0 is "anything that the
statement can see": what nobody could resolve.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from hansa.model import ColumnRead, Learnt, Subtype

Reads = frozenset[int]

# The ways are numbered so that of two direct ways that follow each other, the larger one is what remains.
IDENTITY: Final = 0
TRANSFORMATION: Final = 1
AGGREGATION: Final = 2
JOIN: Final = 3
GROUP_BY: Final = 4
FILTER: Final = 5
SORT: Final = 6
WINDOW: Final = 7
CONDITIONAL: Final = 8

_SUBTYPES = (
    *(Subtype.IDENTITY, Subtype.TRANSFORMATION, Subtype.AGGREGATION, Subtype.JOIN, Subtype.GROUP_BY),
    *(Subtype.FILTER, Subtype.SORT, Subtype.WINDOW, Subtype.CONDITIONAL),
)
_WAYS = range(len(_SUBTYPES))

NOTHING: Final[Reads] = frozenset()
ANYTHING: Final[Reads] = frozenset({TRANSFORMATION})
ANYTHING_OF_ROWS: Final[Reads] = frozenset({FILTER})


def _after(outer: int, inner: int) -> int:
    """What remains of a value that was made one way and is then used another way: what is indirect once carries no value on."""
    if outer > AGGREGATION:
        return outer
    return inner if inner > AGGREGATION else max(outer, inner)


# AFTER[outer][inner]
AFTER: Final = tuple(tuple(_after(outer, inner) for inner in _WAYS) for outer in _WAYS)


class Registry:
    """The source columns of one statement, and the records that stand for reads of them. Equal sets share one tuple."""

    __slots__ = ("_composed", "_numbers", "_open", "_records", "_spelled", "_tables", "_tuples", "columns")

    def __init__(self) -> None:
        self.columns: list[tuple[str, str, Learnt]] = [("", "", Learnt.ASSUMED)]
        self._numbers: dict[tuple[str, str], int] = {}
        self._open: dict[int, str] = {}
        self._spelled: dict[str, str] = {}
        self._tables: dict[str, Sequence[str]] = {}
        self._composed: dict[tuple[Reads, int], Reads] = {}
        self._tuples: dict[Reads, tuple[ColumnRead, ...]] = {}
        self._records: dict[int, ColumnRead] = {}

    def table(self, name: str, columns: Sequence[str]) -> None:
        """A table that the statement can see; what cannot be resolved may come from any of its columns."""
        self._tables.setdefault(name, columns)

    def column(self, table: str, column: str, learnt: Learnt = Learnt.PARSED) -> int:
        """The number of a column, already shifted: an identity read of it."""
        key = (table, column)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self.columns) << 4
            self.columns.append((table, column, learnt))
        return number

    def columns_of(self, table: str, columns: Sequence[str]) -> list[Reads]:
        """The identity reads of all columns of a table."""
        keys = [(table, column) for column in columns]
        if len(set(keys)) < len(keys) or not self._numbers.keys().isdisjoint(keys):
            return [frozenset((self.column(table, column),)) for column in columns]
        first = len(self.columns)
        numbers = range(first << 4, first + len(keys) << 4, 16)
        self._numbers.update(zip(keys, numbers, strict=True))
        self.columns += [(table, column, Learnt.PARSED) for column in columns]
        return [frozenset((number,)) for number in numbers]

    def open_table(self, name: str) -> Reads:
        """What stands for the columns of a table that nobody described."""
        self.table(name, ())
        number = self.column(name, "*", Learnt.ASSUMED)
        self._open[number] = name
        return frozenset((number,))

    def named(self, rest: Reads, column: str) -> Reads:
        """The column of a name among columns that nobody listed: where they are those of a whole table, the one of this table."""
        if not self._open or rest.isdisjoint(self._open):
            return rest
        column = self._spelled.get(column, column)
        return frozenset(self.column(self._open[r], column, Learnt.ASSUMED) if r in self._open else r for r in rest)

    def spell(self, column: str) -> None:
        """Columns of undescribed tables are spelled as they were written first."""
        self._spelled.setdefault(column.lower(), column)

    def undescribed(self, reads: Reads) -> bool:
        """Whether all reads are those of columns that nobody described."""
        return all(self.columns[r >> 4][2] is Learnt.ASSUMED for r in reads if r > 15) and not any(r <= 15 for r in reads)

    def composed(self, reads: Reads, way: int) -> Reads:
        """The reads of a value that is used in another way."""
        if way == IDENTITY or not reads:
            return reads
        key = (reads, way)
        found = self._composed.get(key)
        if found is None:
            after = AFTER[way]
            found = self._composed[key] = frozenset(r & ~15 | after[r & 15] for r in reads)
        return found

    def records(self, reads: Reads) -> tuple[ColumnRead, ...]:
        """The reads as people and other stages know them: without repetition, sorted."""
        found = self._tuples.get(reads)
        if found is None and len(reads) == 1:
            (only,) = reads
            if only > 15:
                found = self._tuples[reads] = (self._record(only),)
        if found is None:
            known = {(r.table, r.column, r.subtype): r for r in map(self._record, (r for r in reads if r > 15))}
            for anything in (r for r in reads if r <= 15):
                for read in self._everything(_SUBTYPES[anything]):
                    known.setdefault((read.table, read.column, read.subtype), read)
            found = self._tuples[reads] = tuple(known[key] for key in sorted(known))
        return found

    def _record(self, read: int) -> ColumnRead:
        record = self._records.get(read)
        if record is None:
            table, column, learnt = self.columns[read >> 4]
            record = self._records[read] = ColumnRead(table, column, _SUBTYPES[read & 15], learnt)
        return record

    def _everything(self, subtype: Subtype) -> Iterable[ColumnRead]:
        for table, columns in self._tables.items():
            for column in columns or ("*",):
                yield ColumnRead(table, column, subtype, Learnt.ASSUMED)
