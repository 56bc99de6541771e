"""The folder of the site: written so that a web server serves whole files at any time, and only where a site was made before.

A file that did not change is not touched. Each other one is written beside its place and then put there at once; what is not part
of the site any longer is removed at the end. Files that somebody else put there stay.
"""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from hansa.catalog.exports.site.files import SiteFile
from hansa.frozen import dataclass
from hansa.trouble import Place, Trouble, TroubleError

MARKER = ".hansa-site"
_LIST, _NEW, _FORMAT = ".hansa-site-files", ".hansa-new", 1


@dataclass(frozen=True, slots=True)
class Kept:
    """How many files were written, were as they are already, and were removed."""

    written: int = 0
    unchanged: int = 0
    removed: int = 0

    @property
    def files(self) -> int:
        return self.written + self.unchanged


def keep(folder: Path, files: Iterable[SiteFile]) -> Kept:
    """Make the folder hold these files. Raises TroubleError H871 for a folder of others, H872 while another writes, H817."""
    try:
        with _ours(folder):
            return _kept(folder, files)
    except OSError as error:
        summary = f"{folder} cannot be written: {error.strerror or type(error).__name__}"
        raise TroubleError(Trouble("H817", summary, (Place(str(folder)),), "name one in a folder that is yours")) from None


def _kept(folder: Path, files: Iterable[SiteFile]) -> Kept:
    before = _listed(folder)
    written = unchanged = 0
    now: dict[str, None] = {}
    with (folder / f"{_LIST}{_NEW}").open("a", encoding="utf-8") as noted:
        for file in files:
            now[file.path] = None
            # Told before it is there, so that what a dead writer left is known to the next one.
            noted.write(f"{file.path}\n")
            noted.flush()
            if _put(folder, file):
                written += 1
            else:
                unchanged += 1
    removed = sum(_removed(folder, path) for path in sorted(before - set(now)))
    _replace(folder / _LIST, "".join(f"{path}\n" for path in sorted(now)).encode())
    (folder / f"{_LIST}{_NEW}").unlink(missing_ok=True)
    return Kept(written, unchanged, removed)


@contextlib.contextmanager
def _ours(folder: Path) -> Iterator[None]:
    """The folder is ours, and nobody else writes into it."""
    if folder.exists() and (not folder.is_dir() or (not _marked(folder) and any(folder.iterdir()))):
        mend = "name a folder that is not there yet, an empty one, or one that an export made"
        raise TroubleError(Trouble("H871", f"{folder} is not a site of ours, and not empty", (Place(str(folder)),), mend))
    folder.mkdir(parents=True, exist_ok=True)
    held = os.open(folder / MARKER, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            summary = f"another export writes into {folder}"
            raise TroubleError(Trouble("H872", summary, (Place(str(folder)),), "wait for it to end")) from None
        if not os.fstat(held).st_size:
            os.write(held, json.dumps({"format": _FORMAT, "made by": "hansa export site"}).encode() + b"\n")
        yield
    finally:
        os.close(held)


def _marked(folder: Path) -> bool:
    marker = folder / MARKER
    return marker.is_file() and not marker.is_symlink()


def _listed(folder: Path) -> set[str]:
    """What was written before, also by a writer that did not come to its end. Nothing outside of the folder."""
    found: set[str] = set()
    for name in (_LIST, f"{_LIST}{_NEW}"):
        with contextlib.suppress(FileNotFoundError):
            found |= {p for p in (folder / name).read_text("utf-8").split("\n") if p and _inside(p)}
    return found


def _inside(path: str) -> bool:
    parts = path.split("/")
    return not path.startswith("/") and all(p and p not in (".", "..") for p in parts) and "\\" not in path and "\0" not in path


def _put(folder: Path, file: SiteFile) -> bool:
    """Whether the file had to be written."""
    if not _inside(file.path):
        raise ValueError(f"no path of a site: {file.path!r}")
    path = _straight(folder, file.path)
    if not path.is_symlink():
        with contextlib.suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError):
            if path.stat().st_size == len(file.content) and path.read_bytes() == file.content:
                return False
    path.parent.mkdir(parents=True, exist_ok=True)
    _replace(path, file.content)
    return True


def _straight(folder: Path, path: str) -> Path:
    """A place below the folder. A link on the way would lead elsewhere, and is nothing that an export makes."""
    at = folder
    for part in path.split("/")[:-1]:
        at = at / part
        if at.is_symlink():
            mend = "remove the link, or export into another folder"
            raise TroubleError(Trouble("H871", f"{at} is a link, which no export makes", (Place(str(at)),), mend))
    return folder / path


def _replace(path: Path, content: bytes) -> None:
    new = path.with_name(f"{path.name}{_NEW}")
    new.unlink(missing_ok=True)
    held = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    with os.fdopen(held, "wb") as file:
        file.write(content)
    new.replace(path)


def _removed(folder: Path, path: str) -> bool:
    """Remove a file that is not part of the site any longer, and the folders that it leaves empty."""
    at = _straight(folder, path)
    at.with_name(f"{at.name}{_NEW}").unlink(missing_ok=True)
    try:
        at.unlink()
    except (FileNotFoundError, NotADirectoryError):
        return False
    for above in at.parents:
        if above == folder:
            break
        try:
            above.rmdir()
        except OSError:
            break
    return True
