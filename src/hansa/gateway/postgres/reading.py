"""A session's way to the gateway: it asks on behalf of who logged in, and looks after what is under way."""

import math
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import pyarrow as pa

from hansa.engines import Cancellation
from hansa.gateway.asking import Answering, GovernedAnswer, Parameters, Prepared, Query
from hansa.gateway.flight.prepared import prepared
from hansa.gateway.postgres.catalogue import Looking
from hansa.gateway.postgres.settings import Settings
from hansa.model import Principal, Reader
from hansa.trouble import TroubleError

WAY = "postgres"
"""How a read is said to have come, on record and to policies."""

_UNITS = {"": 0.001, "ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86_400.0}


@dataclass(eq=False, slots=True)
class Running:
    """A query under way. `reason` is why it was stopped, when it was not its client who stopped it."""

    until: float
    cancellation: Cancellation = field(default_factory=Cancellation)
    reason: TroubleError | None = None

    def stop(self, reason: TroubleError | None = None) -> None:
        self.reason = self.reason or reason
        self.cancellation.request()


class Answer:
    """The rows of a query, in batches, and what its reader should know. To be closed."""

    def __init__(self, answer: GovernedAnswer, running: Running, ended: Callable[[], None]) -> None:
        self.schema: pa.Schema = answer.schema
        self.notices: Sequence[str] = answer.notices
        self._reader = answer.reader
        self._running = running
        self._ended = ended
        self._whole = False

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Raises what ended it, which is a TroubleError for all that is known."""
        while True:
            self.check()
            try:
                batch = self._reader.read_next_batch()
            except StopIteration:
                self._whole = True
                return
            except Exception as wrong:  # noqa: BLE001 - whatever it is, the reason is told first
                raise self._running.reason or wrong from None
            yield batch

    def check(self) -> None:
        """Raise what stopped it, if anything did."""
        if self._running.cancellation.requested and self._running.reason is not None:
            raise self._running.reason
        self._running.cancellation.check()

    def close(self) -> None:
        if not self._whole:
            self._running.cancellation.request()
        with suppress(pa.ArrowInvalid):
            self._reader.close()
        self._ended()


class Reading:
    """Asks for one session, one query at a time or several portals beside each other. Safe to be stopped from other threads."""

    def __init__(
        self, answering: Answering, looking: Looking, again: Callable[[], Principal], settings: Settings, environment: str
    ) -> None:
        """`again` says who reads now: whoever logged in, with the teams and attributes of this moment. Raises TroubleError."""
        self._answering, self._looking = answering, looking
        self._again, self._settings, self._environment = again, settings, environment
        self._lock = threading.Lock()
        self._running: list[Running] = []

    @property
    def reader(self) -> Reader:
        return Reader(self._again(), self._settings.claim("consumer"), self._settings.claim("purpose"))

    @property
    def environment(self) -> str:
        return self._settings.claim("environment") or self._environment

    @property
    def under_way(self) -> tuple[Running, ...]:
        with self._lock:
            return tuple(self._running)

    def ask(self, text: str, parameters: Parameters = ()) -> Answer:
        looked = self._looking.concerned(text)
        if looked is not None:
            who, where = self.reader, self.environment
            return self.begin(lambda stop: self._looking.ask(looked, parameters, who, where, stop))
        query = self._query(text, parameters)
        return self.begin(lambda stop: self._answering.ask(query, stop))

    def begin(self, work: Callable[[Cancellation], GovernedAnswer]) -> Answer:
        """Begin what can be stopped meanwhile, from any thread; by the time limit of the session, too."""
        seconds = _seconds(self._settings.show("statement_timeout"))
        running = Running(time.monotonic() + seconds if seconds else math.inf)
        with self._lock:
            self._running.append(running)
        try:
            return Answer(work(running.cancellation), running, lambda: self._end(running))
        except Exception as wrong:  # noqa: BLE001 - whatever it is, why it was stopped is told first
            self._end(running)
            raise running.reason or wrong from None

    def prepare(self, text: str) -> Prepared:
        looked = self._looking.concerned(text)
        if looked is not None:
            return self._looking.prepare(looked, self.reader, self.environment)
        return prepared(self._answering, self._query(text, ()))

    def stop(self, reason: TroubleError | None = None) -> None:
        """Stop what is under way. From any thread."""
        for running in self.under_way:
            running.stop(reason)

    def _end(self, running: Running) -> None:
        with self._lock, suppress(ValueError):
            self._running.remove(running)

    def _query(self, text: str, parameters: Parameters) -> Query:
        return Query(text, self.reader, WAY, self.environment, parameters)


def _seconds(written: str) -> float:
    """A time limit as PostgreSQL takes it: milliseconds, or with a unit; 0 for none, as for what nobody can read."""
    found = re.fullmatch(r"(\d{1,12})\s*(ms|s|min|h|d|)", written.strip())
    return int(found[1]) * _UNITS[found[2]] if found else 0.0
