"""Column lineage: which columns a result's columns come from, how they take part, and how that was learnt.

The kinds and subtypes are OpenLineage's (ColumnLineageDatasetFacet 1-2-0): direct lineage carries values, indirect lineage only
decides which rows or values there are.
"""

import enum

from hansa.frozen import dataclass


class Subtype(enum.StrEnum):
    """How a source column takes part."""

    IDENTITY = "identity"
    TRANSFORMATION = "transformation"
    AGGREGATION = "aggregation"
    JOIN = "join"
    GROUP_BY = "group_by"
    FILTER = "filter"
    SORT = "sort"
    WINDOW = "window"
    CONDITIONAL = "conditional"

    @property
    def direct(self) -> bool:
        return self in _DIRECT

    @property
    def kind(self) -> str:
        """The word of the public JSON: `direct` or `indirect`."""
        return "direct" if self.direct else "indirect"


_DIRECT = frozenset({Subtype.IDENTITY, Subtype.TRANSFORMATION, Subtype.AGGREGATION})


class Learnt(enum.StrEnum):
    """How an edge is known, from the surest. What is assumed stands for "nobody knows, so take it that it does"."""

    PARSED = "parsed"
    DECLARED = "declared"
    OBSERVED = "observed"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True, order=True)
class ColumnRead:
    """One source column of a result: the name of its table as the query knows it, and the column's own spelling."""

    table: str
    column: str
    subtype: Subtype
    learnt: Learnt = Learnt.PARSED


@dataclass(frozen=True, slots=True)
class ColumnLineage:
    """An output column and what it alone comes from, direct and conditional, sorted."""

    column: str
    reads: tuple[ColumnRead, ...]


@dataclass(frozen=True, slots=True)
class Lineage:
    """The lineage of a query result. `rows` take part in every column: joins, filters, grouping and sorting of the whole.

    `unresolved` are names, as written, that could not be followed; whatever they touch has assumed edges.
    """

    columns: tuple[ColumnLineage, ...]
    rows: tuple[ColumnRead, ...] = ()
    unresolved: tuple[str, ...] = ()

    def of(self, column: str) -> tuple[ColumnRead, ...]:
        """Everything that a column depends on, `rows` among it; empty for a column that the result does not have."""
        wanted = column.lower()
        found = next((c.reads for c in self.columns if c.column.lower() == wanted), None)
        return () if found is None else tuple(dict.fromkeys((*found, *self.rows)))

    def reads(self, table: str, column: str) -> bool:
        """Whether anything of the result depends on a source column."""
        every = (read for group in (self.rows, *(c.reads for c in self.columns)) for read in group)
        return any(r.table.lower() == table.lower() and r.column.lower() == column.lower() for r in every)


NO_LINEAGE = Lineage(())
