"""The folder of a search index: one generation at a time, each complete in itself, put in force by one atomic replace.

`current` names the generation in force. A writer makes the next one beside it, of hard links to what stays, and then replaces
`current`; whoever dies on the way leaves a folder behind that the next writer deletes. Readers need no lock: the files that they
have mapped stay until they let go of them.
"""

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from hansa.catalog.search.storing import FORMAT
from hansa.frozen import dataclass
from hansa.trouble import Place, Trouble, TroubleError

_CURRENT, _LOCK, _PARTS, _GATES = "current", "lock", "parts.json", "gates.json"
_LINKS_NOT = frozenset({"meta.json", ".managed.json", _PARTS, _GATES})
PATIENCE = 120.0  # seconds to wait for another writer


@dataclass(frozen=True, slots=True)
class Contents:
    """What a generation holds: of each part its number and digest; of each gate its number, kind, text and the gate before it."""

    parts: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    gates: Mapping[str, tuple[tuple[int, str, str, int], ...]] = field(default_factory=dict)
    synonyms: tuple[tuple[str, ...], ...] = ()
    next: int = 1


@dataclass(frozen=True, slots=True)
class Shelf:
    """The folder that generations lie in."""

    folder: Path

    def current(self) -> Path | None:
        """The generation in force, if there is one of this format."""
        try:
            name = (self.folder / _CURRENT).read_text("utf-8").strip()
        except (OSError, ValueError):
            return None
        return (
            self.folder / name if name.startswith(f"v{FORMAT}-") and "/" not in name and (self.folder / name).is_dir() else None
        )

    def stamp(self) -> tuple[int, int]:
        """Changes whenever a generation is put in force."""
        try:
            found = (self.folder / _CURRENT).stat()
        except OSError:
            return (0, 0)
        return (found.st_ino, found.st_mtime_ns)

    @contextlib.contextmanager
    def locked(self, patience: float = PATIENCE) -> Iterator[None]:
        """Only one writer at a time, of all threads and processes. Raises TroubleError H814, H812."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            held = os.open(self.folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as reason:
            raise unwritable(self.folder, reason) from reason
        try:
            _wait(held, patience, self.folder)
            yield
        finally:
            os.close(held)

    def begin(self, after: Path | None) -> Path:
        """A folder for the next generation: empty, or with everything that `after` has."""
        made = self.folder / f"v{FORMAT}-{secrets.token_hex(6)}"
        made.mkdir()
        for file in after.iterdir() if after is not None else ():
            if file.suffix == ".lock":
                continue
            if file.name in _LINKS_NOT:
                shutil.copyfile(file, made / file.name)
            else:
                _link(file, made / file.name)
        return made

    def put_in_force(self, generation: Path) -> None:
        """Replace what is in force, and delete the others."""
        new = self.folder / f"{_CURRENT}.new"
        with new.open("w", encoding="utf-8") as file:
            file.write(generation.name)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.folder / _CURRENT)
        self.tidy(generation)

    def tidy(self, keep: Path | None) -> None:
        """Delete generations that are not in force: replaced ones, and what a writer that died has left."""
        for folder in self.folder.glob("v*-*"):
            if folder != keep:
                shutil.rmtree(folder, ignore_errors=True)


def _link(file: Path, to: Path) -> None:
    # Files of the index never change once they are written, so that generations can share them.
    try:
        os.link(file, to)
    except OSError:
        shutil.copyfile(file, to)


def _wait(held: int, patience: float, folder: Path) -> None:
    until = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                summary = "another process has been writing the search index for too long"
                mend = "search works on what there is; if no other Hansa runs here, delete the folder"
                raise TroubleError(Trouble("H814", summary, (Place(str(folder)),), mend)) from None
            time.sleep(0.02)
        else:
            return


def write_contents(generation: Path, contents: Contents) -> None:
    """Gates are apart: only who looks for somebody else needs them."""
    said = {"parts": dict(contents.parts), "synonyms": contents.synonyms, "next": contents.next}
    (generation / _PARTS).write_text(json.dumps(said), "utf-8")
    (generation / _GATES).write_text(json.dumps(dict(contents.gates)), "utf-8")


def read_contents(generation: Path) -> Contents:
    """Raises OSError, ValueError, TypeError or KeyError when there are none."""
    said: Any = json.loads((generation / _PARTS).read_text("utf-8"))
    parts = {str(k): (int(n), str(d)) for k, (n, d) in said["parts"].items()}
    return Contents(parts, read_gates(generation), _groups(said), int(said["next"]))


def read_synonyms(generation: Path) -> tuple[tuple[str, ...], ...]:
    return _groups(json.loads((generation / _PARTS).read_text("utf-8")))


def read_gates(generation: Path) -> dict[str, tuple[tuple[int, str, str, int], ...]]:
    said: Any = json.loads((generation / _GATES).read_text("utf-8"))
    return {str(k): tuple((int(n), str(kind), str(text), int(before)) for n, kind, text, before in v) for k, v in said.items()}


def _groups(said: Any) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(map(str, group)) for group in said["synonyms"])


def unwritable(folder: Path, reason: BaseException) -> TroubleError:
    summary = f"the search index could not be written: {reason}"
    mend = "make room, or make the folder writable; it holds nothing that is not made again"
    return TroubleError(Trouble("H812", summary, (Place(str(folder)),), mend))
