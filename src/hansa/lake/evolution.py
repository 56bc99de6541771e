"""How a table's schema and partition spec may change inside one major, and the next ones of a commit.

Iceberg's rules (specification, "Schema Evolution"): columns may be added, dropped and reordered, `int` becomes `long`, `float`
becomes `double`, a decimal gains digits before its point. Anything else is a new major's business.
"""

import itertools
from collections.abc import Iterator, Sequence

from pyiceberg import types as iceberg
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema as IcebergSchema
from pyiceberg.table.metadata import TableMetadata
from pyiceberg.transforms import IdentityTransform

from hansa.lake.columns import Ids, Path, from_iceberg, paths_of, to_iceberg_schema
from hansa.lake.failure import cannot_evolve
from hansa.model import Schema, sql


def next_schema(
    subject: str,
    wanted: Schema,
    required: frozenset[str],
    known: Sequence[IcebergSchema],
    base: IcebergSchema | None,
    others: Sequence[IcebergSchema],
) -> IcebergSchema:
    """The schema of a commit: one of the table's `known` schemas if one is equal, else a new one with the next id.

    It must continue the `base`'s, and agree with those that `others` (the heads of other environments) show: these share the
    table's ids. Raises `LakeRefused`.
    """
    proposed = to_iceberg_schema(wanted, Ids({}, 0), required, 0)
    reasons = list(_changed(base, proposed, both_ways=False)) if base else []
    for other in others:
        reasons += [r for r in _changed(other, proposed, both_ways=True) if r not in reasons]
    if reasons:
        raise cannot_evolve(subject, tuple(reasons))
    last = max((schema.highest_field_id for schema in known), default=0)
    ids = Ids(_kept_ids(proposed, known, base, others), last)
    schema = to_iceberg_schema(wanted, ids, required, max((s.schema_id for s in known), default=-1) + 1)
    return next((s for s in known if s.fields == schema.fields), schema)


def all_ids(known: Sequence[IcebergSchema], newest: IcebergSchema) -> dict[Path, int]:
    """The id of every path that any schema of the table ever had; where a name had two, the newest's."""
    ids: dict[Path, int] = {}
    for schema in (*sorted(known, key=lambda s: s.schema_id), newest):
        ids.update(paths_of(schema))
    return ids


def _kept_ids(
    proposed: IcebergSchema, known: Sequence[IcebergSchema], base: IcebergSchema | None, others: Sequence[IcebergSchema]
) -> dict[Path, int]:
    """The ids to use again. A column that only forgotten snapshots held with another type starts anew."""
    live = [*others, *([base] if base else [])]
    ids: dict[Path, int] = {}
    for schema in sorted(known, key=lambda s: s.schema_id):
        retyped = {f.name for f in schema.fields if any(_changed(IcebergSchema(f), proposed, both_ways=True))}
        for path, number in paths_of(schema):
            if path[0] not in retyped:
                ids[path] = number
            else:
                ids.pop(path, None)
    for schema in live:
        ids.update(paths_of(schema))
    return ids


def _changed(old: IcebergSchema, new: IcebergSchema, *, both_ways: bool) -> Iterator[str]:
    """What Iceberg cannot do to get from one schema to another (or back, `both_ways`), one phrase each."""
    return _changed_fields("", old.fields, new.fields, both_ways)


def _changed_fields(
    above: str, old: Sequence[iceberg.NestedField], new: Sequence[iceberg.NestedField], both_ways: bool
) -> Iterator[str]:
    fields = {f.name: f for f in new}
    pairs = ((f, fields[f.name]) for f in old if f.name in fields)
    return itertools.chain.from_iterable(
        _changed_type(f"{above}{was.name}", was.field_type, will.field_type, both_ways) for was, will in pairs
    )


def _changed_type(name: str, old: iceberg.IcebergType, new: iceberg.IcebergType, both_ways: bool) -> Iterator[str]:
    match old, new:
        case iceberg.StructType(), iceberg.StructType():
            yield from _changed_fields(f"{name}.", old.fields, new.fields, both_ways)
        case iceberg.ListType(), iceberg.ListType():
            yield from _changed_type(f"{name}.element", old.element_type, new.element_type, both_ways)
        case iceberg.MapType(), iceberg.MapType():
            yield from _changed_type(f"{name}.key", old.key_type, new.key_type, both_ways)
            yield from _changed_type(f"{name}.value", old.value_type, new.value_type, both_ways)
        case _ if promotes(old, new) or (both_ways and promotes(new, old)):
            return
        case _:
            yield f"`{name}` is {sql(from_iceberg(old))} there and would become {sql(from_iceberg(new))}"


def promotes(old: iceberg.IcebergType, new: iceberg.IcebergType) -> bool:
    """Whether Iceberg (format 2) reads files of one primitive type as another."""
    match old, new:
        case (iceberg.IntegerType(), iceberg.LongType()) | (iceberg.FloatType(), iceberg.DoubleType()):
            return True
        case iceberg.DecimalType(), iceberg.DecimalType():
            return old.scale == new.scale and old.precision <= new.precision
        case _:
            return bool(old == new)


def next_spec(subject: str, metadata: TableMetadata, schema: IcebergSchema, columns: Sequence[str]) -> PartitionSpec:
    """The partition spec by these columns (identity): one that the table knows, else a new one for its new files."""
    names = {f.name.lower(): f for f in schema.fields}
    missing = [c for c in columns if c.lower() not in names]
    nested = [c for c in columns if c.lower() in names and not names[c.lower()].field_type.is_primitive]
    if missing or nested:
        raise cannot_evolve(subject, tuple(f"it cannot be partitioned by `{c}`" for c in (*missing, *nested)))
    sources = [names[c.lower()] for c in columns]
    wanted = [f.field_id for f in sources]
    for spec in metadata.partition_specs:
        if [f.source_id for f in spec.fields] == wanted and all(isinstance(f.transform, IdentityTransform) for f in spec.fields):
            return spec
    known = {f.source_id: f.field_id for s in metadata.partition_specs for f in s.fields}
    fresh = itertools.count((metadata.last_partition_id or 999) + 1)
    fields = [PartitionField(f.field_id, known.get(f.field_id) or next(fresh), IdentityTransform(), f.name) for f in sources]
    return PartitionSpec(*fields, spec_id=max(s.spec_id for s in metadata.partition_specs) + 1)
