"""Relations as DuckDB reads them: one SELECT for each kind, every column cast to its declared type, strictly."""

import codecs
import csv
import gzip
import itertools
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import assert_never

import duckdb

from hansa.engines.duckdb.session import text, text_list
from hansa.engines.duckdb.types import to_duckdb
from hansa.engines.protocol import EngineFailed
from hansa.model import Column, CsvFiles, DuckDbTable, JsonFiles, ParquetFiles, Relation, Schema, View, quoted
from hansa.model.types import Binary, List, Map, String, Struct

# What a line of a CSV may hold before it is taken for something else than a CSV.
_HEADER_LIMIT = 1_000_000


def select(connection: duckdb.DuckDBPyConnection, relation: Relation, attach_as: str) -> str:
    """The SELECT that reads a relation, on a connection that is not locked yet. Raises `duckdb.Error`, `EngineFailed`."""
    match relation:
        case ParquetFiles():
            return _parquet(connection, relation)
        case CsvFiles():
            return _csv(relation)
        case JsonFiles():
            return _json(relation)
        case DuckDbTable():
            return _database(connection, relation, attach_as)
        case View(query, schema):
            return query if schema is None else f"SELECT {casts(schema)} FROM (\n{query}\n)"
        case _:
            assert_never(relation)


def files(relation: Relation) -> tuple[str, ...]:
    """The files that a relation must be allowed to read."""
    match relation:
        case ParquetFiles(paths) | CsvFiles(paths) | JsonFiles(paths):
            return paths
        case DuckDbTable(path):
            return path, f"{path}.wal"
        case View():
            return ()
        case _:
            assert_never(relation)


def casts(schema: Schema, renamed: Iterable[tuple[str, str]] = (), absent: frozenset[str] = frozenset()) -> str:
    """The columns of a schema, each cast to its type; `absent` ones (lower-case names in the files) are null."""
    names = dict(renamed)
    parts = []
    for column in schema:
        stored = names.get(column.name, column.name)
        value = "NULL" if stored.lower() in absent else quoted(stored)
        parts.append(f"CAST({value} AS {to_duckdb(column.type)}) AS {quoted(column.name)}")
    return ", ".join(parts)


def nothing(schema: Schema) -> str:
    """A SELECT with the columns of a schema and no rows."""
    return f"SELECT {casts(schema, absent=frozenset(n.lower() for n in schema.names))} WHERE false"


def parquet_source(connection: duckdb.DuckDBPyConnection, paths: Sequence[str]) -> str:
    """The table function over Parquet files; columns are united by name only when the files' schemas differ."""
    # Our own partitions' folders look like Hive's, and their columns stand in the files.
    plain = f"read_parquet({text_list(paths)}, hive_partitioning = false)"
    if len(paths) == 1:
        return plain
    (kinds,) = connection.execute(
        "SELECT count(DISTINCT columns) FROM (SELECT list((name, type, duckdb_type) ORDER BY column_id) AS columns "
        f"FROM parquet_schema({text_list(paths)}) WHERE column_id > 0 GROUP BY file_name)"
    ).fetchone() or (1,)
    return plain if kinds <= 1 else f"read_parquet({text_list(paths)}, hive_partitioning = false, union_by_name = true)"


def _parquet(connection: duckdb.DuckDBPyConnection, relation: ParquetFiles) -> str:
    if not relation.paths:
        return nothing(relation.schema)
    source = parquet_source(connection, relation.paths)
    found = [(str(row[0]), str(row[1])) for row in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()]
    if not relation.renamed and found == [(c.name, to_duckdb(c.type)) for c in relation.schema]:
        # What is stored just so needs no casts, which would be bound with every query.
        return f"SELECT * FROM {source}"
    stored = (dict(relation.renamed).get(n, n).lower() for n in relation.schema.names)
    absent = frozenset(stored) - {name.lower() for name, _ in found}
    return f"SELECT {casts(relation.schema, relation.renamed, absent)} FROM {source}"


def _csv(relation: CsvFiles) -> str:
    if not relation.paths:
        return nothing(relation.schema)
    if not relation.header:
        return _csv_part(relation, relation.paths, relation.schema.names, positional=True)
    parts = [
        _csv_part(relation, tuple(path for path, _ in group), header, positional=False)
        for header, group in itertools.groupby(
            sorted(((p, csv_header(p, relation.delimiter, relation.encoding)) for p in relation.paths), key=lambda ph: ph[1]),
            key=lambda ph: ph[1],
        )
    ]
    return " UNION ALL ".join(parts)


