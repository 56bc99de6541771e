"""Where the declaration of a domain comes from: this repository, a file, a URL, or what its team uploaded."""

import enum
from urllib.parse import urlsplit, urlunsplit

from hansa.model.uploaded import uploaded_version


class ManifestSource(enum.StrEnum):
    """How a manifest gets here: named by `domains` as a file or a URL, or uploaded by its team."""

    FILE = "file"
    URL = "url"
    UPLOADED = "uploaded"


def source_of(manifest: str) -> ManifestSource:
    """How a manifest gets here, given where a domain says that it comes from."""
    if uploaded_version(manifest) is not None:
        return ManifestSource.UPLOADED
    return ManifestSource.URL if manifest.lower().startswith(("http://", "https://")) else ManifestSource.FILE


def plain_location(manifest: str) -> str:
    """Where a manifest comes from, without what may be secret in an address: user, password and query."""
    if source_of(manifest) is not ManifestSource.URL:
        return manifest
    try:
        parts = urlsplit(manifest)
    except ValueError:
        return "…"
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "…" if parts.query else "", ""))
