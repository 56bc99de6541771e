"""What a client holds on to between calls: tickets of queries that wait to be read, and prepared statements.

A handle is 16 random bytes and works only for the principal who got it; to everybody else it does not exist. A ticket works once.
Both are forgotten after a while, and nobody can have more than a fixed number of them.
"""

import secrets
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from hansa.trouble import Trouble, TroubleError

Held = TypeVar("Held")


@dataclass(slots=True)
class _Kept(Generic[Held]):
    owner: str
    until: float
    what: Held


class Handles(Generic[Held]):
    """Things that principals hold by a handle, each for `seconds` since it was last used. Safe in many threads."""

    def __init__(self, word: str, seconds: float, most: int, clock: Callable[[], float]) -> None:
        self._word, self._seconds, self._most, self._clock = word, seconds, most, clock
        self._kept: dict[bytes, _Kept[Held]] = {}
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def keep(self, owner: str, what: Held) -> bytes:
        """A new handle. Raises TroubleError H736 when the owner has too many."""
        handle = secrets.token_bytes(16)
        with self._lock:
            if self._counts[owner] >= self._most:
                self._forget_old()
            if self._counts[owner] >= self._most:
                mend = f"read or close some; each is forgotten {self._seconds:.0f} seconds after its last use"
                raise TroubleError(Trouble("H736", f"{owner} holds {self._most} {self._word}s, and may not hold more", mend=mend))
            self._kept[handle] = _Kept(owner, self._clock() + self._seconds, what)
            self._counts[owner] += 1
        return handle

    def look(self, owner: str, handle: bytes) -> Held:
        """What a handle stands for; it lives on for a while. Raises TroubleError H734."""
        with self._lock:
            kept = self._owned(owner, handle)
            kept.until = self._clock() + self._seconds
            return kept.what

    def replace(self, owner: str, handle: bytes, what: Held) -> None:
        with self._lock:
            self._owned(owner, handle).what = what

    def take(self, owner: str, handle: bytes) -> Held:
        """What a handle stands for, the last time. Raises TroubleError H734."""
        with self._lock:
            kept = self._owned(owner, handle)
            self._drop(handle)
            return kept.what

    def __len__(self) -> int:
        with self._lock:
            self._forget_old()
            return len(self._kept)

    def _owned(self, owner: str, handle: bytes) -> _Kept[Held]:
        kept = self._kept.get(handle)
        if kept is not None and kept.until <= self._clock():
            self._drop(handle)
            kept = None
        if kept is None or kept.owner != owner:
            mend = f"ask again: a {self._word} is forgotten after {self._seconds:.0f} seconds and when the gateway restarts"
            raise TroubleError(Trouble("H734", f"there is no such {self._word}", mend=mend))
        return kept

    def _drop(self, handle: bytes) -> None:
        kept = self._kept.pop(handle)
        self._counts[kept.owner] -= 1
        if not self._counts[kept.owner]:
            del self._counts[kept.owner]

    def _forget_old(self) -> None:
        now = self._clock()
        for handle in [h for h, kept in self._kept.items() if kept.until <= now]:
            self._drop(handle)
