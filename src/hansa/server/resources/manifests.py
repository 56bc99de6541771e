"""`/manifests`: domains that live in other repositories, where each comes from, and the uploads of those that are uploaded."""

import datetime as dt
from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Depends, Query, Request, Response

from hansa.access.record import used_lately
from hansa.model import Domain, Product
from hansa.model.manifest import from_text
from hansa.model.uploaded import UploadedManifest, uploaded_version
from hansa.plan.manifests import ManifestVersions, changes_of_manifest
from hansa.server.api import Listing, Paged, Resource, Shown, Viewer, Viewing, example, refusals
from hansa.server.api.bodies import read
from hansa.server.api.idempotency import REPLAYED, key_of, once
from hansa.server.api.paging import digest
from hansa.server.api.refusing import Responses
from hansa.server.api.routes import matches
from hansa.server.catalogue.provenance import ManifestSource, plain_location, source_of
from hansa.server.resources.changed import ChangeShown, shown_change
from hansa.server.resources.uploaded import Precondition, accept, stewards, tag_of, waiting_domain
from hansa.server.sight import known_changes
from hansa.server.transport import Answered
from hansa.trouble import Trouble
from hansa.wiring import LATELY, MOST_QUERIES

router = APIRouter(prefix="/manifests", tags=["mesh"], route_class=Resource)
MOST_BYTES = 20_000_000
"""A domain of a thousand products has some five million; the mesh is compiled from it while the caller waits."""
_DOCUMENT: Responses = {200: {"description": "The manifest.", "content": {"application/json": {"schema": {"type": "object"}}}}}
_HEADERS = (
    ("Idempotency-Key", "The same key with the same body gets the same answer, and nothing is done twice. Kept for a day."),
    ("If-Match", "The ETag of the version that this one replaces, or `*`. Needed once there is one."),
    ("If-None-Match", "`*` for the first version of all."),
)
_PUT: dict[str, Any] = {
    "parameters": [
        {"name": name, "in": "header", "required": False, "description": told, "schema": {"type": "string", "maxLength": 255}}
        for name, told in _HEADERS
    ],
    "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}},
}


class ManifestLine(Shown):
    """A domain that lives in another repository. `location` is what the mesh in force was compiled from.

    `version` and what follows are of the newest upload, in force as soon as the mesh was compiled with it; 0 is none yet.
    """

    model_config = example(
        domain="people", title="People", owner="people_team", source="uploaded", location="uploaded@7", version=7,
        digest="blake2b:9f…", mesh="people", uploadedAt="2026-11-22T06:00:00Z", uploadedBy="ci-people", products=2,
    )  # fmt: skip
    domain: str
    title: str
    owner: str
    source: ManifestSource
    location: str
    version: int | None
    digest: str | None
    mesh: str | None
    uploaded_at: dt.datetime | None
    uploaded_by: str | None
    products: int


class Manifests(Listing[ManifestLine]):
    """The domains of other repositories, by name."""


class VersionShown(Shown):
    """A version that was accepted. It never changes. `mesh` is the mesh that it was exported from."""

    version: int
    digest: str
    mesh: str
    uploaded_at: dt.datetime
    uploaded_by: str


class ManifestVersionsShown(Listing[VersionShown]):
    """The versions of a manifest, the newest first."""


class ManifestDifference(Shown):
    """What changes from one version to another, version 0 being none; whom in this mesh it breaks as it is now."""

    domain: str
    before: int
    after: int
    breaks_readers: bool
    changes: list[ChangeShown]


class Upload(VersionShown):
    """What became of an upload. `unchanged` says that the newest version was just that already, and no other was made."""

    domain: str
    unchanged: bool
    changes: list[ChangeShown]


def uploading(domain: str, viewer: Viewing) -> Domain:
    """Asked before the body is read."""
    return waiting_domain(viewer, domain)


