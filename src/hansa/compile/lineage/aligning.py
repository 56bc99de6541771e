"""The lineage of a query under the column names that an engine says its result has."""

from collections.abc import Sequence

from hansa.compile.lineage.relation import REST
from hansa.model import ColumnLineage, ColumnRead, Lineage


def aligned(lineage: Lineage, names: Sequence[str]) -> Lineage | None:
    """The same lineage with exactly these columns; None when they cannot be the columns of this query.

    Columns keep their order, so that an expression without a name of its own is found by its place. Where only an engine knows
    all names (a PIVOT without a list, the fields of a struct), those that the statement does not tell are what `*` stands for, or
    else what those items stand for that no column is called after.
    """
    listed = lineage.columns
    whole = all(c.column != REST for c in listed)
    if whole and len(listed) == len(names):
        if all(c.column == name for c, name in zip(listed, names, strict=True)):
            return lineage
        return _with([(name, c.reads) for name, c in zip(names, listed, strict=True)], lineage)
    lows = [name.lower() for name in names]
    # A name that stands twice may be one of each kind.
    known = {c.column.lower(): c.reads for c in listed if lows.count(c.column.lower()) == 1}
    others = [c for c in listed if c.column.lower() not in known]
    if whole and (len(names) < len(listed) or not others):
        return None
    every = tuple(sorted({r for c in others for r in c.reads}))
    return _with([(name, known.get(low, every)) for name, low in zip(names, lows, strict=True)], lineage)


def _with(columns: Sequence[tuple[str, tuple[ColumnRead, ...]]], lineage: Lineage) -> Lineage:
    return Lineage(tuple(ColumnLineage(name, reads) for name, reads in columns), lineage.rows, lineage.unresolved)
