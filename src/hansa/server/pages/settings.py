"""Settings: who the viewer is, how they came in, and in which browsers they are signed in."""

from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hansa.access.identity.scopes import ACTIONS, CONSUMER
from hansa.frozen import dataclass
from hansa.model import SessionRecord
from hansa.server.pages import own_tokens
from hansa.server.pages.routing import Page
from hansa.server.pages.sessions import Sessions
from hansa.server.pages.visit import Visit, onward

SCOPES = {
    "read": "Read data",
    "request": "Ask for access",
    "approve": "Decide about access",
    "administer": "Administer the mesh",
}
assert set(SCOPES) == set(ACTIONS)


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A session as its owner sees it; `way` is how it began."""

    session: SessionRecord
    way: str
    here: bool


def show(visit: Visit) -> Response:
    """Who the viewer is, and their sessions, this one first."""
    lines = [_line(visit, s) for s in Sessions(visit.catalogue.backing.ledger, visit.catalogue.now).of(visit.principal.name)]
    here = next((line for line in lines if line.here), None)
    scopes = visit.principal.scopes
    return visit.page(
        "settings.html",
        keep=False,
        here=here,
        others=[line for line in lines if not line.here],
        user=visit.catalogue.backing.authenticator.directory().find(visit.principal.name),
        good_for=[SCOPES.get(s, s) for s in scopes if not s.startswith(CONSUMER)] or (["Read data"] if scopes else []),
        only_for=[s.removeprefix(CONSUMER) for s in scopes if s.startswith(CONSUMER)],
        consumers=visit.sight.consumers,
    )


def end(visit: Visit) -> Response:
    """End one session of the viewer's, or all but this one."""
    sessions = Sessions(visit.catalogue.backing.ledger, visit.catalogue.now)
    if visit.said("others"):
        sessions.end_others(visit.principal.name, visit.session.id)
    elif not sessions.end_of(visit.principal.name, visit.said("session")):
        raise HTTPException(404)
    if visit.said("session") == visit.session.id:
        visit.catalogue.backing.authenticator.ended(visit.session.credential)
    return onward("/settings#sessions")


def _line(visit: Visit, session: SessionRecord) -> SessionLine:
    if session.issuer:
        way = f"by {urlsplit(session.issuer).hostname or session.issuer}"
    elif session.own:
        way = "by the one-time link of the server"
    else:
        token = visit.catalogue.backing.ledger.token(session.token)
        way = f"with the token {token.label or token.id}" if token is not None else "with a token"
    return SessionLine(session, way, session.id == visit.session.id)


PAGES: tuple[Page, ...] = (
    Page("/settings", show),
    Page("/settings/sessions", end, posted=True),
    *own_tokens.PAGES,
)
