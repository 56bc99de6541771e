"""Sessions of browsers: kept in this process, bound to the token that opened them, bounded in number and in time.

A session's identity is 256 random bits in a cookie that scripts cannot read, and only its hash is kept. Its token is proven anew
with every request, so whatever ends the token ends the session within the same two seconds.
"""

import datetime as dt
import hashlib
import hmac
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

LIFETIME = dt.timedelta(hours=12)
IDLE = dt.timedelta(hours=2)
MOST = 10_000
INVITED = dt.timedelta(minutes=30)
"""How long a one-time link is good for."""
_MOST_INVITATIONS = 16


@dataclass(frozen=True, slots=True)
class Session:
    """A browser in which somebody signed in. `csrf` proves that a form came from a page of this session.

    `own` says that its token was issued for this session alone, and ends with it.
    """

    credential: str = field(repr=False)
    csrf: str = field(repr=False)
    opened: dt.datetime
    own: bool = False


@dataclass(slots=True)
class _Kept:
    session: Session
    used: dt.datetime


class Sessions:
    """Safe in many threads. When there are too many, the one that was used longest ago ends."""

    def __init__(self, clock: Callable[[], dt.datetime], most: int = MOST) -> None:
        self._clock, self._most = clock, most
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._invitations: OrderedDict[str, tuple[str, dt.datetime]] = OrderedDict()
        self._key = secrets.token_bytes(32)

    def open(self, credential: str, *, own: bool = False) -> str:
        """A new session for a credential that was proven just now; the text for the cookie, never one that was sent to us."""
        identity, now = secrets.token_urlsafe(32), self._clock()
        session = Session(credential, secrets.token_urlsafe(32), now, own)
        with self._lock:
            self._kept[_hash(identity)] = _Kept(session, now)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return identity

    def find(self, identity: str) -> Session | None:
        """The session of a cookie, while it lasts."""
        key, now = _hash(identity), self._clock()
        with self._lock:
            kept = self._kept.get(key)
            if kept is None:
                return None
            if now - kept.session.opened >= LIFETIME or now - kept.used >= IDLE:
                del self._kept[key]
                return None
            kept.used = now
            self._kept.move_to_end(key)
            return kept.session

    def end(self, identity: str) -> Session | None:
        """End a session; the one that ended."""
        with self._lock:
            kept = self._kept.pop(_hash(identity), None)
        return kept.session if kept is not None else None

    def invite(self, user: str) -> str:
        """The secret part of a one-time link with which a user comes in once, without a token."""
        code = secrets.token_urlsafe(32)
        with self._lock:
            self._invitations[_hash(code)] = (user, self._clock() + INVITED)
            while len(self._invitations) > _MOST_INVITATIONS:
                self._invitations.popitem(last=False)
        return code

    def redeem(self, code: str) -> str:
        """Whom a one-time link lets in; empty when it was used, is too old, or never was."""
        with self._lock:
            user, until = self._invitations.pop(_hash(code), ("", self._clock()))
        return user if self._clock() < until else ""

    def seal(self, text: str) -> str:
        """What only this process can say about a text: forms before a session are proven with it."""
        return hmac.new(self._key, text.encode(errors="replace"), hashlib.sha256).hexdigest()

    def sealed(self, text: str, seal: str) -> bool:
        return bool(text) and hmac.compare_digest(self.seal(text), seal.encode(errors="replace").decode("ascii", "replace"))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
