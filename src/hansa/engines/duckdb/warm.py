"""Instances kept for the next question over the same tables: an audit asks several times, and opening costs more than answering.

A locked instance can never reach anything else, so it is used again only for the very same relations over unchanged files.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import duckdb

from hansa.engines.duckdb.scan import files
from hansa.engines.duckdb.session import Limits, instance
from hansa.engines.duckdb.tables import register
from hansa.model import Relation

_KEPT = 2
"""As many as products are computed at once; each may hold memory up to the limit, though idle ones hold little."""

Key = tuple[tuple[tuple[str, Relation], ...], tuple[tuple[str, int, int], ...]]
Held = tuple[duckdb.DuckDBPyConnection, ExitStack]


class WarmInstances:
    """Lends an instance with tables registered to one caller at a time, and closes the longest unused beyond a few."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: OrderedDict[Key, Held] = OrderedDict()
        self._closed = False

    @contextmanager
    def lent(self, tables: Mapping[str, Relation], limits: Limits) -> Iterator[duckdb.DuckDBPyConnection]:
        """An instance that reads these tables and nothing else; a new one gets `limits`. After a failure it is not lent again."""
        key = (tuple(tables.items()), tuple(_state(path) for r in tables.values() for path in files(r)))
        held = self._taken(key) or self._opened(tables, limits)
        try:
            yield held[0]
        except BaseException:
            held[1].close()
            raise
        self._kept(key, held)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            idle = list(self._idle.values())
            self._idle.clear()
        for _, stack in idle:
            stack.close()

    def _taken(self, key: Key) -> Held | None:
        with self._lock:
            return self._idle.pop(key, None)

    def _opened(self, tables: Mapping[str, Relation], limits: Limits) -> Held:
        with ExitStack() as stack:
            connection = stack.enter_context(instance(limits))
            register(connection, tables)
            return connection, stack.pop_all()

    def _kept(self, key: Key, held: Held) -> None:
        surplus = [held]
        with self._lock:
            if not self._closed and key not in self._idle:
                self._idle[key] = held
                surplus = [self._idle.popitem(last=False)[1] for _ in range(len(self._idle) - _KEPT)]
        for _, stack in surplus:
            stack.close()


def _state(path: str) -> tuple[str, int, int]:
    """What changes when a file does; the reader says it when it is gone."""
    try:
        found = Path(path).stat()
    except OSError:
        return path, -1, -1
    return path, found.st_size, found.st_mtime_ns
