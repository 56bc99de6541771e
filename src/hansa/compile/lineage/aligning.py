"""The lineage of a query under the column names that an engine says its result has."""

from collections.abc import Sequence

from hansa.compile.lineage.relation import REST
from hansa.model import ColumnLineage, Lineage


def aligned(lineage: Lineage, names: Sequence[str]) -> Lineage | None:
    """The same lineage with exactly these columns; None when they cannot be the columns of this query.

    Columns keep their order, so that an expression without a name of its own is found by its place. Where only an engine knows
    all names (a PIVOT without a list, the fields of a struct), those that the statement does not tell are what `*` stands for.
    """
    listed = lineage.columns
    rest = next((c.reads for c in listed if c.column == REST), None)
    if rest is None:
        if len(listed) != len(names):
            return None
        if all(c.column == name for c, name in zip(listed, names, strict=True)):
            return lineage
        columns = tuple(ColumnLineage(name, c.reads) for name, c in zip(names, listed, strict=True))
    else:
        lows = [name.lower() for name in names]
        # A name that stands twice may be one of each kind.
        known = {c.column.lower(): c.reads for c in listed if lows.count(c.column.lower()) == 1}
        every = tuple(sorted({*rest, *(r for c in listed if c.column.lower() not in known for r in c.reads)}))
        columns = tuple(ColumnLineage(name, known.get(low, every)) for name, low in zip(names, lows, strict=True))
    return Lineage(columns, lineage.rows, lineage.unresolved)
