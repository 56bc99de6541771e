"""A running query: its rows as a stream that counts, ends on limits and requests, and tells the record how it ended."""

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from typing import Protocol, TypeVar

import duckdb
import pyarrow as pa

from hansa.engines import Cancellation, Cancelled
from hansa.frozen import dataclass
from hansa.gateway.asking import STOPPED, QueryLimits
from hansa.gateway.starting import BATCH_ROWS
from hansa.gateway.turns import Turns
from hansa.model import ReadOutcome
from hansa.trouble import Trouble, TroubleError

T = TypeVar("T")
Work = Callable[[duckdb.DuckDBPyConnection], T]

Ended = Callable[[ReadOutcome, str, int, int], None]
"""Told once: the outcome, its reason, rows and bytes that left."""


class Rows(Protocol):
    """What gives the rows of a query, batch by batch."""

    @property
    def schema(self) -> pa.Schema: ...

    def __next__(self) -> pa.RecordBatch: ...

    def __iter__(self) -> Iterator[pa.RecordBatch]: ...

    def close(self) -> None: ...


class Running:
    """One query from its first turn to its end. The reader's thread pulls; the watch and a cancellation may end it from another.

    `held` is closed at the end, whichever way it comes; what was lent is given back as soon as nothing more is computed.
    """

    def __init__(self, principal: str, turns: Turns, cancellation: Cancellation, held: ExitStack, ended: Ended) -> None:
        self.principal = principal
        self.cancellation = cancellation
        self.seconds = 0.0
        self._turns = turns
        self._held = held
        self._lent = ExitStack()
        self._ended = ended
        self._pulling = threading.Lock()
        self._ending = threading.Lock()
        self._why: Trouble | None = None
        self._stopped_at = 0.0
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._began: float | None = None
        self._idle_since = time.monotonic()
        self._done = False
        self._closed = False
        self._leaving: float | None = None
        self.rows = 0
        self.bytes = 0
        held.enter_context(cancellation.listening(lambda: self.stop(STOPPED)))

    @property
    def over(self) -> bool:
        """Whether it has ended, and nothing of it is left behind."""
        return self._closed and self._leaving is None

    @property
    def stopping(self) -> bool:
        return self._why is not None or self._leaving is not None

    @property
    def computing(self) -> float:
        """Seconds of computing so far."""
        began = self._began
        return self.seconds + (time.monotonic() - began if began is not None else 0.0)

    @property
    def unstoppable(self) -> float:
        """Seconds of computing since it was stopped, or since its result was let go."""
        if (leaving := self._leaving) is not None:
            return time.monotonic() - leaving
        began = self._began
        return time.monotonic() - max(began, self._stopped_at) if self.stopping and began is not None else 0.0

    @property
    def idle(self) -> float:
        """Seconds since the reader last took something, 0 while something is computed."""
        return 0.0 if self._began is not None else time.monotonic() - self._idle_since

    def holding(self, lent: AbstractContextManager[T]) -> T:
        """Enter something that is lent while something is computed."""
        return self._lent.enter_context(lent)

    def begin(self, lend: Callable[[], AbstractContextManager[duckdb.DuckDBPyConnection]], work: Work[T]) -> T:
        """As `compute`, on a connection that is lent in the turn itself: whoever waits for a turn keeps nothing from others."""
        return self._in_turn(lambda: self.holding(lend()), work)

    def compute(self, work: Work[T], connection: duckdb.DuckDBPyConnection) -> T:
        """Do work on the connection in a turn of its own. Raises what `work` raises, or TroubleError when it was stopped."""
        return self._in_turn(lambda: connection, work)

    def computed(self) -> None:
        """Give back what was lent, within a turn: nothing more will be computed."""
        self._lent.close()

    def taken(self) -> None:
        """The reader takes what was computed before. Raises TroubleError when the query was stopped meanwhile."""
        with self._pulling:
            self._refuse_if_over()
            self._idle_since = time.monotonic()

    def _in_turn(self, connected: Callable[[], duckdb.DuckDBPyConnection], work: Work[T]) -> T:
        with self._pulling:
            self._refuse_if_over()
            with self._turns.turn(self.principal, self.cancellation):
                connection = connected()
                self._connection, self._began = connection, time.monotonic()
                try:
                    return work(connection)
                finally:
                    self.seconds += time.monotonic() - self._began
                    self._began, self._connection = None, None
                    self._idle_since = time.monotonic()

    def stop(self, why: Trouble) -> None:
        """End the query for a reason, from any thread: what computes is interrupted, what waits for its reader is ended now."""
        if self._why is None:
            self._stopped_at = time.monotonic()
            self._why = why
        self.interrupt()
        if self._pulling.acquire(blocking=False):
            try:
                self.end(_outcome(self._why), self._why.code)
            finally:
                self._pulling.release()

    def interrupt(self) -> None:
        connection = self._connection
        if connection is not None:
            with contextlib.suppress(duckdb.Error):
                connection.interrupt()

    def failed(self, error: Exception, trouble: Callable[[Exception], Trouble]) -> TroubleError:
        """The trouble of an error, once the query has been ended with it."""
        if self._why is not None or isinstance(error, Cancelled):
            why = self._why or STOPPED
        elif isinstance(error, TroubleError):
            why = error.troubles[0]
        else:
            why = trouble(error)
        self.end(_outcome(why), why.code)
        return error if isinstance(error, TroubleError) and self._why is None else TroubleError(why)

    def end(self, outcome: ReadOutcome, reason: str = "") -> None:
        with self._ending:
            first, self._done = not self._done, True
        if first:
            try:
                # What was lent is told when its query was stopped.
                with contextlib.suppress(Cancelled), self._held, self._lent:
                    if outcome is not ReadOutcome.DONE:
                        raise Cancelled
            finally:
                self._closed = True
                self._ended(outcome, reason, self.rows, self.bytes)

    def leave(self, reader: Rows) -> None:
        """Close a result that was broken off, in a thread of its own: DuckDB may wait for the tasks of one for ever."""
        self._leaving = time.monotonic()
        threading.Thread(target=self._close, args=(reader,), name="hansa-gateway-let-go", daemon=True).start()

    def _close(self, reader: Rows) -> None:
        try:
            reader.close()
        finally:
            self._leaving = None

    def abandon(self) -> None:
        """Put its end on record, without waiting for what still computes."""
        with self._ending:
            first, self._done = not self._done, True
        self._closed, self._leaving = True, None
        if first and self._why is not None:
            self._ended(_outcome(self._why), self._why.code, self.rows, self.bytes)

    def _refuse_if_over(self) -> None:
        if self._why is not None or self._done:
            raise TroubleError(self._why or STOPPED)


