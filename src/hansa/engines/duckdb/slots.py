"""How many calls compute at once: each has an equal share of the engine's memory, and more wait for their turn."""

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from hansa.engines.protocol import Cancellation

_LOOK_UP_SECONDS = 0.1
_BESIDE = 350_000_000
"""Bytes that a process takes beside DuckDB's buffers, which are all that its limit bounds: measured with sorts of 20.9 M rows."""
_UNITS = {"KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30, "TIB": 2**40}


class Slots:
    """A fixed number of turns. Waiting for one ends when a stop is requested."""

    def __init__(self, count: int) -> None:
        self._count = max(count, 1)
        self._free = threading.BoundedSemaphore(self._count)
        self._lock = threading.Lock()
        self._busy = 0

    @contextmanager
    def taken(self, cancellation: Cancellation | None) -> Iterator[int]:
        """Hold a turn within the block, and know how many threads it had best use: 0, all of them, when it is alone.

        Beside others a core each is best: more threads than cores only wait for each other. Raises `Cancelled` when a stop is
        requested while waiting.
        """
        while not self._free.acquire(timeout=_LOOK_UP_SECONDS):
            if cancellation is not None:
                cancellation.check()
        with self._lock:
            self._busy += 1
            alone = self._busy == 1
        try:
            yield 0 if alone else max((os.cpu_count() or 1) // self._count, 1)
        finally:
            with self._lock:
                self._busy -= 1
            self._free.release()


def share(limit: str, among: int) -> str:
    """What each of several calls may buffer so that the process stays within a limit such as `1GB`; empty stays empty.

    Of a small limit half is for buffers, whatever else the process needs: a limit that nothing can be computed in helps nobody.
    """
    match = re.fullmatch(r"\s*([0-9.]+)\s*([KMGT]i?B)\s*", limit, re.IGNORECASE)
    if match is None:
        return limit
    whole = float(match[1]) * _UNITS[match[2].upper()]
    return f"{max(whole - _BESIDE, whole / 2) / max(among, 1) / 10**6:.0f}MB"
