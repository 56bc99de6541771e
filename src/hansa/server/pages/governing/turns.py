"""A few at a time: what takes an engine's whole strength is done by so many at once, and others are told to come again."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from hansa.server.transport import Answered
from hansa.trouble import Trouble


class Turns:
    """Safe in many threads. `doing` is a word for what the others do."""

    def __init__(self, doing: str, most: int = 2, patience: float = 5.0) -> None:
        self._doing, self._patience = doing, patience
        self._free = threading.BoundedSemaphore(most)

    @contextmanager
    def taken(self) -> Iterator[None]:
        """While the block lasts. Raises Answered with 503 when nobody is done within the patience, in seconds."""
        if not self._free.acquire(timeout=self._patience):
            mend = "send it again in a moment; nothing is lost"
            raise Answered(Trouble("H845", f"others are {self._doing}", mend=mend), 503)
        try:
            yield
        finally:
            self._free.release()
