"""`contract …`: contracts by themselves, without a mesh."""

import enum
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import typer

from hansa.cli.options import JsonOption, MeshOption
from hansa.cli.output import counted, say, write, write_json
from hansa.trouble import Severity, Trouble, TroubleError

if TYPE_CHECKING:
    from hansa.cli.sides import Side
    from hansa.plan.difference import ContractChange, Difference

contract = typer.Typer(
    name="contract",
    help="Contracts by themselves: what changes between two versions.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def add_to(app: typer.Typer) -> None:
    app.add_typer(contract)


class Format(enum.StrEnum):
    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    SARIF = "sarif"


@contract.command()
def diff(
    before: Annotated[str, typer.Argument(metavar="A", help="A file, GITREF:path, or a port: domain.product.port[@major].")],
    after: Annotated[str, typer.Argument(metavar="B", help="The same, newer; not needed with --published.")] = "",
    published: Annotated[
        bool, typer.Option("--published", help="Compare port A as it is published with how it is declared.")
    ] = False,
    format_: Annotated[
        Format, typer.Option("--format", help="For people, programs, a pull request, or code scanning.")
    ] = Format.TEXT,
    mesh: MeshOption = None,
    json: JsonOption = False,
) -> None:
    """Classify every change between two versions of a contract.

    Says for each what it asks of the version and whether readers break. Ends with 1 when they do. Nothing is fetched.

    Example: hansa contract diff main:orders.odcs.yaml orders.odcs.yaml
    """
    from hansa.cli.sides import published as recorded
    from hansa.cli.sides import side
    from hansa.plan.difference import difference

    if published == bool(after):
        raise TroubleError(Trouble("H348", "two contracts are compared", mend="write A and B, or one port and --published"))
    old, new = (recorded(before, mesh), side(before, mesh)) if published else (side(before, mesh), side(after, mesh))
    found = difference(old.document.data, new.document.data)
    _write(found, old, new, Format.JSON if json else format_)
    raise typer.Exit(1 if found.breaking else 0)


def _write(found: "Difference", old: "Side", new: "Side", format_: Format) -> None:
    match format_:
        case Format.TEXT:
            for one in (old, new):
                if wrong := [t for t in one.troubles if t.severity is not Severity.NOTE]:
                    say(f"{one.name}: {counted(len(wrong), 'trouble')}, such as {wrong[0].summary} ({wrong[0].code})")
            write_difference(found)
        case Format.JSON:
            write_json(difference_json(found, old.troubles + new.troubles))
        case Format.MARKDOWN:
            from hansa.cli.markdown import of_difference

            write(of_difference(found, old.name, new.name).rstrip())
        case Format.SARIF:
            from hansa import __version__
            from hansa.cli.sarif import in_repository, sarif

            write_json(sarif(difference_troubles(found, new), __version__, folder=in_repository(new.root)))


def difference_json(found: "Difference", troubles: tuple[Trouble, ...] = ()) -> dict[str, object]:
    """A difference as the public document."""
    return {
        "breaking": found.breaking,
        "suggestedVersion": str(found.suggested),
        "changes": [
            {
                "path": c.path,
                "type": str(c.kind),
                "before": c.before,
                "after": c.after,
                "impact": str(c.impact),
                "breaking": c.breaking,
                "rule": c.rule,
                "summary": c.summary,
                "table": c.table,
                "column": c.column,
                "renamedFrom": c.renamed_from,
            }
            for c in found.changes
        ],
        "impact": str(found.impact) if found.impact is not None else None,
        "tooSmall": found.too_small,
        "versions": {"before": str(found.before), "after": str(found.after)},
        "troubles": [t.to_json() for t in troubles],
    }


def difference_troubles(found: "Difference", new: "Side") -> list[Trouble]:
    """What code scanning should show in the new file: changes that break readers, and a version that is too small."""
    from hansa.cli.markdown import to_do

    place = new.document.place
    mend = "keep what readers have until they have moved, or bring the change out under a new major version"
    troubles = [Trouble("H345", c.summary, (place(c.at_after, c.path),), mend) for c in found.changes if c.breaking]
    if found.too_small:
        summary = f"version {found.after} is too small for what changed since {found.before}"
        troubles.append(Trouble("H346", summary, (place(("version",)),), to_do(found), Severity.WARNING))
    return troubles


_SIGNS = {"add": "+", "remove": "-", "change": "~"}


def write_difference(found: "Difference") -> None:
    """The changes by table and column, those of the contract as a whole last, then the verdict."""
    for table, changes in groupby(sorted(found.changes, key=lambda c: not c.table), key=lambda c: c.table):
        write(table or "about the contract")
        for column, of_column in groupby(changes, key=lambda c: c.column):
            if column:
                write(f"  {column}")
            for change in of_column:
                _write_change(change, "    " if column else "  ")
        write("")
    for line in _verdict(found):
        write(line)


def _write_change(change: "ContractChange", indent: str) -> None:
    breaking = ", breaking" if change.breaking else ""
    write(f"{indent}{_SIGNS[change.kind]} {change.summary}  ({change.impact}{breaking})")


def _verdict(found: "Difference") -> Iterator[str]:
    from hansa.cli.markdown import to_do

    if found.changes:
        reader = "breaks readers" if found.breaking else "breaks no reader"
        yield f"{counted(len(found.changes), 'change')}, {found.impact} at most: {reader}."
    else:
        yield "Nothing changed."
    if found.too_small:
        yield f"Version {found.before} → {found.after} is too small: {found.suggested} is the least."
        yield f"  mend: {to_do(found)}"
    elif found.changes:
        yield f"Version {found.before} → {found.after} is enough; {found.suggested} is the least."
