"""The actions of Flight SQL: prepared statements, cancelling, and the options of a session."""

from collections.abc import Callable, Mapping
from contextlib import suppress

import pyarrow.flight as fl

from hansa.gateway.asking import Answering
from hansa.gateway.flight.calls import Caller
from hansa.gateway.flight.handles import Handles
from hansa.gateway.flight.messages import (
    CANCELLED,
    CANCELLING,
    CLOSED,
    WRITING,
    CancelRequest,
    CreatedPreparedStatement,
    CreatePreparedStatement,
    Options,
    PreparedStatementQuery,
    Status,
    TicketStatementQuery,
    command_of,
    name_of,
    wrapped,
)
from hansa.gateway.flight.prepared import Statement, prepared, query_of
from hansa.gateway.flight.refusing import not_offered, only_read
from hansa.gateway.flight.sessions import changed, cookie, listed
from hansa.gateway.flight.wire import Garbled, Message, decode, encode
from hansa.trouble import TroubleError

ACTIONS: Mapping[str, str] = {
    "CreatePreparedStatement": "Prepare a query. Returns a handle, the schema of the answer and that of the parameters.",
    "ClosePreparedStatement": "Forget a prepared query.",
    "CancelQuery": "Cancel a query (deprecated by CancelFlightInfo).",
    "CancelFlightInfo": "Cancel the query of a FlightInfo.",
    "SetSessionOptions": "Set consumer, purpose and environment for the calls that follow.",
    "GetSessionOptions": "The options of the session.",
    "CloseSession": "Forget the options of the session.",
}


class Actions:
    """Carries out actions. `cancel` gets an owner and a ticket's handle: True when the query had not begun."""

    def __init__(self, answering: Answering, statements: Handles[Statement], cancel: Callable[[str, bytes], bool]) -> None:
        self._answering = answering
        self._statements = statements
        self._cancel = cancel

    def done(self, context: fl.ServerCallContext, caller: Caller, name: str, body: bytes) -> tuple[bytes, ...]:
        """The results of an action. Raises TroubleError, and `Garbled` for a body that is none."""
        match name:
            case "CreatePreparedStatement":
                return (self._prepared(caller, _request(CreatePreparedStatement, f"Action{name}Request", body)),)
            case "ClosePreparedStatement":
                handle = _request(PreparedStatementQuery, f"Action{name}Request", body).handle
                with suppress(TroubleError):  # what is forgotten already is closed
                    self._statements.take(caller.name, handle)
                return ()
            case "CancelQuery":
                status = self._cancelled(caller, _request(CancelRequest, "ActionCancelQueryRequest", body).info)
                return (wrapped("ActionCancelQueryResult", status),)
            case "CancelFlightInfo":
                return (encode(self._cancelled(caller, decode(CancelRequest, body).info)),)
            case "SetSessionOptions":
                session, errors = changed(caller.session or {}, decode(Options, body))
                context.add_header("set-cookie", cookie(session))
                return (encode(errors),)
            case "GetSessionOptions":
                return (encode(listed(caller.session or {})),)
            case "CloseSession":
                context.add_header("set-cookie", cookie(None))
                return (encode(Status(CLOSED)),)
            case _:
                only_read(b"" if name in WRITING else None)
                raise not_offered(f"the action {name}")

    def _prepared(self, caller: Caller, request: CreatePreparedStatement) -> bytes:
        only_read(request.transaction)
        known = prepared(self._answering, query_of(request.query, caller))
        handle = self._statements.keep(caller.name, Statement(request.query, known))
        parameters = known.parameters.serialize().to_pybytes() if len(known.parameters) else b""
        result = CreatedPreparedStatement(handle, known.schema.serialize().to_pybytes(), parameters)
        return wrapped("ActionCreatePreparedStatementResult", result)

    def _cancelled(self, caller: Caller, info: bytes) -> Status:
        command = command_of(_ticket(info))
        if not isinstance(command, TicketStatementQuery):
            raise Garbled("it is not the FlightInfo of a query")
        return Status(CANCELLED if self._cancel(caller.name, command.handle) else CANCELLING)


def _request(kind: type[Message], name: str, body: bytes) -> Message:
    found, inside = name_of(body)
    if found != name:
        raise Garbled(f"`{found[:100]}` is no {name}")
    return decode(kind, inside)


def _ticket(info: bytes) -> bytes:
    """The first ticket of a serialized FlightInfo."""
    try:
        endpoints = fl.FlightInfo.deserialize(info).endpoints
    except Exception:  # noqa: BLE001 - pyarrow says in many ways that it cannot read it
        raise Garbled("it holds no FlightInfo") from None
    if not endpoints:
        raise Garbled("the FlightInfo has no endpoint")
    return bytes(endpoints[0].ticket.ticket)
