"""Signing in and out: with a token, or once with the link that the first start of a server prints."""

import secrets
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from hansa.access.identity import Basis, NotAuthenticated, expiry
from hansa.server.catalogue import Catalogue
from hansa.server.pages.sessions import LIFETIME, Sessions, seal, sealed
from hansa.server.pages.visit import Visit, local, onward, theme_of
from hansa.server.transport import Answered
from hansa.server.transport.cookies import cookie_name
from hansa.trouble import Trouble

if TYPE_CHECKING:
    from hansa.server.pages.oidc_login import IssuerDoor

LINK_DAYS = 1
_BEFORE = "hansa_before"
"""A cookie that ties the form to the browser that it was shown in, while there is no session yet."""

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrom", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)
"""Marks in a browser's own words, those first that others have, too."""


def sign_in_page(request: Request, door: "IssuerDoor", problem: str = "", status: int = 200) -> Response:
    """The form. Every showing is for one browser alone."""
    before = secrets.token_urlsafe(32)
    shown = {
        "theme": theme_of(request),
        "problem": problem,
        "next": local(request.query_params.get("next", "/")),
        "seal": seal(before),
        "issuer": door.login.host if door.login is not None else "",
    }
    response = Response(door.renderer.render("sign_in.html", shown), status, {"Cache-Control": "no-store"}, "text/html")
    response.set_cookie(_BEFORE, before, max_age=3600, httponly=True, samesite="strict", secure=request.url.scheme == "https")
    return response


def sign_in(request: Request, catalogue: Catalogue, door: "IssuerDoor", form: dict[str, tuple[str, ...]]) -> Response:
    """A session for a token that is good now."""
    if not sealed(request.cookies.get(_BEFORE, ""), next(iter(form.get("seal", ())), "")):
        return sign_in_page(request, door, "That page was too old. Please sign in again.", 403)
    credential = next(iter(form.get("token", ())), "").strip()
    source = request.client.host if request.client else ""
    try:
        basis = catalogue.backing.authenticator.basis(credential, source=source, way="pages")
    except NotAuthenticated as refused:
        if refused.retry_after:
            return sign_in_page(request, door, f"Too many tries. Wait {refused.retry_after} seconds.", 429)
        return sign_in_page(request, door, "This token is not good: mistyped, expired or revoked.", 401)
    response = onward(local(next(iter(form.get("next", ())), "/")))
    response.delete_cookie(_BEFORE)
    return let_in(request, response, door.sessions, basis)


def come_in(request: Request, catalogue: Catalogue, sessions: Sessions) -> Response:
    """A session for whoever has the one-time link. It rests on a token of its own, which `hansa token` lists and revokes."""
    user = sessions.redeem(request.path_params["code"])
    if not user:
        mend = "start the server again for another link, or sign in with a token: `hansa token issue USER`"
        raise Answered(Trouble("H820", "this link was used, or is too old", mend=mend), 410)
    _, token = catalogue.backing.authenticator.issue_token(user, days=LINK_DAYS, label="one-time link of the server")
    return let_in(request, onward("/"), sessions, Basis(user, expiry(token), token.id, own=True))


def sign_out(visit: Visit, sessions: Sessions) -> Response:
    """The session ends here, not only in the browser; and with it a token that was made for it."""
    request = visit.request
    ended = sessions.end(visit.session.credential)
    visit.catalogue.backing.authenticator.ended(visit.session.credential)
    response = onward("/signed-out" if ended is not None and ended.issuer else "/sign-in")
    response.delete_cookie(cookie_name(request), secure=request.url.scheme == "https", httponly=True, samesite="lax")
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def let_in(request: Request, response: Response, sessions: Sessions, basis: Basis) -> Response:
    """Open a session for whoever proved to be somebody just now, and hand its cookie to the browser."""
    # A session that the browser had before ends: nobody goes on under an identity that somebody else may have planted.
    sessions.end(request.cookies.get(cookie_name(request), ""))
    response.set_cookie(
        cookie_name(request),
        sessions.open(basis, browser_of(request)),
        max_age=int(LIFETIME.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
        path="/",
    )
    return response


def browser_of(request: Request) -> str:
    """What a browser says that it is, in two words: enough to tell one's own sessions apart, and no more is kept."""
    said = request.headers.get("user-agent", "")
    browser = next((name for mark, name in _BROWSERS if mark in said), "")
    system = next((name for mark, name in _SYSTEMS if mark in said), "")
    return f"{browser or 'A browser'} on {system}" if system else browser
