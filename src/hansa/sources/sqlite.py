"""A table of an SQLite database, landed as Parquet.

Python's own driver is used, not the ADBC one: SQLite's columns have no fixed types, ADBC guesses them from the first rows and
fails on a later one that differs. Here every value is taken as text, except what text would spoil, and the engine casts it
strictly to the promised type.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pyarrow as pa

from hansa.model import Column, Relation, Schema, Server, Table, quoted
from hansa.model.types import Binary, Float, String
from hansa.sources.compare import physical_name
from hansa.sources.files import refuse_unfit
from hansa.sources.landing import land
from hansa.sources.paths import database_file, token_of
from hansa.sources.protocol import SourceFailed, failed
from hansa.trouble import did_you_mean

_BATCH = 50_000


class SqliteSource:
    """One table or view of an SQLite file."""

    def __init__(self, server: Server, table: Table, schema: Schema, root: Path) -> None:
        self._server = server
        self._table = table
        self._schema = schema
        self._root = root
        self._name = table.physical_name or table.name

    def version(self) -> str | None:
        file = self._file()
        return token_of((file, file.with_name(file.name + "-wal")))

    def size(self) -> int | None:
        return self._file().stat().st_size

    def describe(self) -> Schema | None:
        with closing(self._connection()) as connection:
            return self._described(connection)

    def relation(self, landing: Path) -> Relation:
        with closing(self._connection()) as connection:
            refuse_unfit(self._described(connection), self._table, self._schema)
            schema = pa.schema([(c.name, _stored(c)) for c in self._schema])
            try:
                return land(self._server, landing, schema, self._batches(connection, schema), self._schema)
            except sqlite3.Error as error:
                raise self._unreadable(error) from None

    def _batches(self, connection: sqlite3.Connection, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        columns = []
        for column in self._schema:
            name = quoted(physical_name(self._table, column.name))
            columns.append(name if isinstance(column.type, Float | Binary) else f"CAST({name} AS TEXT)")
        cursor = connection.execute(f"SELECT {', '.join(columns)} FROM {quoted(self._name)}")
        while rows := cursor.fetchmany(_BATCH):
            try:
                arrays = [pa.array(values, field.type) for values, field in zip(zip(*rows, strict=True), schema, strict=True)]
            except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
                raise failed(
                    "H506",
                    f"table `{self._name}` holds a value that is not of its promised type: {str(error).splitlines()[0]}",
                    self._server,
                    "mend the value, or promise text and cast in a model",
                ) from None
            yield pa.record_batch(arrays, schema)

    def _described(self, connection: sqlite3.Connection) -> Schema:
        """The columns by name. Their types are not known: any row may hold any type, so they count as text."""
        try:
            rows = connection.execute("SELECT name FROM pragma_table_xinfo(?)", (self._name,)).fetchall()
            if not rows:
                known = connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')").fetchall()
                hint = did_you_mean(self._name, [str(k[0]) for k in known])
                raise failed(
                    "H504",
                    f"the database of `{self._server.name}` has no table `{self._name}`",
                    self._server,
                    (f"{hint} " if hint else "") + "say the table's name there as the `physicalName` of the schema object",
                )
        except sqlite3.Error as error:
            raise self._unreadable(error) from None
        raw = {physical_name(self._table, c.name).lower(): c.type for c in self._schema if isinstance(c.type, Float | Binary)}
        return Schema(tuple(Column(str(name), raw.get(str(name).lower(), String())) for (name,) in rows))

    def _connection(self) -> sqlite3.Connection:
        try:
            return sqlite3.connect(f"file:{quote(str(self._file()))}?mode=ro", uri=True, timeout=10)
        except sqlite3.Error as error:
            raise self._unreadable(error) from None

    def _unreadable(self, error: sqlite3.Error) -> SourceFailed:
        return failed(
            "H502",
            f"the database of `{self._server.name}` cannot be read: {error}",
            self._server,
            "check that it is an SQLite file, whole and not locked",
        )

    def _file(self) -> Path:
        return database_file(self._server, self._root)


def _stored(column: Column) -> pa.DataType:
    match column.type:
        case Float():
            return pa.float64()
        case Binary():
            return pa.binary()
        case _:
            return pa.string()