@router.get("", responses=refusals("H742"))
def manifests(viewer: Viewing, pages: Paged) -> Manifests:
    """The domains that live in other repositories, and where each comes from."""
    newest = {m.domain: m for m in viewer.backing.ledger.manifests()}
    others = (d for d in viewer.sight.domains if d.manifest)
    found = pages.of(others, lambda d: (str(d.name),))
    return Manifests(items=[_line(viewer, d, newest.get(d.name)) for d in found], total=found.total, next=found.next)


@router.get("/{domain}", response_model=ManifestLine, responses=refusals("H857"))
def manifest(request: Request, response: Response, domain: str, viewer: Viewing) -> ManifestLine | Response:
    """Where a domain of another repository comes from. The ETag is what a next upload rests on, as If-Match."""
    found = _elsewhere(viewer, domain)
    line = _line(viewer, found, next(iter(viewer.backing.ledger.manifest_versions(found.name)), None))
    tag = tag_of(line.version or 0, digest(line.model_dump(mode="json"))[:16])
    if matches(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers={"ETag": tag})
    response.headers["ETag"] = tag
    return line


@router.put(
    "/{domain}",
    status_code=201,
    responses={
        **refusals(
            "H283", "H741", "H743", "H856", "H857", "H859", "H863", "H873", "H874", "H875", "H876", "H877", "H878", "H879", "H880"
        ),
        200: {"description": "The newest version is just that already.", "model": Upload},
    },
    openapi_extra=_PUT,
)
async def upload(request: Request, response: Response, viewer: Viewing, waiting: Annotated[Domain, Depends(uploading)]) -> Upload:
    """Upload a manifest, as `hansa export manifest` writes it, for a domain that waits for it and that the caller administers."""
    _refuse_other_form(request)
    body = await read(request, MOST_BYTES, "export one domain at a time; name a larger one as a file")
    headers = request.headers
    said = Precondition(headers.get("if-match", ""), headers.get("if-none-match", ""))
    key = key_of(request, viewer.principal.name, digest(body.decode("utf-8", "replace")))
    ledger = viewer.backing.ledger

    def done() -> tuple[UploadedManifest, bool] | None:
        text = _text(body)
        mine = (m for m in ledger.manifest_versions(waiting.name) if m.actor == viewer.principal.name)
        found = next((m for m in mine if f'"{m.digest}"' in text), None)
        return (found, False) if found is not None else None

    def work() -> tuple[Upload, bool]:
        now = viewer.backing.clock()
        (uploaded, same), replayed = once(ledger, key, now, lambda: accept(viewer, waiting, _text(body), said), done)
        return _upload(viewer, waiting, uploaded, same=same), replayed

    told, replayed = await anyio.to_thread.run_sync(work)
    response.headers.update({"ETag": tag_of(told.version), "Location": f"{request.url.path}/versions/{told.version}"})
    if replayed:
        response.headers[REPLAYED] = "true"
    if told.unchanged:
        response.status_code = 200
    return told


@router.get("/{domain}/versions", responses=refusals("H742", "H857"))
def versions(domain: str, viewer: Viewing, pages: Paged) -> ManifestVersionsShown:
    """Every version that was uploaded, by whom and when."""
    found = pages.of(
        viewer.backing.ledger.manifest_versions(_elsewhere(viewer, domain).name), lambda m: (m.version,), newest=True
    )
    return ManifestVersionsShown(items=[VersionShown(**_version(m)) for m in found], total=found.total, next=found.next)


@router.get("/{domain}/versions/{version}", responses={**refusals("H857", "H862"), **_DOCUMENT}, response_class=Response)
def document(domain: str, version: int, viewer: Viewing) -> Response:
    """The document of a version: what a mesh without this ledger may name as a file. It is whole or it is refused."""
    found = _elsewhere(viewer, domain)
    text = _kept(viewer, found, version)
    if not (viewer.discretion.complete or stewards(viewer, found)):
        mend = "let its team, or whoever may know everything, bring it to you"
        raise Answered(
            Trouble("H862", "the manifest names everything of its domain, and you may not know of everything", mend=mend), 403
        )
    return Response(text, media_type="application/json")


