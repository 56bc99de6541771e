"""Puts refused credentials on record, as many as a log can bear."""

import contextlib
import datetime as dt
import secrets
import threading
from collections.abc import Callable

from hansa.access.identity.refusals import NotAuthenticated
from hansa.ledger import Ledger, ReadsRecorded
from hansa.model import ReadOutcome, ReadRecord
from hansa.trouble import TroubleError

AT_ONCE = 20
EVERY = 6.0  # seconds for one entry more, once those at once are used up


class FailureLog:
    """Records refused credentials in the audit log: without a principal, since nobody was established.

    Some are recorded at once and ten a minute after that; how many were left out is said by the next entry. A ledger that cannot
    be reached keeps nobody from being refused.
    """

    def __init__(self, ledger: Ledger, clock: Callable[[], dt.datetime]) -> None:
        self._ledger = ledger
        self._clock = clock
        self._lock = threading.Lock()
        self._left = float(AT_ONCE)
        self._at: dt.datetime | None = None
        self._silent = 0

    def note(self, refused: NotAuthenticated, source: str, way: str) -> None:
        now = self._clock()
        with self._lock:
            silent = self._admit(now)
        if silent is None:
            return
        parts = [f"credential refused: {refused.cause}"]
        parts += [f"({refused.detail})"] if refused.detail else []
        parts += [f"about {refused.about}"] if refused.about else []
        parts += [f"from {source}"] if source else []
        parts += [f"and {silent} more that were not recorded"] if silent else []
        record = ReadRecord(secrets.token_hex(8), now, ReadOutcome.REFUSED, "", way=way, reason=" ".join(parts)[:500])
        with contextlib.suppress(TroubleError):
            self._ledger.apply((ReadsRecorded((record,)),))

    def _admit(self, now: dt.datetime) -> int | None:
        """How many were left out before this one, or None when it is left out, too."""
        passed = (now - self._at).total_seconds() if self._at is not None else 0.0
        self._at = now
        self._left = min(AT_ONCE, self._left + max(0.0, passed) / EVERY)
        if self._left < 1:
            self._silent += 1
            return None
        self._left -= 1
        silent, self._silent = self._silent, 0
        return silent
