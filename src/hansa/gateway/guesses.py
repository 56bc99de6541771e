"""Guessing of credentials is slowed: an origin that failed too often is not listened to for a while."""

import hashlib
import threading
from collections import OrderedDict, deque
from collections.abc import Callable

from hansa.trouble import Trouble, TroubleError

HANDSHAKES = "handshake"
"""The origin of all handshakes together, since Flight does not say where one comes from."""

_MOST, _WITHIN = 20, 60.0  # failures, and seconds that each counts
_ORIGINS, _KNOWN = 10_000, 10_000


class Guesses:
    """Counts failures by origin. A credential that was good lately is let through, so that others' guesses lock nobody out.

    That a credential was good says nothing about now: it is looked up each time. Safe in many threads.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()
        self._known: OrderedDict[bytes, None] = OrderedDict()

    def refuse(self, origin: str, credential: str) -> None:
        """Raise TroubleError H736 when the origin failed too often, before the credential is looked at."""
        with self._lock:
            failures = self._failures.get(origin)
            while failures and failures[0] <= self._clock() - _WITHIN:
                failures.popleft()
            if not failures or len(failures) < _MOST or _hash(credential) in self._known:
                return
        mend = f"wait {_WITHIN:.0f} seconds, and then send a token that is good"
        raise TroubleError(Trouble("H736", "too many unknown credentials came from here", mend=mend))

    def failed(self, origin: str) -> None:
        with self._lock:
            self._failures.setdefault(origin, deque(maxlen=_MOST)).append(self._clock())
            self._failures.move_to_end(origin)
            if len(self._failures) > _ORIGINS:
                self._failures.popitem(last=False)

    def succeeded(self, credential: str) -> None:
        with self._lock:
            self._known[_hash(credential)] = None
            self._known.move_to_end(_hash(credential))
            if len(self._known) > _KNOWN:
                self._known.popitem(last=False)


def _hash(credential: str) -> bytes:
    return hashlib.sha256(credential.encode("utf-8", "surrogateescape")).digest()
