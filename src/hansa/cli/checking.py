"""`check` and `explain`: what is declared, and what a trouble means. No effects."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hansa.cli.options import JsonOption, MeshOption
from hansa.cli.output import MOST_ALIKE, counted, table, write, write_json, write_troubles
from hansa.trouble import Place, Severity, Trouble, TroubleError, did_you_mean, in_order

if TYPE_CHECKING:
    from hansa.wiring import Workplace


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
    from hansa.wiring import Workplace

    started = time.monotonic()
    with Workplace.open(mesh) as workplace:
        below = _existing(path, workplace.root) if path else None
        compiled = workplace.compiled
        found = (*compiled.troubles, *workplace.verdicts(lambda: _of_policies(workplace)))
        troubles = in_order(t for t in found if below is None or _lies_below(t, below, workplace.root))
    seconds = time.monotonic() - started
    valid = not any(t.is_error for t in troubles)
    products = len(compiled.mesh.products)
    columns = sum(len(o.schema) for p in compiled.mesh.products for o in p.outputs)
    if sarif is not None:
        _report(sarif, troubles, workplace.root)
    if json:
        write_json(
            {
                "valid": valid,
                "troubles": [t.to_json() for t in troubles],
                "products": products,
                "columns": columns,
                "seconds": round(seconds, 3),
            }
        )
    else:
        if troubles:
            write_troubles(troubles, most=len(troubles) if everything else MOST_ALIKE)
            write("")
        write(_verdict(troubles, products, columns, seconds))
    raise typer.Exit(0 if valid else 1)


def _report(file: Path, troubles: tuple[Trouble, ...], root: Path) -> None:
    from hansa import __version__
    from hansa.cli.sarif import in_repository, sarif, write_sarif

    write_sarif(file, sarif(troubles, __version__, folder=in_repository(root)))


def _of_policies(workplace: "Workplace") -> tuple[Trouble, ...]:
    from hansa.cli.judging import checked

    return checked(workplace)


def _verdict(troubles: tuple[Trouble, ...], products: int, columns: int, seconds: float) -> str:
    errors = sum(t.is_error for t in troubles)
    warnings = sum(t.severity is Severity.WARNING for t in troubles)
    found = f"{counted(errors, 'error')}, {counted(warnings, 'warning')}" if troubles else "no troubles"
    return f"{counted(products, 'product')} with {counted(columns, 'column')} compiled in {seconds:.2f} s: {found}"


def _existing(path: str, root: Path) -> Path:
    """A path that is given relative to the working folder, or else to the mesh. Raises TroubleError when neither is there."""
    here, there = Path(path).absolute(), root / path
    found = next((p for p in (here, there) if p.exists()), None)
    if found is None:
        raise TroubleError(
            Trouble("H908", f"there is no file or folder {path}", (Place(path),), "leave the path out to check the whole mesh")
        )
    return found.resolve()


def _lies_below(trouble: Trouble, path: Path, root: Path) -> bool:
    """Whether any place of a trouble lies below a path."""
    return any((root / p.file).resolve().is_relative_to(path) for p in trouble.places)


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
