"""A relation: data that an engine can read under a name. The closed family that crosses the border to engines."""

from hansa.frozen import dataclass
from hansa.model.schema import Schema


@dataclass(frozen=True, slots=True)
class ParquetFiles:
    """Parquet files with one schema; columns are matched by name, missing ones read as null.

    `renamed` maps a column of `schema` to its name in the files, where they differ.
    """

    paths: tuple[str, ...]
    schema: Schema
    renamed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CsvFiles:
    """Text files of separated values, read as `schema` says and never sniffed for types."""

    paths: tuple[str, ...]
    schema: Schema
    delimiter: str = ","
    header: bool = True
    encoding: str = "utf-8"
    renamed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class JsonFiles:
    """JSON documents: one object a line when `by_line`; else an array, one object, or one a line, as the files show."""

    paths: tuple[str, ...]
    schema: Schema
    by_line: bool = False
    renamed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class DuckDbTable:
    """A table of a DuckDB database file, opened read-only."""

    path: str
    table: str
    schema: Schema
    namespace: str = "main"
    renamed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """A query over relations that stand before it: an intermediate model."""

    sql: str
    schema: Schema | None = None


Relation = ParquetFiles | CsvFiles | JsonFiles | DuckDbTable | View


@dataclass(frozen=True, slots=True)
class DataFile:
    """A Parquet file that was written whole: absolute path, rows, bytes, and its partition's values by column, if any."""

    path: str
    rows: int
    bytes: int
    partition: tuple[tuple[str, str | int | None], ...] = ()
