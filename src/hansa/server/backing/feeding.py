"""What the ledger tells, read once for all who listen: by one thread, and only while somebody does.

The ledger alone is the truth. What is kept here are its newest events, so that a thousand streams ask it once a second and not a
thousand times. Several servers over one ledger tell the same events in the same order.
"""

import asyncio
import contextlib
import logging
import threading
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from hansa.ledger import Event, Ledger, LedgerGone

EVERY = 1.0  # seconds between two looks at the ledger
PAGE = 500  # events read at once
KEPT = 5_000  # events; who lags behind further reads the ledger
_log = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class Follower:
    """A stream. It is woken, in its own loop, when there may be something for it."""

    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        # A loop that closed meanwhile has nobody who waits.
        with contextlib.suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self.woken.set)


class Missed(Exception):
    """Events behind an id are forgotten. `oldest` is the id of the first that is still told."""

    def __init__(self, oldest: int) -> None:
        super().__init__(f"the oldest event is {oldest}")
        self.oldest = oldest


class Feed:
    """Safe in many threads. `closed` ends every stream, as the end of a server does."""

    def __init__(self, ledger: Ledger, every: float = 0.0) -> None:
        self._ledger, self._every = ledger, every or EVERY
        self._lock = threading.Lock()
        self._followers: set[Follower] = set()
        self._counts: Counter[str] = Counter()
        self._kept: deque[Event] = deque()
        self._floor = self._last = 0
        self._awake = threading.Event()
        self.closed = False

    def last(self) -> int:
        """The id of the newest event."""
        return self._ledger.last_event()

    def streams(self, who: str) -> int:
        """How many streams somebody has at this server."""
        with self._lock:
            return self._counts[who]

    @contextlib.contextmanager
    def following(self, who: str, most: int) -> Iterator[Follower | None]:
        """Follow while the block lasts; None when somebody has as many streams as they may."""
        follower = Follower()
        with self._lock:
            admitted = self._counts[who] < most and not self.closed
            if admitted:
                self._counts[who] += 1
                self._followers.add(follower)
                if len(self._followers) == 1:
                    self._begin()
        try:
            yield follower if admitted else None
        finally:
            with self._lock:
                if admitted:
                    self._followers.discard(follower)
                    self._counts[who] -= 1
                    if not self._counts[who]:
                        del self._counts[who]
                if not self._followers:
                    self._awake.set()

    def behind(self, after: int) -> tuple[Event, ...] | None:
        """The events behind an id as far as they are known here; None when the ledger has to be asked: by `page`."""
        with self._lock:
            if after < self._floor or not self._followers:
                return None
            found = []
            for event in reversed(self._kept):
                if event.id <= after:
                    break
                found.append(event)
        return tuple(reversed(found))[:PAGE]

    def page(self, after: int) -> tuple[Event, ...]:
        """The next events behind an id, from the ledger itself. Raises `LedgerGone`, and `Missed` when some are forgotten."""
        events = self._ledger.events(after, PAGE)
        # A number that was never given leaves a hole, too; only what lies before the oldest event is forgotten.
        if events and events[0].id > after + 1 and (oldest := self._ledger.events(0, 1)[0].id) > after + 1:
            raise Missed(oldest)
        return events

    def close(self) -> None:
        """End every stream."""
        with self._lock:
            self.closed = True
            followers = tuple(self._followers)
        self._awake.set()
        for follower in followers:
            follower.wake()

    def _begin(self) -> None:
        # A thread of its own for each time that somebody listens: the one before may still be on its way out.
        self._awake = threading.Event()
        self._kept.clear()
        self._floor = self._last = -1
        threading.Thread(target=self._read_on, args=(self._awake,), name="hansa-events", daemon=True).start()

    def _read_on(self, ended: threading.Event) -> None:
        troubled = False
        while not ended.is_set():
            try:
                self._read(ended)
                troubled = False
            except LedgerGone as gone:
                if not troubled:
                    _log.warning("no events are told for now: %s", gone.reason)
                troubled = True
            ended.wait(self._every)

    def _read(self, ended: threading.Event) -> None:
        if self._last < 0:
            last = self._ledger.last_event()
            with self._lock:
                if ended is self._awake:
                    self._floor = self._last = last
            self._wake()
        while not ended.is_set() and (events := self._ledger.events(self._last, PAGE)):
            with self._lock:
                if ended is not self._awake:
                    return
                if events[0].id > self._last + 1:
                    # The ledger may have forgotten what lies between, and knows which.
                    self._kept.clear()
                    self._floor = events[0].id - 1
                self._kept.extend(events)
                self._last = events[-1].id
                while len(self._kept) > KEPT:
                    self._floor = self._kept.popleft().id
            self._wake()

    def _wake(self) -> None:
        with self._lock:
            followers = tuple(self._followers)
        for follower in followers:
            follower.wake()
