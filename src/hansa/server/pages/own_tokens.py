"""The viewer's tokens, and those of the services of their teams: seen, made and revoked, each for less than the viewer may do."""

import datetime as dt
from dataclasses import replace

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hansa.access.identity import DEFAULT_DAYS, MOST_DAYS, expiry, revoke_token, scopes_of, within
from hansa.access.identity.scopes import ACTIONS, CONSUMER
from hansa.frozen import dataclass
from hansa.model import PrincipalKind, TokenRecord, UserRecord
from hansa.server.pages.routing import Page
from hansa.server.pages.visit import Visit, onward
from hansa.server.transport.problems import status_of
from hansa.trouble import Trouble, TroubleError

ALL = "all"
_MOST_ENDED = 20
_LENGTHS = (7, 30, 90, 180, 365)


@dataclass(frozen=True, slots=True)
class TokenLine:
    """A token with when it was used last, as far as that is known. `state` is how it stands, in a word."""

    token: TokenRecord
    ends: dt.datetime
    used: dt.datetime | None
    state: str
    here: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What stands in the form."""

    owner: str = ""
    label: str = ""
    days: str = str(DEFAULT_DAYS)
    scopes: tuple[str, ...] = ("read",)
    consumers: tuple[str, ...] = ()


def show(visit: Visit) -> Response:
    """The tokens and the form for another."""
    return _page(visit, Asked())


def make(visit: Visit) -> Response:
    """A new token, shown this once; or the form again, with what is wrong and all that was filled in."""
    asked = Asked(
        visit.said("owner", 200) or visit.principal.name,
        visit.said("label", 300),
        visit.said("days", 10),
        visit.form.get("scopes", ()),
        visit.form.get("consumers", ()),
    )
    try:
        text, record = _made(visit, asked)
    except TroubleError as wrong:
        return _page(visit, asked, troubles=wrong.troubles, status=max(400, min(499, status_of(wrong))))
    return _page(visit, Asked(), made=(text, record))


def revoke(visit: Visit) -> Response:
    """End a token of the viewer's or of a service of theirs; any other is not there."""
    backing = visit.catalogue.backing
    kept = backing.ledger.token(visit.said("token", 40))
    if kept is None or kept.user not in {o.name for o in _owners(visit)}:
        raise HTTPException(404)
    revoke_token(backing.ledger, kept.id, now=visit.now)
    return onward("/settings/tokens")


def _made(visit: Visit, asked: Asked) -> tuple[str, TokenRecord]:
    if asked.owner not in {o.name for o in _owners(visit)}:
        mend = "make one for yourself, or for a service all of whose teams you are in"
        raise TroubleError(Trouble("H752", "you cannot make tokens for this account", mend=mend))
    if not asked.scopes and not asked.consumers:
        raise TroubleError(Trouble("H787", "the token would be good for nothing", mend="choose what it is good for"))
    if not (asked.days.isdecimal() and asked.days.isascii()):
        raise TroubleError(Trouble("H786", "how long is a number of days", mend=f"write a whole number up to {MOST_DAYS}"))
    wanted = () if ALL in asked.scopes else scopes_of((*asked.scopes, *(f"{CONSUMER}{c}" for c in asked.consumers)))
    if not within(wanted, visit.principal.scopes):
        mend = "choose less, or sign in with a token that is good for more"
        raise TroubleError(Trouble("H752", "this session is not good for so much itself", mend=mend))
    return visit.catalogue.backing.authenticator.issue_token(
        asked.owner, days=int(asked.days), scopes=wanted, label=asked.label, until=_until(visit)
    )


def _until(visit: Visit) -> dt.datetime | None:
    """A session that is narrowed gives away nothing that outlives what it rests on itself."""
    if not visit.principal.scopes:
        return None
    kept = visit.catalogue.backing.ledger.token(visit.principal.way.removeprefix("token:"))
    return expiry(kept) if kept is not None else visit.now


def _owners(visit: Visit) -> tuple[UserRecord, ...]:
    """For whom the viewer may have tokens: themselves, and services of whose teams they lack none."""
    viewer = visit.principal
    directory = visit.catalogue.backing.authenticator.directory()
    me = directory.find(viewer.name)
    services = [
        u
        for u in directory
        if u.kind is PrincipalKind.SERVICE
        and u.name != viewer.name
        and (viewer.administrator or (u.teams and set(u.teams) <= set(viewer.teams) and not u.administrator))
    ]
    return (*((me,) if me is not None else ()), *(u for u in services if not u.disabled))


def _page(
    visit: Visit,
    asked: Asked,
    *,
    troubles: tuple[Trouble, ...] = (),
    made: tuple[str, TokenRecord] | None = None,
    status: int = 200,
) -> Response:
    owners, own = _owners(visit), visit.principal.scopes
    found = [(o, *_lines(visit, o)) for o in owners]
    consumers = [c.name for c in visit.sight.consumers]
    return visit.page(
        "settings_tokens.html",
        status=status,
        keep=False,
        owners=owners,
        found=found,
        asked=replace(asked, owner=asked.owner or visit.principal.name),
        troubles=troubles,
        made=made,
        member=any(o.name == visit.principal.name for o in owners),
        scopes=[s for s in ACTIONS if _possible(visit, s)],
        everything=not own,
        consumers=[c for c in consumers if not _narrowed(own) or f"{CONSUMER}{c}" in own],
        narrowed=bool(_narrowed(own)),
        most_days=MOST_DAYS,
        lengths=_LENGTHS,
    )


def _possible(visit: Visit, scope: str) -> bool:
    own = visit.principal.scopes
    administers = scope != "administer" or visit.principal.administrator
    return administers and within((scope, *(f"{CONSUMER}{c}" for c in _narrowed(own))), own)


def _narrowed(scopes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(s.removeprefix(CONSUMER) for s in scopes if s.startswith(CONSUMER))


def _lines(visit: Visit, owner: UserRecord) -> tuple[list[TokenLine], list[TokenLine]]:
    """The tokens of somebody that are good, and the last that are not any more, the newest first."""
    ledger, now = visit.catalogue.backing.ledger, visit.now
    good: list[TokenLine] = []
    ended: list[TokenLine] = []
    for token in reversed(ledger.tokens(user=owner.name)):
        ends = expiry(token)
        state = "revoked" if token.revoked is not None else "expired" if now >= ends else "good"
        if state != "good" and len(ended) >= _MOST_ENDED:
            continue
        line = TokenLine(token, ends, ledger.token_used(token.id), state, visit.principal.way == f"token:{token.id}")
        (good if state == "good" else ended).append(line)
    return good, ended


PAGES = (
    Page("/settings/tokens", show),
    Page("/settings/tokens", make, posted=True),
    Page("/settings/tokens/revoke", revoke, posted=True),
)
