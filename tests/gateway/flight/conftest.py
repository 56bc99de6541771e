"""A Flight SQL server over a small gateway of its own: real DuckDB over real tables, principals by token, and no policies.

The real gateway stands behind the same protocol; `test_governed.py` asks that one.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from adbc_driver_flightsql import dbapi

from hansa.engines import Cancellation, Cancelled
from hansa.gateway.asking import GovernedAnswer, Prepared, Query, Refused
from hansa.gateway.flight import Backing, FlightSqlServer, Keeping, ShownTable, Tls
from hansa.model import Principal, Reader
from hansa.trouble import Trouble, TroubleError

SECRET = "a value that only the engine knows"


@dataclass
class People:
    """Tokens and whose they are. A token that is removed is revoked."""

    tokens: dict[str, Principal]
    asked: int = 0

    def authenticate(self, credential: str, source: str = "") -> Principal:
        self.asked += 1
        principal = self.tokens.get(credential)
        if principal is None:
            raise TroubleError(Trouble("H780", "the token is not known", mend="ask for one"))
        return principal


@dataclass
class SmallGateway:
    """Answers from one DuckDB instance; `forbidden` may be read by nobody."""

    running: list[Cancellation] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    queries: list[Query] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.database = duckdb.connect()
        for domain in ("customer", "orders"):
            self.database.execute(f"ATTACH ':memory:' AS {domain}")
        self.database.execute("CREATE SCHEMA customer.profiles; CREATE SCHEMA orders.history")
        people = "SELECT i AS household, 'name ' || i AS name, i::DECIMAL(10,2) AS income, DATE '2024-01-01' + i::INT AS since"
        self.database.execute(f"CREATE TABLE customer.profiles.profiles AS {people} FROM range(1000) t(i)")
        self.database.execute("CREATE TABLE orders.history.history AS SELECT i AS basket, i * 1.5 AS total FROM range(10) t(i)")

    def ask(self, query: Query, cancellation: Cancellation | None = None) -> GovernedAnswer:
        cancellation = cancellation or Cancellation()
        with self.lock:
            self.queries.append(query)
        cursor = self.database.cursor()
        self._refuse(query)
        try:
            with cancellation.listening(cursor.interrupt):
                given: Any = query.parameters
                reader = cursor.sql(query.text, params=given or None).to_arrow_reader(10_000)
        except duckdb.InterruptException:
            self.ended.append("stopped")
            raise Cancelled from None
        except duckdb.Error as error:
            raise TroubleError(Trouble("H705", str(error).splitlines()[0])) from None

        def batches() -> Iterator[pa.RecordBatch]:
            done = "stopped"
            try:
                while True:
                    cancellation.check()
                    try:
                        yield reader.read_next_batch()
                    except StopIteration:
                        done = "whole"
                        return
                    except (duckdb.Error, OSError) as error:
                        raise TroubleError(Trouble("H706", "the query could not be carried out")) from error
            finally:
                cursor.close()
                self.ended.append(done)

        with self.lock:
            self.running.append(cancellation)
        stream = pa.RecordBatchReader.from_batches(reader.schema, batches())
        return GovernedAnswer("query-1", reader.schema, stream, {}, (), ("`name` is deprecated",))

    def prepare(self, query: Query) -> Prepared:
        self._refuse(query)
        cursor = self.database.cursor()
        try:
            statement = cursor.extract_statements(query.text)[0]
            names = sorted(statement.named_parameters)
            given: Any = query.parameters or ([None] * len(names) if all(n.isdigit() for n in names) else dict.fromkeys(names))
            schema = cursor.sql(f"SELECT * FROM ({query.text}) LIMIT 0", params=given or None).to_arrow_reader().schema
        except duckdb.Error as error:
            raise TroubleError(Trouble("H705", str(error).splitlines()[0])) from None
        return Prepared(schema, pa.schema([pa.field(n, pa.utf8()) for n in names]))

    def close(self) -> None:
        self.database.close()

    def _refuse(self, query: Query) -> None:
        if "forbidden" in query.text:
            raise Refused(Trouble("H710", "you may not read orders.forbidden", mend="hansa access request orders.forbidden"))
        if "insert" in query.text.lower():
            raise TroubleError(Trouble("H702", "a query is one SELECT: it reads and never writes"))
        if "unforeseen" in query.text:
            raise RuntimeError(SECRET)


@dataclass
class SmallShown:
    gateway: SmallGateway

    def tables(self, reader: Reader, environment: str) -> tuple[ShownTable, ...]:
        mine = (ShownTable("customer", "profiles", "profiles", ("household",)), ShownTable("orders", "history", "history"))
        return mine if reader.principal.name == "anna" else mine[1:]

    def columns(self, reader: Reader, environment: str, table: ShownTable) -> pa.Schema:
        query = Query(f"SELECT * FROM {table.domain}.{table.product}.{table.name}", reader, environment=environment)
        return self.gateway.prepare(query).schema


def backing(root: Path, environ: Mapping[str, str]) -> Backing:
    """What a gateway process of a test stands on."""
    if (root / "broken").exists():
        raise TroubleError(Trouble("H901", "there is no mesh here"))
    gateway = SmallGateway()
    people = People({"token-anna": Principal("anna", teams=("marketing",)), "token-bert": Principal("bert")})
    return Backing(gateway, people.authenticate, SmallShown(gateway))


@dataclass
class Served:
    server: FlightSqlServer
    gateway: SmallGateway
    people: People

    @property
    def uri(self) -> str:
        return f"grpc://127.0.0.1:{self.server.port}"

    def connect(self, token: str = "token-anna", **options: str) -> Any:
        return dbapi.connect(self.uri, {"adbc.flight.sql.authorization_header": f"Bearer {token}", **options}, autocommit=True)


@contextmanager
def serving(keeping: Keeping | None = None, tls: Tls | None = None) -> Iterator[Served]:
    gateway = SmallGateway()
    people = People({"token-anna": Principal("anna", teams=("marketing",)), "token-bert": Principal("bert")})
    server = FlightSqlServer(Backing(gateway, people.authenticate, SmallShown(gateway)), keeping=keeping, tls=tls)
    try:
        yield Served(server, gateway, people)
    finally:
        server.drain(0)
        gateway.close()


@pytest.fixture
def served() -> Iterator[Served]:
    with serving() as it:
        yield it


@pytest.fixture
def serve() -> Callable[..., Any]:
    """Serves with other settings, within a `with`."""
    return serving
