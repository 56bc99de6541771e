"""Requests that stop half-way: nobody is waited for without end, since whoever holds connections open could keep others out.

uvicorn has a time-out between requests and none within one. `Patient` answers with 408 when a body that is being read does not
come. `PatientProtocol` closes the connection of whoever owes the rest of a head, or of a body that nobody reads.
"""

import asyncio
import time
from typing import Any, cast

import h11
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from hansa.server.transport.problems import Answered
from hansa.trouble import Trouble

STILL = 15.0  # seconds without a byte
WHOLE = 120.0  # seconds for a whole body: a megabyte comes in that time over the slowest of lines
OWED = 30.0  # seconds in which the rest of a head, or of a body that nobody reads, has to come
LOOK = 5.0  # seconds between two looks at a connection


class Patient:
    """An application that is not kept waiting for the bodies of its requests."""

    def __init__(self, app: ASGIApp, still: float = STILL, whole: float = WHOLE) -> None:
        self._app, self._still, self._whole = app, still, whole

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        until, complete = time.monotonic() + self._whole, False

        async def received() -> Message:
            nonlocal complete
            if complete:
                return await receive()  # what comes now is that the client goes away
            left = min(self._still, until - time.monotonic())
            try:
                message = await asyncio.wait_for(receive(), max(left, 0.001))
            except TimeoutError:
                raise _stalled() from None
            complete = message["type"] != "http.request" or not message.get("more_body", False)
            return message

        await self._app(scope, received, send)


class PatientProtocol(H11Protocol):
    """HTTP/1.1 on a connection whose client has to send what it began."""

    owed = OWED
    look = LOOK

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._since: float | None = None
        self._looking: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(cast("asyncio.Transport", transport))  # as a server of streams makes them
        self._since = self.loop.time()
        self._looking = self.loop.call_later(self.look, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._looking is not None:
            self._looking.cancel()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        # Short requests come and go between two looks; each begins what is owed anew.
        self._since = None
        super().on_response_complete()

    def _look(self) -> None:
        if self.transport.is_closing():
            return
        now = self.loop.time()
        if not self._owes():
            self._since = None
        elif self._since is None:
            self._since = now
        elif now - self._since >= self.owed:
            self.transport.close()
            return
        self._looking = self.loop.call_later(self.look, self._look)

    def _owes(self) -> bool:
        """Whether the client is the one that everything waits for. A body that is being read is `Patient`'s to judge."""
        cycle: RequestResponseCycle | None = self.cycle
        answering = cycle is not None and not cycle.response_complete
        if answering or self.flow.read_paused:
            return False
        # Between two requests, too: there the time-out of uvicorn is armed only until the first byte of the next one.
        return self.conn.their_state in (h11.IDLE, h11.SEND_BODY)


def _stalled() -> Answered:
    mend = "send the request again, as a whole; nothing was done"
    return Answered(Trouble("H858", "the body of the request did not come", mend=mend), 408, {"Connection": "close"})
