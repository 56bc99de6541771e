"""Who calls, and on whose behalf: read from the headers of every single call, since Flight has no connections.

The credential is a bearer token, or a name with the token as its password. `x-hansa-consumer`, `x-hansa-purpose` and
`x-hansa-environment` say for whom and why; what they do not say, the session does (`sessions`). Both are claims that the
decision on every port judges, so they need no protection of their own.
"""

import base64
import binascii
import threading
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import unquote

import pyarrow.flight as fl

from hansa.frozen import dataclass
from hansa.gateway.flight.errors import told
from hansa.gateway.flight.sessions import session_of
from hansa.gateway.guesses import HANDSHAKES, Guesses
from hansa.model import DEFAULT_ENVIRONMENT, Principal, Reader
from hansa.trouble import Trouble, TroubleError

Authenticate = Callable[[str, str], Principal]
"""From a credential's text, and where it came from, to whose it is; raises TroubleError."""

WAYS = ("flight", "http", "python", "pages", "mcp")
"""How a query may say that it came: a server in front of the gateway and the Python client tell it in `x-hansa-way`."""

CALL = "call"  # the name of the middleware


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, on whose behalf, and with which credential. `rows` is the most that is wanted; 0 for all."""

    reader: Reader
    environment: str
    credential: str
    way: str = "flight"
    rows: int = 0
    session: Mapping[str, str] | None = None

    @property
    def name(self) -> str:
        return self.reader.principal.name


class Call(fl.ServerMiddleware):  # type: ignore[misc]  # pyarrow brings no types
    """One call: its headers, and what is to be done when it is over. In a handshake, the header that the client is to send."""

    def __init__(self, headers: Mapping[str, Sequence[str | bytes]], bearer: str = "") -> None:
        self.headers = headers
        self._bearer = bearer
        self._over = False
        self._lock = threading.Lock()
        self._then: list[Callable[[], None]] = []

    def header(self, name: str) -> str:
        """The last value of a header, or an empty text."""
        values = self.headers.get(name) or [""]
        value = values[-1]
        return value if isinstance(value, str) else value.decode("utf-8", "replace")

    def finally_(self, then: Callable[[], None]) -> None:
        """Do something when the call is over; at once, if it is."""
        with self._lock:
            if not self._over:
                self._then.append(then)
                return
        then()

    def sending_headers(self) -> dict[str, str] | None:
        return {"authorization": f"Bearer {self._bearer}"} if self._bearer else None

    def call_completed(self, exception: object) -> None:
        with self._lock:
            self._over, then = True, self._then
        for each in then:
            each()


class Calls(fl.ServerMiddlewareFactory):  # type: ignore[misc]  # pyarrow brings no types
    """Keeps the headers of each call, and answers the handshake of clients that log in with name and password."""

    def __init__(self, callers: "Callers") -> None:
        super().__init__()
        self._callers = callers

    def start_call(self, info: fl.CallInfo, headers: Mapping[str, Sequence[str | bytes]]) -> Call:
        call = Call(headers)
        if info.method not in (fl.FlightMethod.HANDSHAKE, fl.FlightMethod.GET_SCHEMA):
            return call
        # A handshake has no other place to be answered; and only here does the refusal of GetSchema keep its code.
        with told():
            credential, _ = self._callers.authenticated(call, HANDSHAKES)
        return Call(headers, credential) if info.method == fl.FlightMethod.HANDSHAKE else call


class Handshake(fl.ServerAuthHandler):  # type: ignore[misc]  # pyarrow brings no types
    """Lets the handshake through, which `Calls` has answered by then. Every call carries its credential in a header."""

    def authenticate(self, outgoing: object, incoming: object) -> None:
        pass

    def is_valid(self, token: bytes) -> bytes:
        return b""


class Callers:
    """Finds out who calls. Safe in many threads."""

    def __init__(self, authenticate: Authenticate, guesses: Guesses, environment: str = DEFAULT_ENVIRONMENT) -> None:
        self._authenticate = authenticate
        self._guesses = guesses
        self._environment = environment

    def of(self, context: fl.ServerCallContext) -> tuple[Caller, Call]:
        """Raises TroubleError when nobody is known by the credential."""
        call = context.get_middleware(CALL)
        credential, principal = self.authenticated(call, _host(context.peer()))
        session = session_of(call.header("cookie"))

        def claimed(name: str) -> str:
            return call.header(f"x-hansa-{name}") or session.get(name, "")

        way = call.header("x-hansa-way")
        return Caller(
            reader=Reader(principal, claimed("consumer"), claimed("purpose")),
            environment=claimed("environment") or self._environment,
            credential=credential,
            way=way if way in WAYS else "flight",
            rows=_rows(call.header("x-hansa-rows")),
            session=session,
        ), call

    def authenticated(self, call: Call, origin: str) -> tuple[str, Principal]:
        """The credential of a call, and whose it is. `origin` is where guesses are counted."""
        name, credential = _credential(call.header("authorization"))
        self._guesses.refuse(origin, credential)
        try:
            principal = self._authenticate(credential, "" if origin == HANDSHAKES else origin)
            if name and name != principal.name:
                raise TroubleError(Trouble("H730", "name and token do not belong together", mend=_MEND))
        except TroubleError:
            self._guesses.failed(origin)
            raise
        self._guesses.succeeded(credential)
        return credential, principal

    def again(self, credential: str) -> None:
        """Whether a credential is still good, while its query streams. Raises TroubleError."""
        self._authenticate(credential, "")


_MEND = "send `authorization: Bearer TOKEN`, or your name with the token as password; `hansa token issue` makes one"


def _credential(header: str) -> tuple[str, str]:
    """The name, if one was given, and the credential."""
    scheme, _, value = header.partition(" ")
    value = value.strip()
    if scheme.lower() == "bearer" and value:
        return "", value
    if scheme.lower() == "basic" and value:
        try:
            name, _, password = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            name, password = "", ""
        if name and password:
            return name, password
    raise TroubleError(Trouble("H730", "nobody reads here without saying who they are", mend=_MEND))


def _rows(written: str) -> int:
    if not written:
        return 0
    if not (written.isascii() and written.isdigit() and len(written) < 16):
        raise TroubleError(Trouble("H735", "x-hansa-rows is no number of rows", mend="leave it out, or write a whole number"))
    return int(written)


def _host(peer: str) -> str:
    """The address of a peer, which gRPC writes `ipv4:127.0.0.1:58336`, `ipv6:[::1]:58336` or `unix:`."""
    return unquote(peer.rpartition(":")[0]).partition(":")[2].strip("[]")
