"""Answers queries of the catalogue, each in an empty instance of DuckDB that is made for it and reaches nothing."""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import pyarrow as pa

from hansa.engines import Cancellation
from hansa.engines.duckdb.errors import said
from hansa.engines.duckdb.session import Limits, lock, opened
from hansa.frozen import dataclass
from hansa.gateway.asking import GovernedAnswer, Parameters, Prepared
from hansa.gateway.postgres.catalogue.describing import Facts, rows_of
from hansa.gateway.postgres.catalogue.functions import MACROS, PREFIX, Session, told_names
from hansa.gateway.postgres.catalogue.relations import INFO, PG
from hansa.gateway.postgres.catalogue.understanding import Understood, concerns, understood
from hansa.gateway.postgres.troubles import not_offered
from hansa.gateway.tree import Node, Parser
from hansa.trouble import Trouble, TroubleError

_MAYBE = re.compile("|".join(("pg_", "information_schema", r"::\s*reg", *told_names())), re.IGNORECASE)
"""What a query of the catalogue has in it; only of these is it asked whether they are one."""

_SECONDS = 20.0
_ROWS = 1_000_000
_AT_ONCE = 4
_LIMITS = Limits(memory="256MB", threads=1)


@dataclass(frozen=True, slots=True)
class Looked:
    """A query that is one of the catalogue."""

    text: str
    tree: Node


class Catalogue:
    """Safe in many threads; a few queries are answered at once, the others wait."""

    def __init__(self) -> None:
        self._parser = Parser()
        self._turns = threading.BoundedSemaphore(_AT_ONCE)

    def close(self) -> None:
        self._parser.close()

    def concerned(self, text: str) -> Looked | None:
        """The query, if it is one of the catalogue; whatever else it is, the gateway says what is wrong with it."""
        if _MAYBE.search(text) is None:
            return None
        try:
            tree = self._parser.parse(text)
        except TroubleError:
            return None
        return Looked(text, tree) if concerns(tree) else None

    def ask(self, looked: Looked, parameters: Parameters, session: Session, facts: Facts, stop: Cancellation) -> GovernedAnswer:
        table = self._answered(looked, parameters, session, facts, stop)
        return GovernedAnswer("", table.schema, table.to_reader(), {})

    def prepare(self, looked: Looked, session: Session, facts: Facts) -> Prepared:
        """Its columns and parameters, of which each is text unless a cast says more."""
        known = understood(looked.tree, self._parser, session, facts.numbered)
        names = sorted({int(n) for n in re.findall(r"\$(\d{1,4})", known.text)})
        none: Parameters = tuple(None for _ in range(max(names, default=0)))
        again = Looked(looked.text, self._parser.parse(looked.text))
        schema = self._answered(again, none, session, facts, Cancellation(), limit=0).schema
        return Prepared(schema, pa.schema([(str(n), pa.string()) for n in names]))

    def _answered(
        self, looked: Looked, parameters: Parameters, session: Session, facts: Facts, stop: Cancellation, limit: int = _ROWS
    ) -> pa.Table:
        known = understood(looked.tree, self._parser, session, facts.numbered)
        with self._turns, _made(known, facts) as connection, _stopped(connection, stop):
            try:
                given = list(parameters) if isinstance(parameters, tuple) else dict(parameters)
                relation = connection.sql(known.text, params=given) if given else connection.sql(known.text)
                found: pa.Table = relation.limit(limit).to_arrow_table()
            except duckdb.InterruptException:
                stop.check()
                raise TroubleError(Trouble("H712", f"the catalogue was asked for longer than {_SECONDS:g} s")) from None
            except duckdb.Error as error:
                what = said(error)
                raise not_offered(f"this query of the catalogue: {what.line}", mend="ask information_schema instead") from None
        return found


@contextmanager
def _made(known: Understood, facts: Facts) -> Iterator[duckdb.DuckDBPyConnection]:
    """An instance with just the relations that a query reads, filled with what its reader may discover."""
    connection = opened(_LIMITS)
    try:
        connection.execute(f"CREATE SCHEMA {PG}; CREATE SCHEMA {INFO}")
        for relation in known.relations:
            connection.execute(relation.made)
            if rows := rows_of(facts, relation.name):
                connection.register("rows_to_come", pa.Table.from_pylist(_whole(rows)))
                connection.execute(f"INSERT INTO {relation.schema}.{relation.name} BY NAME SELECT * FROM rows_to_come")
                connection.unregister("rows_to_come")
        for name, body in MACROS.items():
            if f"{PREFIX}{name}" in known.text:
                connection.execute(f"CREATE MACRO {PREFIX}{name}{body}")
        lock(connection, ())
        yield connection
    finally:
        connection.close()


def _whole(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Rows that all have all columns."""
    names = dict.fromkeys(name for row in rows for name in row)
    return [{name: row.get(name) for name in names} for row in rows]


@contextmanager
def _stopped(connection: duckdb.DuckDBPyConnection, stop: Cancellation) -> Iterator[None]:
    """Interrupt when somebody asks for it, or after some seconds."""
    ended = threading.Event()

    def watch() -> None:
        until = time.monotonic() + _SECONDS
        while not ended.wait(0.1):
            if stop.requested or time.monotonic() > until:
                connection.interrupt()

    watching = threading.Thread(target=watch, name="hansa-catalogue-watch", daemon=True)
    watching.start()
    try:
        yield
    finally:
        ended.set()
        watching.join()
