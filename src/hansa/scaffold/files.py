"""Files that commands write: new ones all or none and never over what is there, others whole or not at all."""

import os
import shutil
from collections.abc import Callable
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
    made: list[Path] = []
    for file in files:
        target = root / file.path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("x", encoding="utf-8") as stream:
                made.append(target)
                stream.write(file.text)
        except OSError as error:
            for path in made:
                path.unlink(missing_ok=True)
            summary = f"{file.path} cannot be written: {error.strerror or type(error).__name__}; no file was"
            mend = "make room, or give your user the right to write there"
            raise TroubleError(Trouble("H939", summary, (Place(file.path),), mend)) from None
    return tuple(f.path for f in files)


def put(file: Path, text: str) -> None:
    """Write a file whole, or leave what was there before. Raises OSError."""
    if file.exists() and not file.is_file():
        file.write_text(text, encoding="utf-8")  # a pipe or a device: nothing can take its place
        return
    target = Path(os.path.realpath(file))
    unfinished = target.with_name(f".hansa-{os.getpid()}")
    try:
        unfinished.write_bytes(text.encode())
        if target.exists():
            shutil.copymode(target, unfinished)
        unfinished.replace(target)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise


def amend(file: Path, change: Callable[[str], str]) -> bool:
    """Give a file of somebody's the text that `change` makes of its text, empty where there is no file; whether it is another.

    Lines end with a line feed for `change`, and in the file as they do there. Raises OSError, also for what is no text.
    """
    try:
        text = file.read_bytes().decode()
    except FileNotFoundError:
        text = ""
    except UnicodeDecodeError:
        raise OSError(0, "it is not UTF-8") from None
    ends = text.count("\r\n")
    windows = ends > 0 and ends == text.count("\n")
    changed = change(text.replace("\r\n", "\n") if windows else text)
    after = changed.replace("\n", "\r\n") if windows else changed
    if after == text:
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    put(file, after)
    return True
