"""The type-checker: what a query over empty tables of given schemas results in, without any data."""

import queue
import re
import threading
from collections.abc import Mapping, Sequence, Set

import _duckdb

from hansa.engines.duckdb.binding import bound
from hansa.engines.duckdb.errors import failure, refusal, said
from hansa.engines.duckdb.remembered import Remembered
from hansa.engines.duckdb.session import Limits, lock, opened
from hansa.engines.duckdb.shortening import Shortened, shortened
from hansa.engines.duckdb.statement import named_columns, parsed_select, without_end
from hansa.engines.duckdb.types import DuckDbType, Unstorable, from_duckdb, to_duckdb
from hansa.engines.protocol import QueryRefused
from hansa.model import Column, DataType, Schema, quoted
from hansa.model.types import List, Map, String, Struct

_WORDS = re.compile(r"\w+")
_MOST_LAID = 1_000
"""Tables kept on one connection."""


class Describer:
    """Describes queries on one locked in-memory instance. Its connections are kept, and so are the tables of the last calls:
    many products read the same ports, and to make a table costs as much as to bind a query."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._instance: _duckdb.DuckDBPyConnection | None = None
        self._idle: queue.SimpleQueue[_Desk] = queue.SimpleQueue()

    def describe(self, query: str, tables: Mapping[str, Schema]) -> Schema:
        """Raises `QueryRefused`."""
        desk = self._desk()
        try:
            return desk.describe(query, tables)
        finally:
            self._idle.put(desk)

    def close(self) -> None:
        with self._lock:
            while not self._idle.empty():
                self._idle.get().connection.close()
            if self._instance is not None:
                self._instance.close()
                self._instance = None

    def _desk(self) -> "_Desk":
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            with self._lock:
                if self._instance is None:
                    # Binding needs no threads; starting them costs more than the work.
                    self._instance = opened(Limits(threads=1))
                    lock(self._instance, ())
                return _Desk(self._instance.cursor())


class _Desk:
    """A connection with the temporary tables that were laid out on it; no other connection sees them."""

    def __init__(self, connection: _duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self._laid: dict[str, Schema] = {}
        self._keywords = frozenset(
            str(word) for (word,) in connection.execute("SELECT keyword_name FROM duckdb_keywords()").fetchall()
        )
        self._remembered = Remembered()

    def describe(self, query: str, tables: Mapping[str, Schema]) -> Schema:
        short = shortened(query, tables, self._keywords)
        found = self._plainly(short, query, tables) if short is not None else None
        return found if found is not None else self._wholly(query, tables, short)

    def _plainly(self, short: Shortened, query: str, tables: Mapping[str, Schema]) -> Schema | None:
        """The schema of a plain query: from memory, or by one that is much shorter; None where neither tells it."""
        try:
            told = self._remembered.schema(short)
            if told is None and short.is_worthwhile:
                told = self._shortly(short, query, tables)
            found = short.whole(told) if told is not None else None
        except (_duckdb.Error, QueryRefused, ValueError):
            return None
        if found is not None:
            named_columns(found.names, query, _names(tables))
        return found

    def _wholly(self, query: str, tables: Mapping[str, Schema], short: Shortened | None) -> Schema:
        """The schema by the query itself, of which a plain one is remembered. Raises `QueryRefused`."""
        statement = parsed_select(self.connection, query)
        self._lay(query, tables)
        try:
            names, types = bound(self.connection, statement)
        except _duckdb.Error as bare:
            self._clear({name.lower() for name in tables})  # nothing of others is to be proposed
            raise self._refusal(query, bare) from None
        named_columns(names, query, _names(tables))
        found = _schema(names, types)
        if short is not None and (told := short.part(found)) is not None:
            self._remembered.learn(short, told)
        return found

    def _shortly(self, short: Shortened, query: str, tables: Mapping[str, Schema]) -> Schema:
        """The schema of the shorter query, which is remembered. Raises `duckdb.Error`, `QueryRefused`, ValueError."""
        statement = parsed_select(self.connection, short.query)
        self._lay(query, _mentioned(short.query, tables))
        told = _schema(*bound(self.connection, statement))
        if any(isinstance(column.type, List | Map | Struct) for column in told):
            # It may be made of a whole row.
            self._lay(query, tables)
            told = _schema(*bound(self.connection, statement))
        self._remembered.learn(short, told)
        return told

    def _lay(self, query: str, tables: Mapping[str, Schema]) -> None:
        """Lay out the tables that a query may read, and take away what it must not see."""
        self._clear({name.lower() for name in tables}, set(_WORDS.findall(query.lower())))
        for name, schema in tables.items():
            if self._laid.get(name.lower()) != schema:
                columns = ", ".join(f"{quoted(c.name)} {to_duckdb(c.type)}" for c in schema)
                self.connection.execute(f"CREATE OR REPLACE TEMPORARY TABLE {quoted(name)} ({columns})")
                self._laid[name.lower()] = schema

    def _clear(self, wanted: Set[str], spelt: Set[str] | None = None) -> None:
        """Take away what a query must not see; with `spelt`, its words, just what it could mean: what it does not spell it cannot
        mean."""
        every = spelt is None or len(self._laid) > _MOST_LAID
        for name in [n for n in self._laid if n not in wanted]:
            if every or name in (spelt or ()) or not _WORDS.fullmatch(name):
                self.connection.execute(f"DROP TABLE temp.{quoted(name)}")
                del self._laid[name]

    def _refusal(self, query: str, bare: _duckdb.Error) -> Exception:
        """`sql` reports without positions; `execute` reports all fields. Only the failing path pays for both."""
        select = without_end(query)
        try:
            self.connection.execute(select)
        except _duckdb.Error as error:
            # Over empty tables, whatever fails is the query's: an unknown name, a constant that cannot be cast.
            return refusal(said(error), select)
        return failure(said(bare))


def _mentioned(query: str, tables: Mapping[str, Schema]) -> Mapping[str, Schema]:
    """The tables without the columns that a query does not spell: to lay out a wide table takes longer than to bind a query."""
    words = set(_WORDS.findall(query.lower()))
    if "*" in query or "#" in query or "columns" in words:
        return tables
    return {
        name: Schema(tuple(c for c in schema if c.name.lower() in words) or schema.columns[:1]) for name, schema in tables.items()
    }


def schema_of_select(connection: _duckdb.DuckDBPyConnection, select: str) -> Schema:
    """The schema of a SELECT over files; a column that is all empty counts as text. Raises `duckdb.Error`, `QueryRefused`."""
    return _schema(*bound(connection, connection.extract_statements(select)[0]), untyped=String())


def _schema(names: Sequence[str], types: Sequence[DuckDbType], untyped: DataType | None = None) -> Schema:
    return Schema(tuple(_column(name, kind, untyped) for name, kind in zip(names, types, strict=True)))


def _names(tables: Mapping[str, Schema]) -> set[str]:
    return {name for schema in tables.values() for name in schema.names}


def _column(name: str, kind: DuckDbType, untyped: DataType | None) -> Column:
    try:
        return Column(name, from_duckdb(kind, untyped))
    except Unstorable as unstorable:
        raise QueryRefused(f"column `{name}` is {unstorable}") from None
