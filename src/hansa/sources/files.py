"""Files as a source: Parquet, CSV and JSON, read in place."""

import codecs
import csv
import gzip
from collections.abc import Sequence
from pathlib import Path

from hansa.model import Column, CsvFiles, JsonFiles, ParquetFiles, Relation, Schema, Server, Table
from hansa.model.types import String
from hansa.sources.compare import compare, renamed
from hansa.sources.paths import matching_files, token_of
from hansa.sources.protocol import SourceFailed, failed
from hansa.sources.support import format_of

_SUFFIXES = {"parquet": (".parquet",), "csv": (".csv", ".csv.gz"), "json": (".json",), "ndjson": (".ndjson", ".jsonl")}
_DELIMITERS = {"\\t": "\t", "tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
_HEADER_LIMIT = 1_000_000
_FOOTER = 8


class FileSource:
    """Local files of one format."""

    def __init__(self, server: Server, table: Table, schema: Schema, root: Path) -> None:
        self._server = server
        self._table = table
        self._schema = schema
        self._root = root

    def version(self) -> str | None:
        return token_of(self._files())

    def size(self) -> int | None:
        return sum(file.stat().st_size for file in self._files())

    def describe(self) -> Schema | None:
        return found_in(self._server, self._files(), self._schema)

    def relation(self, landing: Path) -> Relation:
        return files_relation(self._server, self._table, self._schema, self._files())

    def _files(self) -> tuple[Path, ...]:
        suffixes = _SUFFIXES[format_of(self._server)]
        return matching_files(self._server, self._server.option("path"), self._root, suffixes)


def files_relation(server: Server, table: Table, schema: Schema, files: Sequence[Path]) -> Relation:
    """Files as a relation, once what they hold fits the contract. Raises `SourceFailed`."""
    found = found_in(server, files, schema)
    if found is not None:
        refuse_unfit(found, table, schema)
    paths = tuple(str(file) for file in files)
    names = renamed(table, schema)
    match format_of(server):
        case "parquet":
            return ParquetFiles(paths, schema, names)
        case "csv":
            return CsvFiles(paths, schema, delimiter(server), has_header(server), encoding(server), names)
        case form:
            return JsonFiles(paths, schema, form == "ndjson", names)


def refuse_unfit(found: Schema, table: Table, schema: Schema) -> None:
    """Raise `SourceFailed` with all that does not fit."""
    troubles = compare(found, table, schema)
    if troubles:
        raise SourceFailed(*troubles)


def found_in(server: Server, files: Sequence[Path], schema: Schema) -> Schema | None:
    """What files say of themselves: a Parquet footer, a CSV header; JSON says nothing before it is read."""
    match format_of(server):
        case "parquet":
            for file in files:
                _refuse_truncated(server, file)
            return _united(server, files, schema)
        case "csv":
            return (
                _csv_schema(server, files[0]) if has_header(server) else Schema(tuple(Column(n, String()) for n in schema.names))
            )
        case _:
            return None


def delimiter(server: Server) -> str:
    written = server.option("delimiter", ",")
    return _DELIMITERS.get(written.lower(), written)


def has_header(server: Server) -> bool:
    return server.option("header", "true").lower() not in ("false", "no", "0")


def encoding(server: Server) -> str:
    return server.option("encoding", "utf-8")


def unreadable(server: Server, file: Path, reason: str, form: str) -> SourceFailed:
    return failed(
        "H502",
        f"{file} cannot be read as {form}: {reason}",
        server,
        "deliver the file again, whole, in the format that the server says",
    )


def _refuse_truncated(server: Server, file: Path) -> None:
    """A Parquet file ends with the words it begins with; a copy that was cut off does not."""
    try:
        with file.open("rb") as stream:
            begins = stream.read(4)
            stream.seek(0, 2)
            size = stream.tell()
            stream.seek(max(size - _FOOTER, 0))
            ends = stream.read()[-4:]
    except OSError as error:
        raise unreadable(server, file, error.strerror or str(error), "Parquet") from None
    if size < 2 * _FOOTER or begins not in (b"PAR1", b"PARE"):
        raise unreadable(server, file, "it does not begin as one" if size else "it is empty", "Parquet")
    if ends not in (b"PAR1", b"PARE"):
        raise unreadable(server, file, "it is cut off", "Parquet")


def _united(server: Server, files: Sequence[Path], schema: Schema) -> Schema:
    """The columns of Parquet files by name. They come and go over time: files are asked until none of the schema is missing."""
    columns: dict[str, Column] = {}
    for file in files:
        for column in _parquet_schema(server, file):
            columns.setdefault(column.name.lower(), column)
        if all(name.lower() in columns for name in schema.names):
            break
    return Schema(tuple(columns.values()))


def _parquet_schema(server: Server, file: Path) -> Schema:
    # Asking for the version of a file, as every plan does, must not cost the import of Arrow.
    import pyarrow as pa
    import pyarrow.parquet as pq

    from hansa.sources.arrow_types import schema_from_arrow

    try:
        return schema_from_arrow(pq.read_schema(file))
    except (OSError, pa.ArrowException) as error:
        raise unreadable(server, file, str(error).splitlines()[0], "Parquet") from None


def _csv_schema(server: Server, file: Path) -> Schema:
    try:
        name = codecs.lookup(encoding(server)).name
        packed = file.suffix.lower() == ".gz"
        with (gzip.open if packed else open)(file, "rt", encoding="utf-8-sig" if name == "utf-8" else name, newline="") as stream:
            lines = iter(lambda: stream.readline(_HEADER_LIMIT), "")
            header = next(csv.reader(lines, delimiter=delimiter(server)), None)
    except (OSError, EOFError, UnicodeError, LookupError, csv.Error, TypeError) as error:
        raise unreadable(server, file, str(error), "CSV") from None
    if not header:
        raise unreadable(server, file, "it is empty, and a header was expected", "CSV")
    try:
        return Schema(tuple(Column(name, String()) for name in header))
    except ValueError as error:
        raise unreadable(server, file, f"in its header {error}", "CSV") from None
