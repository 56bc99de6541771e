"""The HTTP server as a process: its socket, its certificate, and a clean end."""

import signal
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from hansa.server.patience import PatientProtocol
from hansa.trouble import Place, Trouble, TroubleError

GRACE = 10  # seconds in which requests may end after the server was told to
_IDLE = 30  # seconds that a connection stays open without a request
_HEADERS = 64 * 1024  # bytes of a request's head


@dataclass(frozen=True, slots=True)
class TlsPair:
    """Files in PEM: a certificate with its chain, and its key."""

    certificate: Path
    key: Path

    def check(self) -> None:
        """Raise TroubleError when they cannot be used together."""
        for file in (self.certificate, self.key):
            if not file.is_file():
                raise TroubleError(Trouble("H951", "a file of TLS is not there", (Place(str(file)),), "name two files in PEM"))
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(self.certificate, self.key)
        except (OSError, ssl.SSLError) as error:
            reason = str(error).splitlines()[0]
            place = Place(str(self.certificate))
            mend = "the certificate and its key have to be a pair, in PEM and without a passphrase"
            raise TroubleError(Trouble("H951", f"certificate and key cannot be used: {reason}", (place,), mend)) from None


def bound(host: str, port: int, option: str = "--port") -> socket.socket:
    """A socket that listens at nothing yet. Raises TroubleError when the port is taken or the address is not ours."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        made = socket.socket(family, socket.SOCK_STREAM)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        mend = f"name another with {option}, or 0 for one that is free"
        raise TroubleError(Trouble("H950", f"{host}:{port} cannot be served: {reason}", mend=mend)) from None
    return made


def run(app: FastAPI, listening: socket.socket, tls: TlsPair | None, ready: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT, then let requests end. `ready` is called when the first can be answered."""
    config = uvicorn.Config(
        app,
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=_IDLE,
        timeout_graceful_shutdown=GRACE,
        h11_max_incomplete_event_size=_HEADERS,
        http=PatientProtocol,
        ssl_certfile=tls.certificate if tls else None,
        ssl_keyfile=tls.key if tls else None,
    )
    # uvicorn raises the signal again after its clean end; that end is all that we want of it.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    _Server(config, ready, app.state.backing.feed.close).run([listening])


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: Callable[[], None], ending: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready, self._ending = ready, ending

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Streams of events have no end of their own, which the server would wait for until its grace is over.
        self._ending()
        await super().shutdown(sockets)
