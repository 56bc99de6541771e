"""Keeps the record of reads in the ledger's audit log: what cannot be recorded is not served.

Whoever comes first writes for all who wait (a leader and its followers), and for all who announced a beginning and do something
else meanwhile: the disk is flushed once for many readers, while a reader who is alone pays for one transaction.
"""

import threading
import time
from collections.abc import Callable

from hansa.gateway.asking import OnRecord
from hansa.ledger import Ledger, LedgerGone, ReadsRecorded
from hansa.ledger.sense import zoned
from hansa.model import ReadRecord

SOON = 0.05
"""Seconds that the record of an end waits for company before it is written for itself, and at most as long again."""

LATER = 1.0
"""Seconds until ends are tried again that could not be written."""

MOST_ENDS = 100_000
"""Ends that are kept while the ledger is gone; beyond it the oldest are given up. Their beginnings are on record."""


class _Batch:
    """Records that are written in one transaction. `error` is why they could not be, `since` when the first end came."""

    __slots__ = ("begins", "done", "ends", "error", "since")

    def __init__(self, ends: list[ReadRecord]) -> None:
        self.begins: list[ReadRecord] = []
        self.ends = ends
        self.done = False
        self.error: Exception | None = None
        self.since = 0.0


class _Announced:
    """Implements `OnRecord`: a beginning in the batch that it goes along with."""

    __slots__ = ("_batch", "_write")

    def __init__(self, batch: _Batch, write: Callable[[_Batch], None]) -> None:
        self._batch = batch
        self._write = write

    @property
    def settled(self) -> bool:
        return self._batch.done

    def wait(self) -> None:
        self._write(self._batch)


class LedgerRecorder:
    """Implements `Recorder` over a ledger. Safe to call from many threads; whoever opened the ledger closes it afterwards."""

    def __init__(self, ledger: Ledger, *, soon: float = SOON) -> None:
        self._ledger = ledger
        self._soon = soon
        self._changed = threading.Condition()
        self._next = _Batch([])
        self._writing = False
        self._closing = threading.Event()
        self._ended = threading.Event()
        self._flusher = threading.Thread(target=self._flush_ends, name="hansa-recorder", daemon=True)
        self._flusher.start()

    def begin(self, record: ReadRecord) -> None:
        """Durable when this returns. Raises `LedgerGone`; nothing may be served then."""
        self.announce(record).wait()

    def announce(self, record: ReadRecord) -> OnRecord:
        """Written along with whatever is written next; durable once it was waited for."""
        zoned(record.at)
        with self._changed:
            batch = self._next
            batch.begins.append(record)
        return _Announced(batch, self._write)

    def end(self, record: ReadRecord) -> None:
        """Written with the next beginning of anybody's read, or soon after."""
        zoned(record.at)
        with self._changed:
            if not self._next.ends:
                self._next.since = time.monotonic()
            self._next.ends.append(record)
        self._ended.set()

    def close(self) -> None:
        """Write what still waits. Raises `LedgerGone` when that cannot be done."""
        self._closing.set()
        self._ended.set()
        self._flusher.join()
        self._flush()

    def _write(self, batch: _Batch) -> None:
        """Return when a batch is written, by this thread or another. Raises why it could not be."""
        with self._changed:
            self._changed.wait_for(lambda: batch.done or not self._writing)
            leads = not batch.done
            if leads:
                self._writing, self._next = True, _Batch([])
        if leads:
            self._record(batch)
        if batch.error is not None:
            raise batch.error

    def _record(self, batch: _Batch) -> None:
        # Followers are told even when this thread is interrupted: their reads are not on record either.
        batch.error = LedgerGone("the record of a read was interrupted")
        try:
            self._ledger.apply([ReadsRecorded((*batch.ends, *batch.begins))])
            batch.error = None
        except Exception as error:  # noqa: BLE001 - whatever it is, each thread of the batch has to know
            batch.error = error
        finally:
            with self._changed:
                if batch.error is not None and batch.ends:
                    self._next.ends[:0] = batch.ends[-MOST_ENDS:]
                    self._ended.set()
                batch.done, self._writing = True, False
                self._changed.notify_all()

    def _flush(self, waited: float = 0.0) -> None:
        """Write the ends that wait, unless none did so for as long: where readers come and go, the next beginning takes them."""
        with self._changed:
            batch = self._next
            idle = not batch.ends and not batch.begins
            early = time.monotonic() - batch.since < waited
        if early and not idle:
            self._ended.set()
        elif not idle:
            self._write(batch)

    def _flush_ends(self) -> None:
        while not self._closing.is_set():
            self._ended.wait()
            self._closing.wait(self._soon)
            self._ended.clear()
            try:
                self._flush(self._soon)
            except Exception:  # noqa: BLE001 - the next reader's beginning meets the same, and is refused with its reason
                self._ended.set()
                self._closing.wait(LATER)
