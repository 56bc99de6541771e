"""What environments publish, kept between queries: the ledger's outbox tells cheaply whether anything moved."""

import threading
from collections.abc import Mapping

from hansa.frozen import dataclass
from hansa.ledger import EventKind, Ledger
from hansa.model import Publication
from hansa.names import ProductName
from hansa.publish import all_visible

_PAGE = 1_000
_MOVING = (EventKind.PUBLISHED, EventKind.POINTER_MOVED)


@dataclass(frozen=True, slots=True)
class Shown:
    """What an environment shows as of one moment. Another moment has another `serial` where anything moved meanwhile."""

    serial: int
    published: Mapping[ProductName, Publication]


class Publications:
    """All publications of an environment as of one moment. Safe to use from many threads."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._lock = threading.Lock()
        self._last: int | None = None
        self._serial = 0
        self._kept: dict[str, Shown] = {}

    def of(self, environment: str) -> Shown:
        """What an environment shows now: the same as long as no pointer moves."""
        newest = self._ledger.last_event()
        with self._lock:
            if self._moved(newest):
                self._kept.clear()
            while environment not in self._kept:
                shown = all_visible(self._ledger, environment)
                # A pointer that moved while they were read may have left a mixture.
                if not self._moved(self._ledger.last_event()):
                    self._serial += 1
                    self._kept[environment] = Shown(self._serial, shown)
            return self._kept[environment]

    def _moved(self, newest: int) -> bool:
        """Whether a pointer moved in what was told since the last asking. What came before the first one is passed over."""
        if self._last is None:
            self._last = newest
        moved = False
        while self._last < newest and (events := self._ledger.events(self._last, _PAGE)):
            # A run that is under way tells of every step, and moves nothing until it publishes. What was told between two events
            # that do not follow each other may be forgotten, and have been a publication.
            moved = moved or events[0].id > self._last + 1 or any(e.kind in _MOVING for e in events)
            self._last = events[-1].id
        return moved
