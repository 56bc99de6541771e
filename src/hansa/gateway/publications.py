"""What environments publish, kept between queries: the ledger's outbox tells cheaply whether anything moved."""

import threading
from collections.abc import Mapping

from hansa.ledger import Ledger
from hansa.model import Publication
from hansa.names import ProductName
from hansa.publish import all_visible

_PAGE = 1_000


class Publications:
    """All publications of an environment as of one moment. Safe to use from many threads."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._lock = threading.Lock()
        self._last = 0
        self._kept: dict[str, Mapping[ProductName, Publication]] = {}

    def of(self, environment: str) -> Mapping[ProductName, Publication]:
        """What an environment shows now. The same mapping is given as long as no pointer moves."""
        with self._lock:
            if self._moved():
                self._kept.clear()
            while environment not in self._kept:
                shown = all_visible(self._ledger, environment)
                # A pointer that moved while they were read may have left a mixture.
                if not self._moved():
                    self._kept[environment] = shown
            return self._kept[environment]

    def _moved(self) -> bool:
        before = self._last
        while events := self._ledger.events(self._last, _PAGE):
            self._last = events[-1].id
        return self._last != before
