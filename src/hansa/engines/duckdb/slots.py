"""How many calls compute at once: each has an equal share of the engine's memory, and more wait for their turn."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from hansa.engines.protocol import Cancellation

_LOOK_UP_SECONDS = 0.1
_BUFFERS = 0.6
"""The part of a limit that DuckDB's buffers get. It bounds just those; the process takes a good third more."""


class Slots:
    """A fixed number of turns. Waiting for one ends when a stop is requested."""

    def __init__(self, count: int) -> None:
        self._free = threading.BoundedSemaphore(max(count, 1))

    @contextmanager
    def taken(self, cancellation: Cancellation | None) -> Iterator[None]:
        """Hold a turn within the block. Raises `Cancelled` when a stop is requested while waiting."""
        while not self._free.acquire(timeout=_LOOK_UP_SECONDS):
            if cancellation is not None:
                cancellation.check()
        try:
            yield
        finally:
            self._free.release()


def share(limit: str, among: int) -> str:
    """What each of several calls may buffer so that the process stays within a limit such as `1GB`; empty stays empty."""
    match = re.fullmatch(r"\s*([0-9.]+)\s*([KMGT]i?B)\s*", limit, re.IGNORECASE)
    return f"{_BUFFERS * float(match[1]) / max(among, 1):.3f}{match[2]}" if match else limit
