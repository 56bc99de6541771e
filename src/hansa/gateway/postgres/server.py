"""The PostgreSQL wire over `Answering`: a thread listens, a thread for each client reads, and one looks after all of them."""

import contextlib
import secrets
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator

from hansa.frozen import dataclass
from hansa.gateway.asking import Answering
from hansa.gateway.flight.shown import Shown
from hansa.gateway.guesses import Guesses
from hansa.gateway.postgres import answers
from hansa.gateway.postgres.catalogue import Catalogue, Looking
from hansa.gateway.postgres.catalogue import Session as Looker
from hansa.gateway.postgres.line import Gone, Line
from hansa.gateway.postgres.messages import Cancel
from hansa.gateway.postgres.opening import Authenticate, Opened, opened
from hansa.gateway.postgres.reading import Reading
from hansa.gateway.postgres.session import Dismissed, Session
from hansa.gateway.postgres.troubles import IDLE, SHUTDOWN, TOO_MANY, WithState, told
from hansa.gateway.postgres.watching import Client, Watch
from hansa.model import DEFAULT_ENVIRONMENT, Principal
from hansa.trouble import Trouble, TroubleError


@dataclass(frozen=True, slots=True)
class Behind:
    """What the server stands on. `environment` is where those read who name none."""

    answering: Answering
    authenticate: Authenticate
    shown: Shown
    environment: str = DEFAULT_ENVIRONMENT


@dataclass(frozen=True, slots=True)
class Connections:
    """How many at once, in all, of one principal, and of those who have not said yet who they are; and seconds: to begin a
    session, to take what is sent, and without a message.
    """

    most: int = 200
    each: int = 64
    opening: int = 64
    opening_seconds: float = 60
    stalled: float = 120
    idle: float = 8 * 3600


