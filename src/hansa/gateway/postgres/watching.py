"""Sessions that are open, and one thread that looks after their queries: whether their clients are there and may still read."""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from hansa.gateway.asking import STOPPED
from hansa.gateway.postgres.line import Line
from hansa.gateway.postgres.reading import Reading
from hansa.gateway.rechecking import recheck
from hansa.trouble import Trouble, TroubleError

_GLANCE, _RECHECK = 0.25, 1.0  # seconds between looks at connections, and at credentials


@dataclass(eq=False, slots=True)
class Client:
    """A session: its number and key, with which its queries are cancelled, its connection, and what it has under way."""

    process: int
    key: bytes
    line: Line
    reading: Reading
    credential: str

    def leave(self) -> None:
        """End it, unless it has a query under way: that may end first."""
        if not self.reading.under_way:
            self.line.end_reading()


class Watch:
    """`clients` gives those that are open, `again` raises for a credential that is good no more."""

    def __init__(self, clients: Callable[[], Iterable[Client]], again: Callable[[str], object]) -> None:
        self._clients, self._again = clients, again
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="hansa-postgres-watch", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        until_recheck = _RECHECK
        while not self._ended.wait(_GLANCE):
            reading = [client for client in self._clients() if client.reading.under_way]
            for client in reading:
                self._look_at(client)
            until_recheck -= _GLANCE
            if until_recheck <= 0:
                until_recheck = _RECHECK
                recheck(((client.credential, client.reading.stop) for client in reading), self._again)

    def _look_at(self, client: Client) -> None:
        if client.line.gone():
            client.reading.stop()
        now = time.monotonic()
        for running in client.reading.under_way:
            if now > running.until:
                mend = "set statement_timeout to more, or ask for less"
                running.stop(TroubleError(Trouble(STOPPED.code, "the query took longer than statement_timeout", mend=mend)))