@dataclass(frozen=True, slots=True)
class Most:
    """How many rows an answer may have, 0 for any number: at `wanted` it is cut, beyond `allowed` it is refused."""

    wanted: int = 0
    allowed: int = 0


class Batches(Iterator[pa.RecordBatch]):
    """The batches of a running query, in the schema that the reader was told."""

    def __init__(
        self,
        running: Running,
        connection: duckdb.DuckDBPyConnection,
        reader: Rows,
        schema: pa.Schema,
        trouble: Callable[[Exception], Trouble],
        most: Most,
    ) -> None:
        # Before its instance goes: a result that outlives the engine's threads waits for them for ever when it is collected.
        self._reader = running.holding(_let_go(reader, running))
        self._running = running
        self._connection = connection
        self._trouble = trouble
        self.schema = schema
        self._as_read = reader.schema.equals(schema, check_metadata=True)
        self._most = most.wanted
        self._limit = most.allowed
        self._ahead: deque[pa.RecordBatch | None] = deque()

    def look_ahead(self) -> None:
        """Compute the first batch within the turn that is held. Most answers end with it: then all is given back at once."""
        self._ahead.append(next(self._reader, None))
        if self._ahead[0] is not None and self._ahead[0].num_rows < BATCH_ROWS // 2:
            self._ahead.append(next(self._reader, None))
        if self._ahead[-1] is None:
            self._running.computed()

    def __next__(self) -> pa.RecordBatch:
        running = self._running
        if self._most and running.rows >= self._most:
            running.end(ReadOutcome.DONE)
            raise StopIteration
        try:
            batch = self._taken()
        except Exception as error:  # noqa: BLE001 - Arrow raises many kinds; the trouble is made of any
            raise running.failed(error, self._trouble) from None
        if batch is None:
            running.end(ReadOutcome.DONE)
            raise StopIteration
        if self._most and running.rows + batch.num_rows > self._most:
            batch = batch.slice(0, self._most - running.rows)
        if self._limit and running.rows + batch.num_rows > self._limit:
            over = TroubleError(
                Trouble("H713", f"the answer has more than {self._limit:,} rows", mend="aggregate, or ask with LIMIT")
            )
            raise running.failed(over, self._trouble) from None
        if not self._as_read:
            batch = pa.RecordBatch.from_arrays(batch.columns, schema=self.schema)
        running.rows += batch.num_rows
        running.bytes += batch.nbytes
        return batch

    def _taken(self) -> pa.RecordBatch | None:
        if self._ahead:
            self._running.taken()
            return self._ahead.popleft()
        return self._running.compute(lambda _: next(self._reader, None), self._connection)

    def __del__(self) -> None:
        # The reader went away before the end: what left is on record all the same.
        self._running.end(ReadOutcome.CANCELLED, "the reader went away")


