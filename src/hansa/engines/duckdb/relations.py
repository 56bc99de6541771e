"""The mesh as a database: relations in a locked in-memory DuckDB, each loaded when a query first names it.

Two walls stand around a query: what `asked` lets through, and an instance without files, extensions, changeable settings or
spilling, with limits of memory, threads and time. Together they hold mistakes and mischief; one giant value, made on purpose by
a single function, is noticed only when that function is done, so the SQL of strangers belongs to the gateway.
"""

import datetime as dt
import json
import threading
from collections.abc import Mapping
from decimal import Decimal
from itertools import islice

import duckdb

from hansa.engines.asking import Answer, RelationRows, Row, Value
from hansa.engines.duckdb.asked import read, refuse_unknown
from hansa.engines.duckdb.errors import failure, refusal, said
from hansa.engines.duckdb.session import Limits, lock, opened
from hansa.engines.duckdb.stopping import stoppable
from hansa.engines.duckdb.watching import AskingLimits, Watch
from hansa.engines.protocol import Cancelled, QueryRefused
from hansa.model import quoted

_CHUNK = 20_000  # rows that are on their way as text at one time


def open_database(
    relations: Mapping[str, RelationRows], views: Mapping[str, str], limits: AskingLimits | None = None
) -> "RelationDatabase":
    """A database of relations by name, and of views, each over the relations and the views before it."""
    return RelationDatabase(relations, views, limits or AskingLimits())


class RelationDatabase:
    """What `hansa.governance.MeshDatabase` promises."""

    def __init__(self, relations: Mapping[str, RelationRows], views: Mapping[str, str], limits: AskingLimits) -> None:
        self._relations = {name.lower(): rows for name, rows in relations.items()}
        self._views = {name.lower(): sql for name, sql in views.items()}
        self._limits = limits
        self._loaded: set[str] = set()
        self._lock = threading.Lock()
        self._connection = opened(Limits(memory=f"{limits.memory}B", threads=limits.threads))
        lock(self._connection, ())

    def ask(self, sql: str, *, most: int = 10_000) -> Answer:
        """The first rows of a query. Raises `QueryRefused`; `EngineFailed` when a relation cannot be loaded."""
        with self._lock:
            asked = read(self._connection, sql)
            refuse_unknown(asked, self._relations.keys() | self._views.keys(), sql)
            for name, _ in asked.tables:
                self._load(name.lower())
            return self._answer(sql, most)

    def close(self) -> None:
        self._connection.close()

    def _load(self, name: str) -> None:
        if name in self._loaded:
            return
        if name in self._views:
            for below, _ in read(self._connection, self._views[name]).tables:
                self._load(below.lower())
            self._connection.execute(f"CREATE VIEW {quoted(name)} AS {self._views[name]}")
        elif name in self._relations:
            _fill(self._connection, name, self._relations[name])
        else:
            return  # a query's own WITH
        self._loaded.add(name)

    def _answer(self, sql: str, most: int) -> Answer:
        watch = Watch(self._limits)
        try:
            with watch, stoppable(watch.cancellation, self._connection):
                # Rows are computed as they are fetched, so a query over too many stops after the first.
                result = self._connection.execute(sql)
                columns = tuple((str(c[0]), str(c[1])) for c in result.description or ())
                rows = result.fetchmany(most + 1)
        except Cancelled:
            raise QueryRefused(watch.reason) from None
        except duckdb.Error as error:
            raise _refused(error, sql, self._limits) from None
        values = tuple(tuple(plain(v) for v in row) for row in rows[:most])
        return Answer(tuple(name for name, _ in columns), values, len(rows) > most, tuple(kind for _, kind in columns))


def _refused(error: duckdb.Error, sql: str, limits: AskingLimits) -> QueryRefused:
    """Over relations of our own, whatever fails is the query's: a wrong name, a cast, too much memory."""
    what = said(error)
    if what.kind == "Out of Memory":
        return QueryRefused(f"the query needs more than {limits.memory // 1_000_000} MB of memory")
    return refusal(what, sql)


def _fill(connection: duckdb.DuckDBPyConnection, name: str, relation: RelationRows) -> None:
    """A table of the rows. They travel as JSON, a list for each column: as fast as Arrow, and without its import."""
    columns = ", ".join(f"{quoted(column)} {kind}" for column, kind in relation.columns)
    connection.execute(f"CREATE OR REPLACE TABLE {quoted(name)} ({columns})")
    rows = iter(relation.produced())
    while chunk := list(islice(rows, _CHUNK)):
        values, written = _columns(relation, chunk)
        try:
            connection.execute(f"INSERT INTO {quoted(name)} SELECT {values}", written)
        except duckdb.Error as error:
            raise failure(said(error), name) from None


def _columns(relation: RelationRows, chunk: list[Row]) -> tuple[str, list[str]]:
    """The SELECT list that yields a chunk, and its parameters. A column that holds one value alone is sent once."""
    values, written = [], []
    for number, ((_, kind), cells) in enumerate(zip(relation.columns, zip(*chunk, strict=True), strict=True)):
        element = kind.removesuffix("[]")
        given = f"from_json(?, '[[\"{element}\"]]')" if kind != element else f"from_json(?, '[\"{element}\"]')"
        # One column at least has to say how many rows there are.
        same = number > 0 and cells.count(cells[0]) == len(cells)
        values.append(f"{given}[1]" if same else f"unnest({given})")
        written.append(json.dumps(cells[:1] if same else cells))
    return ", ".join(values), written


def plain(value: object) -> Value:
    """A value as answers hold it."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case Decimal():
            return float(value)
        case dt.datetime():
            return value.isoformat(" ")
        case dt.date() | dt.time():
            return value.isoformat()
        case dict() | list() | tuple():
            return json.dumps(value, ensure_ascii=False, default=plain)
        case _:
            return str(value)
