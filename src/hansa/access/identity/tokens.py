"""The text form of tokens, how they are made, kept and compared.

A token is `hansa_<id>_<secret><checksum>` (see `secret_text`). Its secret is random, so its plain SHA-256 is kept: no list of
likely secrets exists to be tried against it, and the slow hashes that passwords need would only make every request slow.
"""

import datetime as dt
import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import field

from hansa.access.identity import secret_text
from hansa.access.identity.scopes import scopes_of
from hansa.frozen import dataclass
from hansa.model import TokenRecord
from hansa.trouble import Trouble, TroubleError

PREFIX = "hansa_"
DEFAULT_DAYS = 90
MOST_DAYS = 365
_NOBODYS = hashlib.sha256(b"a token that was never issued").hexdigest()


@dataclass(frozen=True, slots=True)
class TokenText:
    """A token as its owner has it. Its `repr` hides the secret, so that no traceback or log can show it."""

    id: str
    secret: str = field(repr=False)

    def __str__(self) -> str:
        return secret_text.written(PREFIX, self.id, self.secret)

    @property
    def hash(self) -> str:
        """What is kept of it: over id and secret, so that a hash cannot be moved to another id."""
        return hashlib.sha256(f"{self.id}_{self.secret}".encode()).hexdigest()

    def proves(self, kept: TokenRecord | None) -> bool:
        """Whether it is the kept one, in a time that does not depend on where they differ or on whether one is kept at all."""
        same = hmac.compare_digest(self.hash, kept.hash if kept is not None else _NOBODYS)
        return same and kept is not None


def new_token() -> TokenText:
    return TokenText(*secret_text.drawn())


def parse_token(text: str) -> TokenText | None:
    """A token from its text; None when it is none, or was mistyped."""
    found = secret_text.parts(PREFIX, text)
    return None if found is None else TokenText(*found)


def token_for(
    user: str,
    *,
    now: dt.datetime,
    days: int = DEFAULT_DAYS,
    scopes: Iterable[str] = (),
    label: str = "",
    until: dt.datetime | None = None,
) -> tuple[TokenText, TokenRecord]:
    """A new token of a user and its record, not kept yet; good for some days, and no longer than `until`.

    Raises `TroubleError` for a lifetime or scope that cannot be.
    """
    if not 1 <= days <= MOST_DAYS:
        mend = f"take 1 to {MOST_DAYS} days; a token is issued anew in a moment"
        raise TroubleError(Trouble("H786", f"a token cannot be good for {days} days", mend=mend))
    if len(label) > 200 or not label.isprintable():
        raise TroubleError(Trouble("H786", "the label of a token is one line of at most 200 characters", mend="shorten it"))
    token = new_token()
    expires = min(now + dt.timedelta(days=days), until or dt.datetime.max.replace(tzinfo=dt.UTC))
    return token, TokenRecord(token.id, user, token.hash, now, expires, scopes_of(scopes), label)


def expiry(record: TokenRecord) -> dt.datetime:
    """When a token ends: as it says, and in no case later than any token may."""
    longest = record.created + dt.timedelta(days=MOST_DAYS)
    return min(record.expires, longest) if record.expires is not None else longest
