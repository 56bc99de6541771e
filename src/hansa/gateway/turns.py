"""Who computes next: a limited number at once, one principal after the other, so that many queries of one hold up nobody else's.

A turn is held while the engine computes, never while a reader takes its time over what it got. What a principal has open at once
is limited, too, and so is how many wait.
"""

import os
import threading
from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager

from hansa.engines import Cancellation, Cancelled
from hansa.trouble import Trouble, TroubleError


class _Waiter:
    __slots__ = ("event", "granted")

    def __init__(self) -> None:
        self.event = threading.Event()
        self.granted = False


class _Gate:
    """A number of places, given to principals in rotation; with `each`, the number is every principal's own."""

    def __init__(self, places: int, *, each: bool) -> None:
        self.places = places
        self._each = each
        self.taken: dict[str, int] = {}
        self.queues: OrderedDict[str, deque[_Waiter]] = OrderedDict()

    @property
    def used(self) -> int:
        return sum(self.taken.values())

    def free(self, principal: str) -> bool:
        used = self.taken.get(principal, 0) if self._each else self.used
        return used < self.places

    def take(self, principal: str) -> None:
        self.taken[principal] = self.taken.get(principal, 0) + 1

    def give_back(self, principal: str) -> None:
        self.taken[principal] -= 1
        if not self.taken[principal]:
            del self.taken[principal]

    def next(self) -> None:
        """Give free places to those who wait, the next principal of the rotation first."""
        for principal in list(self.queues):
            if not self.free(principal):
                if not self._each:
                    return
                continue
            queue = self.queues.pop(principal)
            waiter = queue.popleft()
            if queue:
                self.queues[principal] = queue
            self.take(principal)
            waiter.granted = True
            waiter.event.set()


class Turns:
    """`running` compute at once, `per_principal` answers of one principal are open at once, `waiting` may wait for either."""

    def __init__(self, running: int, waiting: int, per_principal: int) -> None:
        self._lock = threading.Lock()
        self._waiting = 0
        self._most_waiting = waiting
        self._computing = _Gate(max(running, 1), each=False)
        self._open = _Gate(max(per_principal, 1), each=True)
        self._cores = os.cpu_count() or 1

    @property
    def waiting(self) -> int:
        """How many wait now."""
        return self._waiting

    @property
    def crowded(self) -> bool:
        """Whether as many compute now as there are cores."""
        with self._lock:
            return self._computing.used >= self._cores

    def enter(self, principal: str, cancellation: Cancellation) -> None:
        """Begin a query; `leave` ends it. Raises `Cancelled`, and TroubleError (H711) when too many wait."""
        self._take(self._open, principal, cancellation, bounded=True)

    def leave(self, principal: str) -> None:
        self._give_back(self._open, principal)

    @contextmanager
    def turn(self, principal: str, cancellation: Cancellation) -> Iterator[None]:
        """Within the block, compute. Raises `Cancelled` while waiting."""
        self._take(self._computing, principal, cancellation, bounded=False)
        try:
            yield
        finally:
            self._give_back(self._computing, principal)

    def _take(self, gate: _Gate, principal: str, cancellation: Cancellation, *, bounded: bool) -> None:
        with self._lock:
            if principal not in gate.queues and gate.free(principal) and (gate is self._open or not gate.queues):
                gate.take(principal)
                return
            if bounded and self._waiting >= self._most_waiting:
                mend = "ask again later, or fewer queries at once"
                raise TroubleError(Trouble("H711", f"{self._waiting} queries wait already", mend=mend))
            waiter = _Waiter()
            gate.queues.setdefault(principal, deque()).append(waiter)
            self._waiting += 1
        try:
            with cancellation.listening(waiter.event.set):
                waiter.event.wait()
        except Cancelled:
            pass
        with self._lock:
            self._waiting -= 1
            if waiter.granted:
                return
            queue = gate.queues.get(principal)
            if queue is not None and waiter in queue:
                queue.remove(waiter)
                if not queue:
                    del gate.queues[principal]
        raise Cancelled

    def _give_back(self, gate: _Gate, principal: str) -> None:
        with self._lock:
            gate.give_back(principal)
            gate.next()
