"""Where a domain's declaration comes from, as its page says it."""

from hansa.frozen import dataclass
from hansa.model import Domain
from hansa.model.uploaded import UploadedManifest
from hansa.server.catalogue.provenance import ManifestSource, plain_location, source_of
from hansa.server.pages.visit import Visit

MOST_VERSIONS = 10


@dataclass(frozen=True, slots=True)
class Origin:
    """`source` is None for a domain of this repository. Of one that is uploaded, `versions` are the newest, newest first."""

    source: ManifestSource | None
    location: str
    versions: tuple[UploadedManifest, ...] = ()
    more: int = 0


def origin_of(visit: Visit, domain: Domain) -> Origin:
    if not domain.manifest:
        return Origin(None, domain.place.file if domain.place is not None else "")
    source = source_of(domain.manifest)
    if source is not ManifestSource.UPLOADED:
        return Origin(source, plain_location(domain.manifest))
    versions = visit.catalogue.backing.ledger.manifest_versions(domain.name)
    return Origin(source, "", versions[:MOST_VERSIONS], max(0, len(versions) - MOST_VERSIONS))
