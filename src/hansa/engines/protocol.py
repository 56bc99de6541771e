"""What an engine is: functions from files to files. Only the platform commits.

An engine describes the result of a query, materialises it as Parquet files, measures data by queries, and streams results. It
keeps nothing between calls that a caller could see. What engines can and cannot do is data (`Capability`), never their name.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from hansa.frozen import dataclass
from hansa.model import DataFile, Relation, Schema

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Capability:
    """What an engine can do. `dialect` is SQLGlot's name of its SQL; models are written in DuckDB's and translated.

    `reads` are the kinds of relation that it reads itself; others are landed as Parquet first.
    """

    name: str
    dialect: str
    reads: frozenset[type]
    python_models: bool
    cancels: bool
    memory_limited: bool


class QueryRefused(Exception):
    """A query is wrong, whatever the data: the engine's one-line reason and, where it is known, the position from 1."""

    def __init__(self, reason: str, line: int = 0, column: int = 0, candidates: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line
        self.column = column
        self.candidates = candidates


class EngineFailed(Exception):
    """A query was right and could not be carried out: no memory, no disk, unreadable data, engine gone.

    `kind` is one of memory, disk, input, data, connection, internal. `table` names the input at fault where it is known.
    """

    def __init__(self, reason: str, kind: str = "internal", table: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.kind = kind
        self.table = table


class Cancelled(Exception):
    """The work was stopped on request."""


class Cancellation:
    """A request to stop that any thread may make once; running engine calls hear of it at once."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._listeners: dict[int, Callable[[], None]] = {}
        self._next = 0

    @property
    def requested(self) -> bool:
        return self._event.is_set()

    def request(self) -> None:
        with self._lock:
            self._event.set()
            listeners = list(self._listeners.values())
        for listener in listeners:
            listener()

    def check(self) -> None:
        """Raise `Cancelled` if a stop was requested."""
        if self._event.is_set():
            raise Cancelled

    @contextmanager
    def listening(self, stop: Callable[[], None]) -> Iterator[None]:
        """Within the block, a request calls `stop` from the requesting thread."""
        with self._lock:
            number, self._next = self._next, self._next + 1
            self._listeners[number] = stop
        try:
            self.check()
            yield
        finally:
            with self._lock:
                del self._listeners[number]


@dataclass(frozen=True, slots=True)
class SqlQuery:
    """A model's SQL in DuckDB's dialect; the engine translates it."""

    text: str


@dataclass(frozen=True, slots=True)
class PythonQuery:
    """A Python model: the function `model(inputs)` of the file at `path`, given the relations it `reads`."""

    path: str
    reads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Materialisation:
    """One result to write. `tables` maps names to relations, views after what they read.

    The columns of the result are matched to `schema` by name and stored in its order and exact types; a missing or surplus
    column or a value that does not fit fails the whole. Files appear in `target`, which the engine creates, with unique names.
    Rows are sorted by `order_by`; with `partition_by`, each file holds one partition and its `DataFile` says which.
    """

    query: SqlQuery | PythonQuery
    tables: Mapping[str, Relation]
    schema: Schema
    target: Path
    order_by: tuple[str, ...] = ()
    partition_by: tuple[str, ...] = ()


class Engine(Protocol):
    """One engine, ready to work. Safe to call from several threads. `close` frees what it holds."""

    @property
    def capability(self) -> Capability: ...

    def describe(self, query: str, tables: Mapping[str, Schema]) -> Schema:
        """The schema that a query over empty tables of these schemas has. Raises `QueryRefused`.

        Every `required` is False: engines know types, nullability is `compile`'s to infer.
        """
        ...

    def materialise(self, work: Materialisation, cancellation: Cancellation | None = None) -> tuple[DataFile, ...]:
        """Write a result as Parquet; on any failure nothing of it is left. Raises `QueryRefused`, `EngineFailed`, `Cancelled`."""
        ...

    def measure(
        self,
        queries: Sequence[str],
        tables: Mapping[str, Relation],
        cancellation: Cancellation | None = None,
    ) -> tuple[list[tuple[Any, ...]] | QueryRefused | EngineFailed, ...]:
        """Run small queries over the same tables; each one's rows, or why it could not be run. Raises `Cancelled`."""
        ...

    def stream(
        self, query: str, tables: Mapping[str, Relation], cancellation: Cancellation | None = None
    ) -> "pa.RecordBatchReader":
        """The result of a query as Arrow batches, without holding it whole. Raises `QueryRefused`, `EngineFailed`."""
        ...

    def schema_of(self, relation: Relation) -> Schema:
        """The schema that a relation's files really have (a CSV's is what its header says, every type text)."""
        ...

    def close(self) -> None: ...
