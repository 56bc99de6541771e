"""Asking a gateway over Arrow Flight SQL, with the credential of whoever asks."""

import contextlib
import decimal
import json
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any

import pyarrow as pa
import pyarrow.flight as fl

from hansa.client.troubles import read_back
from hansa.engines import Cancellation
from hansa.frozen import dataclass
from hansa.gateway.asking import Parameters, Refused
from hansa.gateway.flight.messages import (
    CancelRequest,
    CreatedPreparedStatement,
    CreatePreparedStatement,
    GetTables,
    PreparedStatementQuery,
    StatementQuery,
    name_of,
    wrapped,
)
from hansa.gateway.flight.wire import decode, encode
from hansa.trouble import Trouble, TroubleError

# gRPC waits ever longer between looks for a server that is away, up to minutes; a gateway that died is back in a second.
_LOOKS = [
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 500),
]
_PATIENCE = 5.0  # seconds that a server waits for the gateway beside it
_AGAIN = frozenset({"H734", "H952"})  # what a gateway that died in between answers: nothing, or that it knows no such ticket
_LONGEST = 1_000  # characters of a claim


@dataclass(frozen=True, slots=True)
class Claims:
    """What a call says of itself: whose credential, for whom, why, where, and which way it came. No `repr` shows the token."""

    token: str = field(repr=False)
    consumer: str = ""
    purpose: str = ""
    environment: str = ""
    way: str = "python"
    rows: int = 0

    def headers(self) -> list[tuple[bytes, bytes]]:
        """Raises TroubleError H740 for a claim that no header can hold."""
        said = {
            "authorization": f"Bearer {self.token}",
            "x-hansa-consumer": self.consumer,
            "x-hansa-purpose": self.purpose,
            "x-hansa-environment": self.environment,
            "x-hansa-way": self.way,
            "x-hansa-rows": str(self.rows) if self.rows else "",
        }
        for name, value in said.items():
            if (
                not (value.isascii() and (value.isprintable() or not value) and len(value) <= _LONGEST)
                and name != "authorization"
            ):
                what = name.removeprefix("x-hansa-")
                mend = f"a {what} is written in letters, digits, `_`, `.` and `-`"
                raise TroubleError(Trouble("H740", f"there can be no {what} `{value[:60]!r}`", mend=mend))
        return [(name.encode(), value.encode()) for name, value in said.items() if value]


@dataclass(frozen=True, slots=True)
class Flown:
    """The rows of a query as they come, and what its reader should know; `masked` is the mask of each masked column, by port."""

    reader: pa.RecordBatchReader
    notices: tuple[str, ...]
    id: str = ""
    masked: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


