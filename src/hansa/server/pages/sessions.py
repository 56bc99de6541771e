"""Sessions of browsers: kept in the ledger, so that they hold on every replica and over restarts; bounded in number and in time.

A session's identity is 256 random bits in a cookie that scripts cannot read, and only its hash is kept. What it rests on (a token
or an issuer's word) is looked at anew within a second of each request, so whatever ends that ends the session everywhere.
What proves that a form came from a page of a session is computed from the cookie itself, by whichever replica gets it.
"""

import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import field, replace

from hansa.access.identity import IDLE, LIFETIME, Basis, lasts, opened, parse_session
from hansa.frozen import dataclass
from hansa.ledger import (
    Change,
    Conflict,
    InvitationGood,
    InvitationUsed,
    Invited,
    Ledger,
    SessionOpened,
    SessionsEnded,
    SessionsSwept,
    TokenKept,
)
from hansa.model import Invitation, SessionRecord

MOST = 10_000
MOST_EACH = 50
"""Sessions of one user: one who signs in without end puts out their own oldest session, and nobody else's."""
INVITED = dt.timedelta(minutes=30)
"""How long a one-time link is good for."""
_MOST_INVITATIONS = 16


@dataclass(frozen=True, slots=True)
class Session:
    """A browser in which somebody signed in. `csrf` proves that a form came from a page of this session.

    `credential` proves the session to whoever has the ledger, such as the gateway in its own process.
    """

    credential: str = field(repr=False)
    csrf: str = field(repr=False)
    id: str


def session_of(cookie: str) -> Session | None:
    """What a cookie says, which nobody proved yet; None when it is no session's."""
    text = parse_session(cookie)
    return Session(cookie, text.csrf, text.id) if text is not None else None


class Sessions:
    """Opens and ends them. Safe in many threads, and on many replicas over one ledger."""

    def __init__(self, ledger: Ledger, clock: Callable[[], dt.datetime], most: int = MOST) -> None:
        self._ledger, self._clock, self._most = ledger, clock, most

    def open(self, basis: Basis, browser: str = "") -> str:
        """A new session; the text for the cookie, which nobody but us ever chose."""
        now = self._clock()
        text, record = opened(basis, now, browser)
        mine = self.of(basis.user)
        surplus = tuple(s.id for s in sorted(mine, key=lambda s: s.used)[: max(0, len(mine) + 1 - MOST_EACH)])
        self._ledger.apply((SessionsSwept(now, now - IDLE, self._most - 1), SessionsEnded(surplus), SessionOpened(record)))
        return str(text)

    def find(self, cookie: str) -> SessionRecord | None:
        """The session of a cookie by what is kept of it. Whether what it rests on still holds, an `Authenticator` says."""
        text = parse_session(cookie)
        kept = self._ledger.session(text.id) if text is not None else None
        return kept if kept is not None and text is not None and text.proves(kept) and lasts(kept, self._clock()) else None

    def of(self, user: str) -> tuple[SessionRecord, ...]:
        """The sessions of a user that go on, the last used first."""
        now = self._clock()
        return tuple(sorted((s for s in self._ledger.sessions(user=user) if lasts(s, now)), key=lambda s: s.used, reverse=True))

    def end(self, cookie: str) -> SessionRecord | None:
        """End the session of a cookie; the one that ended."""
        kept = self.find(cookie)
        if kept is not None:
            self._end((kept,))
        return kept

    def end_of(self, user: str, id_: str) -> bool:
        """End one session of a user by its id; whether there was one."""
        found = tuple(s for s in self._ledger.sessions(user=user) if s.id == id_)
        self._end(found)
        return bool(found)

    def end_others(self, user: str, id_: str) -> int:
        """End all sessions of a user but one; how many ended."""
        found = tuple(s for s in self._ledger.sessions(user=user) if s.id != id_)
        self._end(found)
        return len(found)

    def invite(self, user: str) -> str:
        """The secret part of a one-time link with which a user comes in once, by whichever replica, without a token."""
        code, now = secrets.token_urlsafe(32), self._clock()
        invited = Invited(Invitation(_hash(code), user, now + INVITED), _MOST_INVITATIONS)
        self._ledger.apply((SessionsSwept(now, now - IDLE, self._most), invited))
        return code

    def redeem(self, code: str) -> str:
        """Whom a one-time link lets in; empty when it was used, is too old, or never was."""
        hash_ = _hash(code)
        kept = self._ledger.invitation(hash_)
        if kept is None:
            return ""
        try:
            self._ledger.apply((InvitationUsed(hash_),), (InvitationGood(hash_, self._clock()),))
        except Conflict:
            return ""
        return kept.user

    def _end(self, ended: tuple[SessionRecord, ...]) -> None:
        """With a session ends a token that was made for it alone."""
        if not ended:
            return
        changes: list[Change] = [SessionsEnded(tuple(s.id for s in ended))]
        for token in (self._ledger.token(s.token) for s in ended if s.own):
            if token is not None and token.revoked is None:
                changes.append(TokenKept(replace(token, revoked=self._clock())))
        self._ledger.apply(changes)


def seal(secret: str) -> str:
    """What a form is proven with before there is a session: only who knows the browser's secret can tell it."""
    return hmac.new(secret.encode(errors="replace"), b"hansa sign-in", hashlib.sha256).hexdigest()


def sealed(secret: str, said: str) -> bool:
    return len(secret) >= 32 and hmac.compare_digest(seal(secret).encode(), said.encode(errors="replace"))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


__all__ = ["INVITED", "LIFETIME", "MOST", "MOST_EACH", "Session", "Sessions", "seal", "sealed", "session_of"]
