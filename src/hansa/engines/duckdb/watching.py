"""Watching one query: it is stopped when it takes too long, or when the process grows beyond what it may need."""

import os
import threading
import time
from pathlib import Path
from types import TracebackType

from hansa.engines.protocol import Cancellation
from hansa.frozen import dataclass

_LOOK_EVERY = 0.05
_STATM = Path("/proc/self/statm")


@dataclass(frozen=True, slots=True)
class AskingLimits:
    """What one query may use: seconds, bytes of memory, threads."""

    seconds: float = 10.0
    memory: int = 1_000_000_000
    threads: int = 2


class Watch:
    """Within its block, requests `cancellation` when a limit is passed; `reason` then says which.

    DuckDB's own limit does not count every value that a function makes, so the growth of the whole process is looked at, too.
    """

    def __init__(self, limits: AskingLimits) -> None:
        self.cancellation = Cancellation()
        self.reason = "the query was stopped"
        self._limits = limits
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, name="hansa-watch", daemon=True)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        limits = self._limits
        until, most = time.monotonic() + limits.seconds, _resident() + 2 * limits.memory
        while not self._done.wait(min(_LOOK_EVERY, limits.seconds)):
            if time.monotonic() > until:
                self._stop(f"the query takes longer than {limits.seconds:g} s")
            elif _resident() > most:
                self._stop(f"the query needs more than {limits.memory // 1_000_000} MB of memory")

    def _stop(self, reason: str) -> None:
        self.reason = reason
        self.cancellation.request()
        self._done.set()


def _resident() -> int:
    """The process's resident bytes; 0 where the system does not tell."""
    try:
        return int(_STATM.read_text().split()[1]) * os.sysconf("SC_PAGESIZE")
    except (OSError, ValueError, IndexError):
        return 0
