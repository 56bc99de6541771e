"""A compiled mesh, kept as an index and the packs of products that the index names.

An index is used only while every file and folder that the mesh was read from, every variable that it names, and Hansa and its
engines themselves are as they were, and no decision that it rests on has ended since.
"""

import contextlib
import dataclasses
import datetime as dt
import io
import json
import os
import pickle
from collections.abc import Mapping, Set
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hansa.cache.files import UNREADABLE, write
from hansa.cache.shelf import IndexReader, Pack, Shelf
from hansa.cache.shelving import IndexPickler, Shelved, shelve, shelve_again, sweep
from hansa.cache.stamps import Stamps, changed_folders, clock, program, stamps_below, stamps_of, state, touched, values_of
from hansa.frozen import dataclass
from hansa.model import Compiled, OidcSettings, Platform
from hansa.records import digest

if TYPE_CHECKING:
    from hansa.declare import Declarations

FORMAT = 6


@dataclass(frozen=True, slots=True)
class Settings:
    """What the rest of Hansa needs of hansa.yaml besides the mesh itself. `manifests` are the URLs that are asked each time,
    `uploads` the domains that are uploaded, with the versions that the mesh was compiled from, and `outside` the folders and
    files beside the mesh's own folder that it is read from.
    """

    ledger: str
    warehouse: str
    platforms: tuple[Platform, ...]
    manifests: tuple[str, ...] = ()
    oidc: OidcSettings | None = None
    uploads: tuple[tuple[str, int], ...] = ()
    outside: tuple[str, ...] = ()


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
        except UNREADABLE:
            return None
    return None


def _recalled(file: Path, environ: Mapping[str, str], today: dt.date | None) -> Recalled | None:
    at = clock()
    content = file.read_bytes()
    first, _, body = content.partition(b"\n")
    head = json.loads(first)
    if head["format"] != FORMAT or head["program"] != program() or head["body"] != digest(body):
        return None
    if head["place"] != str(file.absolute()):
        return None  # it came here with a copy of the mesh, and tells of the files of the other
    if not _holds(head["days"], today) or head["variables"] != values_of(head["variables"], environ):
        return None
    stamps: Stamps = head["stamps"]
    changed = changed_folders(stamps, head["kept"], head["folders"])
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

    `began` is the tick before anything of it was read: what changed while it was compiled may or may not be in it. `before` is
    the `state` of the mesh's folder before the first folder of ours was made in it, which changes its time.
    """
    with contextlib.suppress(OSError, pickle.PicklingError):
        root = str(declarations.root)
        before = state(root) if before is None else before
        file.parent.mkdir(parents=True, exist_ok=True)
        looked = clock()
        read = stamps_of(declarations)
        if read is not None and not touched({**read[0], root: before}, began):
            compiled = kept.compiled
            assert compiled.carried is not None
            shelved = shelve(file.parent, compiled.mesh.by_name(), compiled.carried)
            return _keep(file, kept, declarations.root, read, looked, environ, today, shelved)
    return ""


def keep_again(
    file: Path, kept: Kept, root: Path, recalled: Recalled, environ: Mapping[str, str], today: dt.date, began: int
) -> str:
    """Keep a mesh of which only the changed folders of a recalled one were read anew; what it tells is what `keep` tells.

    `began` is the tick before any of it was read.
    """
    with contextlib.suppress(OSError, pickle.PicklingError):
        read = stamps_below([Path(os.path.normpath(root / folder)) for folder in recalled.changed])
        if read is not None and not touched(read[0], began):
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
        "program": program(),
        "place": str(file.absolute()),
        "kept": looked,
        "variables": values_of(read[1], environ),
        "days": _days(kept.compiled, today),
        "folders": {os.path.normpath(root / b.folder): b.folder for b in (basis.products if basis is not None else ())},
        "stamps": read[0],
        "packs": [dataclasses.astuple(pack) for pack in shelved.packs],
        "body": digest(body),
    }
    content = json.dumps(head).encode() + b"\n" + body
    try:
        write(file, content)
    except OSError:
        # Else every command of a disk that is full would leave another pack that nobody names.
        (file.parent / shelved.packs[-1].name).unlink(missing_ok=True)
        raise
    sweep(file.parent, shelved.packs)
    return digest(content)


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
