"""What a ledger records of manifests that were uploaded, and on what condition."""

from hansa.frozen import dataclass
from hansa.model.uploaded import UploadedManifest
from hansa.names import DomainName


@dataclass(frozen=True, slots=True)
class ManifestUploaded:
    """The next version of a domain's manifest, with its document. Versions are only ever added; `serial` is given by the ledger.

    Implies the condition `ManifestIs` for the version before it.
    """

    manifest: UploadedManifest
    text: str


@dataclass(frozen=True, slots=True)
class ManifestIs:
    """The newest version of a domain's manifest is still this one; 0: there is none yet. What is found otherwise is a number."""

    domain: DomainName
    version: int
