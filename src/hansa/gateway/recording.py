"""Keeps the record of reads in the ledger's audit log: what cannot be recorded is not served.

Whoever comes first writes for all who wait (a leader and its followers): the disk is flushed once for many readers, while a reader
who is alone pays for one transaction and for no change of threads.
"""

import threading

from hansa.ledger import Ledger, ReadsRecorded
from hansa.model import ReadRecord

SOON = 0.05
"""Seconds that the record of an end waits for company before it is written for itself."""


class _Batch:
    """Records that are written in one transaction. `error` is why they could not be."""

    __slots__ = ("done", "error", "records")

    def __init__(self) -> None:
        self.records: list[ReadRecord] = []
        self.done = False
        self.error: BaseException | None = None


class LedgerRecorder:
    """Implements `Recorder` over a ledger. Safe to call from many threads; whoever opened the ledger closes it afterwards."""

    def __init__(self, ledger: Ledger, *, soon: float = SOON) -> None:
        self._ledger = ledger
        self._soon = soon
        self._changed = threading.Condition()
        self._next = _Batch()
        self._writing = False
        self._closing = threading.Event()
        self._ended = threading.Event()
        self._flusher = threading.Thread(target=self._flush_ends, name="hansa-recorder", daemon=True)
        self._flusher.start()

    def begin(self, record: ReadRecord) -> None:
        """Durable when this returns. Raises `LedgerGone`; nothing may be served then."""
        self._write(self._queued(record))

    def end(self, record: ReadRecord) -> None:
        """Written with the next beginning of anybody's read, or soon after."""
        self._queued(record)
        self._ended.set()

    def close(self) -> None:
        """Write what still waits. Raises `LedgerGone` when that cannot be done."""
        self._closing.set()
        self._ended.set()
        self._flusher.join()
        with self._changed:
            batch = self._next
        if batch.records:
            self._write(batch)

    def _queued(self, record: ReadRecord) -> _Batch:
        with self._changed:
            self._next.records.append(record)
            return self._next

    def _write(self, batch: _Batch) -> None:
        """Return when a batch is written, by this thread or another. Raises why it could not be."""
        with self._changed:
            self._changed.wait_for(lambda: batch.done or not self._writing)
            if not batch.done:
                self._writing, self._next = True, _Batch()
        if not batch.done:
            self._record(batch)
        if batch.error is not None:
            raise batch.error

    def _record(self, batch: _Batch) -> None:
        try:
            self._ledger.apply([ReadsRecorded(tuple(batch.records))])
        except BaseException as error:  # noqa: BLE001
            # Every thread of the batch raises it: none of their reads is on record.
            batch.error = error
        with self._changed:
            batch.done, self._writing = True, False
            self._changed.notify_all()

    def _flush_ends(self) -> None:
        while not self._closing.is_set():
            self._ended.wait()
            self._closing.wait(self._soon)
            self._ended.clear()
            with self._changed:
                batch = self._next
            if batch.records:
                self._write(batch)
