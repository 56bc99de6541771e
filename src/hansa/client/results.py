"""The rows of a query, as whatever the reader works with. They come once."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from hansa.rows import values
from hansa.trouble import Trouble, TroubleError

if TYPE_CHECKING:
    import duckdb
    import pandas as pd
    import polars as pl


class Result:
    """Rows that are on their way. `reader()` and `rows()` take them as they come, once; everything else takes all of them, and
    keeps them.

    `notices` say what the reader should know: columns that are masked, a port that ends.
    """

    def __init__(self, reader: pa.RecordBatchReader, notices: tuple[str, ...]) -> None:
        self._reader = reader
        self._table: pa.Table | None = None
        self._taken = False
        self.schema: pa.Schema = reader.schema
        self.notices = notices

    def reader(self) -> pa.RecordBatchReader:
        """The rows as they come. Raises TroubleError H956 when they went already, as all others do."""
        if self._table is not None:
            return self._table.to_reader()
        if self._taken:
            mend = "ask again; or take them as `arrow()`, `pandas()` or `polars()`, which can be asked for twice"
            raise TroubleError(Trouble("H956", "the rows of this result came already, and are gone", mend=mend))
        self._taken = True
        return self._reader

    def arrow(self) -> pa.Table:
        if self._table is None:
            self._table = self.reader().read_all()
        return self._table

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
        taken = self.reader()
        return (row for batch in taken for row in zip(*map(values, batch.columns), strict=True))

    def __repr__(self) -> str:
        return f"<Result of {len(self.schema)} columns: {', '.join(self.schema.names[:8])}>"
