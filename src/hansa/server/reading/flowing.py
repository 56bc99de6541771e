"""Rows on their way to a client: no faster than they are taken, and no longer than somebody is there to take them."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine, Iterator
from functools import partial
from typing import Any, TypeVar

import anyio
import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from hansa.engines import Cancellation
from hansa.trouble import TroubleError

_log = logging.getLogger(__name__)
Result = TypeVar("Result")
MOST_AT_ONCE = 300
"""Threads for queries: more than the gateway lets wait, so that it is the gateway that refuses."""


class Gone(Exception):
    """The client went away; there is nobody to answer."""


class Flowing(Response):
    """A response whose bytes are made in threads while they are sent. `close` is called at its end, however it came.

    An error half-way breaks the connection off, which is how a client of HTTP learns that something is missing.
    """

    def __init__(
        self,
        chunks: Iterator[bytes],
        *,
        headers: dict[str, str],
        media_type: str,
        cancellation: Cancellation,
        close: Callable[[], None],
        limiter: anyio.CapacityLimiter,
    ) -> None:
        self.status_code = 200
        self.media_type = media_type
        self.background = None
        self.init_headers(headers)
        self._chunks, self._cancellation, self._close, self._limiter = chunks, cancellation, close, limiter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        gone = asyncio.create_task(_gone(receive))
        gone.add_done_callback(lambda task: None if task.cancelled() else self._cancellation.request())
        try:
            await self._send(send, gone)
        except Exception as error:
            # Whatever the query says about being stopped, nobody is there to hear it.
            if not gone.done() and not isinstance(error, TroubleError):
                raise
            # Without its end, the server breaks the connection off.
            if isinstance(error, TroubleError) and not gone.done():
                _log.warning("request %s was broken off: %s", scope.get("hansa.request"), error.troubles[0].code)
        finally:
            gone.cancel()
            self._cancellation.request()
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(self._close, limiter=self._limiter)

    async def _send(self, send: Send, gone: "asyncio.Task[None]") -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        advance = partial(next, self._chunks, None)
        while not gone.done():
            chunk = await anyio.to_thread.run_sync(advance, limiter=self._limiter)
            if chunk is None:
                await send({"type": "http.response.body", "body": b"", "more_body": False})
                return
            if chunk:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})


async def worked(
    request: Request, work: Callable[[], Result], cancellation: Cancellation, limiter: anyio.CapacityLimiter
) -> Result:
    """What some work in a thread gives. When the client goes away meanwhile, the work is cancelled and `Gone` is raised."""
    running: Coroutine[Any, Any, Result] = anyio.to_thread.run_sync(work, limiter=limiter)
    working = asyncio.ensure_future(running)
    gone = asyncio.create_task(_gone(request.receive))
    try:
        await asyncio.wait({working, gone}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        cancellation.request()
        with contextlib.suppress(Exception):
            await working
        raise Gone
    finally:
        gone.cancel()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
