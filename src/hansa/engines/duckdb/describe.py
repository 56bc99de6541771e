"""The type-checker: what a query over empty tables of given schemas results in, without any data."""

import queue
import threading
from collections.abc import Mapping

import duckdb

from hansa.engines.duckdb.errors import failure, refusal, said
from hansa.engines.duckdb.session import Limits, lock, opened
from hansa.engines.duckdb.statement import named_columns, single_select
from hansa.engines.duckdb.types import Unstorable, from_duckdb, to_duckdb
from hansa.engines.protocol import QueryRefused
from hansa.model import Column, DataType, Schema, quoted
from hansa.model.types import String


class Describer:
    """Describes queries on one locked in-memory instance; its connections are kept, their tables rolled back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._instance: duckdb.DuckDBPyConnection | None = None
        self._idle: queue.SimpleQueue[duckdb.DuckDBPyConnection] = queue.SimpleQueue()

    def describe(self, query: str, tables: Mapping[str, Schema]) -> Schema:
        """Raises `QueryRefused`."""
        connection = self._connection()
        try:
            # Temporary tables are seen by their own connection only.
            connection.execute("BEGIN TRANSACTION")
            try:
                select = single_select(connection, query)
                for name, schema in tables.items():
                    columns = ", ".join(f"{quoted(c.name)} {to_duckdb(c.type)}" for c in schema)
                    connection.execute(f"CREATE TEMPORARY TABLE {quoted(name)} ({columns})")
                return _described(connection, select, tables)
            finally:
                connection.execute("ROLLBACK")
        finally:
            self._idle.put(connection)

    def close(self) -> None:
        with self._lock:
            while not self._idle.empty():
                self._idle.get().close()
            if self._instance is not None:
                self._instance.close()
                self._instance = None

    def _connection(self) -> duckdb.DuckDBPyConnection:
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            with self._lock:
                if self._instance is None:
                    # Binding needs no threads; starting them costs more than the work.
                    self._instance = opened(Limits(threads=1))
                    lock(self._instance, ())
                return self._instance.cursor()


def schema_of_select(connection: duckdb.DuckDBPyConnection, select: str) -> Schema:
    """The schema of a SELECT over files; a column that is all empty counts as text. Raises `duckdb.Error`, `QueryRefused`."""
    relation = connection.sql(select)
    return Schema(tuple(_column(name, kind, String()) for name, kind in zip(relation.columns, relation.types, strict=True)))


def _described(connection: duckdb.DuckDBPyConnection, select: str, tables: Mapping[str, Schema]) -> Schema:
    try:
        relation = connection.sql(select)
    except duckdb.Error as bare:
        # `sql` reports without positions; `execute` reports all fields. Only the failing path pays for both.
        try:
            connection.execute(select)
        except duckdb.Error as error:
            what = said(error)
            # Over empty tables, whatever fails is the query's: an unknown name, a constant that cannot be cast.
            raise refusal(what, select) from None
        raise failure(said(bare)) from None
    known = {name for schema in tables.values() for name in schema.names}
    named_columns(relation.columns, select, known)
    return Schema(tuple(_column(name, kind) for name, kind in zip(relation.columns, relation.types, strict=True)))


def _column(name: str, kind: object, untyped: DataType | None = None) -> Column:
    try:
        return Column(name, from_duckdb(kind, untyped))
    except Unstorable as unstorable:
        raise QueryRefused(f"column `{name}` is {unstorable}") from None
