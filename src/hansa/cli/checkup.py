"""What `check` does, without the library that commands are written with: it is asked after every edit, and begins at once."""

import gc
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hansa.cli.output import MOST_ALIKE, counted, write, write_json, write_troubles
from hansa.frozen import dataclass
from hansa.model import PolicyLevel
from hansa.model.outline import outline
from hansa.trouble import Place, Severity, Trouble, TroubleError, in_order

if TYPE_CHECKING:
    from hansa.cache import Said
    from hansa.governance.keeping import Kept
    from hansa.wiring import Workplace


@dataclass(frozen=True, slots=True)
class Asked:
    """What a check was asked for, as the command's options say it."""

    path: str = ""
    sarif: Path | None = None
    everything: bool = False
    mesh: Path | None = None
    json: bool = False


def plainly_asked(arguments: Sequence[str]) -> Asked | None:
    """A check that is written so plainly that it needs no reading of options; None for everything else, help and mistakes too."""
    if not arguments or arguments[0] != "check":
        return None
    said: dict[str, str] = {}
    waiting = list(reversed(arguments[1:]))
    while waiting:
        word = waiting.pop()
        name, equals, value = word.partition("=")
        if name in ("--mesh", "--sarif") and not equals and waiting:
            value = waiting.pop()
        elif word in ("--json", "--all"):
            value = "yes"
        elif not word.startswith("-"):
            name, value = "path", word
        elif name not in ("--mesh", "--sarif") or not equals:
            return None
        if name in said or not value or value.startswith("-"):
            return None
        said[name] = value
    sarif, mesh = said.get("--sarif"), said.get("--mesh")
    return Asked(
        path=said.get("path", ""),
        sarif=Path(sarif) if sarif else None,
        everything="--all" in said,
        mesh=Path(mesh) if mesh else None,
        json="--json" in said,
    )


def check(asked: Asked) -> int:
    """Compile everything, report all troubles, and say by 0 or 1 whether there are errors."""
    # Until there is something to compile, whatever is made lives to the end: to look through it for garbage is in vain.
    gc.disable()
    try:
        return _checked(asked)
    finally:
        gc.enable()


def _checked(asked: Asked) -> int:
    from hansa.wiring import Workplace

    started = time.monotonic()
    with Workplace.open(asked.mesh) as workplace:
        below = _existing(asked.path, workplace.root) if asked.path else None
        compiled = workplace.compiled
        found = (*compiled.troubles, *workplace.verdicts(lambda known: _of_policies(workplace, known)))
        troubles = in_order(t for t in found if below is None or _lies_below(t, below, workplace.root))
    seconds = time.monotonic() - started
    valid = not any(t.is_error for t in troubles)
    products = len(compiled.mesh.products)
    columns = sum(outline(p).columns for p in compiled.mesh.products)
    if asked.sarif is not None:
        _report(asked.sarif, troubles, workplace.root)
    if asked.json:
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
            write_troubles(troubles, most=len(troubles) if asked.everything else MOST_ALIKE)
            write("")
        write(_verdict(troubles, products, columns, seconds))
    return 0 if valid else 1


def _report(file: Path, troubles: tuple[Trouble, ...], root: Path) -> None:
    from hansa import __version__
    from hansa.cli.sarif import in_repository, sarif, write_sarif

    write_sarif(file, sarif(troubles, __version__, folder=in_repository(root)))


def _of_policies(workplace: "Workplace", known: "Kept") -> "Said":
    from hansa.cache import Said

    governance = workplace.compiled.mesh.governance
    if not governance.waivers and all(p.level is PolicyLevel.BUILT_IN for p in governance.policies):
        return Said(())
    from hansa.cli.judging import checked

    return checked(workplace, known)


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
