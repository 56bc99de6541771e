"""`query`: ask the published products in SQL."""

import enum
import sys
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
    NDJSON = "ndjson"
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
    if format is Format.TABLE:
        _write_table(reader)
        return
    from hansa.rows import Format as Bytes
    from hansa.rows import encode

    # Nothing of a JSON document is written before the last batch has come: half of one would be none.
    batches = list(reader) if format is Format.JSON else reader
    for written in encode(reader.schema, batches, Bytes(format)):
        sys.stdout.buffer.write(written)


def _write_table(reader: "pa.RecordBatchReader") -> None:
    from hansa.rows import as_text

    rows: list[tuple[object, ...]] = []
    for batch in reader:
        rows += as_text(batch.slice(0, SHOWN + 1 - len(rows)))
        if len(rows) > SHOWN:
            break
    numbers = [i for i, field in enumerate(reader.schema) if str(field.type).startswith(NUMBERS)]
    write(table(reader.schema.names, rows[:SHOWN], right=numbers))
    say(f"the first {SHOWN} rows; --format csv gives all" if len(rows) > SHOWN else counted(len(rows), "row"))
