"""Incremental refresh: what of a model's result is new, and how it joins the published files.

The model is the view (or files) `hansa_model` among the tables; the published state is `published`. Every mode yields new
files and the change that puts them in place; files that need no change are never rewritten.
"""

from collections.abc import Mapping
from pathlib import Path

from hansa.engines import Cancellation, Engine, EngineFailed, Materialisation, QueryRefused, SqlQuery
from hansa.frozen import dataclass
from hansa.lake import Append, Replace, Rewrite
from hansa.model import DataFile, OutputPort, ParquetFiles, PublishedPort, RefreshMode, Relation, quoted, sql

Partition = tuple[tuple[str, str | int | None], ...]


@dataclass(frozen=True, slots=True)
class Prior:
    """The published state that a refresh continues from."""

    published: PublishedPort
    files: tuple[DataFile, ...]
    output: OutputPort

    @property
    def relation(self) -> ParquetFiles:
        return ParquetFiles(tuple(f.path for f in self.files), self.output.schema)


@dataclass(frozen=True, slots=True)
class Refreshed:
    """`change` is None when nothing is new."""

    files: tuple[DataFile, ...]
    change: Append | Replace | Rewrite | None


@dataclass(frozen=True, slots=True)
class _Work:
    prior: Prior
    tables: dict[str, Relation]
    target: Path
    engine: Engine
    scratch: Path
    cancellation: Cancellation

    def write(
        self, query: str, target: Path, tables: Mapping[str, Relation], order_by: tuple[str, ...] = ()
    ) -> tuple[DataFile, ...]:
        output = self.prior.output
        order = order_by or output.sort_by
        work = Materialisation(SqlQuery(query), tables, output.schema, target, order, output.partition_by)
        files = self.engine.materialise(work, self.cancellation)
        return tuple(f for f in files if f.rows)


def refresh(
    prior: Prior,
    tables: Mapping[str, Relation],
    target: Path,
    engine: Engine,
    scratch: Path,
    cancellation: Cancellation,
) -> Refreshed:
    """Carry out the port's refresh mode. `full` never comes here: it needs no prior state."""
    work = _Work(prior, dict(tables), target, engine, scratch, cancellation)
    match prior.output.refresh.mode:
        case RefreshMode.APPEND:
            return _append(work)
        case RefreshMode.PARTITION:
            return _partition(work)
        case RefreshMode.MERGE:
            return _merge(work)
        case RefreshMode.FULL:
            raise ValueError("a full refresh continues from nothing")


def _since(work: _Work) -> str:
    """The condition that a row is at or beyond the highest published watermark; empty when there is none to go by."""
    refresh_, mark = work.prior.output.refresh, work.prior.published.watermark
    return f"{quoted(refresh_.watermark)} >= {_mark(work)}" if refresh_.watermark and mark else ""


def _mark(work: _Work) -> str:
    column = work.prior.output.schema.find(work.prior.output.refresh.watermark)
    kind = sql(column.type) if column else "VARCHAR"
    text = work.prior.published.watermark.replace("'", "''")
    return f"CAST('{text}' AS {kind})"


def _columns(work: _Work, of: str = "") -> str:
    return ", ".join(f"{of}{quoted(c.name)}" for c in work.prior.output.schema)


def _append(work: _Work) -> Refreshed:
    """Rows beyond the watermark, and those at it that are not published yet: a day's later rows are not lost, none doubled.

    With a primary key it tells which are published, else the whole row does. Rows below the watermark come too late.
    """
    key = work.prior.output.table.primary_key
    query = _unpublished(work) if not key or not _since(work) else _unpublished_by_key(work, key)
    files = work.write(query, work.target, work.tables | {"hansa_published": work.prior.relation})
    return Refreshed(files, Append() if files else None)


def _unpublished(work: _Work) -> str:
    """The model's rows at or beyond the watermark (all without one) but for those that are published just so."""
    since = _since(work)
    fresh = f"SELECT {_columns(work)} FROM hansa_model{_where(since)}"
    return f"({fresh}) EXCEPT ALL (SELECT {_columns(work)} FROM hansa_published{_where(since)})"


def _unpublished_by_key(work: _Work, key: tuple[str, ...]) -> str:
    same = " AND ".join(f"p.{quoted(c)} = m.{quoted(c)}" for c in dict.fromkeys((*key, work.prior.output.refresh.watermark)))
    published = f"SELECT 1 FROM hansa_published AS p WHERE p.{_since(work)} AND {same}"
    return f"SELECT {_columns(work, 'm.')} FROM hansa_model AS m WHERE m.{_since(work)} AND NOT EXISTS ({published})"


