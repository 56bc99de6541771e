"""The application of the pages: its routes, and what holds for each of them."""

import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote

import anyio
import anyio.to_thread
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hansa.server.catalogue import Catalogue
from hansa.server.pages import (
    access,
    asking,
    domain,
    feedback,
    feedback_inbox,
    glossary,
    governance,
    home,
    lineage,
    oidc_login,
    product,
    query,
    runs,
    searching,
    settings,
    signing,
)
from hansa.server.pages.assets import Assets
from hansa.server.pages.rendering import HERE, Renderer
from hansa.server.pages.routing import Page, Show
from hansa.server.pages.sessions import Session, Sessions, session_of
from hansa.server.pages.visit import Visit, onward, theme_of
from hansa.server.reading.flowing import MOST_AT_ONCE
from hansa.server.transport import Answered
from hansa.server.transport.cookies import cookie_name, foreign
from hansa.server.transport.problems import headers_of, status_of
from hansa.trouble import Trouble, TroubleError

if TYPE_CHECKING:
    from hansa.access.identity.login import IssuerLogin

PAGES_ABOVE = ("/api/", "/healthz", "/readyz", "/metrics", "/mcp", "/.well-known/")
"""Addresses that are no pages."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_MOST_FORM = 64_000  # bytes
_MOST_FIELDS = 2_000
_log = logging.getLogger(__name__)

PAGES: tuple[Page, ...] = (
    *home.PAGES,
    *searching.PAGES,
    *domain.PAGES,
    *asking.PAGES,
    *glossary.PAGES,
    *lineage.PAGES,
    *query.PAGES,
    *access.PAGES,
    *governance.PAGES,
    *runs.PAGES,
    *settings.PAGES,
    *feedback_inbox.PAGES,
    *feedback.PAGES,
    *product.PAGES,
)
"""Those before others whose addresses match more."""


def create_pages(catalogue: Catalogue, sessions: Sessions, login: "IssuerLogin | None" = None) -> ASGIApp:
    """The pages over a catalogue. Whoever made `sessions` can print a one-time link; with `login` people come by the issuer."""
    front = _Front(catalogue, sessions, login)
    routes = [
        Route("/static/{name}", front.static),
        Route("/sign-in", front.sign_in, methods=["GET", "POST"]),
        Route(oidc_login.BEGIN, front.door.begin),
        Route(oidc_login.BACK, front.door.come_back),
        Route(oidc_login.SIGNED_OUT, front.door.signed_out),
        Route("/open/{code}", front.come_in),
        Route("/sign-out", front.posted(lambda visit: signing.sign_out(visit, sessions)), methods=["POST"]),
    ]
    for page in PAGES:
        made = front.posted(page.show) if page.posted else front.shown(page.show)
        routes.append(Route(page.path, made, methods=["POST"] if page.posted else ["GET"]))
    handlers: Mapping[int | type[Exception], Callable[[Request, Exception], Awaitable[Response]]] = {
        TroubleError: front.troubled,
        HTTPException: front.elsewhere,
        Exception: front.unforeseen,
    }
    pages = Starlette(routes=routes, exception_handlers=dict(handlers))
    pages.state.limiter = anyio.CapacityLimiter(MOST_AT_ONCE)  # for queries, which must not keep pages waiting
    return _Guarded(pages)


class Beside:
    """Sends requests for pages to the pages, and everything else on."""

    def __init__(self, app: ASGIApp, pages: ASGIApp) -> None:
        self._app, self._pages = app, pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        page = scope["type"] == "http" and not scope["path"].startswith(PAGES_ABOVE)
        await (self._pages if page else self._app)(scope, receive, send)


class _Guarded:
    """Says with every response what a browser may do with it: nothing but what the page itself brings."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
            await send(message)

        await self._app(scope, receive, sent)


