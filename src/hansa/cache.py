"""Compiled meshes kept between commands, so that a mesh that did not change is neither read nor compiled again.

The cache is an index and the packs of products that it names (`hansa.shelf`); all of it may be deleted at any time. It is never
trusted blindly: it is used only while every file and folder that the mesh was read from, every variable that it names, and Hansa
and its engines themselves are as they were, and no decision that it rests on has ended since; and reading it can make nothing but
records of the model. Only meshes without errors are kept. Products of a mesh that is recalled are read when somebody looks.
"""

import contextlib
import dataclasses
import datetime as dt
import fcntl
import hashlib
import importlib.util
import io
import json
import os
import pickle
import re
import stat
import sys
import time
from collections.abc import Container, Iterable, Iterator, Mapping, Set
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hansa
from hansa.frozen import dataclass
from hansa.model import Compiled, OidcSettings, Platform
from hansa.records import RecordPickler, RecordReader, digest
from hansa.shelf import IndexPickler, IndexReader, Pack, Shelf, Shelved, shelve, shelve_again, sweep
from hansa.trouble import Trouble

if TYPE_CHECKING:
    from hansa.declare import Declarations
    from hansa.governance.keeping import KeptAnswer

FORMAT = 6
_SETTLED_AFTER = 2_000_000_000
"""Nanoseconds: a file touched later than this before it was kept may have changed within one tick of its clock."""
_GIVEN_UP = 3600  # seconds after which a file that somebody began to write will not be finished
_MOST_FILES = 200_000
_PATIENCE = 250  # times 20 ms
_LEFT_OUT = {".git", ".hansa", "__pycache__"}
_GOVERNING = (f"{os.sep}policies", f"{os.sep}acknowledgements.yaml", f"{os.sep}agreements.yaml")
"""What lies in a product's folder and is about the mesh as a whole."""
_VARIABLE = re.compile(rb"\$\{([A-Za-z_][A-Za-z0-9_]*)")
_UNREADABLE = (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, EOFError, pickle.UnpicklingError)

Stamps = dict[str, list[Any]]


@dataclass(frozen=True, slots=True)
class Settings:
    """What the rest of Hansa needs of hansa.yaml besides the mesh itself. `manifests` are the URLs that are asked each time, and
    `uploads` the domains that are uploaded, with the versions that the mesh was compiled from.
    """

    ledger: str
    warehouse: str
    platforms: tuple[Platform, ...]
    manifests: tuple[str, ...] = ()
    oidc: OidcSettings | None = None
    uploads: tuple[tuple[str, int], ...] = ()
    governance: str = "governance"


@dataclass(frozen=True, slots=True)
class Kept:
    """A mesh without errors, and its settings."""

    compiled: Compiled
    settings: Settings


@dataclass(frozen=True, slots=True)
class Recalled:
    """A mesh that was kept, and the product folders (relative to the mesh) in which something changed since.

    In `changed` folders only what the product itself says changed: neither policies, acknowledgements nor agreements. `stamps`
    are those of everything else, which were found to hold at the time `at`. `index` tells this index from any other.
    """

    kept: Kept
    changed: tuple[str, ...]
    stamps: Stamps
    variables: frozenset[str]
    at: int
    shelf: Shelf = field(compare=False, repr=False)
    index: str = ""


def recall(file: Path, environ: Mapping[str, str], today: dt.date | None = None) -> Recalled | None:
    """What was kept, if it holds but for files of products; None when it does not, is damaged, or cannot be read.

    A mesh whose meaning depends on the day holds for the days around the one that it was compiled on, and for nobody without one.
    """
    for _ in range(2):
        try:
            return _recalled(file, environ, today)
        except FileNotFoundError:
            continue  # no index, or one that was replaced before the packs could be opened that it names
        except _UNREADABLE:
            return None
    return None


def _recalled(file: Path, environ: Mapping[str, str], today: dt.date | None) -> Recalled | None:
    at = clock()
    content = file.read_bytes()
    first, _, body = content.partition(b"\n")
    head = json.loads(first)
    if head["format"] != FORMAT or head["program"] != _program() or head["body"] != digest(body):
        return None
    if head["place"] != str(file.absolute()):
        return None  # it came here with a copy of the mesh, and tells of the files of the other
    if not _holds(head["days"], today) or head["variables"] != _values(head["variables"], environ):
        return None
    stamps: Stamps = head["stamps"]
    changed = _changed(stamps, head["kept"], head["folders"])
    if changed is None:
        return None
    shelf = Shelf(file, (Pack(*pack) for pack in head["packs"]))
    kept = IndexReader(body, shelf).load()
    if not isinstance(kept, Kept):
        return None
    compiled = dataclasses.replace(kept.compiled, carried=shelf.carried())
    names = tuple(head["folders"][folder] for folder in sorted(changed))
    below = tuple(f"{folder}{os.sep}" for folder in changed)
    left = {path: state for path, state in stamps.items() if path not in changed and not path.startswith(below)}
    kept = dataclasses.replace(kept, compiled=compiled)
    return Recalled(kept, names, left, frozenset(head["variables"]), at, shelf, digest(content))


