"""`query`: ask the published products in SQL."""

import enum
import json as jsonlib
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from hansa.cli.options import EnvOption, JsonOption, MeshOption
from hansa.cli.output import counted, say, table, write
from hansa.trouble import Trouble, TroubleError

if TYPE_CHECKING:
    import pyarrow as pa

SHOWN = 100  # rows that the table view shows; the other formats give all
NUMBERS = ("int", "uint", "float", "double", "decimal")


class Format(enum.StrEnum):
    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    ARROW = "arrow"
    PARQUET = "parquet"


def add_to(app: typer.Typer) -> None:
    app.command()(query)


def query(
    sql: Annotated[
        str, typer.Argument(metavar="SQL", help="One SELECT over domain.product or domain.product.port; - reads stdin.")
    ],
    format: Annotated[Format, typer.Option("--format", help="How to write the rows.")] = Format.TABLE,  # noqa: A002
    env: EnvOption = "prod",
    mesh: MeshOption = None,
    json: JsonOption = False,
) -> None:
    """Ask the published products in SQL. Names mean what is published, never what is declared.

    Example: hansa query "SELECT count(*) FROM customer.profiles"
    """
    from hansa.engines import EngineFailed
    from hansa.gateway import answer, broken
    from hansa.wiring import Workplace

    wanted = Format.JSON if json else format
    if wanted in (Format.ARROW, Format.PARQUET) and sys.stdout.isatty():
        raise TroubleError(Trouble("H906", f"{wanted} is not for a terminal", mend=f"send it to a file: > rows.{wanted}"))
    text = sys.stdin.read() if sql == "-" else sql
    with Workplace.open(mesh) as workplace:
        given = answer(text, environment=env, ledger=workplace.ledger, lake=workplace.lake, engine=workplace.embedded())
        try:
            _write(given.reader, wanted)
        except EngineFailed as failed:
            raise TroubleError(broken(failed)) from failed


def _write(reader: "pa.RecordBatchReader", format: Format) -> None:  # noqa: A002
    match format:
        case Format.TABLE:
            _write_table(reader)
        case Format.JSON:
            _write_json(reader)
        case Format.CSV:
            from pyarrow import csv

            batches = _flat(reader)
            first = next(batches)
            with csv.CSVWriter(sys.stdout.buffer, first.schema) as writer:
                for batch in (first, *batches):
                    writer.write_batch(batch)
        case Format.ARROW:
            import pyarrow as pa

            with pa.ipc.new_stream(sys.stdout.buffer, reader.schema) as stream:
                for batch in reader:
                    stream.write_batch(batch)
        case Format.PARQUET:
            from pyarrow import parquet

            with parquet.ParquetWriter(sys.stdout.buffer, reader.schema, compression="zstd") as file:
                for batch in reader:
                    file.write_batch(batch)


def _write_json(reader: "pa.RecordBatchReader") -> None:
    """One list, a row a line. Nothing is written before the last batch has come: half a document would be none."""
    from hansa.cli.rows import as_dicts

    batches = list(reader)
    before = "[\n  "
    for row in as_dicts(batches, reader.schema):
        sys.stdout.write(before + jsonlib.dumps(row, ensure_ascii=False, allow_nan=False))
        before = ",\n  "
    sys.stdout.write("[]\n" if before.startswith("[") else "\n]\n")


def _flat(reader: "pa.RecordBatchReader") -> "Iterator[pa.RecordBatch]":
    """Batches whose columns CSV can hold, at least one: nested values as JSON, bytes as Base64, intervals as text."""
    import pyarrow as pa

    from hansa.cli.rows import plain

    unwritable = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_interval, pa.types.is_duration)

    def flat(column: "pa.Array") -> "pa.Array":
        kind = column.type
        if pa.types.is_nested(kind):
            return pa.array(
                [None if v is None else jsonlib.dumps(plain(v), ensure_ascii=False) for v in column.to_pylist()], pa.string()
            )
        if isinstance(kind, pa.BaseExtensionType) or any(is_kind(kind) for is_kind in unwritable):
            return pa.array([None if v is None else str(plain(v)) for v in column.to_pylist()], pa.string())
        return column

    def flattened(batch: "pa.RecordBatch") -> "pa.RecordBatch":
        return pa.record_batch([flat(c) for c in batch.columns], names=batch.schema.names)

    empty = pa.record_batch([pa.array([], f.type) for f in reader.schema], schema=reader.schema)
    yield flattened(empty)
    for batch in reader:
        yield flattened(batch)


def _write_table(reader: "pa.RecordBatchReader") -> None:
    from hansa.cli.rows import as_text

    rows: list[tuple[object, ...]] = []
    for batch in reader:
        rows += as_text(batch.slice(0, SHOWN + 1 - len(rows)))
        if len(rows) > SHOWN:
            break
    numbers = [i for i, field in enumerate(reader.schema) if str(field.type).startswith(NUMBERS)]
    write(table(reader.schema.names, rows[:SHOWN], right=numbers))
    say(f"the first {SHOWN} rows; --format csv gives all" if len(rows) > SHOWN else counted(len(rows), "row"))
