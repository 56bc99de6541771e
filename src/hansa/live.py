"""The compiled mesh of a process that runs for long: compiled anew when its files change, by whoever looks first.

A mesh that no longer compiles changes nothing: the last good one stays in force, and what is wrong with the new one is told.
Manifests that a mesh names by URL are read again only when a file changes, too; those that are uploaded or
named by file as soon as they are.
"""

import contextlib
import datetime as dt
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from hansa.ledger import LedgerGone
from hansa.model import Compiled, Mesh
from hansa.model.uploaded import uploaded_version
from hansa.trouble import Trouble, TroubleError
from hansa.wiring import Workplace, now

EVERY = 1.0  # seconds between two looks at the files
_WRITTEN = frozenset({".yaml", ".yml", ".json", ".sql", ".py", ".cedar", ".md", ".csv"})
_NOT_WRITTEN = frozenset({".git", ".hansa", "__pycache__", "node_modules", ".venv"})
_Files = tuple[dt.date, frozenset[tuple[str, int, int]]]
_Stamp = tuple[_Files, int]

Told = Callable[[tuple[Trouble, ...]], None]


def untold(troubles: tuple[Trouble, ...]) -> None:
    """For those who ask for `troubles` instead of being told."""


class LiveMesh:
    """Gives the mesh as it stands in the files, at most `every` seconds late. Safe in many threads: one looks, nobody waits.

    Raises TroubleError when the first mesh has errors. `tell` gets the errors of a later one, and nothing when it is good again.
    """

    def __init__(self, workplace: Workplace, *, tell: Told = untold, every: float = EVERY) -> None:
        self._root, self._environ = workplace.root, workplace.environ
        self._tell, self._every = tell, every
        self._looking = threading.Lock()
        self._warehouse, self._workplace = workplace.warehouse, workplace
        self._uploading, self._uploaded = bool(workplace.settings.uploads), 0
        self._stamp = (_stamp(self._root, self._warehouse, workplace.settings.outside), self._last_upload())
        compiled = workplace.compiled
        if not compiled.valid:
            raise TroubleError(*errors(compiled))
        self._use(compiled, workplace.settings.outside)
        self.troubles: tuple[Trouble, ...] = ()

    def __call__(self) -> Mesh:
        if time.monotonic() >= self._next and self._looking.acquire(blocking=False):
            # Reading a thousand files, or compiling them, is not for the one who only asks for what is in force.
            threading.Thread(target=self._look, name="hansa-live-mesh", daemon=True).start()
        return self._mesh

    def look(self) -> Mesh:
        """Look now, and wait for what is found."""
        with self._looking:
            self._compare()
        return self._mesh

    def _look(self) -> None:
        try:
            self._compare()
        finally:
            self._looking.release()

    def _compare(self) -> None:
        # Said first: should looking itself fail, it is not tried again by every query.
        self._next = time.monotonic() + self._every
        stamp = (_stamp(self._root, self._warehouse, self._outside), self._last_upload())
        if stamp != self._stamp:
            self._stamp = stamp
            self._compile()

    def _last_upload(self) -> int:
        """Changes when a manifest is uploaded that the mesh may wait for. While the ledger is away, nothing is."""
        if self._uploading:
            with contextlib.suppress(LedgerGone):
                self._uploaded = self._workplace.ledger.last_manifest()
        return self._uploaded

    def _compile(self) -> None:
        try:
            with Workplace(self._root, self._environ) as workplace:
                compiled, outside = workplace.compiled, workplace.settings.outside
        except TroubleError as unreadable:
            found = unreadable.troubles
        else:
            found = errors(compiled)
            if not found:
                self._use(compiled, outside)
        if found != self.troubles:
            self.troubles = found
            self._tell(found)

    def _use(self, compiled: Compiled, outside: tuple[str, ...]) -> None:
        self._mesh = compiled.mesh
        self._uploading = any(uploaded_version(d.manifest) is not None for d in compiled.mesh.domains)
        self._outside = outside
        # What was compiled just now may have changed meanwhile: the stamp is older than the mesh, never younger.
        self._next = time.monotonic() + self._every


def errors(compiled: Compiled) -> tuple[Trouble, ...]:
    return tuple(t for t in compiled.troubles if t.is_error)


def _stamp(root: Path, warehouse: Path, outside: tuple[str, ...]) -> _Files:
    """The day, and size and time of every file that people write. Where data and ledger lie is not looked at."""
    files: set[tuple[str, int, int]] = set()
    for place in (str(root), *outside):
        for path in _written(place, str(warehouse)):
            try:
                found = os.stat(path)  # noqa: PTH116 - asked of thousands of files
            except OSError:
                continue
            files.add((path, found.st_size, found.st_mtime_ns))
    return now().date(), frozenset(files)


def _written(place: str, warehouse: str) -> Iterator[str]:
    """The files below a folder; where there is none, the file that the place is, which may be called anything."""
    if not os.path.isdir(place):  # noqa: PTH112 - the places are text
        yield place
    for folder, names, files in os.walk(place):
        names[:] = [n for n in names if n not in _NOT_WRITTEN and os.path.join(folder, n) != warehouse]  # noqa: PTH118 - as below
        for name in files:
            if os.path.splitext(name)[1] in _WRITTEN:  # noqa: PTH122 - asked of thousands of files
                yield os.path.join(folder, name)  # noqa: PTH118 - as above
