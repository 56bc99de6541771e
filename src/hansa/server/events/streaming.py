"""`/api/v1/events`: what happens, as server-sent events. Each is told once and in the ledger's order, by every server alike."""

import asyncio
import time
from collections.abc import Callable
from functools import partial

import anyio.to_thread
from fastapi import APIRouter, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from hansa.access.identity import Authenticator, Cause, NotAuthenticated, parse_session
from hansa.ledger import Event, LedgerGone
from hansa.model import Principal, RunId
from hansa.names import parse_product
from hansa.server.api import Backed, Called
from hansa.server.backing import Backing, Feed, Follower, Missed
from hansa.server.events.telling import Teller, Wanted, missed
from hansa.server.sight import Sight, Sights
from hansa.server.transport import Answered
from hansa.trouble import Trouble

router = APIRouter(tags=["events"])
MOST_STREAMS = 12  # of one principal at once, at one server
MOST_PAGES = 40  # of events looked at for one that is somebody's, before a client is told that it is not forgotten
BEAT = 15.0  # seconds between two heartbeats
LOOK = 2.0  # seconds between two looks at whether the credential is still good
SLOW = 60.0  # seconds in which a client has to take what it is sent
LONGEST = 3600.0  # seconds after which a stream ends, to be resumed wherever there is room
RETRY = 3000  # milliseconds after which a client comes again


@router.get("/events", responses={200: {"content": {"text/event-stream": {}}}}, response_class=Response)
def events(
    request: Request, caller: Called, backing: Backed, run: str = "", product: str = "", after: int | None = None
) -> Response:
    """What happens to products, runs, requests, policies and manifests that the caller may know of, while it happens.

    `Last-Event-ID`, or `after`, goes on behind an event; without one it begins with what happens next. `run` and `product` narrow
    it. Types: `product.published`, `product.moved`, `run.began`, `run.step`, `run.ended`, `access.step`, `feedback.step`,
    `policy.verdict`, `manifest.uploaded`, and `events.missed` where what was to go on behind is so old that events after it are
    no longer kept.
    """
    return stream(request, backing, caller.principal, partial(_proven, backing.authenticator, caller.credential))


def stream(request: Request, backing: Backing, principal: Principal, proven: Callable[[], Principal]) -> Response:
    """The stream that a request asks for. `proven` says who listens, as often as it is asked, and raises `NotAuthenticated`."""
    wanted = Wanted(request.query_params.get("run", "")[:100], request.query_params.get("product", "")[:300])
    sights = Sights(backing.decider)

    def sight() -> Sight:
        return sights.of(backing.mesh(), proven(), backing.clock())

    _refuse_hidden(wanted, backing, sight())
    if backing.feed.streams(principal.name) >= MOST_STREAMS:
        mend = "close one; one stream tells everything, and `run` and `product` need not have one each"
        summary = f"{principal.name} listens to {MOST_STREAMS} streams already"
        raise Answered(Trouble("H851", summary, mend=mend), 429, {"Retry-After": "30"})
    return Streaming(
        backing.feed, Teller(backing, principal, sight, wanted), proven, principal.name, _began(request, backing.feed)
    )


def _proven(authenticator: Authenticator, credential: str) -> Principal:
    """Who a credential stands for now. Raises `NotAuthenticated`."""
    if parse_session(credential) is None:
        return authenticator.authenticate(credential, way="http")
    principal = authenticator.session(credential)
    if principal is None:
        raise NotAuthenticated(Cause.ENDED)
    return principal


class Streaming(Response):
    """A response that goes on until its client leaves, its credential ends, its server stops or nobody takes what it says."""

    def __init__(self, feed: Feed, teller: Teller, proven: Callable[[], Principal], who: str, after: int) -> None:
        self.status_code = 200
        self.media_type = "text/event-stream"
        self.background = None
        self.init_headers({"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        self._feed, self._teller, self._proven, self._who, self._after = feed, teller, proven, who, after
        self._said = time.monotonic()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._feed.following(self._who, MOST_STREAMS) as follower:
            if follower is None:
                # Another one was quicker to take the last place.
                await Response("too many streams", 429, {"Retry-After": "30"}, "text/plain")(scope, receive, send)
                return
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            await self._say(send, f"retry: {RETRY}\n\n")
            gone = asyncio.create_task(_gone(receive, follower))
            try:
                await self._tell(send, follower, gone)
                await send({"type": "http.response.body", "body": b"", "more_body": False})
            except TimeoutError:
                pass  # the client takes nothing any more; without its end the connection is broken off, and it may come again
            finally:
                gone.cancel()

    async def _tell(self, send: Send, follower: Follower, gone: "asyncio.Task[None]") -> None:
        ends = time.monotonic() + LONGEST
        while not (gone.done() or self._feed.closed or time.monotonic() > ends):
            follower.woken.clear()
            try:
                text, more = await anyio.to_thread.run_sync(self._next)
            except NotAuthenticated:
                await self._say(send, ": the credential has ended\n\n")
                return
            except LedgerGone:
                text, more = "", False
            if text:
                await self._say(send, text)
            elif time.monotonic() - self._said > BEAT:
                # The id without data is no event, and lets a client go on from here though nothing was for it.
                await self._say(send, f": beat\nid: {self._after}\n\n")
            if not more:
                await _waited(follower)

    def _next(self) -> tuple[str, bool]:
        """What is to be said now, and whether there may be more at once."""
        self._proven()
        found: tuple[Event, ...] = ()
        for _ in range(MOST_PAGES):
            behind = self._feed.behind(self._after)
            try:
                found = self._feed.page(self._after) if behind is None else behind
            except Missed as gap:
                told, self._after = self._after, gap.oldest - 1
                return missed(told, gap.oldest), True
            if not found:
                return "", False
            text = self._teller.told(found)
            self._after = found[-1].id
            if text:
                return text, True
        return "", bool(found)

    async def _say(self, send: Send, text: str) -> None:
        async with asyncio.timeout(SLOW):
            await send({"type": "http.response.body", "body": text.encode(), "more_body": True})
        self._said = time.monotonic()


async def _waited(follower: Follower) -> None:
    try:
        async with asyncio.timeout(LOOK):
            await follower.woken.wait()
    except TimeoutError:
        return


async def _gone(receive: Receive, follower: Follower) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    follower.woken.set()


def _began(request: Request, feed: Feed) -> int:
    """The id behind which a stream begins. Raises for one that this ledger never gave."""
    told = request.headers.get("last-event-id", "").strip() or request.query_params.get("after", "").strip()
    last = feed.last()
    if not told:
        return last
    if not (told.isascii() and told.isdecimal() and len(told) <= 18 and int(told) <= last):
        mend = "begin without one, and read anew what you know of products and runs"
        raise Answered(Trouble("H849", f"there is no event `{told[:40]}` to go on behind", mend=mend), 400)
    return int(told)


def _refuse_hidden(wanted: Wanted, backing: Backing, sight: Sight) -> None:
    """A run or product that is not there, and one that may not be discovered, are the same."""
    if wanted.product:
        try:
            known = sight.discovers(parse_product(wanted.product))
        except ValueError:
            known = False
        if not known:
            raise Answered(Trouble("H850", f"there is no product `{wanted.product}`", mend="leave it out, or name another"), 404)
    if wanted.run:
        run = backing.ledger.run(RunId(wanted.run))
        if run is None or (run.products and not any(sight.discovers(p) for p in run.products)):
            raise Answered(Trouble("H850", f"there is no run `{wanted.run}`", mend="leave it out, or name another"), 404)