@router.get("/{domain}/changes", responses=refusals("H857"))
def changes(
    domain: str,
    viewer: Viewing,
    before: Annotated[int | None, Query(ge=0, lt=2**31, description="The version before; the one below by default.")] = None,
    after: Annotated[int | None, Query(ge=0, lt=2**31, description="The version after; the newest by default.")] = None,
) -> ManifestDifference:
    """What changes from one version to another, those changes first that break somebody who reads them in this mesh."""
    found = _elsewhere(viewer, domain)
    newest = next((m.version for m in viewer.backing.ledger.manifest_versions(found.name)), 0)
    later = newest if after is None else after
    earlier = max(later - 1, 0) if before is None else before
    told = _changes(viewer, found, earlier, later)
    breaks = any(c.breaks_readers for c in told)
    return ManifestDifference(domain=str(found.name), before=earlier, after=later, breaks_readers=breaks, changes=told)


def _elsewhere(viewer: Viewer, name: str) -> Domain:
    """A domain of another repository that the caller may know of. Raises a trouble with 404."""
    found = next((d for d in viewer.sight.domains if str(d.name) == name and d.manifest), None)
    return found or viewer.nothing(name, "manifest")


def _kept(viewer: Viewer, domain: Domain, version: int) -> str:
    text = viewer.backing.ledger.manifest_text(domain.name, version) if 0 < version < 2**31 else None
    return text if text is not None else viewer.nothing(f"{domain.name} version {version}", "manifest")


def _line(viewer: Viewer, domain: Domain, newest: UploadedManifest | None) -> ManifestLine:
    version = uploaded_version(domain.manifest)
    return ManifestLine(
        domain=str(domain.name),
        title=domain.title,
        owner=domain.owner,
        source=source_of(domain.manifest),
        location=plain_location(domain.manifest),
        products=sum(viewer.sight.discovers(p.address) for p in domain.products),
        **(_version(newest) if newest is not None and version is not None else {**_NO_VERSION, "version": version}),
    )


_NO_VERSION: dict[str, Any] = dict.fromkeys(("version", "digest", "mesh", "uploaded_at", "uploaded_by"))


def _version(manifest: UploadedManifest) -> dict[str, Any]:
    return {
        "version": manifest.version,
        "digest": manifest.digest,
        "mesh": manifest.mesh,
        "uploaded_at": manifest.at,
        "uploaded_by": manifest.actor,
    }


def _upload(viewer: Viewer, domain: Domain, uploaded: UploadedManifest, *, same: bool) -> Upload:
    told = [] if same else _changes(viewer, domain, uploaded.version - 1, uploaded.version)
    return Upload(**_version(uploaded), domain=str(domain.name), unchanged=same, changes=told)


def _changes(viewer: Viewer, domain: Domain, before: int, after: int) -> list[ChangeShown]:
    sides = ManifestVersions(domain.name, _products(viewer, domain, before), _products(viewer, domain, after))
    reads = used_lately(viewer.backing.ledger, viewer.now - LATELY, MOST_QUERIES)
    found = changes_of_manifest(sides, viewer.mesh, viewer.mesh, viewer.catalogue.grants(), reads)
    own = domain.name if stewards(viewer, domain) else None
    return [shown_change(c) for c in known_changes(found, viewer.sight, own)]


def _products(viewer: Viewer, domain: Domain, version: int) -> tuple[Product, ...]:
    """The products of a domain by a version of its manifest; none before the first one."""
    return from_text(_kept(viewer, domain, version), "").domains[0].products if version else ()


def _text(body: bytes) -> str:
    """Bytes that are no text are no manifest, which is found out where it is read."""
    return body.decode("utf-8-sig", "replace")


def _refuse_other_form(request: Request) -> None:
    form = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if form != "application/json":
        mend = "send it as `Content-Type: application/json`, as `hansa export manifest` writes it"
        raise Answered(Trouble("H741", f"a manifest is JSON, and this is {form[:60] or 'of no type'}", mend=mend), 415)
