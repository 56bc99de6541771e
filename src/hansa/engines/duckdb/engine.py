"""The engine itself. It describes at once; what it computes with is loaded when something is computed."""

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hansa.engines.duckdb.describe import Describer
from hansa.engines.duckdb.session import Limits
from hansa.engines.duckdb.slots import share
from hansa.engines.protocol import Cancellation, Capability, EngineFailed, Materialisation, QueryRefused
from hansa.model import CsvFiles, DataFile, DuckDbTable, JsonFiles, ParquetFiles, Relation, Schema, View

if TYPE_CHECKING:
    import pyarrow as pa

    from hansa.engines.duckdb.computing import Computing

CAPABILITY = Capability(
    name="duckdb",
    dialect="duckdb",
    reads=frozenset({ParquetFiles, CsvFiles, JsonFiles, DuckDbTable, View}),
    python_models=True,
    cancels=True,
    memory_limited=True,
)


class DuckDbEngine:
    """DuckDB in this process. `memory_limit` (`1GB`) holds for all calls together, `threads` for each; 0 and empty are defaults.

    At most `parallel` calls compute at once, each with its share of the memory; a stream that is being read counts for none.
    `spill` is where results larger than the memory limit are put while they are computed; without it, they fail.
    """

    def __init__(self, memory_limit: str = "", threads: int = 0, spill: Path | None = None, parallel: int = 1) -> None:
        self._limits = Limits(share(memory_limit, parallel), threads, spill)
        self._parallel = parallel
        self._describer = Describer()
        self._lock = threading.Lock()
        self._computing: Computing | None = None

    @property
    def capability(self) -> Capability:
        return CAPABILITY

    def describe(self, query: str, tables: Mapping[str, Schema]) -> Schema:
        return self._describer.describe(query, tables)

    def materialise(self, work: Materialisation, cancellation: Cancellation | None = None) -> tuple[DataFile, ...]:
        return self._loaded().materialise(work, cancellation)

    def measure(
        self,
        queries: Sequence[str],
        tables: Mapping[str, Relation],
        cancellation: Cancellation | None = None,
    ) -> tuple[list[tuple[Any, ...]] | QueryRefused | EngineFailed, ...]:
        return self._loaded().measure(queries, tables, cancellation)

    def stream(
        self, query: str, tables: Mapping[str, Relation], cancellation: Cancellation | None = None
    ) -> "pa.RecordBatchReader":
        return self._loaded().stream(query, tables, cancellation)

    def schema_of(self, relation: Relation) -> Schema:
        return self._loaded().schema_of(relation)

    def close(self) -> None:
        self._describer.close()
        with self._lock:
            if self._computing is not None:
                self._computing.close()

    def _loaded(self) -> "Computing":
        with self._lock:
            if self._computing is None:
                from hansa.engines.duckdb.computing import Computing

                self._computing = Computing(self._limits, self._parallel)
            return self._computing
