"""Static files: read once, served from memory under addresses that name their content, so that browsers keep them for a year.

A module that imports another (`from "./other.js"`) gets the other's address written into it, so it changes when the other does.
"""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

from starlette.responses import Response

from hansa.frozen import dataclass

MEDIA_TYPES: Mapping[str, str] = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
LONG = "public, max-age=31536000, immutable"
_IMPORT = re.compile(rb'(\b(?:from|import)\s+")\./([\w-]+\.js)"')


@dataclass(frozen=True, slots=True)
class Asset:
    content: bytes
    media_type: str


class Assets:
    """The files of one folder. Modules may not import one another in a circle."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._urls: dict[str, str] = {}
        self._files: dict[str, Asset] = {}
        for file in sorted(f for f in folder.iterdir() if f.suffix in MEDIA_TYPES):
            self._add(file.name)

    def url(self, name: str) -> str:
        """The address of a file of the folder."""
        return self._urls[name]

    def response(self, name: str) -> Response:
        """A file by the last part of its address. One of another version is gone: its page is, too."""
        found = self._files.get(name)
        if found is None:
            return Response("there is no such file\n", 404, {"Cache-Control": "no-store"}, "text/plain")
        return Response(found.content, headers={"Cache-Control": LONG}, media_type=found.media_type)

    def _add(self, name: str) -> str:
        """Take a file in, after those that it imports; its address."""
        if name not in self._urls:
            file = self._folder / name
            content = file.read_bytes()
            if file.suffix == ".js":
                content = _IMPORT.sub(lambda m: m[1] + self._add(m[2].decode()).encode() + b'"', content)
            called = f"{file.stem}.{hashlib.sha256(content).hexdigest()[:12]}{file.suffix}"
            self._files[called] = Asset(content, MEDIA_TYPES[file.suffix])
            self._urls[name] = f"/static/{called}"
        return self._urls[name]
