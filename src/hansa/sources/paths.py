"""Where local files are: relative to the mesh, by glob, or inside an installed Python package."""

import glob
import hashlib
import importlib.util
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from hansa.model import Server
from hansa.sources.protocol import SourceFailed, failed
from hansa.trouble import did_you_mean

_PACKAGE = "package://"


def matching_files(server: Server, path: str, root: Path, suffixes: tuple[str, ...]) -> tuple[Path, ...]:
    """The files of a path, sorted: one file, a glob's, or those with the suffixes below a folder. Raises `SourceFailed`."""
    place = local_path(server, path, root)
    if place.is_dir():
        found = sorted(p for suffix in suffixes for p in place.rglob(f"*{suffix}") if p.is_file() and not _hidden(p, place))
    elif place.is_file():
        found = [place]
    else:
        found = sorted(Path(p) for p in glob.glob(str(place), recursive=True) if Path(p).is_file())  # noqa: PTH207 - it may be absolute
    if not found:
        raise _nothing_there(server, path, place)
    return tuple(found)


def local_path(server: Server, path: str, root: Path) -> Path:
    """The absolute form of a path, which may be `package://module/path`. Raises `SourceFailed`."""
    if path.startswith(_PACKAGE):
        return _in_package(server, path)
    return (root / Path(path.removeprefix("file://")).expanduser()).absolute()


def database_file(server: Server, root: Path) -> Path:
    """The file that a server of an embedded database names. Raises `SourceFailed`."""
    written = server.option("database") or server.option("path")
    file = local_path(server, written, root)
    if not file.is_file():
        mend = f"put it at {file}, or correct where the server says it is"
        raise failed("H501", f"the database `{written}` is not there", server, mend)
    return file


def token_of(files: Iterable[Path]) -> str:
    """A token that changes with the names, sizes and times of files; a vanished one counts as such."""
    digest = hashlib.blake2b(digest_size=12)
    for file in files:
        try:
            status = file.stat()
            digest.update(f"{file}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
        except OSError:
            digest.update(f"{file}\0gone\n".encode())
    return f"files {digest.hexdigest()}"


def _in_package(server: Server, path: str) -> Path:
    """A file inside an installed package, found without importing the package."""
    module, _, inside = path.removeprefix(_PACKAGE).partition("/")
    top, *below = module.split(".")
    try:
        spec = importlib.util.find_spec(top) if top.isidentifier() else None
    except (ImportError, ValueError):
        spec = None
    if spec is None or not spec.submodule_search_locations:
        raise failed(
            "H501",
            f"the source `{path}` is not there: no Python package `{top}` is installed",
            server,
            f"install it beside Hansa: pip install {top.replace('_', '-')}",
        )
    if ".." in PurePosixPath(inside).parts:
        raise failed("H501", f"the source `{path}` leaves its package", server, "name a file inside the package")
    return Path(next(iter(spec.submodule_search_locations)), *below, inside).absolute()


def _nothing_there(server: Server, path: str, place: Path) -> SourceFailed:
    if glob.has_magic(path):
        return failed(
            "H501", f"no file matches `{path}`", server, f"put files there, or mend the pattern; it was read as {place}"
        )
    beside = [p.name for p in place.parent.iterdir()] if place.parent.is_dir() else []
    hint = did_you_mean(place.name, beside)
    return failed(
        "H501",
        f"the source `{path}` is not there",
        server,
        (f"{hint} " if hint else "") + f"put it at {place}, or correct where the server says it is",
    )


def _hidden(path: Path, below: Path) -> bool:
    """Spark and others leave `_SUCCESS`, `_delta_log` and dot files beside the data."""
    return any(part.startswith(("_", ".")) for part in path.relative_to(below).parts)
