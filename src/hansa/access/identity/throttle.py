"""Slows down whoever tries one credential after the other, by where they come from."""

import math
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

FREE = 10
"""Wrong credentials in a row that nobody has to wait after: a program with an old token tries a few times."""
FIRST_WAIT = 1.0
LONGEST_WAIT = 60.0
FORGOTTEN = 600.0  # seconds without a wrong credential after which a source begins anew
MOST_SOURCES = 10_000


@dataclass(slots=True)
class _Source:
    failures: int = 0
    last: float = 0.0
    until: float = 0.0


class Throttle:
    """After some wrong credentials, each further one doubles the time for which nothing of its source is looked at.

    At most `MOST_SOURCES` are remembered; then the one that was wrong longest ago is forgotten, so memory is bounded whatever
    comes. `clock` counts seconds and never goes back. Nobody waits whose source is not said (an empty text): otherwise one who
    guesses would keep out all others of whom it is not said either.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._sources: OrderedDict[str, _Source] = OrderedDict()

    def wait(self, source: str) -> int:
        """The whole seconds that a source still has to wait; 0 when it need not."""
        with self._lock:
            known = self._sources.get(source)
            return max(0, math.ceil(known.until - self._clock())) if known is not None else 0

    def failed(self, source: str) -> None:
        if not source:
            return
        with self._lock:
            now = self._clock()
            known = self._sources.pop(source, None)
            if known is None or now - known.last > FORGOTTEN:
                known = _Source()
            known.failures += 1
            known.last = now
            beyond = known.failures - FREE
            if beyond >= 0:
                known.until = now + min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(beyond, 10))
            self._sources[source] = known
            if len(self._sources) > MOST_SOURCES:
                self._sources.popitem(last=False)

    def succeeded(self, source: str) -> None:
        """A good credential ends the row of wrong ones."""
        with self._lock:
            self._sources.pop(source, None)
