"""The text form of a session: the secret that a browser keeps in its cookie, what is kept of it, and what is derived from it.

It is `hansas_<id>_<secret><checksum>` (see `secret_text`), told from a token at the first look. Whatever a replica needs
to prove or to check is computed from the text that the browser sends, so that no replica has to remember it.
"""

import datetime as dt
import hashlib
import hmac
from dataclasses import field

from hansa.access.identity import secret_text
from hansa.frozen import dataclass
from hansa.model import SessionRecord

PREFIX = "hansas_"
LIFETIME = dt.timedelta(hours=12)
IDLE = dt.timedelta(hours=2)
GRAIN = dt.timedelta(minutes=1)
"""A session that was used is told to the ledger no more often than this."""


@dataclass(frozen=True, slots=True)
class SessionText:
    """A session as its browser has it. Its `repr` hides the secret."""

    id: str
    secret: str = field(repr=False)

    def __str__(self) -> str:
        return secret_text.written(PREFIX, self.id, self.secret)

    @property
    def hash(self) -> str:
        """What is kept of it: over id and secret, so that a hash cannot be moved to another id."""
        return hashlib.sha256(f"session {self.id}_{self.secret}".encode()).hexdigest()

    @property
    def csrf(self) -> str:
        """Proves that a form came from a page of this session. It tells nothing about the secret, nor the hash about it."""
        return hmac.new(self.secret.encode(), b"hansa csrf", hashlib.sha256).hexdigest()

    def proves(self, kept: SessionRecord | None) -> bool:
        return kept is not None and hmac.compare_digest(self.hash, kept.hash)


def new_session() -> SessionText:
    return SessionText(*secret_text.drawn())


def parse_session(text: str) -> SessionText | None:
    """A session from its text; None when it is none."""
    found = secret_text.parts(PREFIX, text)
    return None if found is None else SessionText(*found)


def lasts(kept: SessionRecord, now: dt.datetime) -> bool:
    """Whether a session's own times let it go on. One that was opened in the future was opened by a clock that went wrong."""
    return now < min(kept.ends, kept.opened + LIFETIME) and now - kept.used < IDLE and kept.opened - now < IDLE


@dataclass(frozen=True, slots=True)
class Basis:
    """What a session rests on: a token by its id, or what an issuer said of somebody. It ends with it at the latest.

    `own` says that the token was made for the session alone, and ends with it.
    """

    user: str
    ends: dt.datetime
    token: str = ""
    own: bool = False
    issuer: str = ""
    groups: tuple[str, ...] = ()
    service: bool = False
    known: bool = False


def opened(basis: Basis, now: dt.datetime, browser: str = "") -> tuple[SessionText, SessionRecord]:
    """A new session and its record, not kept yet."""
    text = new_session()
    record = SessionRecord(
        id=text.id,
        hash=text.hash,
        user=basis.user,
        opened=now,
        ends=min(now + LIFETIME, basis.ends),
        used=now,
        token=basis.token,
        own=basis.own,
        issuer=basis.issuer,
        groups=basis.groups,
        service=basis.service,
        known=basis.known,
        browser=browser,
    )
    return text, record
