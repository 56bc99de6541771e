"""A Delta table: its own files where they are the table, else landed through a reader that knows Delta's features."""

from pathlib import Path
from typing import Any

import pyarrow as pa
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from hansa.model import ParquetFiles, Relation, Schema, Server, Table
from hansa.sources.arrow_types import schema_from_arrow
from hansa.sources.compare import physical_name, renamed
from hansa.sources.files import refuse_unfit, unreadable
from hansa.sources.landing import land
from hansa.sources.paths import local_path
from hansa.sources.protocol import failed


class DeltaSource:
    """The newest version of a Delta table in a local folder."""

    def __init__(self, server: Server, table: Table, schema: Schema, root: Path) -> None:
        self._server = server
        self._table = table
        self._schema = schema
        self._root = root

    def version(self) -> str | None:
        delta = self._delta()
        return f"delta {delta.metadata().id} {delta.version()}"

    def size(self) -> int | None:
        return None

    def describe(self) -> Schema | None:
        return schema_from_arrow(pa.schema(self._delta().schema().to_arrow()))

    def relation(self, landing: Path) -> Relation:
        delta = self._delta()
        refuse_unfit(schema_from_arrow(pa.schema(delta.schema().to_arrow())), self._table, self._schema)
        if _files_are_the_table(delta):
            return ParquetFiles(tuple(sorted(delta.file_uris())), self._schema, renamed(self._table, self._schema))
        stored = [physical_name(self._table, name) for name in self._schema.names]
        try:
            reader = delta.to_pyarrow_dataset().scanner(columns=_spelt(delta, stored)).to_reader()
            schema = pa.schema([f.with_name(n) for f, n in zip(reader.schema, self._schema.names, strict=True)])
            batches = (pa.record_batch(batch.columns, schema) for batch in reader)
            return land(self._server, landing, schema, batches, self._schema)
        except (DeltaError, pa.ArrowException) as error:
            raise unreadable(self._server, self._folder(), str(error).splitlines()[0], "a Delta table") from None

    def _folder(self) -> Path:
        return local_path(self._server, self._server.option("path"), self._root)

    def _delta(self) -> Any:
        folder = self._folder()
        if not (folder / "_delta_log").is_dir():
            raise failed(
                "H501",
                f"there is no Delta table at `{self._server.option('path')}`",
                self._server,
                f"put it at {folder}, or correct where the server says it is",
            )
        try:
            return DeltaTable(str(folder))
        except (DeltaError, OSError) as error:
            raise unreadable(self._server, folder, str(error).splitlines()[0], "a Delta table") from None


def _files_are_the_table(delta: Any) -> bool:
    """Whether the Parquet files hold just the table's rows and columns: no partition values in paths, no reader features."""
    return delta.protocol().min_reader_version == 1 and not delta.metadata().partition_columns


def _spelt(delta: Any, names: list[str]) -> list[str]:
    """Names as the table spells them: Arrow's scanner minds case, contracts do not."""
    spelt = {field.name.lower(): field.name for field in delta.schema().fields}
    return [spelt[name.lower()] for name in names]