@contextlib.contextmanager
def _let_go(reader: Rows, running: Running) -> Iterator[Rows]:
    """Close a result at the end; nobody waits for one that was broken off."""
    try:
        yield reader
    except BaseException:
        running.leave(reader)
        raise
    reader.close()


def _outcome(why: Trouble) -> ReadOutcome:
    return ReadOutcome.CANCELLED if why.code == STOPPED.code else ReadOutcome.FAILED


class Watch:
    """Looks at all running queries: ends those that compute for too long, or whose reader takes nothing any more.

    `stuck` is told of one that goes on although it was stopped, or that leaves behind what goes on: some functions of DuckDB
    look at no interrupt, and tasks of a recursive query that was broken off may take a core until their process ends.
    """

    EVERY = 0.05

    def __init__(self, limits: QueryLimits, stuck: Callable[[], None] | None = None) -> None:
        self._seconds = limits.seconds
        self._stalled = limits.stalled
        self._patience = limits.stuck
        self._stuck = stuck
        self._lock = threading.Lock()
        self._running: set[Running] = set()
        self._closed = threading.Event()
        self._some = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, running: Running) -> None:
        with self._lock:
            self._running.add(running)
            if self._thread is None:
                self._thread = threading.Thread(target=self._look, name="hansa-gateway-watch", daemon=True)
                self._thread.start()
        self._some.set()

    def close(self) -> None:
        """End what still runs."""
        self._closed.set()
        self._some.set()
        with self._lock:
            running = list(self._running)
        for each in running:
            each.stop(STOPPED)
        if self._thread is not None:
            self._thread.join()

    def _look(self) -> None:
        while not self._closed.is_set():
            self._some.wait()
            self._closed.wait(self.EVERY)
            with self._lock:
                self._running = {r for r in self._running if not r.over}
                running = list(self._running)
                if not running:
                    self._some.clear()
            for each in running:
                self._look_at(each)

    def _look_at(self, running: Running) -> None:
        if running.stopping:
            # An interrupt between two statements is lost on DuckDB, so one is not enough.
            running.interrupt()
            if self._stuck is not None and running.unstoppable > self._patience:
                running.abandon()
                self._stuck()
        elif self._seconds and running.computing > self._seconds:
            mend = "ask for less, or for a result that is computed ahead as a data product"
            running.stop(Trouble("H712", f"the query computes for longer than {self._seconds:g} s", mend=mend))
        elif self._stalled and running.idle > self._stalled:
            running.stop(Trouble("H715", f"nothing was taken of the answer for {self._stalled:g} s", mend="ask again"))
