"""Reads the manifests that `domains` names: files beside the mesh, or texts behind URLs that the rim fetches."""

import os
from collections.abc import Callable
from dataclasses import field
from pathlib import Path

from hansa.declare.declarations import ManifestDeclaration
from hansa.declare.files import Folder
from hansa.frozen import dataclass
from hansa.trouble import Place, Trouble, TroubleError

MOST_BYTES = 200_000_000
"""A manifest of ten thousand products has some fifty million."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """The file that a URL's text was kept in, and what there was to tell about it: that it is an older copy, for example."""

    file: Path
    troubles: tuple[Trouble, ...] = ()


Fetch = Callable[[str], Fetched]
"""Fetches a URL; raises `TroubleError`. Reading declarations reaches out of the folder in no way but this and the next."""


@dataclass(frozen=True, slots=True)
class FoundUpload:
    """The file that a version of an uploaded manifest was kept in."""

    file: Path
    version: int


FindUpload = Callable[[str, str], FoundUpload | None]
"""Finds the newest upload of a domain in a ledger, given its address as written; raises `TroubleError`."""


def is_url(location: str) -> bool:
    return location.lower().startswith(("http://", "https://"))


def is_manifest(entry: str) -> bool:
    """Whether a short entry of `domains` names a manifest rather than folders."""
    return is_url(entry) or entry.lower().endswith(".json")


@dataclass(slots=True)
class ManifestReader:
    """Reads manifests one by one and gathers the troubles of those that cannot be had."""

    folder: Folder
    fetch: Fetch | None = None
    troubles: list[Trouble] = field(default_factory=list)

    def read(self, location: str, shown: str, place: Place) -> ManifestDeclaration:
        """The manifest at a location; `shown` is the location as written, since variables in it may be secrets."""
        path = self._remote(location, shown, place) if is_url(location) else self._local(location, shown, place)
        if path is None:
            return ManifestDeclaration(shown, None, place)
        text, unreadable = self.folder.text(path, MOST_BYTES)
        self.troubles += unreadable
        return ManifestDeclaration(shown, text, place, path, location if is_url(location) else "")

    def _local(self, location: str, shown: str, place: Place) -> Path | None:
        path = self.folder.root / location.replace("\0", "")
        if os.path.isfile(path):  # noqa: PTH113 - which answers no to a name that is too long for any file
            return path.resolve()
        mend = "export it there with `hansa export manifest`, or mend the path; it is relative to this file"
        self.troubles.append(Trouble("H164", f"the manifest {shown} is not there", (place,), mend))
        return None

    def _remote(self, location: str, shown: str, place: Place) -> Path | None:
        if self.fetch is None:
            mend = "name a file instead"
            self.troubles.append(Trouble("H164", f"the manifest {shown} is not fetched here", (place,), mend))
            return None
        try:
            fetched = self.fetch(location)
        except TroubleError as error:
            self.troubles += [Trouble(t.code, t.summary, (place,), t.mend, t.severity) for t in error.troubles]
            return None
        self.troubles += [Trouble(t.code, t.summary, (place,), t.mend, t.severity) for t in fetched.troubles]
        return fetched.file
