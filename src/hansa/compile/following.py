"""Follows lineage through the models of a product, so that a port's lineage speaks of input ports alone.

A step after a step is direct when both are; what decides about values or rows on the way decides in the end; and what is assumed
anywhere stays assumed. Tuples are shared wherever two results have the same reads: most products have one model a port, and then
nothing is copied at all.
"""

from collections.abc import Iterable, Mapping, Sequence

from hansa.model import EVERY, ColumnLineage, ColumnRead, Learnt, Lineage, Model, Subtype

_SURENESS = {learnt: place for place, learnt in enumerate(Learnt)}
_DIRECT = (Subtype.IDENTITY, Subtype.TRANSFORMATION, Subtype.AGGREGATION)

Reads = tuple[ColumnRead, ...]


def assumed(made: Sequence[str], tables: Mapping[str, Sequence[str] | None]) -> Lineage:
    """The lineage of a result that nobody could follow: its columns and its rows depend on everything that is read.

    A table whose columns are not known is read as a whole, as `*`; so is the result when `made` is empty: it has only `rows`.
    """
    values, rows = (
        tuple(
            ColumnRead(table, column, subtype, Learnt.ASSUMED)
            for table, columns in sorted(tables.items())
            for column in ((EVERY,) if columns is None else sorted(columns))
        )
        for subtype in (Subtype.TRANSFORMATION, Subtype.FILTER)
    )
    return Lineage(tuple(ColumnLineage(column, values) for column in made), rows)


def followed(models: Iterable[Model]) -> dict[str, Lineage]:
    """The lineage of each model over input ports alone. `models` stand in the order in which they can be computed.

    What is neither an input nor a model is left as it is: such a product reads one with troubles and will not be in the mesh.
    """
    known: dict[str, Lineage] = {}
    for model in models:
        siblings = {name: known[name] for name in model.reads if name in known}
        known[model.name] = _through(model.lineage, siblings) if siblings else model.lineage
    return known


def port_lineage(columns: Sequence[str], fed_by: Lineage, inputs: Mapping[str, Sequence[str]]) -> Lineage:
    """The lineage of a port whose contract may have other order and spelling than its model.

    A column that the model is not known to make is assumed to depend on all of `inputs`.
    """
    if len(columns) == len(fed_by.columns) and all(a == b.column for a, b in zip(columns, fed_by.columns, strict=True)):
        return fed_by
    made = {c.column.lower(): c for c in fed_by.columns}
    if all(column.lower() in made for column in columns):
        return Lineage(tuple(_spelt(made[c.lower()], c) for c in columns), fed_by.rows, fed_by.unresolved)
    whole = assumed(columns, inputs)
    parts = [_spelt(made[a.column.lower()], a.column) if a.column.lower() in made else a for a in whole.columns]
    return Lineage(tuple(parts), _merged((*fed_by.rows, *whole.rows)), fed_by.unresolved)


def _spelt(found: ColumnLineage, column: str) -> ColumnLineage:
    return found if found.column == column else ColumnLineage(column, found.reads)


def _through(lineage: Lineage, siblings: Mapping[str, Lineage]) -> Lineage:
    """A model's lineage with its reads of siblings replaced by what these read."""
    made = {name: {c.column.lower(): c.reads for c in sibling.columns} for name, sibling in siblings.items()}

    def origins(read: ColumnRead) -> Reads:
        found = made[read.table].get(read.column.lower())
        return found if found is not None else _whole(siblings[read.table])

    def replaced(reads: Reads) -> Reads:
        match reads:
            case (ColumnRead(table, _, Subtype.IDENTITY, Learnt.PARSED) as read,) if table in made:
                return origins(read)
        if not any(read.table in made for read in reads):
            return reads
        return _merged(
            step
            for read in reads
            for step in ([_after(read, origin) for origin in origins(read)] if read.table in made else [read])
        )

    columns = tuple(ColumnLineage(c.column, replaced(c.reads)) for c in lineage.columns)
    # Which rows a sibling has decides about every column that is made of it, whichever of its columns are read.
    rows = _merged((*replaced(lineage.rows), *(row for sibling in siblings.values() for row in sibling.rows)))
    unresolved = dict.fromkeys(name for part in (lineage, *siblings.values()) for name in part.unresolved)
    return Lineage(columns, rows, tuple(unresolved))


def _whole(sibling: Lineage) -> Reads:
    """Everything that any column of a model depends on, for a reader of which only that it reads the model is known."""
    every = (*sibling.rows, *(read for column in sibling.columns for read in column.reads))
    return _merged(ColumnRead(r.table, r.column, Subtype.TRANSFORMATION, Learnt.ASSUMED) for r in every)


def _after(outer: ColumnRead, inner: ColumnRead) -> ColumnRead:
    """What a read of a sibling's column amounts to for one of the columns that this was made of."""
    subtype = inner.subtype if outer.subtype is Subtype.IDENTITY else outer.subtype
    if outer.subtype is Subtype.TRANSFORMATION and inner.subtype is not Subtype.IDENTITY:
        subtype = inner.subtype
    if outer.subtype is Subtype.AGGREGATION and inner.subtype not in _DIRECT:
        subtype = inner.subtype
    learnt = max(outer.learnt, inner.learnt, key=_SURENESS.__getitem__)
    return ColumnRead(inner.table, inner.column, subtype, learnt)


def _merged(reads: Iterable[ColumnRead]) -> Reads:
    """Sorted, each way of taking part once, as it is known best."""
    best: dict[tuple[str, str, Subtype], ColumnRead] = {}
    for read in reads:
        key = (read.table, read.column, read.subtype)
        known = best.get(key)
        if known is None or _SURENESS[read.learnt] < _SURENESS[known.learnt]:
            best[key] = read
    return tuple(best[key] for key in sorted(best))
