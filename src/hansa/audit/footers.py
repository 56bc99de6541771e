"""What the footers of Parquet files say: rows, nulls and bounds of columns, without reading a value.

The format's statistics are promises of the writer. Nulls and rows are exact. Bounds are used for numbers that are exact, days and
moments only: for texts they may be cut short, and for floats most writers leave NaN out of them, so floats count
only in files of DuckDB, which writes no bounds for a chunk with a NaN.
"""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal as Exact
from pathlib import Path
from typing import Any

from hansa.frozen import dataclass
from hansa.model import ParquetFiles, Relation
from hansa.model.types import Date, Decimal, Float, Integer, Timestamp

Bound = int | float | Exact | dt.date


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """Nulls of a column, None when a footer does not say; its least and greatest value, None likewise or without values."""

    nulls: int | None = None
    least: Bound | None = None
    greatest: Bound | None = None


@dataclass(frozen=True, slots=True)
class Footers:
    """Facts of all files together; columns by lower-case name."""

    rows: int
    columns: Mapping[str, ColumnFacts]

    def of(self, column: str) -> ColumnFacts:
        return self.columns.get(column.lower(), ColumnFacts())


def footers_of(relation: Relation) -> Footers | None:
    """The facts of a relation that is Parquet files on this machine, else None. Unreadable files are the engine's to report."""
    if not isinstance(relation, ParquetFiles) or not all(Path(p).is_file() for p in relation.paths):
        return None
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        files = [pq.read_metadata(path) for path in relation.paths]
    except (OSError, pa.ArrowException):
        return None
    rows = sum(f.num_rows for f in files)
    in_files = {ours.lower(): theirs.lower() for ours, theirs in relation.renamed}
    columns: dict[str, ColumnFacts] = {}
    for column in relation.schema:
        name = in_files.get(column.name.lower(), column.name.lower())
        columns[column.name.lower()] = _together([_chunks(file, name) for file in files], column.type)
    return Footers(rows, columns)


@dataclass(frozen=True, slots=True)
class _Chunk:
    """One column chunk: its rows, and its statistics if it has any. A file without the column is one chunk of nulls."""

    rows: int
    nulls: int | None
    bounds: tuple[Any, Any] | None
    duckdb: bool


def _chunks(file: Any, name: str) -> list[_Chunk]:
    top = [file.schema.column(i) for i in range(file.num_columns)]
    place = [i for i, c in enumerate(top) if c.path.lower() == name and c.max_repetition_level == 0]
    if not place:
        nested = any(c.path.lower().split(".")[0] == name for c in top)
        # An element's nulls are not its list's: a nested column says nothing. One that is absent reads as null.
        return [_Chunk(file.num_rows, None if nested else file.num_rows, None, True)]
    duckdb = str(file.created_by or "").startswith("DuckDB")
    return [_chunk(file.row_group(g), place[0], duckdb) for g in range(file.num_row_groups)]


def _chunk(group: Any, column: int, duckdb: bool) -> _Chunk:
    said = group.column(column).statistics
    if said is None:
        return _Chunk(group.num_rows, None, None, duckdb)
    return _Chunk(group.num_rows, said.null_count if said.has_null_count else None, _bounds(said), duckdb)


def _bounds(said: Any) -> tuple[Any, Any] | None:
    """The lowest and highest value; None where nothing is said, or where Python has no such day (infinite, or before Christ)."""
    try:
        return (said.min, said.max) if said.has_min_max else None
    except (OverflowError, ValueError):
        return None


def _together(files: list[list[_Chunk]], type_: object) -> ColumnFacts:
    chunks = [chunk for file in files for chunk in file if chunk.rows]
    known = [c.nulls for c in chunks if c.nulls is not None]
    nulls = sum(known) if len(known) == len(chunks) else None
    filled = [c for c in chunks if c.nulls != c.rows]
    trusted = all(c.duckdb for c in filled) if isinstance(type_, Float) else True
    bounds = [c.bounds for c in filled if c.bounds is not None and _comparable(c.bounds, type_)]
    if not bounds or len(bounds) < len(filled) or not trusted:
        return ColumnFacts(nulls)
    return ColumnFacts(nulls, min(low for low, _ in bounds), max(high for _, high in bounds))


def _comparable(bounds: tuple[Any, Any], type_: object) -> bool:
    """Whether bounds are values of the type that the column is read as: a file may hold another that is converted."""
    return all(_is_value(bound, type_) for bound in bounds)


def _is_value(bound: Any, type_: object) -> bool:
    match type_:
        case Integer():
            return type(bound) is int
        case Decimal():
            return isinstance(bound, Exact)
        case Float():
            return type(bound) is float
        case Date():
            return type(bound) is dt.date
        case Timestamp(zoned):
            return isinstance(bound, dt.datetime) and (bound.tzinfo is not None) == zoned
        case _:
            return False
