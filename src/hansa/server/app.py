"""The application: its routes, and what holds for every request."""

import logging
import re
import secrets
from typing import Any

import anyio
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import hansa
from hansa.engines import Cancelled, EngineFailed
from hansa.server import about, access, events, reading, resources
from hansa.server.agents.listening import BesideAgents
from hansa.server.api.described import description_of, operation_id
from hansa.server.backing import Backing
from hansa.server.catalogue import Catalogue
from hansa.server.pages.app import Beside
from hansa.server.reading import Gone
from hansa.server.reading.flowing import MOST_AT_ONCE
from hansa.server.transport import GENEROUS, Answered, Limited, Limiter, Limits, Patient, headed, problem
from hansa.trouble import Trouble, TroubleError

API = "/api/v1"
_log = logging.getLogger(__name__)
_HEALTH = ("/healthz", "/readyz")
_REQUEST_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")


def create_app(
    backing: Backing,
    pages: ASGIApp | None = None,
    agents: ASGIApp | None = None,
    limits: Limits = GENEROUS,
    catalogue: Catalogue | None = None,
) -> FastAPI:
    """The HTTP API over some backing, which the caller closes after it; with the pages and the agents' server beside it.

    With the pages' own `catalogue`, both show the same, and what is kept of the mesh is kept once.
    """
    app = described_app()
    _build_routes(app)
    app.state.backing = backing
    app.state.catalogue = catalogue or Catalogue(backing)
    app.state.limiter = anyio.CapacityLimiter(MOST_AT_ONCE)
    app.add_exception_handler(TroubleError, _troubled)
    app.add_exception_handler(RequestValidationError, _misused)
    app.add_exception_handler(HTTPException, _elsewhere)
    app.add_exception_handler(Gone, _gone)
    for stopped in (Cancelled, EngineFailed):
        app.add_exception_handler(stopped, _stopped)
    app.add_exception_handler(Exception, _unforeseen)
    if pages is not None:
        app.add_middleware(Beside, pages=pages)
    if agents is not None:
        app.add_middleware(BesideAgents, agents=agents)
    app.add_middleware(Limited, limiter=Limiter(limits))
    app.add_middleware(Patient)
    app.add_middleware(Requests)
    return app


class _Described(FastAPI):
    """An application that says of its routes what holds for all of them, too."""

    def openapi(self) -> dict[str, Any]:
        return description_of(self)


def described_app() -> FastAPI:
    """The routes alone, over nothing: enough to describe the API."""
    app = _Described(
        title="Hansa",
        version=hansa.__version__,
        description="Governed reads of data products, and the access workflow. Every call has a bearer token, "
        "or a browser's session with its proof.",
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # whoever redirects names a host that the request made up
        generate_unique_id_function=operation_id,
    )
    for router in (*reading.ROUTERS, *resources.ROUTERS, *access.ROUTERS, *events.ROUTERS, about.router):
        app.include_router(router, prefix=API)
    app.include_router(about.health)
    return app


def _build_routes(app: FastAPI) -> None:
    """FastAPI builds included routes when one is first looked for: then the first request waits, and two at once let a warning of
    pydantic's out, which it hides in a way that holds in one thread alone.
    """
    for route in app.routes:
        route.matches({"type": "http", "method": "GET", "path": "/", "root_path": "", "headers": []})


class Requests:
    """Gives every request a number, which its response, its problems and the log name; and says what browsers may not do."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        if b"transfer-encoding" in headers and b"content-length" in headers:
            # Whoever stands in front may have read it the other way (RFC 9112, 6.3).
            await Response("two lengths", 400, {"Connection": "close"}, "text/plain")(scope, receive, send)
            return
        told = headers.get(b"x-request-id", b"").decode("latin-1")
        number = scope["hansa.request"] = told if _REQUEST_ID.fullmatch(told) else secrets.token_hex(8)

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = number
                headers["X-Content-Type-Options"] = "nosniff"
                headers.setdefault("Cache-Control", "no-store")
                headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
            await send(message)

        if b"%00" in scope["query_string"] or "\0" in scope["path"]:
            trouble = Trouble("H740", "the address has a zero character in it", mend="leave it out; no name has one")
            await problem(TroubleError(trouble), Request(scope))(scope, receive, sent)
        elif scope["method"] == "HEAD" and scope["path"].startswith((f"{API}/", *_HEALTH)):
            await headed(self._app, scope, receive, sent)
        else:
            await self._app(scope, receive, sent)


def _troubled(request: Request, error: Exception) -> Response:
    assert isinstance(error, TroubleError)
    return problem(error, request)


def _misused(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    troubles = [Trouble("H740", f"`{e['loc'][-1]}`: {e['msg']}", mend=f"see {API}/openapi.json") for e in error.errors()]
    return problem(TroubleError(*troubles), request)


def _elsewhere(request: Request, error: Exception) -> Response:
    """What the framework refuses by itself: an unknown route, a method that it does not have."""
    assert isinstance(error, HTTPException)
    where = f"{request.method} {request.url.path[:100]}"
    trouble = Trouble("H746", f"{where}: {error.detail}", mend=f"{API}/openapi.json lists what there is")
    return problem(Answered(trouble, error.status_code, error.headers), request)


def _stopped(request: Request, error: Exception) -> Response:
    """What an engine says may hold values that nobody looked through; the gateway tells what may be told."""
    _log.error("request %s: the engine stopped", request.scope.get("hansa.request"), exc_info=error)
    return problem(
        TroubleError(Trouble("H706", "the query could not be carried out", mend="change the query, and ask again")), request
    )


def _gone(request: Request, error: Exception) -> Response:
    """Nobody hears it; 499 is what logs of servers say of a client that closed its request."""
    return Response(status_code=499)


def _unforeseen(request: Request, error: Exception) -> Response:
    """What nobody foresaw may hold anything: it goes to the log, and the client gets the request's number to name."""
    number = request.scope.get("hansa.request")
    _log.error("request %s met what was not foreseen", number, exc_info=error)
    mend = f"ask again; tell the operator the request {number} if it stays"
    response = problem(TroubleError(Trouble("H747", "something went wrong that was not foreseen", mend=mend)), request)
    response.headers["Connection"] = "close"  # as uvicorn does to it then: the client must not send its next request there
    return response
