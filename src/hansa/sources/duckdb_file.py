"""A table of a DuckDB database file. The engine opens it, read-only; this module knows the path and nothing of DuckDB."""

from pathlib import Path

from hansa.model import DuckDbTable, Relation, Schema, Server, Table
from hansa.sources.compare import renamed
from hansa.sources.paths import database_file, token_of


class DuckDbSource:
    """One table; `version` is the file's, so a change to another table of the file reads this one again."""

    def __init__(self, server: Server, table: Table, schema: Schema, root: Path) -> None:
        self._server = server
        self._table = table
        self._schema = schema
        self._root = root

    def version(self) -> str | None:
        file = self._file()
        return token_of((file, file.with_name(file.name + ".wal")))

    def size(self) -> int | None:
        return self._file().stat().st_size

    def describe(self) -> Schema | None:
        return None

    def relation(self, landing: Path) -> Relation:
        name = self._table.physical_name or self._table.name
        namespace, _, table = name.rpartition(".")
        return DuckDbTable(
            str(self._file()),
            table,
            self._schema,
            namespace or self._server.option("schema", "main"),
            renamed(self._table, self._schema),
        )

    def _file(self) -> Path:
        return database_file(self._server, self._root)
