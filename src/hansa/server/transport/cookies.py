"""What a browser sends by itself: the cookie of a session, and whether a page of ours made it send that."""

import hmac
from urllib.parse import urlsplit

from starlette.requests import Request

from hansa.access.identity import parse_session

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
PROOF = "X-Hansa-CSRF"
"""The header with the session's proof, for requests of scripts that change something."""


def cookie_name(request: Request) -> str:
    """Over TLS a name that browsers only take from this very host."""
    return "__Host-hansa_session" if request.url.scheme == "https" else "hansa_session"


def foreign(request: Request) -> bool:
    """Whether a browser says that a request was made by a page of somebody else."""
    origin, site = request.headers.get("origin", ""), request.headers.get("sec-fetch-site", "")
    if site and site not in ("same-origin", "none"):
        return True
    return bool(origin) and urlsplit(origin).netloc != request.headers.get("host", "")


def proven(request: Request) -> bool:
    """Whether a request with a session's cookie comes from a page of that session. What only reads needs no proof of that.

    Nothing that only reads may change anything, and no answer can be read by a page of somebody else: there is no CORS.
    """
    if foreign(request):
        return False
    if request.method in _READING:
        return True
    session = parse_session(request.cookies.get(cookie_name(request), ""))
    said = request.headers.get(PROOF, "")
    return session is not None and hmac.compare_digest(session.csrf.encode(), said.encode(errors="replace"))
