"""Uploaded manifests in the ledger in memory: the counterpart of `manifest_store`. They are a tuple in the order of upload."""

from dataclasses import replace

from hansa.ledger.manifest_changes import ManifestIs, ManifestUploaded
from hansa.ledger.protocol import Conflict
from hansa.model.uploaded import UploadedManifest
from hansa.names import DomainName

Uploaded = tuple[ManifestUploaded, ...]


def newest(uploaded: Uploaded) -> tuple[UploadedManifest, ...]:
    by_domain = {u.manifest.domain: u.manifest for u in uploaded}
    return tuple(by_domain[domain] for domain in sorted(by_domain))


def versions(uploaded: Uploaded, domain: DomainName) -> tuple[UploadedManifest, ...]:
    return tuple(u.manifest for u in reversed(uploaded) if u.manifest.domain == domain)


def text(uploaded: Uploaded, domain: DomainName, version: int) -> str | None:
    found = (u.text for u in uploaded if (u.manifest.domain, u.manifest.version) == (domain, version))
    return next(found, None)


def require(uploaded: Uploaded, condition: ManifestIs) -> None:
    found = next((m.version for m in versions(uploaded, condition.domain)), 0)
    if found != condition.version:
        raise Conflict(condition, found)


def with_uploaded(uploaded: Uploaded, change: ManifestUploaded) -> Uploaded:
    manifest = change.manifest
    require(uploaded, ManifestIs(manifest.domain, manifest.version - 1))
    return (*uploaded, replace(change, manifest=replace(manifest, serial=len(uploaded) + 1)))
