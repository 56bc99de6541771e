"""`check` and `explain`: what is declared, and what a trouble means. No effects."""

from pathlib import Path
from typing import Annotated

import typer

from hansa.cli import checkup
from hansa.cli.checkup import Asked
from hansa.cli.options import JsonOption, MeshOption
from hansa.cli.output import table, write, write_json
from hansa.trouble import Trouble, TroubleError, did_you_mean


def add_to(app: typer.Typer) -> None:
    app.command()(check)
    app.command()(explain)


def check(
    path: Annotated[str, typer.Argument(metavar="PATH", help="Only troubles of files below this path.", show_default=False)] = "",
    sarif: Annotated[
        Path | None, typer.Option("--sarif", metavar="FILE", help="Write what was found for code scanning, too.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Show every trouble, however many are alike.")] = False,
    mesh: MeshOption = None,
    json: JsonOption = False,
) -> None:
    """Compile everything and report all troubles.

    Those of declarations and those that policies find. Each has its place and its mend; nothing is run.

    Example: hansa check --mesh retail
    """
    raise typer.Exit(checkup.check(Asked(path, sarif, everything, mesh, json)))


def explain(
    code: Annotated[str, typer.Argument(metavar="CODE", help="A trouble's code, such as H214; `all` lists them.")],
    json: JsonOption = False,
) -> None:
    """Explain a trouble code.

    Says what it means, with an example, and how to mend it.

    Example: hansa explain H214
    """
    from hansa.trouble import catalogue

    if code.lower() == "all":
        titles = {c: catalogue.title(c) for c in catalogue.codes()}
        write_json(titles) if json else write(table(("code", "title"), titles.items()))
        return
    try:
        page = catalogue.page(code)
    except KeyError:
        mend = f"{did_you_mean(code.upper(), catalogue.codes())} `hansa explain all` lists the codes".strip()
        raise TroubleError(Trouble("H903", f"there is no trouble code `{code}`", mend=mend)) from None
    if json:
        write_json({"code": code.upper(), "title": catalogue.title(code), "page": page})
    else:
        write(page.rstrip())
