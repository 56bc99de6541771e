"""An Arrow Flight SQL server over `Answering`: it translates calls to questions and answers to streams, and decides nothing.

A query is prepared when a client asks for its FlightInfo, and carried out when its ticket is redeemed: a ticket that nobody
redeems holds no memory and no place in the queue.
"""

import json
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import field, replace

import pyarrow as pa
import pyarrow.flight as fl

from hansa.engines import Cancellation
from hansa.frozen import dataclass
from hansa.gateway.asking import Answering, Prepared, Query
from hansa.gateway.flight.actions import ACTIONS, Actions
from hansa.gateway.flight.calls import CALL, Authenticate, Call, Caller, Callers, Calls, Handshake
from hansa.gateway.flight.errors import quiet, told, told_of_schema
from hansa.gateway.flight.handles import Handles
from hansa.gateway.flight.messages import (
    WRITING,
    Command,
    PreparedStatementQuery,
    StatementQuery,
    TicketStatementQuery,
    command_of,
    wrapped,
)
from hansa.gateway.flight.metadata import schema_of, table_of
from hansa.gateway.flight.parameters import values_of
from hansa.gateway.flight.prepared import Statement, prepared, query_of
from hansa.gateway.flight.refusing import not_offered, only_read
from hansa.gateway.flight.shown import Shown
from hansa.gateway.flight.streaming import Flowing, Watch, stream_of
from hansa.gateway.guesses import Guesses
from hansa.model import DEFAULT_ENVIRONMENT
from hansa.trouble import Trouble, TroubleError


@dataclass(frozen=True, slots=True)
class Tls:
    """Certificate chain and key of the server, as PEM; with `clients`, only clients with a certificate of that authority."""

    certificate: bytes
    key: bytes = field(repr=False)
    clients: bytes | None = None


@dataclass(frozen=True, slots=True)
class Backing:
    """What the server stands on. `close` ends all of it; the server does not call it.

    `environment` is where those read who name none. `postgres` authenticates who comes by the PostgreSQL wire, where told.
    """

    answering: Answering
    authenticate: Authenticate
    shown: Shown
    close: Callable[[], None] = lambda: None
    environment: str = DEFAULT_ENVIRONMENT
    postgres: Authenticate | None = None


@dataclass(frozen=True, slots=True)
class Keeping:
    """How long, in seconds, and how many a principal may keep: tickets not yet redeemed, statements not yet closed."""

    ticket_seconds: float = 300
    tickets: int = 1000
    statement_seconds: float = 1800
    statements: int = 200


