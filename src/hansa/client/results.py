"""The rows of a query, as whatever the reader works with. They are read once."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from hansa.rows import values

if TYPE_CHECKING:
    import duckdb
    import pandas as pd
    import polars as pl


class Result:
    """Rows that are on their way. `reader()` takes them as they come; everything else takes all of them, once.

    `notices` say what the reader should know: columns that are masked, a port that ends.
    """

    def __init__(self, reader: pa.RecordBatchReader, notices: tuple[str, ...]) -> None:
        self._reader = reader
        self.schema: pa.Schema = reader.schema
        self.notices = notices

    def reader(self) -> pa.RecordBatchReader:
        return self._reader

    def arrow(self) -> pa.Table:
        return self._reader.read_all()

    def polars(self) -> "pl.DataFrame":
        import polars as pl

        frame = pl.from_arrow(self.arrow())
        assert isinstance(frame, pl.DataFrame)
        return frame

    def pandas(self) -> "pd.DataFrame":
        return self.arrow().to_pandas()

    def duckdb(self) -> "duckdb.DuckDBPyRelation":
        """A relation over the rows, in DuckDB's default connection."""
        import duckdb

        return duckdb.from_arrow(self.arrow())

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Each row as a tuple, as they come. A date or moment beyond the years 1 to 9999 is text, as Python has none."""
        for batch in self._reader:
            yield from zip(*map(values, batch.columns), strict=True)

    def __repr__(self) -> str:
        return f"<Result of {len(self.schema)} columns: {', '.join(self.schema.names[:8])}>"
