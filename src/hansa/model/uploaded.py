"""Manifests that teams of other repositories uploaded: each version that was accepted, with who and when.

`hansa.model.manifest` is what a manifest says; here is what is on record of one.
"""

import datetime as dt
import re

from hansa.frozen import dataclass
from hansa.names import DomainName

_LOCATION = re.compile(r"uploaded@(\d{1,18})")


@dataclass(frozen=True, slots=True)
class UploadedManifest:
    """One version of a domain's manifest, from 1. It never changes.

    `digest` is that of the document, `mesh` the mesh that it was exported from, `products` how many it brings, `size` its bytes.
    `serial` is given by the ledger, and grows with every version of any domain.
    """

    domain: DomainName
    version: int
    digest: str
    mesh: str
    products: int
    size: int
    at: dt.datetime
    actor: str
    serial: int = 0


def uploaded_at(version: int) -> str:
    """Where a domain comes from whose manifest was uploaded, as `Domain.manifest` says it; version 0 for none yet."""
    return f"uploaded@{version}"


def uploaded_version(manifest: str) -> int | None:
    """The version of an uploaded manifest, given where a domain comes from; None for a file or a URL, and for our own."""
    found = _LOCATION.fullmatch(manifest)
    return int(found[1]) if found is not None else None
