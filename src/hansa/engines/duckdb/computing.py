"""What the engine computes over files: each call in its own instance, under the engine's limits, stoppable at any time."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import duckdb

from hansa.engines.duckdb.describe import schema_of_select
from hansa.engines.duckdb.errors import failure, refusal, said
from hansa.engines.duckdb.scan import bare, csv_schema
from hansa.engines.duckdb.session import Limits, instance
from hansa.engines.duckdb.slots import Slots
from hansa.engines.duckdb.statement import single_select
from hansa.engines.duckdb.stopping import stoppable
from hansa.engines.duckdb.tables import at_fault, register
from hansa.engines.duckdb.warm import WarmInstances
from hansa.engines.duckdb.write import Copy, CopyFailed, check_columns, write
from hansa.engines.protocol import (
    Cancellation,
    EngineFailed,
    Materialisation,
    PythonQuery,
    QueryRefused,
    SqlQuery,
)
from hansa.model import CsvFiles, DataFile, Relation, Schema, quoted

if TYPE_CHECKING:
    import pyarrow as pa

_RESULT = "hansa result"
_BATCH_ROWS = 65_536


class Computing:
    """At most `parallel` calls compute at once, each under `limits`; a stream that is being read counts for none."""

    def __init__(self, limits: Limits, parallel: int) -> None:
        self._limits = limits
        self._slots = Slots(parallel)
        self._warm = WarmInstances()

    def materialise(self, work: Materialisation, cancellation: Cancellation | None = None) -> tuple[DataFile, ...]:
        target = work.target.absolute()
        with (
            self._slots.taken(cancellation) as threads,
            instance(self._limits_of(work, threads)) as connection,
            stoppable(cancellation, connection),
        ):
            # Only a sorted result has an order to keep; any other is written faster and in less memory without one.
            connection.execute(f"SET preserve_insertion_order = {str(bool(work.order_by)).lower()}")
            register(connection, work.tables, writable=(target,))
            writer = connection.cursor()
            # A Python model's result may be a stream on the first connection, which a second one writes.
            with closing(writer), stoppable(cancellation, writer):
                source = _source(connection, writer, work)
                try:
                    return write(writer, Copy(source, work.schema, target, work.order_by, work.partition_by))
                except CopyFailed as failed:
                    raise at_fault(connection, work.tables, failed.error) from None

    def measure(
        self,
        queries: Sequence[str],
        tables: Mapping[str, Relation],
        cancellation: Cancellation | None = None,
    ) -> tuple[list[tuple[Any, ...]] | QueryRefused | EngineFailed, ...]:
        limits = self._limits
        with (
            self._slots.taken(cancellation) as threads,
            self._warm.lent(tables, replace(limits, threads=limits.threads or threads)) as connection,
            stoppable(cancellation, connection),
        ):
            return tuple(_measured(connection, query, tables, cancellation) for query in queries)

    def stream(
        self, query: str, tables: Mapping[str, Relation], cancellation: Cancellation | None = None
    ) -> "pa.RecordBatchReader":
        from hansa.engines.duckdb.streaming import batched

        with ExitStack() as stack:
            connection = stack.enter_context(instance(self._limits))
            stack.enter_context(stoppable(cancellation, connection))
            register(connection, tables)
            select = single_select(connection, query)
            _columns(connection, select)

            def why(error: Exception) -> Exception:
                what = said(error)
                return refusal(what, select) if what.refused else at_fault(connection.cursor(), tables, what)

            try:
                reader = connection.sql(select).to_arrow_reader(_BATCH_ROWS)
            except duckdb.Error as error:
                raise why(error) from None
            return batched(reader, stack.pop_all(), cancellation, why)

    def schema_of(self, relation: Relation) -> Schema:
        if isinstance(relation, CsvFiles):
            return csv_schema(relation)
        with instance(self._limits) as connection:
            try:
                return schema_of_select(connection, bare(connection, relation))
            except duckdb.Error as error:
                raise EngineFailed(said(error).line, "input") from None
            except QueryRefused as refused:
                raise EngineFailed(refused.reason, "input") from None

    def close(self) -> None:
        self._warm.close()

    def _limits_of(self, work: Materialisation, threads: int) -> Limits:
        """One thread for what is both sorted and partitioned: DuckDB keeps the order within partitions only then."""
        return replace(self._limits, threads=1 if work.order_by and work.partition_by else self._limits.threads or threads)


def _source(connection: duckdb.DuckDBPyConnection, writer: duckdb.DuckDBPyConnection, work: Materialisation) -> str:
    """The SELECT to write: the model's own, or one over what a Python model returned."""
    match work.query:
        case SqlQuery(text):
            select = single_select(connection, text)
        case PythonQuery(path):
            # Arrow costs as much start-up as all else together, and most commands compute nothing.
            from hansa.engines.duckdb.python_model import as_arrow, call

            result = as_arrow(call(connection, work.query), path)
            writer.register(_RESULT, result)
            select = f"SELECT * FROM {quoted(_RESULT)}"
    check_columns(_columns(writer, select), work.schema)
    return select


def _columns(connection: duckdb.DuckDBPyConnection, select: str) -> list[str]:
    """The names of a SELECT's columns. Raises `QueryRefused`, `EngineFailed`."""
    try:
        return [str(row[0]) for row in connection.execute(f"DESCRIBE {select}").fetchall()]
    except duckdb.Error as error:
        what = said(error)
        raise (refusal(what, select, len("DESCRIBE ")) if what.refused else failure(what)) from None


def _measured(
    connection: duckdb.DuckDBPyConnection, query: str, tables: Mapping[str, Relation], cancellation: Cancellation | None
) -> list[tuple[Any, ...]] | QueryRefused | EngineFailed:
    if cancellation is not None:
        cancellation.check()
    try:
        select = single_select(connection, query)
        return _rows(connection, select)
    except QueryRefused as refused:
        return refused
    except duckdb.Error as error:
        what = said(error)
        return refusal(what, query) if what.refused else at_fault(connection, tables, what)


def _rows(connection: duckdb.DuckDBPyConnection, select: str) -> list[tuple[Any, ...]]:
    """The rows of a query. DuckDB needs the package pytz to make Python's zoned times; Arrow needs nothing."""
    connection.execute(select)
    if any("TIME ZONE" in str(column[1]) for column in connection.description or ()):
        connection.abort()
        table = connection.sql(select).to_arrow_table()
        return list(zip(*(column.to_pylist() for column in table.columns), strict=True))
    return connection.fetchall()
