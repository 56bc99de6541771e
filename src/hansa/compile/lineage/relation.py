"""Relations as lineage sees them: named columns with their reads, and the reads that decide which rows there are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hansa.compile.lineage.reads import NOTHING, Reads, Registry

REST = "*"


class Relation:
    """Columns in order with what each comes from; `rows` take part in all of them.

    `rest` are the reads of every column that is not listed, where the list is not known to be whole; None where it is.
    """

    __slots__ = ("_index", "_reads", "_spelled", "names", "rest", "rows")

    def __init__(self, names: Sequence[str], reads: Sequence[Reads], rows: Reads = NOTHING, rest: Reads | None = None) -> None:
        self.names, self._reads, self.rows, self.rest = tuple(names), tuple(reads), rows, rest
        self._index: dict[str, Reads] | None = None
        self._spelled: dict[str, str] | None = None

    @property
    def reads(self) -> tuple[Reads, ...]:
        return self._reads

    @property
    def index(self) -> Mapping[str, Reads]:
        """The reads by lower-case name. Columns that differ in case alone, or are doubled, stand for each other."""
        if self._index is None:
            index: dict[str, Reads] = {}
            for name, reads in zip(self.names, self.reads, strict=True):
                low = name.lower()
                index[low] = index[low] | reads if low in index else reads
            self._index = index
        return self._index

    def listed(self, low: str) -> Reads | None:
        """The reads of a listed column by its lower-case name."""
        return self.index.get(low)

    def spelled(self, low: str) -> str | None:
        """The spelling of a column by its lower-case name."""
        if self._spelled is None:
            self._spelled = {n.lower(): n for n in self.names}
        return self._spelled.get(low)

    def of(self, name: str, registry: Registry) -> Reads | None:
        """The reads of a column, by lower-case name; None when there is none of this name."""
        found = self.listed(name)
        if self.rest is None:
            return found
        rest = registry.named(self.rest, name)
        return rest if found is None else found | rest

    @property
    def every(self) -> Reads:
        """The reads of all columns together."""
        return NOTHING.union(*self.reads, self.rest or NOTHING)

    def renamed(self, names: Sequence[str]) -> "Relation":
        """Under new names, as many as are given: `AS t(a, b)`. Of columns that are not all known, these are all that remain."""
        if not names:
            return self
        if len(names) > len(self.reads) or self.rest is not None:
            # Which column stands at which place is not known, so each may be any of them.
            return Relation(names, [self.every] * len(names), self.rows)
        return Relation((*names, *self.names[len(names) :]), self.reads, self.rows)

    def unique(self) -> "Relation":
        """With a number behind names that are there already, as DuckDB calls the columns of a subquery: `a`, `a_1`, `A_2`."""
        if len(self.index) == len(self.names):
            return self
        taken: set[str] = set()
        names: list[str] = []
        again: dict[str, int] = {}
        for name in self.names:
            low, given = name.lower(), name
            while given.lower() in taken:
                again[low] = again.get(low, 0) + 1
                given = f"{name}_{again[low]}"
            taken.add(given.lower())
            names.append(given)
        return Relation(names, self.reads, self.rows, self.rest)

    def adding(self, rows: Reads) -> "Relation":
        """With more reads that decide about its rows."""
        return Relation(self.names, self.reads, self.rows | rows, self.rest)

    def same(self, other: "Relation") -> bool:
        return (self.names, self.reads, self.rows, self.rest) == (other.names, other.reads, other.rows, other.rest)


class TableRelation(Relation):
    """A table, none of whose columns differ in case alone. They get their numbers when they are mentioned: of a wide table, or of
    one of several that are joined, many never are."""

    __slots__ = ("_registry", "_table")

    def __init__(self, registry: Registry, table: str, spelled: dict[str, str]) -> None:
        """`spelled` has the columns in their order, by lower-case name."""
        super().__init__(tuple(spelled.values()), ())
        self._registry, self._table = registry, table
        self._spelled = spelled

    @property
    def reads(self) -> tuple[Reads, ...]:
        if len(self._reads) < len(self.names):
            self._reads = tuple(self._registry.columns_of(self._table, self.names))
        return self._reads

    def listed(self, low: str) -> Reads | None:
        name = self._spelled.get(low) if self._spelled is not None else None
        return None if name is None else frozenset((self._registry.column(self._table, name),))

    def unique(self) -> "Relation":
        return self


@dataclass(slots=True)
class Source:
    """A relation in FROM under the name by which columns are qualified, lower-case; `path` is the whole name of a table.

    `table` is that also where it has an alias. A hidden source (of a semi join) can be named in conditions, and is not among the
    columns of `*`.
    """

    name: str
    relation: Relation
    path: tuple[str, ...] = ()
    hidden: bool = False
    table: tuple[str, ...] = ()


def union_of(many: Iterable[Reads]) -> Reads:
    return NOTHING.union(*many)
