"""Stopping work on request: running statements are interrupted, also one that starts just after the request."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from hansa.engines.protocol import Cancellation, Cancelled, EngineFailed, QueryRefused

_AGAIN_AFTER_SECONDS = 0.05


@contextmanager
def stoppable(cancellation: Cancellation | None, *connections: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Within the block, a request interrupts the connections; the block then raises `Cancelled`, whatever it ran into."""
    if cancellation is None:
        yield
        return
    done = threading.Event()

    def interrupt_until_done() -> None:
        # An interrupt between two statements is lost on DuckDB, so one is not enough.
        while not done.is_set():
            for connection in connections:
                connection.interrupt()
            done.wait(_AGAIN_AFTER_SECONDS)

    def stop() -> None:
        threads.append(threading.Thread(target=interrupt_until_done, name="hansa-interrupt", daemon=True))
        threads[-1].start()

    threads: list[threading.Thread] = []
    try:
        with cancellation.listening(stop):
            yield
            cancellation.check()
    except (duckdb.Error, EngineFailed, QueryRefused):
        if cancellation.requested:
            raise Cancelled from None
        raise
    finally:
        # The connections are closed next: nobody may be about to interrupt them then.
        done.set()
        for thread in threads:
            thread.join()