def claim(file: Path) -> int | None:
    """Say that a mesh is about to be kept, until the file that is returned is closed; None when somebody else says so already."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        claimed = os.open(file.with_name("keeping"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        return None
    try:
        fcntl.flock(claimed, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(claimed)
        return None
    return claimed


def await_claim(file: Path) -> None:
    """Wait while a mesh is being kept, but not for long: that is quicker than to compile it again."""
    try:
        claimed = os.open(file.with_name("keeping"), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return
    try:
        for _ in range(_PATIENCE):
            with contextlib.suppress(OSError):
                fcntl.flock(claimed, fcntl.LOCK_SH | fcntl.LOCK_NB)
                return
            time.sleep(0.02)
    finally:
        os.close(claimed)


def keep(
    file: Path,
    kept: Kept,
    declarations: "Declarations",
    environ: Mapping[str, str],
    today: dt.date,
    began: int,
    before: list[Any] | None = None,
) -> str:
    """Keep a mesh of today for later commands, and tell its index from any other. If it cannot be, that is an empty text, and the
    next command compiles again.

    `began` is the `clock` before anything of it was read: what changed while it was compiled may or may not be in it. `before` is
    the `state` of the mesh's folder before the first folder of ours was made in it, which changes its time.
    """
    with contextlib.suppress(OSError, pickle.PicklingError):
        root = str(declarations.root)
        before = state(root) if before is None else before
        file.parent.mkdir(parents=True, exist_ok=True)
        looked = clock()
        read = _stamps(declarations)
        if read is not None and not _touched({**read[0], root: before}, began):
            compiled = kept.compiled
            assert compiled.carried is not None
            shelved = shelve(file.parent, compiled.mesh.by_name(), compiled.carried)
            return _keep(file, kept, declarations.root, read, looked, environ, today, shelved)
    return ""


def keep_again(file: Path, kept: Kept, root: Path, recalled: Recalled, environ: Mapping[str, str], today: dt.date) -> str:
    """Keep a mesh of which only the changed folders of a recalled one were read anew; what it tells is what `keep` tells."""
    with contextlib.suppress(OSError, pickle.PicklingError):
        read = _stamps_below([Path(os.path.normpath(root / folder)) for folder in recalled.changed])
        if read is not None and not _touched(read[0], recalled.at):
            both = {**recalled.stamps, **read[0]}, recalled.variables | read[1]
            compiled = kept.compiled
            assert compiled.carried is not None
            shelved = shelve_again(file.parent, compiled.mesh.by_name(), compiled.carried, recalled.shelf)
            return _keep(file, kept, root, both, recalled.at, environ, today, shelved)
    return ""


def _keep(
    file: Path,
    kept: Kept,
    root: Path,
    read: tuple[Stamps, Set[str]],
    looked: int,
    environ: Mapping[str, str],
    today: dt.date,
    shelved: Shelved,
) -> str:
    written = io.BytesIO()
    compiled = dataclasses.replace(kept.compiled, carried=None)
    IndexPickler(written, shelved.spots).dump(dataclasses.replace(kept, compiled=compiled))
    body = written.getvalue()
    basis = kept.compiled.basis
    head = {
        "format": FORMAT,
        "program": _program(),
        "place": str(file.absolute()),
        "kept": looked,
        "variables": _values(read[1], environ),
        "days": _days(kept.compiled, today),
        "folders": {os.path.normpath(root / b.folder): b.folder for b in (basis.products if basis is not None else ())},
        "stamps": read[0],
        "packs": [dataclasses.astuple(pack) for pack in shelved.packs],
        "body": digest(body),
    }
    content = json.dumps(head).encode() + b"\n" + body
    try:
        _write(file, content)
    except OSError:
        # Else every command of a disk that is full would leave another pack that nobody names.
        (file.parent / shelved.packs[-1].name).unlink(missing_ok=True)
        raise
    sweep(file.parent, shelved.packs)
    return digest(content)


def clock() -> int:
    """Now, in nanoseconds, as files get it: the clock that they are stamped with goes in ticks."""
    coarse = getattr(time, "CLOCK_REALTIME_COARSE", None)
    return time.time_ns() if coarse is None else time.clock_gettime_ns(coarse)


def _touched(stamps: Stamps, began: int) -> bool:
    """Whether something changed after a time and up to now. What says to be of the future tells nothing."""
    now = time.time_ns()
    return any(began < changed <= now for _, changed, *_ in stamps.values())


@dataclass(frozen=True, slots=True)
class Said:
    """What policies said of a mesh, and the answers that it rests on."""

    troubles: tuple[Trouble, ...]
    answers: "tuple[KeptAnswer, ...]" = ()


def recall_verdicts(file: Path, index: str, today: dt.date) -> tuple[Trouble, ...] | None:
    """What policies said on this day of the mesh that an index has; None when they were not asked."""
    found = _recalled_said(file, index, today)
    return found if isinstance(found, tuple) and all(isinstance(t, Trouble) for t in found) else None


def recall_answers(file: Path, index: str, today: dt.date) -> "tuple[KeptAnswer, ...]":
    """The answers on which that rests."""
    from hansa.governance.keeping import KeptAnswer  # whose modules nobody needs for a mesh that did not change

    found = _recalled_said(_answers_beside(file), index, today)
    return found if isinstance(found, tuple) and all(isinstance(a, KeptAnswer) for a in found) else ()


def keep_said(file: Path, index: str, today: dt.date, said: Said) -> None:
    """Keep what policies said of a kept mesh; they need not be asked again while it holds, and until the day is over."""
    for where, what in ((file, said.troubles), (_answers_beside(file), said.answers)):
        with contextlib.suppress(OSError, pickle.PicklingError):
            written = io.BytesIO()
            RecordPickler(written, protocol=5).dump(what)
            body = written.getvalue()
            _write(where, _said_print(index, today, body) + b"\n" + body)


def _recalled_said(file: Path, index: str, today: dt.date) -> object:
    try:
        said, _, body = file.read_bytes().partition(b"\n")
        return RecordReader(io.BytesIO(body)).load() if said == _said_print(index, today, body) else None
    except _UNREADABLE:
        return None


def _answers_beside(verdicts: Path) -> Path:
    return verdicts.with_name("answers")


def _said_print(index: str, today: dt.date, body: bytes) -> bytes:
    """The index names the program that made it, so that other code asks again."""
    return f"{index} {today.isoformat()} {digest(body)}".encode()


def _write(file: Path, content: bytes) -> None:
    for left in file.parent.glob(f"{file.stem}.*"):
        if time.time() - left.stat().st_mtime > _GIVEN_UP:  # by a process that was cut off
            left.unlink(missing_ok=True)
    unfinished = file.with_suffix(f".{os.getpid()}")
    try:
        # Resolved variables may stand in it, so it is for its owner's eyes.
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
            stream.write(content)
        unfinished.replace(file)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise


def _days(compiled: Compiled, today: dt.date) -> list[str]:
    """The first and last day on which the mesh means what it means today; empty where there is no such end."""
    decisions = compiled.mesh.governance.declassifications
    last = [d.expires for d in decisions if d.expires is not None]
    last += [d.decided - dt.timedelta(days=1) for d in decisions if d.decided is not None]
    over = max((day for day in last if day < today), default=None)
    next_ = min((day for day in last if day >= today), default=None)
    return [(over + dt.timedelta(days=1)).isoformat() if over else "", next_.isoformat() if next_ else ""]


def _holds(days: list[str], today: dt.date | None) -> bool:
    first, last = days
    if today is None:
        return not first and not last
    return first <= today.isoformat() and (not last or today.isoformat() <= last)


def _stamps(declarations: "Declarations") -> tuple[Stamps, Set[str]] | None:
    """The state of every folder and file that a mesh is read from, and the variables named there. None when it has links.

    Folders tell by their time when something came or went; those above a domain are among them, since patterns look there.
    """
    root = declarations.root
    folders = [(root / d.folder).absolute() for d in declarations.domains]
    above = {p for f in folders for p in f.parents if p.is_relative_to(root)} | {f.parent for f in folders} | {root}
    manifests = [m.file for m in declarations.manifests if m.file is not None]
    governance = declarations.governance.folder if declarations.governance is not None else "governance"
    governing = Path(os.path.normpath(root / governance))
    below = _stamps_below([root / "hansa.yaml", governing, *folders, *manifests])
    return None if below is None else ({**{str(p): state(str(p)) for p in above}, **below[0]}, below[1])


def _stamps_below(places: Iterable[Path]) -> tuple[Stamps, Set[str]] | None:
    stamps: Stamps = {}
    variables: set[str] = set()
    for place in places:
        for path in _below(place):
            if path.is_symlink() or len(stamps) > _MOST_FILES:
                return None
            stamps[str(path)] = state(str(path))
            if path.is_file():
                content = path.read_bytes()
                stamps[str(path)].append(digest(content))
                variables.update(name.decode() for name in _VARIABLE.findall(content))
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


def _changed(stamps: Stamps, kept: int, folders: Mapping[str, str]) -> set[str] | None:
    """The product folders in which something changed; None when something else did."""
    found: set[str] = set()
    for name, (size, changed, *content) in stamps.items():
        now = state(name)
        settled = now == [size, changed] and not (content and changed > kept - _SETTLED_AFTER)
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


def _values(names: Iterable[str], environ: Mapping[str, str]) -> dict[str, str]:
    """A digest of each variable's value; empty for one that is not set."""
    return {name: digest(environ[name].encode("utf-8", "surrogatepass")) if name in environ else "" for name in sorted(names)}


def _program() -> str:
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
