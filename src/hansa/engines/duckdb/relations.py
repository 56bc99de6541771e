"""The mesh as a database: relations in a locked in-memory DuckDB, each loaded when a query first names it.

Of a relation only those columns are loaded that queries can look at; a view then has null in place of the others.

Two walls stand around a query: what `asked` lets through, and an instance without files, extensions, changeable settings or
spilling, with limits of memory, threads and time. Together they hold mistakes and mischief; one giant value, made on purpose by
a single function, is noticed only when that function is done, so the SQL of strangers belongs to the gateway.
"""

import datetime as dt
import json
import threading
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from decimal import Decimal

import duckdb

from hansa.engines.asking import Answer, Part, RelationRows, Value
from hansa.engines.duckdb.asked import Asked, read, refuse_unknown
from hansa.engines.duckdb.errors import failure, refusal, said
from hansa.engines.duckdb.session import Limits, lock, opened
from hansa.engines.duckdb.stopping import stoppable
from hansa.engines.duckdb.watching import AskingLimits, Watch
from hansa.engines.protocol import Cancelled, QueryRefused
from hansa.model import quoted

Columns = tuple[tuple[str, str], ...]

_ARROW_FROM = 20_000
"""Rows from which Arrow, some three times as fast as JSON, is worth its import."""
_ARROW = {"VARCHAR": "string", "BIGINT": "int64", "DOUBLE": "float64", "BOOLEAN": "bool_"}
_GIVEN = "what is given"
_LOADED = "{} in part"
"""Names that no query gets to say: what it names has to be a relation."""


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
        self._made: set[str] = set()
        self._expected: dict[str, frozenset[str]] = {}
        self._loaded: dict[str, frozenset[str]] = {}
        self._read: dict[str, Asked] = {}
        self._lock = threading.Lock()
        self._connection = opened(Limits(memory=f"{limits.memory}B", threads=limits.threads))
        lock(self._connection, ())

    def ask(self, sql: str, *, most: int = 10_000) -> Answer:
        """The first rows of a query. Raises `QueryRefused`; `EngineFailed` when a relation cannot be loaded."""
        with self._lock:
            asked = self._taken_apart(sql)
            refuse_unknown(asked, self._relations.keys() | self._views.keys(), sql)
            for name, columns in self._looked_at(asked).items():
                self._load(name, columns)
            for name, _ in asked.tables:
                self._make(name.lower())
            return self._answer(sql, most)

    def expect(self, queries: Iterable[str]) -> None:
        """Load relations, when they are asked for, with all that these queries look at."""
        with self._lock:
            for sql in queries:
                with suppress(QueryRefused):
                    for name, columns in self._looked_at(self._taken_apart(sql)).items():
                        self._expected[name] = self._expected.get(name, frozenset()) | columns

    def looked_at(self, sql: str) -> Mapping[str, frozenset[str]]:
        """The relations that a query reads, directly or by views, each with the columns that it can look at."""
        with self._lock:
            return self._looked_at(self._taken_apart(sql))

    def close(self) -> None:
        self._connection.close()

    def _taken_apart(self, sql: str) -> Asked:
        if sql not in self._read:
            self._read[sql] = read(self._connection, sql)
        return self._read[sql]

    def _looked_at(self, asked: Asked) -> dict[str, frozenset[str]]:
        """The relations that a query reads, directly or by views, each with the columns that it can look at."""
        found: dict[str, frozenset[str]] = {}
        for name in {name.lower() for name, _ in asked.tables}:
            if name in self._views:
                below = self._looked_at(self._taken_apart(self._views[name]))
            elif name in self._relations:
                columns = frozenset(column for column, _ in self._relations[name].columns)
                below = {name: columns if asked.words is None else columns & asked.words}
            else:
                continue  # a query's own WITH
            for relation, columns in below.items():
                found[relation] = found.get(relation, frozenset()) | columns
        return found

    def _load(self, name: str, columns: frozenset[str]) -> None:
        """See to it that a relation is there with these columns; with all, when it has to be loaded a second time."""
        loaded = self._loaded.get(name)
        if loaded is not None and columns <= loaded:
            return
        relation = self._relations[name]
        every = [column for column, _ in relation.columns]
        wanted = columns | self._expected.get(name, frozenset()) or frozenset(every[:1])
        if loaded is not None:
            wanted = frozenset(every)
            del self._loaded[name]
            self._connection.execute(f"DROP VIEW {quoted(name)}")
            self._connection.execute(f"DROP TABLE {quoted(_LOADED.format(name))}")
        _fill(self._connection, name, relation, wanted)
        self._loaded[name] = wanted

    def _make(self, name: str) -> None:
        """Make a view over relations that are loaded, and those below it."""
        if name in self._views and name not in self._made:
            for below, _ in self._taken_apart(self._views[name]).tables:
                self._make(below.lower())
            self._connection.execute(f"CREATE VIEW {quoted(name)} AS {self._views[name]}")
            self._made.add(name)

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


