"""Choosing how a source is read. Drivers and pyarrow are imported here, when a source is really opened."""

from collections.abc import Mapping
from pathlib import Path

from hansa.model import Schema, Server, Table
from hansa.sources.protocol import Source, failed
from hansa.sources.support import format_of, kind_of, support


def open_source(server: Server, table: Table, schema: Schema, root: Path, environ: Mapping[str, str]) -> Source:
    """The source of an input port. `schema` is what models see, `root` the folder that relative paths start from.

    Credentials are taken from `environ` and nowhere else. Raises `SourceFailed` for servers that `support` has a reason against.
    """
    reason = support(server)
    if reason is not None:
        raise failed(
            "H500", f"the source cannot be read: {reason}", server, "land its data as files, with a server of type `local`"
        )
    match kind_of(server):
        case "http":
            from hansa.sources.http import HttpSource

            return HttpSource(server, table, schema)
        case "postgres":
            from hansa.sources.postgres import PostgresSource

            return PostgresSource(server, table, schema, environ)
        case "sqlite":
            from hansa.sources.sqlite import SqliteSource

            return SqliteSource(server, table, schema, root)
        case "duckdb":
            from hansa.sources.duckdb_file import DuckDbSource

            return DuckDbSource(server, table, schema, root)
        case _ if format_of(server) == "delta":
            from hansa.sources.delta import DeltaSource

            return DeltaSource(server, table, schema, root)
        case _:
            from hansa.sources.files import FileSource

            return FileSource(server, table, schema, root)
