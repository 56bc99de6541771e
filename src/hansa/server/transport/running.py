"""The HTTP server as a process, and a clean end of it."""

import signal
import socket
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI

from hansa.listening import TlsPair
from hansa.server.transport.patience import PatientProtocol

GRACE = 10  # seconds in which requests may end after the server was told to
_IDLE = 30  # seconds that a connection stays open without a request
_HEADERS = 64 * 1024  # bytes of a request's head


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
