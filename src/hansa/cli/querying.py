"""`query`: ask the published products in SQL."""

import enum
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from hansa.cli.options import EnvOption, JsonOption, MeshOption
from hansa.cli.output import say, write, write_json
from hansa.trouble import Trouble, TroubleError

if TYPE_CHECKING:
    import pyarrow as pa

SHOWN = 100  # rows that the table view shows; the other formats give all


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
    from hansa.gateway import answer
    from hansa.wiring import Workplace

    text = sys.stdin.read() if sql == "-" else sql
    with Workplace.open(mesh) as workplace:
        given = answer(text, environment=env, ledger=workplace.ledger, lake=workplace.lake, engine=workplace.embedded())
        _write(given.reader, Format.JSON if json else format)


def _write(reader: "pa.RecordBatchReader", format: Format) -> None:  # noqa: A002
    match format:
        case Format.TABLE:
            _write_table(reader)
        case Format.JSON:
            write_json(reader.read_all().to_pylist())
        case Format.CSV:
            from pyarrow import csv

            with csv.CSVWriter(sys.stdout.buffer, reader.schema) as writer:
                for batch in reader:
                    writer.write_batch(batch)
        case Format.ARROW:
            import pyarrow as pa

            _refuse_terminal(format)
            with pa.ipc.new_stream(sys.stdout.buffer, reader.schema) as stream:
                for batch in reader:
                    stream.write_batch(batch)
        case Format.PARQUET:
            from pyarrow import parquet

            _refuse_terminal(format)
            with parquet.ParquetWriter(sys.stdout.buffer, reader.schema, compression="zstd") as file:
                for batch in reader:
                    file.write_batch(batch)


def _refuse_terminal(format: Format) -> None:  # noqa: A002
    if sys.stdout.isatty():
        raise TroubleError(Trouble("H906", f"{format} is not for a terminal", mend=f"send it to a file: > rows.{format}"))


def _write_table(reader: "pa.RecordBatchReader") -> None:
    from hansa.cli.output import table

    rows: list[tuple[object, ...]] = []
    more = False
    for batch in reader:
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            if len(rows) == SHOWN:
                more = True
                break
            rows.append(row)
        if more:
            break
    names = reader.schema.names
    numbers = [
        i for i, field in enumerate(reader.schema) if str(field.type).startswith(("int", "uint", "float", "double", "decimal"))
    ]
    write(table(names, rows, right=numbers))
    say(f"the first {SHOWN} rows; --format csv gives all" if more else f"{len(rows)} {'row' if len(rows) == 1 else 'rows'}")
