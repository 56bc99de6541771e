"""One file of the site, and names that every file system can hold."""

import hashlib
import re

from hansa.frozen import dataclass

_PLAIN = re.compile(r"[a-z0-9](?:[a-z0-9_.-]{0,158}[a-z0-9_])?")
_HASHED = re.compile(r".*-[0-9a-f]{12}")
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9]|conin\$|conout\$)(?:\..*)?")
_ELSE = re.compile(r"[^a-z0-9_]+")


@dataclass(frozen=True, slots=True)
class SiteFile:
    """A file: its path below the site's folder, with slashes, and its bytes."""

    path: str
    content: bytes


def safe(name: str) -> str:
    """A name as that of a file: itself where every system can hold it, else what is left of it with a digest of the whole.

    Different names stay different, also where a system takes capitals for small letters or composes accents.
    """
    if _PLAIN.fullmatch(name) and not _DEVICES.fullmatch(name) and not _HASHED.fullmatch(name) and ".." not in name:
        return name
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"{_ELSE.sub('-', name.lower()).strip('-')[:60] or 'x'}-{digest}"