def _where(condition: str) -> str:
    return f" WHERE {condition}" if condition else ""


def _partition(work: _Work) -> Refreshed:
    """Every partition in which the model has a row at or beyond the watermark, whole; those that hold the same rows stay."""
    since = _since(work)
    query = f"SELECT {_columns(work, 'm.')} FROM hansa_model AS m"
    if since:
        meet = " AND ".join(f"n.{quoted(c)} IS NOT DISTINCT FROM m.{quoted(c)}" for c in work.prior.output.refresh.by)
        query += f" WHERE EXISTS (SELECT 1 FROM hansa_model AS n WHERE n.{since} AND {meet})"
    files = work.write(query, work.target, work.tables)
    fresh = _by_partition(files)
    published = _by_partition(work.prior.files)
    same = _same_content(work, fresh, published)
    for partition in same:
        for file in fresh.pop(partition):
            Path(file.path).unlink(missing_ok=True)
    kept_files = tuple(f for files_ in fresh.values() for f in files_)
    removed = tuple(f.path for partition in fresh for f in published.get(partition, ()))
    return Refreshed(kept_files, Rewrite(removed) if kept_files else None)


def _by_partition(files: tuple[DataFile, ...]) -> dict[Partition, list[DataFile]]:
    grouped: dict[Partition, list[DataFile]] = {}
    for file in files:
        key = tuple((name, None if value is None else str(value)) for name, value in file.partition)
        grouped.setdefault(key, []).append(file)
    return grouped


def _same_content(
    work: _Work, fresh: dict[Partition, list[DataFile]], published: dict[Partition, list[DataFile]]
) -> list[Partition]:
    """The partitions whose rows are the same as the published ones, by count and an order-free hash of the rows.

    An engine that has no such hash makes every partition count as changed, which costs a rewrite and loses nothing.
    """
    both = [p for p in fresh if p in published]
    columns = ", ".join(quoted(c.name) for c in work.prior.output.schema)
    query = f"SELECT count(*), bit_xor(hash({columns})), sum(hash({columns})::HUGEINT) FROM part"
    same: list[Partition] = []
    for partition in both:
        sides = [
            work.engine.measure([query], {"part": _files(work, files)}, work.cancellation)[0]
            for files in (fresh[partition], published[partition])
        ]
        if not isinstance(sides[0], (QueryRefused, EngineFailed)) and sides[0] == sides[1]:
            same.append(partition)
    return same


def _files(work: _Work, files: list[DataFile]) -> ParquetFiles:
    return ParquetFiles(tuple(f.path for f in files), work.prior.output.schema)


def _merge(work: _Work) -> Refreshed:
    """Copy-on-write by key: only files that hold a key of a new or changed row are rewritten. Nothing is ever removed by key."""
    output = work.prior.output
    fresh_tables = work.tables | {"hansa_published": work.prior.relation}
    fresh_files = work.write(_unpublished(work), work.scratch / f"{output.address.port}_fresh", fresh_tables)
    if not fresh_files:
        return Refreshed((), None)
    fresh = ParquetFiles(tuple(f.path for f in fresh_files), output.schema)
    touched = _touched(work, fresh)
    tables: dict[str, Relation] = {"fresh": fresh}
    query = "SELECT * FROM fresh"
    if touched:
        tables["published"] = _files(work, touched)
        query = (
            f"SELECT * FROM published AS p WHERE NOT EXISTS (SELECT 1 FROM fresh AS f WHERE {_keys_meet(work)}) UNION ALL {query}"
        )
    files = work.write(query, work.target, tables, order_by=output.sort_by or output.refresh.key)
    return Refreshed(files, Rewrite(tuple(f.path for f in touched)))


def _touched(work: _Work, fresh: ParquetFiles) -> list[DataFile]:
    """The published files that hold a key of the fresh rows."""
    touched = []
    query = f"SELECT count(*) FROM published AS p WHERE EXISTS (SELECT 1 FROM fresh AS f WHERE {_keys_meet(work)})"
    for file in work.prior.files:
        tables: dict[str, Relation] = {"fresh": fresh, "published": _files(work, [file])}
        (rows,) = work.engine.measure([query], tables, work.cancellation)
        if isinstance(rows, (QueryRefused, EngineFailed)):
            raise rows
        if rows[0][0]:
            touched.append(file)
    return touched


def _keys_meet(work: _Work) -> str:
    return " AND ".join(f"p.{quoted(k)} = f.{quoted(k)}" for k in work.prior.output.refresh.key)
