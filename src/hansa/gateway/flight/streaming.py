"""An answer on its way: batches of a size that every client takes, watched from the side while they flow."""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.flight as fl

from hansa.engines import Cancellation
from hansa.gateway.flight.errors import flight_error
from hansa.gateway.rechecking import recheck
from hansa.trouble import TroubleError

MOST_BYTES = 4 << 20
"""Of a batch on the wire. Drivers in Go refuse messages of more than 16 MB unless told."""

_GLANCE, _RECHECK = 0.25, 1.0  # seconds between looks at the connection, and at the credential


@dataclass(eq=False, slots=True)
class Flowing:
    """A query under way. `reason` is why it was stopped, when it was not the client who stopped it."""

    owner: str
    credential: str
    cancellation: Cancellation
    gone: Callable[[], bool]
    reason: TroubleError | None = None
    over: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def end(self) -> None:
        """The call is over: from now on nobody looks at its context, which is gone."""
        with self.lock:
            self.over = True

    def stop(self, reason: TroubleError | None = None) -> None:
        with self.lock:
            self.reason = self.reason or reason
        self.cancellation.request()


class Watch:
    """One thread that looks after all queries under way: whether their clients are there and their credentials still good."""

    def __init__(self, again: Callable[[str], None]) -> None:
        self._again = again
        self._flowing: set[Flowing] = set()
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="hansa-flight-watch", daemon=True)
        self._thread.start()

    def add(self, flowing: Flowing) -> None:
        with self._lock:
            self._flowing.add(flowing)

    def remove(self, flowing: Flowing) -> None:
        flowing.end()
        with self._lock:
            self._flowing.discard(flowing)

    def under_way(self) -> tuple[Flowing, ...]:
        with self._lock:
            return tuple(self._flowing)

    def close(self) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        until_recheck = _RECHECK
        while not self._ended.wait(_GLANCE):
            for flowing in self.under_way():
                with flowing.lock:
                    gone = not flowing.over and flowing.gone()
                if gone:
                    flowing.stop()
            until_recheck -= _GLANCE
            if until_recheck <= 0:
                until_recheck = _RECHECK
                recheck(((flowing.credential, flowing.stop) for flowing in self.under_way()), self._again)


def stream_of(reader: pa.RecordBatchReader, flowing: Flowing) -> fl.GeneratorStream:
    """The batches as Flight sends them. The next one is computed when the last has left, so a slow client slows the query.

    A generator of ours stands between, at some 20 µs a batch of 4 MB, because only from it do errors leave with their own code;
    encoding and sending are done without the interpreter.
    """
    return fl.GeneratorStream(reader.schema, _batches(reader, flowing))


def _batches(reader: pa.RecordBatchReader, flowing: Flowing) -> Iterator[pa.RecordBatch]:
    whole = False
    try:
        while True:
            try:
                flowing.cancellation.check()
                batch = reader.read_next_batch()
            except StopIteration:
                whole = True
                return
            except Exception as wrong:  # noqa: BLE001 - a closed family of Flight errors leaves, whatever came
                raise flight_error(flowing.reason or wrong) from None
            yield from pieces(batch)
    finally:
        # Also when the client has gone, and Flight drops the generator: then the query is stopped.
        if not whole:
            flowing.cancellation.request()
        with suppress(pa.ArrowInvalid):
            reader.close()


def pieces(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """A batch in slices that are small enough for a message; one row is never divided."""
    size = batch.nbytes
    if size <= MOST_BYTES:
        yield batch
        return
    rows = -(-batch.num_rows // -(-size // MOST_BYTES))
    if rows > 64:
        rows += -rows % 8  # so that bits of truth and absence are sent as they lie
    for start in range(0, batch.num_rows, rows):
        yield batch.slice(start, rows)
