"""`query`: ask the published products in SQL."""

import enum
import json as jsonlib
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from hansa.cli.options import EnvOption, JsonOption, MeshOption
from hansa.cli.output import counted, say, table, write, write_json
from hansa.trouble import Trouble, TroubleError

if TYPE_CHECKING:
    import pyarrow as pa

    from hansa.gateway.asking import Refused

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
    as_user: Annotated[str, typer.Option("--as", metavar="USER", help="See what this user sees.", show_default=False)] = "",
    for_consumer: Annotated[
        str, typer.Option("--for", metavar="CONSUMER", help="Ask for a use case or product.", show_default=False)
    ] = "",
    purpose: Annotated[str, typer.Option("--purpose", metavar="P", help="What the rows are for.", show_default=False)] = "",
    param: Annotated[
        list[str] | None,
        typer.Option("--param", metavar="NAME=VALUE", help="The value of $NAME in the query; a JSON value, else a text."),
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="How to write the rows.")] = Format.TABLE,
    env: EnvOption = "prod",
    mesh: MeshOption = None,
    json: JsonOption = False,
) -> None:
    """Ask the published products in SQL. Names mean what is published, never what is declared.

    Without --as and --for everything is seen: whoever works on the mesh's own machine could read its files anyway.

    Example: hansa query "SELECT count(*) FROM customer.profiles"
    """
    from hansa.gateway.asking import Query, Refused
    from hansa.serving import Serving
    from hansa.wiring import Workplace

    wanted = Format.JSON if json else form
    if wanted in (Format.ARROW, Format.PARQUET) and sys.stdout.isatty():
        raise TroubleError(Trouble("H906", f"{wanted} is not for a terminal", mend=f"send it to a file: > rows.{wanted}"))
    text = sys.stdin.read() if sql == "-" else sql
    values = parameters(param or ())
    with Workplace.open(mesh) as workplace, Serving(workplace) as serving:
        reader = serving.reader(as_user, for_consumer, purpose)
        answering = serving.gateway(stuck=_give_up) if as_user or for_consumer else serving.operators()
        try:
            answer = answering.ask(Query(text, reader, "cli", env, values))
            for notice in answer.notices:
                say(f"note: {notice}")
            _write(answer.reader, wanted)
        except Refused as refused:
            _refuse(refused, wanted)
            raise typer.Exit(1) from None


def _give_up() -> None:
    from hansa.serving import give_up

    give_up("error[H712]: the query computes for too long, and cannot be stopped otherwise than with this process")


def parameters(said: Sequence[str]) -> tuple[object, ...] | dict[str, object]:
    """Values by name; those whose names are 1, 2, … by position. Raises TroubleError for one that has no name."""
    values: dict[str, object] = {}
    for each in said:
        name, equals, text = each.partition("=")
        if not equals or not name or name in values:
            summary = f"a value has no name: `{each[:60]}`" if name not in values else f"two values are called `{name}`"
            raise TroubleError(Trouble("H949", summary, mend="write --param name=value, once for each name"))
        try:
            values[name] = jsonlib.loads(text)
        except ValueError:
            values[name] = text
    numbers = [str(n + 1) for n in range(len(values))]
    return tuple(values[n] for n in numbers) if sorted(values) == sorted(numbers) else values


def _refuse(refused: "Refused", form: Format) -> None:
    """The answer is no: with its rules, reasons and mend."""
    trouble = refused.troubles[0]
    rules = list(dict.fromkeys(str(rule) for d in refused.decisions for rule in d.rules))
    reasons = list(dict.fromkeys(reason for d in refused.decisions for reason in d.reasons)) or [trouble.summary]
    if form is Format.JSON:
        write_json({"refused": {"rules": rules, "reasons": reasons, "mend": trouble.mend}})
        return
    say(str(trouble))
    for line in (*(f"  why: {r}" for r in reasons if r not in trouble.summary), *(f"  rule: {r}" for r in rules)):
        say(line)


def _write(reader: "pa.RecordBatchReader", form: Format) -> None:
    if form is Format.TABLE:
        _write_table(reader)
        return
    from hansa.rows import Format as Bytes
    from hansa.rows import encode

    # Nothing of a JSON document is written before the last batch has come: half of one would be none.
    batches = list(reader) if form is Format.JSON else reader
    for written in encode(reader.schema, batches, Bytes(form)):
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
