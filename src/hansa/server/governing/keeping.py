"""A value that takes long to make: made beside requests, and kept for as long as what it is made of stays the same."""

import logging
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import Generic, TypeVar

from hansa.frozen import dataclass
from hansa.trouble import Trouble, TroubleError

PATIENCE = 1.5
"""Seconds for which a request waits for the first value."""
_log = logging.getLogger(__name__)
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class _Made(Generic[Value]):
    value: Value
    of: Hashable
    basis: object
    looked: float


class Ending(Exception):
    """The process ends, and with it what is computed beside requests."""


def go_on() -> None:
    """Raises `Ending` when the process ends. Threads that are inside an engine then cannot be left behind: it would abort."""
    if not threading.main_thread().is_alive():
        raise Ending


class Kept(Generic[Value]):
    """One value. Safe in many threads: one makes it, the others see the last one or wait a moment for the first.

    `basis` is what the value is about and cheap to get; a value of another basis is not shown without waiting for the new one.
    `mark` is everything that it is made of, in few words, asked at most every `fresh` seconds and beside requests. What takes
    long should `go_on` now and then.
    """

    def __init__(
        self, make: Callable[[], Value], basis: Callable[[], object], mark: Callable[[], Hashable], fresh: float = 5.0
    ) -> None:
        self._make, self._basis, self._mark, self._fresh = make, basis, mark, fresh
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._last: _Made[Value] | None = None
        self._failed: TroubleError | None = None

    def look(self, patience: float = PATIENCE) -> Value | None:
        """The value, at most some seconds late; None while the first is being made. Raises TroubleError when it cannot be."""
        basis, last = self._basis(), self._last
        same = last is not None and last.basis == basis
        if last is not None and same and time.monotonic() - last.looked < self._fresh:
            return last.value
        thread = self._started()
        if not same:
            thread.join(patience)
        if self._last is None and self._failed is not None:
            raise self._failed
        return self._last.value if self._last is not None else None

    def _started(self) -> threading.Thread:
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._renew, name="hansa-governing", daemon=False)
                self._thread.start()
            return self._thread

    def _renew(self) -> None:
        try:
            basis, mark, last = self._basis(), self._mark(), self._last
            if last is not None and last.of == mark and last.basis == basis:
                self._last = replace(last, looked=time.monotonic())
            else:
                self._last = _Made(self._make(), mark, basis, time.monotonic())
            self._failed = None
        except TroubleError as failed:
            self._failed = failed
        except Ending:
            pass
        except Exception:  # noqa: BLE001 - a thread of its own has nobody else to tell
            _log.exception("what the pages about rules show could not be computed")
            mend = "look again; the operator finds the reason in the server's log"
            self._failed = TroubleError(Trouble("H843", "the policies could not be judged", mend=mend))


class Remembered(Generic[Value]):
    """Values by key, each made when it is first asked for, and all forgotten when they are about something else."""

    def __init__(self) -> None:
        self._about: object = None
        self._values: dict[Hashable, Value] = {}

    def of(self, about: object, key: Hashable, make: Callable[[], Value]) -> Value:
        if self._about is not about:
            self._about, self._values = about, {}
        values = self._values
        if key not in values:
            values[key] = make()
        return values[key]