class FlightWay:
    """Connected to one gateway. Safe in many threads. `roots` are certificates in PEM that a server's is checked against."""

    def __init__(self, location: str, *, roots: bytes | None = None) -> None:
        self._patience = 0.0
        options: dict[str, Any] = {"tls_root_certs": roots} if roots else {}
        self._client = fl.FlightClient(location, generic_options=_LOOKS, **options)

    @classmethod
    def beside(cls, location: str) -> "FlightWay":
        """To a gateway that this very process keeps running: its port is ours, so its certificate, made out to the name that
        readers use, proves nothing more. Asked while it is started again, it is waited for.
        """
        way = cls.__new__(cls)
        local = location.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")
        way._patience = _PATIENCE
        way._client = fl.FlightClient(local, generic_options=_LOOKS, disable_server_verification="+tls" in local)
        return way

    def ask(self, text: str, claims: Claims, parameters: Parameters = (), cancellation: Cancellation | None = None) -> Flown:
        """Raises TroubleError in the gateway's own words."""
        stop, until = cancellation or Cancellation(), time.monotonic() + self._patience
        options = fl.FlightCallOptions(headers=claims.headers())
        while True:
            stop.check()
            try:
                return self._begun(text, options, parameters, stop)
            except TroubleError as error:
                # Nothing of the answer has come yet, so to ask again reads nothing twice.
                if error.troubles[0].code not in _AGAIN or time.monotonic() > until:
                    raise
            time.sleep(0.1)

    def _begun(self, text: str, options: fl.FlightCallOptions, parameters: Parameters, stop: Cancellation) -> Flown:
        with told():
            command = wrapped("CommandStatementQuery", StatementQuery(text))
            if parameters:
                command = self._bound(text, parameters, options)
            info = self._client.get_flight_info(fl.FlightDescriptor.for_command(command), options)
            # The stream is ours when there are first rows, which may take long: until then the gateway is told another way.
            with stop.listening(lambda: self._stop(info, options)):
                stream = self._client.do_get(info.endpoints[0].ticket, options)
                schema = stream.schema
        reader = pa.RecordBatchReader.from_batches(schema, _batches(stream, stop))
        said = _told(info.app_metadata)
        masked = {str(p["port"]): dict(p.get("masked", {})) for p in said.get("ports", ())}
        return Flown(reader, tuple(said.get("notices", ())), str(said.get("query", "")), masked)

    def explained(self, port: str, claims: Claims) -> dict[str, Any]:
        """What the reader sees of a port: its columns, which of them are masked, and why it is not readable if it is not."""
        name = ".".join('"' + word.replace('"', '""') + '"' for word in port.replace("@", "_v").split("."))
        command = wrapped("CommandStatementQuery", StatementQuery(f"SELECT * FROM {name}"))
        try:
            with told():
                info = self._client.get_flight_info(
                    fl.FlightDescriptor.for_command(command), fl.FlightCallOptions(headers=claims.headers())
                )
        except Refused as refused:
            first = refused.troubles[0]
            return {"port": port, "readable": False, "columns": [], "reasons": [first.summary], "mend": first.mend}
        masked = {c: m for p in _told(info.app_metadata).get("ports", ()) for c, m in p.get("masked", {}).items()}
        columns = [
            {"name": f.name, "type": str(f.type), "effect": "masked", "mask": masked[f.name]}
            if f.name in masked
            else {"name": f.name, "type": str(f.type), "effect": "clear"}
            for f in info.schema
        ]
        notices = list(_told(info.app_metadata).get("notices", ()))
        return {"port": port, "readable": True, "columns": columns, "notices": notices}

    def ports(self, claims: Claims) -> tuple[str, ...]:
        """The names of the ports that may be discovered."""
        options = fl.FlightCallOptions(headers=claims.headers())
        with told():
            command = wrapped("CommandGetTables", GetTables())
            info = self._client.get_flight_info(fl.FlightDescriptor.for_command(command), options)
            tables = self._client.do_get(info.endpoints[0].ticket, options).read_all().to_pylist()
        return tuple(f"{t['catalog_name']}.{t['db_schema_name']}.{t['table_name']}" for t in tables)

    def alive(self, claims: Claims) -> bool:
        """Whether a gateway is there and answers, be it with a refusal."""
        options = fl.FlightCallOptions(headers=claims.headers(), timeout=2)
        try:
            list(self._client.list_actions(options))
        except fl.FlightUnauthenticatedError:
            return True
        except (pa.ArrowException, OSError):
            return False
        return True

    def close(self) -> None:
        self._client.close()

    def _stop(self, info: fl.FlightInfo, options: fl.FlightCallOptions) -> None:
        """Tell the gateway to stop a query, in a thread of its own: whoever asks for it may have others to look after."""

        def tell() -> None:
            with contextlib.suppress(pa.ArrowException, OSError):
                list(self._client.do_action(fl.Action("CancelFlightInfo", encode(CancelRequest(info.serialize()))), options))

        threading.Thread(target=tell, name="hansa-flight-stop", daemon=True).start()

    def _bound(self, text: str, parameters: Parameters, options: fl.FlightCallOptions) -> bytes:
        request = wrapped("ActionCreatePreparedStatementRequest", CreatePreparedStatement(text))
        (result,) = self._client.do_action(fl.Action("CreatePreparedStatement", request), options)
        created = decode(CreatedPreparedStatement, name_of(result.body.to_pybytes())[1])
        command = wrapped("CommandPreparedStatementQuery", PreparedStatementQuery(created.handle))
        row = _row(parameters)
        writer, _ = self._client.do_put(fl.FlightDescriptor.for_command(command), row.schema, options)
        writer.write_batch(row)
        writer.close()
        return command


@contextlib.contextmanager
def told() -> Iterator[None]:
    """Errors of Flight become troubles: the gateway's own, or that it is not there."""
    try:
        yield
    except fl.FlightUnavailableError as error:
        raise read_back(str(error)) or TroubleError(_away()) from None
    except (pa.ArrowException, OSError, KeyError) as error:
        known = read_back(str(error))
        if known is None and "connect" in str(error).lower():
            known = TroubleError(_away())
        if known is None:
            reason = str(error).split(". Detail", 1)[0].splitlines()[0][:300] if str(error) else type(error).__name__
            known = TroubleError(Trouble("H749", f"the gateway's answer cannot be used: {reason}"))
        raise known from None


def _away() -> Trouble:
    return Trouble("H952", "no gateway answers", mend="is `hansa serve` running there, and does grpc:// or grpc+tls:// fit?")


def _batches(stream: fl.FlightStreamReader, cancellation: Cancellation) -> Iterator[pa.RecordBatch]:
    with cancellation.listening(stream.cancel), told():
        try:
            for chunk in stream:
                yield chunk.data
        except BaseException:
            stream.cancel()
            raise


def _row(parameters: Parameters) -> pa.RecordBatch:
    named = dict(parameters) if isinstance(parameters, Mapping) else {f"{n + 1}": v for n, v in enumerate(parameters)}
    return pa.RecordBatch.from_arrays([_value(name, value) for name, value in named.items()], names=list(named))


def _value(name: str, value: object) -> pa.Array:
    try:
        # Arrow takes an integer beyond its own as a decimal alone.
        return pa.array([decimal.Decimal(value) if type(value) is int and not -(2**63) <= value < 2**63 else value])
    except (pa.ArrowException, OverflowError, ValueError, TypeError):
        mend = "bind numbers, texts, times, and lists whose elements are of one type"
        raise TroubleError(Trouble("H716", f"the value of parameter {name} has no type that Arrow knows", mend=mend)) from None


def _told(told_: bytes) -> dict[str, Any]:
    try:
        said: dict[str, Any] = json.loads(told_) if told_ else {}
    except ValueError:
        return {}
    return said
