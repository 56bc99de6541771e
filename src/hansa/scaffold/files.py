"""New files: written all or none, never over what is there."""

from pathlib import Path

from hansa.frozen import dataclass
from hansa.trouble import Place, Trouble, TroubleError


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file to make: its path relative to the mesh folder, and its text."""

    path: str
    text: str


def write_new(root: Path, files: tuple[NewFile, ...]) -> tuple[str, ...]:
    """Write files that must not exist yet; their paths. Raises TroubleError, with nothing written, when one exists."""
    taken = [f.path for f in files if (root / f.path).exists()]
    if taken:
        raise TroubleError(
            Trouble(
                "H910",
                f"{taken[0]} exists already; nothing was written",
                tuple(Place(t) for t in taken),
                "choose another name, or remove it first",
            )
        )
    for file in files:
        target = root / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(file.text, encoding="utf-8")
    return tuple(f.path for f in files)