class PostgresServer:
    """Serves from the moment that it is made, at `port`. Close it with `drain`."""

    def __init__(
        self,
        behind: Behind,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        connections: Connections | None = None,
    ) -> None:
        self._behind, self._tls = behind, tls
        self._limits = connections or Connections()
        self._guesses = Guesses(time.monotonic)
        self._lock = threading.Lock()
        self._clients: dict[int, Client] = {}
        self._opening: set[Line] = set()
        self._each: Counter[str] = Counter()
        self._draining = False
        self._catalogue = Catalogue()
        self._watch = Watch(self._all, lambda credential: behind.authenticate(credential, ""))
        self._listening = _listening(host, port)
        self.port: int = self._listening.getsockname()[1]
        threading.Thread(target=self._listen, name="hansa-postgres", daemon=True).start()

    def drain(self, seconds: float) -> None:
        """Take no new sessions, let queries under way end for some seconds, stop the rest, and close."""
        self._draining = True
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        until = time.monotonic() + seconds
        while (clients := self._all()) and time.monotonic() < until:
            for client in clients:
                client.leave()
            time.sleep(0.02)
        for client in self._all():
            client.reading.stop(_stopping())
            client.line.end_reading()
        ending = time.monotonic() + 0.5
        while self._all() and time.monotonic() < ending:
            time.sleep(0.01)
        for client in self._all():
            client.line.hang_up()
        with self._lock:
            opening = list(self._opening)
        for line in opening:
            line.hang_up()
        self._watch.close()
        self._catalogue.close()

    def _all(self) -> tuple[Client, ...]:
        with self._lock:
            return tuple(self._clients.values())

    def _listen(self) -> None:
        while not self._draining:
            try:
                connection, address = self._listening.accept()
            except OSError:
                if self._draining:
                    return
                time.sleep(0.1)  # out of file descriptors, it may be; others end in a moment
                continue
            self._begin(connection, str(address[0]))

    def _begin(self, connection: socket.socket, origin: str) -> None:
        line = Line(connection, self._limits.stalled)
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        with self._lock:
            crowded = len(self._opening) >= self._limits.opening
            if not crowded:
                self._opening.add(line)
        if crowded:
            line.close()  # who waits longer finds a place
            return
        try:
            threading.Thread(target=self._serve, args=(line, origin), name="hansa-postgres-client", daemon=True).start()
        except RuntimeError:  # no thread can be started
            self._opened(line)
            line.close()

    def _opened(self, line: Line) -> None:
        with self._lock:
            self._opening.discard(line)

    def _serve(self, line: Line, origin: str) -> None:
        """All of one client, in its own thread."""
        try:
            until = time.monotonic() + self._limits.opening_seconds
            begun = opened(line, until, self._tls, self._behind.authenticate, self._guesses, origin)
            if isinstance(begun, Cancel):
                self._cancel(begun)
            else:
                with self._placed(line, begun) as client:
                    self._opened(line)
                    self._converse(client, begun)
        except (Gone, TimeoutError):
            pass
        except Dismissed as dismissed:
            _part(line, dismissed.reason)
        except Exception as wrong:  # noqa: BLE001 - whatever it is, the client is told what it may know
            _part(line, wrong)
        finally:
            self._opened(line)
            line.close()

    def _converse(self, client: Client, begun: Opened) -> None:
        line = client.line
        line.send(answers.WELCOME, *(answers.setting(*each) for each in begun.settings.told().items()))
        line.send(answers.key(client.process, client.key))
        try:
            Session(line, client.reading, begun.settings).run(self._limits.idle)
        except Gone:
            if self._draining:
                raise _stopping() from None
            raise
        except TimeoutError:
            trouble = Trouble("H736", f"nothing was asked for {self._limits.idle:g} s", mend="connect again")
            raise WithState(IDLE, trouble) from None

    @contextlib.contextmanager
    def _placed(self, line: Line, begun: Opened) -> Iterator[Client]:
        name = begun.principal.name
        behind, number = self._behind, self._number()
        looking = Looking(self._catalogue, behind.shown, Looker(begun.database, name, number, begun.settings))
        reading = Reading(behind.answering, looking, self._again(begun), begun.settings, behind.environment)
        with self._lock:
            if self._draining:
                raise _stopping()
            if len(self._clients) >= self._limits.most or self._each[name] >= self._limits.each:
                raise WithState(TOO_MANY, Trouble("H736", "too many sessions are open", mend="close some, or wait"))
            client = Client(number, secrets.token_bytes(4), line, reading, begun.credential)
            self._clients[client.process] = client
            self._each[name] += 1
        try:
            yield client
        finally:
            reading.stop()
            with self._lock:
                del self._clients[client.process]
                self._each[name] -= 1
                if not self._each[name]:
                    del self._each[name]

    def _again(self, begun: Opened) -> Callable[[], Principal]:
        """Who reads now: teams and attributes are those of this moment, and a credential that was revoked reads no more."""

        def again() -> Principal:
            try:
                principal = self._behind.authenticate(begun.credential, "")
            except TroubleError as refused:
                if _is_refusal(refused):
                    raise Dismissed(refused) from None
                raise
            if principal.name != begun.principal.name:
                raise Dismissed(TroubleError(Trouble("H730", "name and token do not belong together")))
            return principal

        return again

    def _number(self) -> int:
        while (number := secrets.randbits(31)) in self._clients:
            pass
        return number

    def _cancel(self, wish: Cancel) -> None:
        """Stop the query of another session, for who knows its key. Nobody is told whether there is one."""
        with self._lock:
            client = self._clients.get(wish.process)
        if client is not None and secrets.compare_digest(client.key, wish.key):
            client.reading.stop()


def _listening(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    made = socket.socket(family, kind, protocol)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind(address)
    made.listen(128)
    return made


def _part(line: Line, wrong: Exception) -> None:
    with contextlib.suppress(Gone, TimeoutError):
        line.send(answers.error(told(wrong, severity="FATAL")))
        line.flush()


def _stopping() -> TroubleError:
    return WithState(SHUTDOWN, Trouble("H737", "the gateway is being stopped", mend="connect again in a moment"))


def _is_refusal(wrong: TroubleError) -> bool:
    return any(t.code == "H730" or t.code.startswith(("H78", "H79")) for t in wrong.troubles)
