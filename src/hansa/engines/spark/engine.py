"""The engine itself: a call borrows a session, registers its tables there, and lets the server compute."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import pyarrow as pa

from hansa.engines.protocol import (
    Cancellation,
    Cancelled,
    Capability,
    EngineFailed,
    Materialisation,
    PythonQuery,
    QueryRefused,
)
from hansa.engines.spark.arrow import arrow_schema
from hansa.engines.spark.errors import analysing, executing
from hansa.engines.spark.session import Sessions, SparkSession
from hansa.engines.spark.tables import described, drop, nothing, register, stored_schema
from hansa.engines.spark.translate import translate, view_of
from hansa.engines.spark.write import check_shared, moved_in, staging, stored_columns, write
from hansa.model import Column, DataFile, ParquetFiles, Relation, Schema, View

CAPABILITY = Capability(
    name="spark",
    dialect="spark",
    reads=frozenset({ParquetFiles, View}),
    python_models=False,
    cancels=True,
    memory_limited=False,
)


class SparkEngine:
    """A Spark Connect server at `remote` (`sc://host:15002`), already running. Connecting waits for the first call.

    Client and server must see the same files under the same paths; a result that the server wrote and we cannot see fails.
    The server is told nothing about memory: its own settings hold.
    """

    def __init__(self, remote: str) -> None:
        self._sessions = Sessions(remote)

    @property
    def capability(self) -> Capability:
        return CAPABILITY

    def describe(self, query: str, tables: Mapping[str, Schema]) -> Schema:
        translation = translate(query, tables)
        empty = ", ".join(f"{view_of(name)} AS ({nothing(schema)})" for name, schema in tables.items() if len(schema))
        text = f"WITH {empty} SELECT * FROM (\n{translation.sql}\n)" if empty else translation.sql
        with self._sessions.borrowed() as session, analysing():
            fields = session.sql(text).schema.fields
        return described(translation, fields)

    def materialise(self, work: Materialisation, cancellation: Cancellation | None = None) -> tuple[DataFile, ...]:
        if isinstance(work.query, PythonQuery):
            raise QueryRefused("Python models run on the embedded engine; give the domain another platform, or write SQL")
        with self._tables(work.tables, cancellation) as (session, schemas), staging(work.target.absolute()) as place:
            frame, found = _bound(session, work.query.text, schemas)
            stored = frame.selectExpr(*stored_columns(found, work.schema))
            with executing(_asked(cancellation)):
                write(stored, work, place.folder)
                check_shared(place, stored)
            if cancellation is not None:
                cancellation.check()
            return moved_in(place, work)

    def measure(
        self,
        queries: Sequence[str],
        tables: Mapping[str, Relation],
        cancellation: Cancellation | None = None,
    ) -> tuple[list[tuple[Any, ...]] | QueryRefused | EngineFailed, ...]:
        with self._tables(tables, cancellation) as (session, schemas):
            return tuple(_measured(session, query, schemas, cancellation) for query in queries)

    def stream(
        self, query: str, tables: Mapping[str, Relation], cancellation: Cancellation | None = None
    ) -> pa.RecordBatchReader:
        with ExitStack() as stack:
            session, schemas = stack.enter_context(self._tables(tables, cancellation))
            frame, found = _bound(session, query, schemas)
            schema = arrow_schema(found)
            batches = _batches(frame, schema, stack.pop_all(), cancellation)
            return pa.RecordBatchReader.from_batches(schema, batches)

    def schema_of(self, relation: Relation) -> Schema:
        if not isinstance(relation, ParquetFiles):
            raise EngineFailed(f"Spark reads no {type(relation).__name__} here; it is landed as Parquet first", "input")
        inside = {theirs.lower(): ours for ours, theirs in relation.renamed}
        stored = stored_schema(relation.paths)
        return Schema(tuple(Column(inside.get(c.name.lower(), c.name), c.type) for c in stored))

    def close(self) -> None:
        self._sessions.close()

    @contextmanager
    def _tables(
        self, tables: Mapping[str, Relation], cancellation: Cancellation | None
    ) -> Iterator[tuple[SparkSession, dict[str, Schema]]]:
        with self._sessions.borrowed(cancellation) as session:
            yield session, register(session, tables)
            drop(session, tables)


def _asked(cancellation: Cancellation | None) -> Callable[[], bool]:
    return lambda: cancellation is not None and cancellation.requested


def _bound(session: SparkSession, query: str, schemas: Mapping[str, Schema]) -> tuple[Any, Schema]:
    """A query as a frame, bound, and its schema. Raises `QueryRefused`."""
    translation = translate(query, schemas)
    with analysing():
        frame = session.sql(translation.sql)
        return frame, described(translation, frame.schema.fields)


def _measured(
    session: SparkSession, query: str, schemas: Mapping[str, Schema], cancellation: Cancellation | None
) -> list[tuple[Any, ...]] | QueryRefused | EngineFailed:
    if cancellation is not None:
        cancellation.check()
    try:
        translation = translate(query, schemas)
        with analysing():
            frame = session.sql(translation.sql)
            frame.schema  # noqa: B018 - binds the query, so that its errors are told from those of the data
        with executing(_asked(cancellation)):
            table = frame.toArrow()
    except (QueryRefused, EngineFailed) as answer:
        return answer
    columns = [_plain(column) for column in table.columns]
    return list(zip(*columns, strict=True)) if columns else []


def _plain(column: pa.ChunkedArray) -> list[Any]:
    """A column's values for people and thresholds: wide whole numbers, such as sums of integers, as int."""
    values: list[Any] = column.to_pylist()
    if pa.types.is_decimal(column.type) and column.type.scale == 0:
        return [None if value is None else int(value) for value in values]
    return values


def _batches(frame: Any, schema: pa.Schema, held: ExitStack, cancellation: Cancellation | None) -> Iterator[pa.RecordBatch]:
    """The result as it arrives. PySpark's public iterator gives rows only, so this is the client's own under it."""
    stopped = _asked(cancellation)
    with held:
        client = frame.sparkSession.client
        with executing(stopped):
            for table in client.to_table_as_iterator(frame._plan.to_proto(client), {}):
                if stopped():
                    raise Cancelled
                if isinstance(table, pa.Table):
                    yield from table.rename_columns(schema.names).cast(schema).to_batches()
