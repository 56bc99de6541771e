"""Streamable HTTP at `/mcp`: who calls is established anew by every request, and nothing outlives the request that began it.

So there is no session to steal, to lose with its replica or to fill memory with; an expired token is refused by the next call.
"""

import threading
from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import anyio
import anyio.to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from hansa.model import OidcSettings
from hansa.server.api import Caller
from hansa.server.api.callers import bearer_of
from hansa.server.catalogue import Catalogue
from hansa.server.transport import Answered, problem
from hansa.trouble import Trouble, TroubleError

if TYPE_CHECKING:
    from mcp.server.context import ServerRequestContext
    from mcp.server.lowlevel import Server

PATH = "/mcp"
METADATA = "/.well-known/oauth-protected-resource"
MOST_BYTES = 1_000_000  # of a request
MOST_CALLS = 96
"""Requests that are answered at once; one principal has a quarter of them."""
MOST_SECONDS = 120.0
"""How long one call may take. Nobody talks to an agent for longer without knowing what it does."""
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


class Agents:
    """The application at `/mcp`. `oidc` is the mesh's issuer, which clients are sent to for a token; `origins` are pages of
    others that may call from a browser."""

    def __init__(
        self,
        catalogue: Catalogue,
        oidc: OidcSettings | None = None,
        *,
        origins: frozenset[str] = frozenset(),
        seconds: float = MOST_SECONDS,
        most: int = MOST_CALLS,
    ) -> None:
        self._catalogue, self._oidc, self._origins = catalogue, oidc, origins
        self._most, self._running = most, Counter[str]()
        self._threads = anyio.CapacityLimiter(most)
        self._seconds, self._loading = seconds, threading.Lock()
        self._server: Server[Any] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            if scope["path"].startswith(METADATA):
                await self._metadata(request)(scope, receive, send)
                return
            _refuse_foreign_page(request, self._origins)
            caller = await anyio.to_thread.run_sync(self._caller, request, limiter=self._threads)
        except TroubleError as error:
            response = problem(error, request)
            if response.status_code == 401:
                response.headers["WWW-Authenticate"] = self._challenge(request, response.headers.get("www-authenticate", ""))
            await response(scope, receive, send)
            return
        if request.method != "POST":
            # There is no stream to listen to outside of a call, and no session to end.
            await Response(status_code=405, headers={"Allow": "POST"})(scope, receive, send)
            return
        await self._answer(caller, scope, receive, send)

    async def _answer(self, caller: Caller, scope: Scope, receive: Receive, send: Send) -> None:
        who = caller.principal.name
        if self._running.total() >= self._most or self._running[who] >= max(1, self._most // 4):
            trouble = Trouble(
                "H869", "too many calls are being answered already", mend="wait for your others to end, and ask again"
            )
            response = problem(Answered(trouble, 503, {"Retry-After": "1"}), Request(scope))
            await response(scope, receive, send)
            return
        scope["hansa.caller"] = caller
        self._running[who] += 1
        try:
            server = await anyio.to_thread.run_sync(self._made, limiter=self._threads)
            from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

            manager = StreamableHTTPSessionManager(server, stateless=True, max_request_body_size=MOST_BYTES)
            async with manager.run():
                await manager.handle_request(scope, receive, send)
        finally:
            self._running[who] -= 1
            if not self._running[who]:
                del self._running[who]

    def _made(self) -> "Server[Any]":
        """The server of the protocol, whose library takes its time to load: not when we start, and not in the loop."""
        with self._loading:
            made = self._server
            if made is None:
                from hansa.server.agents.speaking import Connection, speaker

                made = self._server = speaker(Connection(self._catalogue, _caller_of, self._threads, self._seconds))
            return made

    def _caller(self, request: Request) -> Caller:
        """Raises `NotAuthenticated`, and a trouble with 401 when there is no credential at all."""
        credential = bearer_of(request)
        backing = self._catalogue.backing
        source = request.client.host if request.client else ""
        principal = backing.authenticator.authenticate(credential, source=source, way="mcp")

        def said(name: str) -> str:
            return request.headers.get(f"x-hansa-{name}", "")

        environment = said("environment") or backing.environment
        return Caller(principal, credential, said("consumer"), said("purpose"), environment)

    def _challenge(self, request: Request, before: str) -> str:
        """Where a client learns of the issuer (RFC 9728, 5.1)."""
        return f'{before or "Bearer"}, resource_metadata="{_base(request)}{METADATA}{PATH}"' if self._oidc is not None else before

    def _metadata(self, request: Request) -> Response:
        """What this is protected by (RFC 9728); nothing where tokens are of our own making."""
        if self._oidc is None or request.url.path not in (METADATA, METADATA + PATH):
            return problem(Answered(Trouble("H746", "no issuer of tokens is configured"), 404), request)
        told = {
            "resource": f"{_base(request)}{PATH}",
            "authorization_servers": [self._oidc.issuer],
            "bearer_methods_supported": ["header"],
            "resource_name": "Hansa data mesh",
        }
        return JSONResponse(told, headers={"Access-Control-Allow-Origin": "*"})


class BesideAgents:
    """Sends requests for `/mcp` and what is known of its protection there, and everything else on."""

    def __init__(self, app: ASGIApp, agents: ASGIApp) -> None:
        self._app, self._agents = app, agents

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        here = scope["type"] == "http" and (
            scope["path"] == PATH or scope["path"] == METADATA or scope["path"].startswith(f"{METADATA}/")
        )
        await (self._agents if here else self._app)(scope, receive, send)


def _caller_of(context: "ServerRequestContext[Any, Any]") -> Caller:
    assert isinstance(context.request, Request)
    caller: Caller = context.request.scope["hansa.caller"]
    return caller


def _base(request: Request) -> str:
    """Our own address as the client knows it. A Host that is no host is nobody's."""
    host = request.headers.get("host", "")
    plain = host if host and all(c.isalnum() or c in ".-:[]" for c in host) and host.isascii() else "localhost"
    return f"{request.url.scheme}://{plain}"


def _refuse_foreign_page(request: Request, origins: frozenset[str]) -> None:
    """Browsers say which page asks. A page of another host has no business here, and one that made its name point here (DNS
    rebinding) calls us by that name: so pages are answered on loopback names alone, unless they were named."""
    origin = request.headers.get("origin")
    if origin is None or origin in origins:
        return
    host = request.headers.get("host", "")
    try:
        parts = urlsplit(origin)
        loopback = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    except ValueError:
        parts, loopback = urlsplit(""), None
    if loopback not in _LOOPBACK or parts.netloc != host:
        trouble = Trouble("H870", "a page of another origin may not call here", mend="call from a program, without Origin")
        raise Answered(trouble, 403)