class _Front:
    """Who comes in: with a session to the pages, without one to the door."""

    def __init__(self, catalogue: Catalogue, sessions: Sessions, login: "IssuerLogin | None") -> None:
        self._catalogue, self._sessions = catalogue, sessions
        self._assets = Assets(HERE / "static")
        self._renderer = Renderer(self._assets)
        self.door = oidc_login.IssuerDoor(login, catalogue.backing.authenticator, sessions, self._renderer)

    def shown(self, show: Show) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            return await anyio.to_thread.run_sync(self._show, request, show)

        return endpoint

    def posted(self, show: Show) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            form = await _form(request)
            return await anyio.to_thread.run_sync(self._show, request, show, form)

        return endpoint

    def static(self, request: Request) -> Response:
        return self._assets.response(request.path_params["name"])

    async def sign_in(self, request: Request) -> Response:
        if request.method == "POST":
            form = await _form(request)
            if foreign(request):
                raise _no_proof()
            return await anyio.to_thread.run_sync(signing.sign_in, request, self._catalogue, self.door, form)
        return signing.sign_in_page(request, self.door)

    def come_in(self, request: Request) -> Response:
        return signing.come_in(request, self._catalogue, self._sessions)

    def _show(self, request: Request, show: Show, form: dict[str, tuple[str, ...]] | None = None) -> Response:
        visit = self._visit(request, form)
        if visit is None:
            wished = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            return onward(f"/sign-in?next={quote(wished, safe='')}" if request.method == "GET" and wished != "/" else "/sign-in")
        if form is not None and (
            foreign(request) or not secrets.compare_digest(visit.said("csrf").encode(), visit.session.csrf.encode())
        ):
            raise _no_proof()
        return show(visit)

    def _visit(self, request: Request, form: dict[str, tuple[str, ...]] | None) -> Visit | None:
        """The visit of whoever has a session; None without one, and when what the session rests on has ended."""
        session = session_of(request.cookies.get(cookie_name(request), ""))
        if session is None:
            return None
        backing, now = self._catalogue.backing, self._catalogue.now()
        principal = backing.authenticator.session(session.credential)
        if principal is None:
            return None
        sight = self._catalogue.sights.of(backing.mesh(), principal, now)
        return Visit(request, self._catalogue, self._renderer, session, principal, sight, now, form or {})

    async def troubled(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, TroubleError)
        status = status_of(error)
        response = await self._wrong(request, status, error.troubles)
        response.headers.update(headers_of(error, status))
        return response

    async def elsewhere(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return await self._wrong(request, error.status_code, (_nothing_there(error),))

    async def unforeseen(self, request: Request, error: Exception) -> Response:
        """What nobody foresaw may hold anything: it goes to the log alone."""
        number = request.scope.get("hansa.request")
        _log.error("request %s met what was not foreseen", number, exc_info=error)
        mend = f"try again; tell the operator the request {number} if it stays"
        troubles = (Trouble("H747", "something went wrong that was not foreseen", mend=mend),)
        response = await self._wrong(request, 500, troubles)
        response.headers["Connection"] = "close"  # as uvicorn does to it then: the next request must not go there
        return response

    async def _wrong(self, request: Request, status: int, troubles: tuple[Trouble, ...]) -> Response:
        visit = await anyio.to_thread.run_sync(self._visit_or_none, request)
        title = "Not signed in" if troubles[0].code in oidc_login.STATUS else HTTPStatus(status).phrase
        if visit is not None:
            return visit.page("wrong.html", status=status, title=title, troubles=troubles)
        if status in (404, 405):
            return onward("/sign-in")  # whether there is such a page is nothing for strangers
        shown = {"theme": theme_of(request), "title": title, "troubles": troubles, "viewer": None}
        return Response(self._renderer.render("wrong.html", shown), status, {"Cache-Control": "no-store"}, "text/html")

    def _visit_or_none(self, request: Request) -> Visit | None:
        try:
            return self._visit(request, None)
        except TroubleError:
            return None  # the ledger is gone, which is what is to be told


async def _form(request: Request) -> dict[str, tuple[str, ...]]:
    """The fields of a form. Raises TroubleError for one that is too long, or is none of ours."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    read = bytearray()
    async for chunk in request.stream():
        read += chunk
        if len(read) > _MOST_FORM:
            trouble = Trouble("H822", "this form is too long", mend="say it in fewer words")
            raise Answered(trouble, 413, {"Connection": "close"})  # the rest of it is not read
    try:
        if kind != "application/x-www-form-urlencoded":
            raise ValueError(kind)
        fields = parse_qs(read.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
    except ValueError:
        mend = "open the page again and send its form"
        raise Answered(Trouble("H822", "this is no form of these pages", mend=mend), 400) from None
    return {name: tuple(values) for name, values in fields.items()}


def _no_proof() -> Answered:
    mend = "open the page again and send its form; nothing was done"
    return Answered(Trouble("H821", "this form did not come from a page of your session", mend=mend), 403)


def _nothing_there(error: HTTPException) -> Trouble:
    if error.status_code == 404:
        return Trouble("H823", "there is no such page, or nothing that you may know of", mend="search for it, or start at home")
    return Trouble("H823", f"this cannot be done here: {error.detail}", mend="open the page again")


__all__ = ["PAGES_ABOVE", "Beside", "Session", "create_pages"]
