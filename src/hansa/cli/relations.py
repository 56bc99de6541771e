"""`policy query|relations`: the mesh as relations, explored with SQL."""

import csv
import enum
import json as jsonlib
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from hansa.cli.options import EnvOption, JsonOption, MeshOption
from hansa.cli.output import counted, say, table, write, write_json
from hansa.cli.products import tell_left_out
from hansa.rows import distinct, shown
from hansa.trouble import Place, Trouble, TroubleError, did_you_mean, one_of, render

if TYPE_CHECKING:
    from hansa.engines import QueryRefused
    from hansa.governance import Answer
    from hansa.governance.relations import RelationSchema

SHOWN = 100  # rows that the table view shows; the other formats give all
WIDEST = 60  # characters of a cell that the table view shows
ALL = 2**31
NESTED = ("[]", ")")  # the ends of types whose values are texts of JSON
NUMBERS = ("BIGINT", "INTEGER", "DOUBLE", "HUGEINT", "DECIMAL", "UBIGINT")


class Format(enum.StrEnum):
    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def add_to(policy: typer.Typer) -> None:
    """Add the commands of this module."""
    policy.command()(query)
    policy.command()(relations)


def query(
    sql: Annotated[str, typer.Argument(metavar="SQL", help="One query over the mesh's relations; - reads stdin.")],
    form: Annotated[Format, typer.Option("--format", help="How to write the rows.")] = Format.TABLE,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit", min=1, max=1_000_000_000, metavar="N", help="At most so many rows; a table shows 100, others all."
        ),
    ] = None,
    env: EnvOption = "prod",
    mesh: MeshOption = None,
    json: JsonOption = False,
) -> None:
    """Ask about the mesh in SQL: its products, ports, columns, lineage, runs and the rest of `hansa policy relations`.

    Example: hansa policy query "SELECT product, owner FROM products WHERE readme IS NULL"
    """
    from hansa.engines import QueryRefused
    from hansa.wiring import Workplace

    wanted = Format.JSON if json else form
    text = sys.stdin.read() if sql == "-" else sql
    with Workplace.open(mesh) as workplace:
        database = workplace.open_relations(env)
        try:
            answer = database.ask(text, most=limit or (SHOWN if wanted is Format.TABLE else ALL))
        except QueryRefused as refused:
            _refuse(refused, as_json=json)
            raise typer.Exit(1) from None
        finally:
            database.close()
        tell_left_out(workplace.compiled.mesh.broken)
    _write(answer, wanted)


def relations(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="A relation or view, to see its columns.")] = None,
    json: JsonOption = False,
) -> None:
    """The relations and views that policies and `hansa policy query` can ask, and the columns of one.

    Example: hansa policy relations columns
    """
    from hansa.governance.relations import RELATIONS, VIEWS

    everything = {r.name: r for r in (*RELATIONS, *VIEWS)}
    if name is not None and name.lower() not in everything:
        mend = did_you_mean(name, everything) or "`hansa policy relations` lists them"
        raise TroubleError(Trouble("H931", f"there is no relation `{name}`", mend=mend))
    chosen = list(everything.values()) if name is None else [everything[name.lower()]]
    if json:
        write_json({"relations": [_schema_json(r) for r in chosen]})
    elif name is None:
        write(table(("relation", "what it holds"), [(r.name, r.description) for r in chosen]))
        say("`hansa policy relations NAME` shows the columns of one")
    else:
        write(chosen[0].description + "\n")
        write(table(("column", "type", "meaning"), [(c.name, c.type, c.description) for c in chosen[0].columns]))


def _refuse(refused: "QueryRefused", *, as_json: bool) -> None:
    trouble = _trouble(refused)
    if as_json:
        write_json({"refused": trouble.to_json()})
    else:
        say(render(trouble))


def _trouble(refused: "QueryRefused") -> Trouble:
    from hansa.governance.relations import RELATIONS, VIEWS

    place = (Place("query", refused.line, refused.column),) if refused.line else ()
    unknown = refused.reason.startswith("there is no relation")
    if refused.candidates:
        mend = f"did you mean {' or '.join(f'`{c}`' for c in refused.candidates[:3])}?"
    elif unknown:
        mend = f"relations: {one_of((r.name for r in (*RELATIONS, *VIEWS)), most=40)}"
    else:
        mend = "`hansa policy relations` lists the relations, `hansa policy relations NAME` the columns of one"
    return Trouble("H931" if unknown else "H930", refused.reason, place, mend)


def _write(answer: "Answer", form: Format) -> None:
    names = distinct(answer.columns)
    match form:
        case Format.TABLE:
            rows = [tuple(_cut(shown(v)) for v in row) for row in answer.rows]
            write(table(names, rows, right=[i for i, t in enumerate(answer.types) if t.startswith(NUMBERS)]))
            say(f"the first {counted(len(rows), 'row')}; --limit N gives more" if answer.more else counted(len(rows), "row"))
        case Format.CSV:
            writer = csv.writer(sys.stdout, lineterminator="\n")
            writer.writerow(names)
            writer.writerows(answer.rows)
        case Format.JSON:
            nested = [t.endswith(NESTED) and not t.startswith("DECIMAL") for t in answer.types]
            write_json([dict(zip(names, map(_value, row, nested), strict=True)) for row in answer.rows])


def _value(value: object, nested: bool) -> object:
    return jsonlib.loads(value) if nested and isinstance(value, str) else value


def _cut(value: object) -> object:
    return value[: WIDEST - 1] + "…" if isinstance(value, str) and len(value) > WIDEST else value


def _schema_json(schema: "RelationSchema") -> dict[str, object]:
    return {
        "name": schema.name,
        "view": bool(schema.sql),
        "description": schema.description,
        "columns": [{"name": c.name, "type": str(c.type), "description": c.description} for c in schema.columns],
    }
