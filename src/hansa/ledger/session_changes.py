"""What a ledger records of people who are signed in: sessions, one-time links, and when a token was used last."""

import datetime as dt

from hansa.frozen import dataclass
from hansa.model import Invitation, SessionRecord


@dataclass(frozen=True, slots=True)
class SessionOpened:
    """Somebody signed in."""

    session: SessionRecord


@dataclass(frozen=True, slots=True)
class SessionUsed:
    """A session was used at some time. One that ended meanwhile does not come back, and none was ever used last before it was."""

    session: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class SessionsEnded:
    """Sessions end, by id; those that ended before are passed over."""

    sessions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SessionsSwept:
    """What is over goes: sessions that ended by `now` or were not used since `unused`, and links that are no longer good.

    Of the sessions that are left, those that were used longest ago go, too, until there are `keep`.
    """

    now: dt.datetime
    unused: dt.datetime
    keep: int


@dataclass(frozen=True, slots=True)
class Invited:
    """A one-time link was made. Of all links that are still good, the newest `keep` stay."""

    invitation: Invitation
    keep: int


@dataclass(frozen=True, slots=True)
class InvitationUsed:
    """A one-time link was used, by its hash, and is gone. Implies the condition `InvitationGood` but for its time."""

    hash: str


@dataclass(frozen=True, slots=True)
class TokenUsed:
    """A token established somebody at some time. Told now and then, not with every request."""

    token: str
    at: dt.datetime


SessionChange = SessionOpened | SessionUsed | SessionsEnded | SessionsSwept | Invited | InvitationUsed | TokenUsed


@dataclass(frozen=True, slots=True)
class InvitationGood:
    """A one-time link was not used yet, and is good at `now`; what is found otherwise is None, or the link that is too old."""

    hash: str
    now: dt.datetime