class FlightSqlServer(fl.FlightServerBase):  # type: ignore[misc]  # pyarrow brings no types
    """Serves from the moment that it is made, at `port`. Close it with `drain`."""

    def __init__(
        self, backing: Backing, *, host: str = "127.0.0.1", port: int = 0, tls: Tls | None = None, keeping: Keeping | None = None
    ) -> None:
        quiet()
        self._backing = backing
        self._keeping = keeping or Keeping()
        self._callers = Callers(backing.authenticate, Guesses(time.monotonic), backing.environment)
        self._tickets: Handles[Query] = Handles("ticket", self._keeping.ticket_seconds, self._keeping.tickets, time.monotonic)
        self._statements: Handles[Statement] = Handles(
            "prepared statement", self._keeping.statement_seconds, self._keeping.statements, time.monotonic
        )
        self._watch = Watch(self._callers.again)
        self._running: dict[bytes, Flowing] = {}
        self._actions = Actions(backing.answering, self._statements, self._cancel)
        self._draining = False
        scheme = "grpc" if tls is None else "grpc+tls"
        super().__init__(
            location=f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}",
            auth_handler=Handshake(),
            tls_certificates=None if tls is None else [fl.CertKeyPair(tls.certificate, tls.key)],
            verify_client=tls is not None and tls.clients is not None,
            root_certificates=None if tls is None else tls.clients,
            middleware={CALL: Calls(self._callers)},
        )

    def get_flight_info(self, context: fl.ServerCallContext, descriptor: fl.FlightDescriptor) -> fl.FlightInfo:
        with told():
            caller, _ = self._caller(context)
            match _understood(descriptor.command):
                case StatementQuery(text, transaction):
                    only_read(transaction)
                    query = query_of(text, caller)
                    return self._info(descriptor, caller, query, prepared(self._backing.answering, query))
                case PreparedStatementQuery(handle):
                    statement = self._statements.look(caller.name, handle)
                    return self._info(descriptor, caller, statement.query(caller), statement.prepared)
                case TicketStatementQuery():
                    raise not_offered("TicketStatementQuery as a command")
                case command:
                    return _info(schema_of(command), descriptor, descriptor.command)

    def get_schema(self, context: fl.ServerCallContext, descriptor: fl.FlightDescriptor) -> fl.SchemaResult:
        with told_of_schema():
            caller, _ = self._caller(context)
            match _understood(descriptor.command):
                case StatementQuery(text, transaction):
                    only_read(transaction)
                    return fl.SchemaResult(prepared(self._backing.answering, query_of(text, caller)).schema)
                case PreparedStatementQuery(handle):
                    return fl.SchemaResult(self._statements.look(caller.name, handle).prepared.schema)
                case TicketStatementQuery():
                    raise not_offered("the schema of a ticket")
                case command:
                    return fl.SchemaResult(schema_of(command))

    def do_get(self, context: fl.ServerCallContext, ticket: fl.Ticket) -> fl.FlightDataStream:
        with told():
            caller, call = self._caller(context)
            match _understood(ticket.ticket):
                case TicketStatementQuery(handle):
                    return self._answer(context, caller, call, handle)
                case StatementQuery() | PreparedStatementQuery():
                    raise not_offered("a command as a ticket")
                case command:
                    seconds = self._keeping.statement_seconds
                    return fl.RecordBatchStream(table_of(command, self._backing.shown, caller, seconds))

    def do_put(
        self,
        context: fl.ServerCallContext,
        descriptor: fl.FlightDescriptor,
        reader: fl.MetadataRecordBatchReader,
        writer: fl.FlightMetadataWriter,
    ) -> None:
        with told():
            caller, _ = self._caller(context)
            match command_of(descriptor.command or b""):
                case PreparedStatementQuery(handle):
                    statement = self._statements.look(caller.name, handle)
                    bound = values_of((chunk.data for chunk in reader if chunk.data is not None), statement.prepared.parameters)
                    self._statements.replace(caller.name, handle, replace(statement, bound=bound))
                case str(name) if name in WRITING:
                    only_read(b"")
                case _:
                    raise not_offered("what was put")

    def do_action(self, context: fl.ServerCallContext, action: fl.Action) -> Iterator[bytes]:
        with told():
            caller, _ = self._caller(context)
            body = b"" if action.body is None else action.body.to_pybytes()
            return iter(self._actions.done(context, caller, action.type, body))

    def list_actions(self, context: fl.ServerCallContext) -> list[tuple[str, str]]:
        with told():
            self._caller(context)
            return list(ACTIONS.items())

    def list_flights(self, context: fl.ServerCallContext, criteria: bytes) -> Iterator[fl.FlightInfo]:
        with told():
            self._caller(context)
            return iter(())

    def do_exchange(self, context: fl.ServerCallContext, *_: object) -> None:
        with told():
            self._caller(context)
            raise not_offered("DoExchange")

    def drain(self, seconds: float) -> None:
        """Take no new queries, let those under way end for some seconds, stop the rest, and close."""
        self._draining = True
        until = time.monotonic() + seconds
        while self._watch.under_way() and time.monotonic() < until:
            time.sleep(0.02)
        for flowing in self._watch.under_way():
            flowing.stop(_stopping())
        self.shutdown()
        self._watch.close()

    def _caller(self, context: fl.ServerCallContext) -> tuple[Caller, Call]:
        caller, call = self._callers.of(context)
        if self._draining:
            raise _stopping()
        return caller, call

    def _info(self, descriptor: fl.FlightDescriptor, caller: Caller, query: Query, known: Prepared) -> fl.FlightInfo:
        # A ticket works once, so the query that it stands for can have its name already.
        query = replace(query, id=str(uuid.uuid4()))
        handle = self._tickets.keep(caller.name, query)
        ticket = wrapped("TicketStatementQuery", TicketStatementQuery(handle))
        # Values may decide types, as in `SELECT ?`: then the schema is only known from the stream.
        schema = None if len(known.parameters) else known.schema
        return _info(schema, descriptor, ticket, _told_of(known, query.id))

    def _answer(self, context: fl.ServerCallContext, caller: Caller, call: Call, handle: bytes) -> fl.FlightDataStream:
        query = self._tickets.take(caller.name, handle)
        flowing = Flowing(caller.name, caller.credential, Cancellation(), context.is_cancelled)
        self._running[handle] = flowing

        def ended() -> None:
            self._running.pop(handle, None)
            self._watch.remove(flowing)

        call.finally_(ended)
        self._watch.add(flowing)
        try:
            # Who redeems the ticket is who asked, and maybe not with the same leave: teams and attributes are those of now.
            asked = replace(query, reader=replace(query.reader, principal=caller.reader.principal))
            answer = self._backing.answering.ask(asked, flowing.cancellation)
        except Exception as wrong:  # noqa: BLE001 - `told` sorts them
            raise flowing.reason or wrong from None
        context.add_trailer("x-hansa-query", answer.id)
        if answer.notices:
            context.add_trailer("x-hansa-notices", json.dumps(answer.notices))
        return stream_of(answer.reader, flowing)

    def _cancel(self, owner: str, handle: bytes) -> bool:
        """Cancel a query: True when it had not begun, False when it is being stopped. Raises TroubleError H734."""
        flowing = self._running.get(handle)
        if flowing is not None and flowing.owner == owner:
            flowing.stop()
            return False
        self._tickets.take(owner, handle)
        return True


def _understood(data: bytes | None) -> Command:
    match command_of(data or b""):
        case str(name):
            only_read(b"" if name in WRITING else None)
            raise not_offered(name)
        case command:
            return command


def _info(schema: pa.Schema | None, descriptor: fl.FlightDescriptor, ticket: bytes, metadata: str = "") -> fl.FlightInfo:
    # Without a location, clients fetch from where they asked.
    return fl.FlightInfo(schema, descriptor, [fl.FlightEndpoint(ticket, [])], -1, -1, app_metadata=metadata)


def _told_of(prepared: Prepared, query: str) -> str:
    """What travels with a FlightInfo: what the query is called on record, which columns of which port are masked or hidden,
    and what the reader should know.
    """
    ports = [
        {
            "port": str(d.port),
            "masked": {c.column: c.mask for c in d.columns if c.effect == "masked"},
            "hidden": [c.column for c in d.columns if c.effect == "hidden"],
            "filtered": bool(d.row_filter),
            "notices": list(d.notices),
        }
        for d in prepared.decisions
    ]
    return json.dumps({"format": 1, "query": query, "ports": ports, "notices": list(prepared.notices)})


def _stopping() -> TroubleError:
    return TroubleError(Trouble("H737", "the gateway is being stopped", mend="ask again in a moment"))
