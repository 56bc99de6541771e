"""What a mesh was read from, and whether it is as it was: files and folders by their size, time and content, variables, Hansa.

A file's time tells that it was written, as exactly as the clock goes that files are stamped with: in ticks of some milliseconds.
So whoever reads begins with a tick (`next_tick`): what has a time from then on may have been written after it was read. A file
that was young when it was looked at is compared by its content.
"""

import hashlib
import importlib.util
import os
import re
import stat
import sys
import time
from collections.abc import Container, Iterable, Iterator, Mapping, Set
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hansa
from hansa.records import digest

if TYPE_CHECKING:
    from hansa.declare import Declarations

Stamps = dict[str, list[Any]]
"""By path what `state` says, and for a file the digest of its content."""

_COARSE_CLOCK = 5  # CLOCK_REALTIME_COARSE of Linux, which Python does not name
_NAP = 0.0005  # seconds
_SETTLED_AFTER = 2_000_000_000
"""Nanoseconds: a file touched later than this before it was kept may have changed within one tick of its clock."""
_SECOND = 1_000_000_000
_MOST_FILES = 200_000
_LEFT_OUT = {".git", ".hansa", "__pycache__"}
_GOVERNING = (f"{os.sep}policies", f"{os.sep}acknowledgements.yaml", f"{os.sep}agreements.yaml")
"""What lies in a product's folder and is about the mesh as a whole."""
_VARIABLE = re.compile(rb"\$\{([A-Za-z_][A-Za-z0-9_]*)")


def clock() -> int:
    """Now, in nanoseconds, as files get it: never later than the time of a file that is written from now on."""
    return time.clock_gettime_ns(_COARSE_CLOCK) if sys.platform == "linux" else time.time_ns()


def next_tick() -> int:
    """The time of files, as soon as it is later than now: what was written before, in whatever way it was stamped, is earlier."""
    now = time.time_ns()
    while (tick := clock()) <= now:
        time.sleep(_NAP)
    return tick


def touched(stamps: Stamps, began: int) -> bool:
    """Whether something changed from a tick on and up to now. What says to be of the future tells nothing."""
    now = time.time_ns()
    return any(began <= _latest(changed) and changed <= now for _, changed, *_ in stamps.values())


def _latest(changed: int) -> int:
    """When a file may have been written that has this time: some file systems know whole seconds only, or every other."""
    return changed if changed % _SECOND else changed + _SETTLED_AFTER - 1


def stamps_of(declarations: "Declarations") -> tuple[Stamps, Set[str]] | None:
    """The state of every folder and file that a mesh is read from, and the variables named there. None when it has links.

    Folders tell by their time when something came or went; those above a domain are among them, since patterns look there.
    """
    root = declarations.root
    folders = [(root / d.folder).absolute() for d in declarations.domains]
    above = {p for f in folders for p in f.parents if p.is_relative_to(root)} | {f.parent for f in folders} | {root}
    manifests = [m.file for m in declarations.manifests if m.file is not None]
    governance = declarations.governance.folder if declarations.governance is not None else "governance"
    governing = Path(os.path.normpath(root / governance))
    below = stamps_below([root / "hansa.yaml", governing, *folders, *manifests])
    return None if below is None else ({**{str(p): state(str(p)) for p in above}, **below[0]}, below[1])


def stamps_below(places: Iterable[Path]) -> tuple[Stamps, Set[str]] | None:
    """The same for files and folders, and everything in them."""
    stamps: Stamps = {}
    variables: set[str] = set()
    for place in places:
        for path in _below(place):
            if path.is_symlink() or len(stamps) > _MOST_FILES:
                return None
            if path.is_file():
                # First the content: a file that is written meanwhile has a later time than what is told of it here.
                content = path.read_bytes()
                stamps[str(path)] = [*state(str(path)), digest(content)]
                variables.update(name.decode() for name in _VARIABLE.findall(content))
            else:
                stamps[str(path)] = state(str(path))
    return stamps, variables


def _below(place: Path) -> Iterator[Path]:
    yield place
    for folder, names, files in os.walk(place):
        names[:] = sorted(n for n in names if n not in _LEFT_OUT)
        for name in [*names, *sorted(files)]:
            yield Path(folder) / name


def state(path: str) -> list[Any]:
    """Size and time; of a folder only its time, and that a path is not there is a state, too."""
    try:
        found = os.stat(path)  # noqa: PTH116 - asked of thousands of files before anything else can be done
    except OSError:
        return [-1, 0]
    return [0 if stat.S_ISDIR(found.st_mode) else found.st_size, found.st_mtime_ns]


def changed_folders(stamps: Stamps, looked: int, folders: Mapping[str, str]) -> set[str] | None:
    """The product folders in which something changed since somebody looked; None when something else did."""
    found: set[str] = set()
    for name, (size, changed, *content) in stamps.items():
        now = state(name)
        settled = now == [size, changed] and not (content and changed > looked - _SETTLED_AFTER)
        if settled or (content and now[0] == size and digest(Path(name).read_bytes()) == content[0]):
            continue
        folder = _above(name, folders)
        if folder is None or name.removeprefix(folder).startswith(_GOVERNING):
            return None
        found.add(folder)
    # A folder says by its time only that something came or went, which may be what governs.
    return None if any(f"{f}{g}" not in stamps and os.path.lexists(f"{f}{g}") for f in found for g in _GOVERNING) else found


def _above(name: str, folders: Container[str]) -> str | None:
    """The folder that a path lies in, or is."""
    while name not in folders:
        above = os.path.dirname(name)  # noqa: PTH120 - text, as the stamps are
        if above == name:
            return None
        name = above
    return name


def values_of(names: Iterable[str], environ: Mapping[str, str]) -> dict[str, str]:
    """A digest of each variable's value; empty for one that is not set."""
    return {name: digest(environ[name].encode("utf-8", "surrogatepass")) if name in environ else "" for name in sorted(names)}


def program() -> str:
    """Changes with Hansa's own code, Python, and the engine and parser that judge a mesh."""
    made = hashlib.blake2b(f"{hansa.__version__} {sys.version}".encode(), digest_size=12)
    package = Path(hansa.__file__).parent
    for folder, names, files in os.walk(package):
        names.sort()
        for name in sorted(f for f in files if f.endswith(".py")):
            made.update(f"{folder}/{name} {state(f'{folder}/{name}')}".encode())
    for library in ("duckdb", "sqlglot", "pyspark"):
        spec = importlib.util.find_spec(library)
        if spec is not None and spec.origin:
            made.update(f"{spec.origin} {state(spec.origin)}".encode())
    return made.hexdigest()
