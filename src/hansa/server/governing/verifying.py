"""Verifying the audit log from a page: the whole log is read beside requests, and the last result is kept to be shown."""

import datetime as dt
import logging
import threading
from pathlib import Path

from hansa.frozen import dataclass
from hansa.ledger.noted import HEADS, note_head, noted_heads
from hansa.ledger.verifying import Verification, verify
from hansa.server.backing import Backing
from hansa.trouble import TroubleError

PATIENCE = 2.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Verified:
    """What a verification found; with a `problem` instead when it could not be carried out."""

    at: dt.datetime
    by: str
    found: Verification | None
    problem: str = ""


class Verifying:
    """One verification at a time. What it finds whole is noted beside the ledger, as `hansa audit-log --verify` does."""

    def __init__(self, backing: Backing, state: Path | None) -> None:
        self._backing, self._state = backing, state
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self.last: Verified | None = None

    @property
    def running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def start(self, by: str) -> None:
        """Begin, unless one is going on; and wait a moment, which is enough for most logs."""
        with self._starting:
            if not self.running:
                self._thread = threading.Thread(target=self._verify, args=(by,), name="hansa-verifying", daemon=True)
                self._thread.start()
            thread = self._thread
        if thread is not None:
            thread.join(PATIENCE)

    def _verify(self, by: str) -> None:
        now = self._backing.clock()
        try:
            found = verify(self._backing.ledger, noted_heads(self._state / HEADS) if self._state is not None else ())
            self.last = Verified(now, by, found)
            if found.whole and self._state is not None:
                note_head(self._state / HEADS, found.head, now)
        except TroubleError as failed:
            self.last = Verified(now, by, None, failed.troubles[0].summary)
        except OSError as failed:
            _log.warning("the head of the audit log could not be noted: %s", failed)