def _csv_part(relation: CsvFiles, paths: Sequence[str], header: Sequence[str], *, positional: bool) -> str:
    """CSV files with one header. DuckDB takes given columns by position, so the header says where each one stands."""
    renamed = {} if positional else dict(relation.renamed)
    by_stored = {renamed.get(c.name, c.name).lower(): c for c in relation.schema}
    missing = [c.name for stored, c in by_stored.items() if stored not in {h.lower() for h in header}]
    if missing:
        raise EngineFailed(f"{paths[0]} has no column `{missing[0]}`; its header says {', '.join(header)}", "input")
    columns = []
    for name in header:
        column = by_stored.get(name.lower())
        # What is not asked for, and what CSV has no form for, is read as text: it cannot fail to be read.
        direct = column is not None and not isinstance(column.type, Struct | List | Map | Binary)
        columns.append(f"{text(name)}: {text(to_duckdb(column.type) if column is not None and direct else 'VARCHAR')}")
    options = [
        f"columns = {{{', '.join(columns)}}}",
        "auto_detect = false",
        f"header = {str(not positional).lower()}",
        f"delim = {text(relation.delimiter)}",
        "quote = '\"'",
        "escape = '\"'",
        f"encoding = {text(duckdb_encoding(relation.encoding))}",
    ]
    return f"SELECT {casts(relation.schema, renamed.items())} FROM read_csv({text_list(paths)}, {', '.join(options)})"


def csv_header(path: str, delimiter: str = ",", encoding: str = "utf-8") -> tuple[str, ...]:
    """The names in the first line of a CSV file. Raises `EngineFailed` (input) when there is none to read."""
    python_encoding = "utf-8-sig" if duckdb_encoding(encoding) == "utf-8" else encoding
    try:
        # DuckDB unpacks what is called so by itself.
        opened = gzip.open if path.lower().endswith(".gz") else open
        with opened(path, "rt", encoding=python_encoding, newline="") as file:
            first = next(csv.reader(iter(lambda: file.readline(_HEADER_LIMIT), ""), delimiter=delimiter), None)
    except (OSError, UnicodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise EngineFailed(f"{path} cannot be read: {reason}", "input") from None
    if not first:
        raise EngineFailed(f"{path} is empty: a header was expected in its first line", "input")
    lowered = [name.lower() for name in first]
    twice = next((name for name in first if lowered.count(name.lower()) > 1 or not name), None)
    if twice is not None:
        raise EngineFailed(
            f"{path} has a header with {'the same column twice: ' + twice if twice else 'a nameless column'}", "input"
        )
    return tuple(first)


def duckdb_encoding(encoding: str) -> str:
    """DuckDB's name of an encoding; it reads three without an extension. Raises `EngineFailed` for others."""
    try:
        name = codecs.lookup(encoding or "utf-8").name
    except LookupError:
        name = encoding
    known = {"utf-8": "utf-8", "utf-8-sig": "utf-8", "ascii": "utf-8", "iso8859-1": "latin-1", "utf-16": "utf-16"}
    if name not in known:
        raise EngineFailed(f"CSV in the encoding {encoding} cannot be read: only UTF-8, UTF-16 and ISO-8859-1 can", "input")
    return known[name]


def _json(relation: JsonFiles) -> str:
    if not relation.paths:
        return nothing(relation.schema)
    renamed = dict(relation.renamed)
    columns = (f"{text(renamed.get(c.name, c.name))}: {text(to_duckdb(c.type))}" for c in relation.schema)
    source = (
        f"read_json({text_list(relation.paths)}, columns = {{{', '.join(columns)}}}, format = '{_json_form(relation.by_line)}')"
    )
    return f"SELECT {casts(relation.schema, relation.renamed)} FROM {source}"


def _json_form(by_line: bool) -> str:
    """What is called JSON may be an array, one object, or one a line: the files' first characters tell."""
    return "newline_delimited" if by_line else "auto"


def _database(connection: duckdb.DuckDBPyConnection, relation: DuckDbTable, attach_as: str) -> str:
    return f"SELECT {casts(relation.schema, relation.renamed)} FROM {_attached(connection, relation, attach_as)}"


def _attached(connection: duckdb.DuckDBPyConnection, relation: DuckDbTable, attach_as: str) -> str:
    # Attaching a file that is not there would ask to create one, and read-only refuses with a reason about that.
    if not Path(relation.path).is_file():
        raise EngineFailed(f"{relation.path} is not there", "input")
    connection.execute(f"ATTACH {text(relation.path)} AS {quoted(attach_as)} (READ_ONLY)")
    return f"{quoted(attach_as)}.{quoted(relation.namespace)}.{quoted(relation.table)}"


def bare(connection: duckdb.DuckDBPyConnection, relation: Relation) -> str:
    """The SELECT over what a relation's files really hold, nothing cast. Raises `EngineFailed`."""
    match relation:
        case ParquetFiles(paths) if paths:
            return f"SELECT * FROM {parquet_source(connection, paths)}"
        case JsonFiles(paths, _, by_line) if paths:
            return f"SELECT * FROM read_json({text_list(paths)}, format = '{_json_form(by_line)}')"
        case DuckDbTable():
            return f"SELECT * FROM {_attached(connection, relation, 'hansa attached')}"
        case _:
            raise EngineFailed("there are no files to find a schema in", "input")


def csv_schema(relation: CsvFiles) -> Schema:
    """What a CSV's header says, every type text; without a header, the names that were declared."""
    if not relation.paths:
        raise EngineFailed("there are no files to find a schema in", "input")
    header = csv_header(relation.paths[0], relation.delimiter, relation.encoding) if relation.header else relation.schema.names
    return Schema(tuple(Column(name, String()) for name in header))