def _fill(connection: duckdb.DuckDBPyConnection, name: str, relation: RelationRows, wanted: Collection[str]) -> None:
    """A table of the wanted columns; when they are not all, below a view that has every column."""
    kept = tuple(column for column in relation.columns if column[0] in wanted)
    table = quoted(name if kept == relation.columns else _LOADED.format(name))
    connection.execute(f"CREATE TABLE {table} ({', '.join(f'{quoted(column)} {kind}' for column, kind in kept)})")
    large = False
    for part in relation.produced(wanted):
        large = large or len(part[0]) >= _ARROW_FROM
        try:
            if not (large and _given_as_arrow(connection, table, kept, part)):
                _given_as_json(connection, table, kept, part)
        except duckdb.Error as error:
            connection.execute(f"DROP TABLE {table}")
            raise failure(said(error), name) from None
    if kept != relation.columns:
        cells = ", ".join(
            f"{'' if column in wanted else f'NULL::{kind} AS '}{quoted(column)}" for column, kind in relation.columns
        )
        connection.execute(f"CREATE VIEW {quoted(name)} AS SELECT {cells} FROM {table}")


def _given_as_json(connection: duckdb.DuckDBPyConnection, table: str, columns: Columns, part: Part) -> None:
    """Insert rows as JSON, a list for each column. A column that holds one value alone is sent once."""
    values, written = [], []
    for number, ((_, kind), cells) in enumerate(zip(columns, part, strict=True)):
        element = kind.removesuffix("[]")
        given = f"from_json(?, '[[\"{element}\"]]')" if kind != element else f"from_json(?, '[\"{element}\"]')"
        # One column at least has to say how many rows there are.
        same = number > 0 and cells.count(cells[0]) == len(cells)
        values.append(f"{given}[1]" if same else f"unnest({given})")
        written.append(json.dumps(cells[:1] if same else cells))
    connection.execute(f"INSERT INTO {table} SELECT {', '.join(values)}", written)


def _given_as_arrow(connection: duckdb.DuckDBPyConnection, table: str, columns: Columns, part: Part) -> bool:
    """Insert rows as an Arrow table; False for what Arrow does not take, such as halves of characters."""
    import pyarrow as pa

    arrays = []
    for (_, kind), cells in zip(columns, part, strict=True):
        element = getattr(pa, _ARROW.get(kind.removesuffix("[]"), "string"))()
        try:
            arrays.append(pa.array(cells, pa.list_(element) if kind.endswith("[]") else element))
        except (ValueError, TypeError, OverflowError):
            return False
    connection.register(_GIVEN, pa.table(arrays, names=[name for name, _ in columns]))
    try:
        connection.execute(f"INSERT INTO {table} FROM {quoted(_GIVEN)}")
    finally:
        connection.unregister(_GIVEN)
    return True


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
