"""Signing in and out: with a token, or once with the link that the first start of a server prints."""

import secrets
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from hansa.access.identity import NotAuthenticated, parse_token, revoke_token
from hansa.server.pages.catalogue import Catalogue
from hansa.server.pages.rendering import Renderer
from hansa.server.pages.sessions import LIFETIME, Sessions
from hansa.server.pages.visit import Visit, local, onward, theme_of
from hansa.server.problems import Answered
from hansa.trouble import Trouble

LINK_DAYS = 1
_BEFORE = "hansa_before"
"""A cookie that ties the form to the browser that it was shown in, while there is no session yet."""


def cookie_name(request: Request) -> str:
    """Over TLS a name that browsers only take from this very host."""
    return "__Host-hansa_session" if request.url.scheme == "https" else "hansa_session"


def sign_in_page(request: Request, renderer: Renderer, sessions: Sessions, problem: str = "", status: int = 200) -> Response:
    """The form. Every showing is for one browser alone."""
    before = secrets.token_urlsafe(24)
    shown = {
        "theme": theme_of(request),
        "problem": problem,
        "next": local(request.query_params.get("next", "/")),
        "seal": sessions.seal(before),
    }
    response = Response(renderer.render("sign_in.html", shown), status, {"Cache-Control": "no-store"}, "text/html")
    response.set_cookie(_BEFORE, before, max_age=3600, httponly=True, samesite="strict", secure=request.url.scheme == "https")
    return response


def sign_in(
    request: Request, catalogue: Catalogue, renderer: Renderer, sessions: Sessions, form: dict[str, tuple[str, ...]]
) -> Response:
    """A session for a token that is good now."""
    if not sessions.sealed(request.cookies.get(_BEFORE, ""), next(iter(form.get("seal", ())), "")):
        return sign_in_page(request, renderer, sessions, "That page was too old. Please sign in again.", 403)
    credential = next(iter(form.get("token", ())), "").strip()
    source = request.client.host if request.client else ""
    try:
        catalogue.backing.authenticator.authenticate(credential, source=source, way="pages")
    except NotAuthenticated as refused:
        if refused.retry_after:
            return sign_in_page(request, renderer, sessions, f"Too many tries. Wait {refused.retry_after} seconds.", 429)
        return sign_in_page(request, renderer, sessions, "This token is not good: mistyped, expired or revoked.", 401)
    response = onward(local(next(iter(form.get("next", ())), "/")))
    response.delete_cookie(_BEFORE)
    return _opened(request, response, sessions, credential, own=False)


def come_in(request: Request, catalogue: Catalogue, sessions: Sessions) -> Response:
    """A session for whoever has the one-time link. It rests on a token of its own, which `hansa token` lists and revokes."""
    user = sessions.redeem(request.path_params["code"])
    if not user:
        mend = "start the server again for another link, or sign in with a token: `hansa token issue USER`"
        raise Answered(Trouble("H820", "this link was used, or is too old", mend=mend), 410)
    token, _ = catalogue.backing.authenticator.issue_token(user, days=LINK_DAYS, label="one-time link of the server")
    return _opened(request, onward("/"), sessions, token, own=True)


def sign_out(visit: Visit, sessions: Sessions) -> Response:
    """The session ends here, not only in the browser; and with it a token that was made for it."""
    request = visit.request
    ended = sessions.end(request.cookies.get(cookie_name(request), ""))
    token = parse_token(ended.credential) if ended is not None and ended.own else None
    if token is not None:
        revoke_token(visit.catalogue.backing.ledger, token.id, now=visit.now)
    response = onward("/sign-in")
    response.delete_cookie(cookie_name(request), secure=request.url.scheme == "https", httponly=True, samesite="lax")
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def foreign(request: Request) -> bool:
    """Whether a browser says that a form was sent from a page of somebody else."""
    origin, site = request.headers.get("origin", ""), request.headers.get("sec-fetch-site", "")
    if site and site not in ("same-origin", "none"):
        return True
    return bool(origin) and urlsplit(origin).netloc != request.headers.get("host", "")


def _opened(request: Request, response: Response, sessions: Sessions, credential: str, *, own: bool) -> Response:
    # A session that the browser had before ends: nobody goes on under an identity that somebody else may have planted.
    sessions.end(request.cookies.get(cookie_name(request), ""))
    response.set_cookie(
        cookie_name(request),
        sessions.open(credential, own=own),
        max_age=int(LIFETIME.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
        path="/",
    )
    return response
