"""A result as a stream of Arrow batches that keeps its instance alive and closes it at the end, or when it is dropped."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pyarrow as pa

from hansa.engines.protocol import Cancellation, Cancelled


class Batches(Iterator[pa.RecordBatch]):
    """The batches of a reader. `held` is closed after the last one, on any error, or when nobody wants more."""

    def __init__(
        self,
        reader: pa.RecordBatchReader,
        held: ExitStack,
        cancellation: Cancellation | None,
        why: Callable[[Exception], Exception],
    ) -> None:
        self._reader = reader
        self._held = held
        self._cancellation = cancellation
        self._why = why

    def __next__(self) -> pa.RecordBatch:
        try:
            if self._cancellation is not None:
                self._cancellation.check()
            return self._reader.read_next_batch()
        except (StopIteration, Cancelled):
            self.close()
            raise
        except Exception as error:  # noqa: BLE001 - Arrow raises many kinds; the caller's `why` sorts them
            reason = self._why(error)
            self.close()
            if self._cancellation is not None and self._cancellation.requested:
                raise Cancelled from None
            raise reason from None

    def close(self) -> None:
        self._held.close()

    def __del__(self) -> None:
        self.close()


def batched(
    reader: pa.RecordBatchReader,
    held: ExitStack,
    cancellation: Cancellation | None,
    why: Callable[[Exception], Exception],
) -> pa.RecordBatchReader:
    """A reader over a result that closes what it holds when it is done. `why` explains an error of the engine."""
    return pa.RecordBatchReader.from_batches(reader.schema, Batches(reader, held, cancellation, why))
