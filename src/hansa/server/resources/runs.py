"""`/runs` and the publications of products: what was computed, and what readers saw of it."""

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Query

from hansa.model import ProductRun, Publication, Run, RunId, RunStatus
from hansa.plan import from_text
from hansa.server.api import Listing, Paged, Resource, Shown, Viewer, Viewing, example, refusals

router = APIRouter(tags=["runs"], route_class=Resource)
MOST_RUNS = 2_000
"""The newest runs, of which those are told that are somebody's."""


class RunLine(Shown):
    """One carrying out of a plan, as far as it concerns what the caller may know of."""

    model_config = example(
        run="20261122-060000-a1b2c3", environment="prod", status="succeeded", started="2026-11-22T06:00:00Z",
        ended="2026-11-22T06:01:10Z", actor="scheduler",
    )  # fmt: skip
    run: str
    environment: str
    status: str
    started: dt.datetime
    ended: dt.datetime | None
    actor: str


class Runs(Listing[RunLine]):
    """Runs, the newest first, of the newest two thousand."""


class ProductRunShown(Shown):
    """What a run did with one product; `version` is what it published."""

    product: str
    status: str
    reason: str
    seconds: float
    version: int | None


class RunShown(RunLine):
    """A run with what it did, product by product."""

    products: list[ProductRunShown]


class PublishedPortShown(Shown):
    port: str
    contract: str
    contract_version: str
    snapshot: str
    rows: int
    bytes: int


class PublicationShown(Shown):
    """A version of a product that was published: all its ports together. `current` is what readers see now."""

    version: int
    environment: str
    run: str
    at: dt.datetime
    current: bool
    changes: list[str]
    ports: list[PublishedPortShown]


class Publications(Listing[PublicationShown]):
    """The versions of a product, the newest first."""


@router.get("/runs", responses=refusals("H742"))
def runs(
    viewer: Viewing,
    pages: Paged,
    status: Annotated[RunStatus | None, Query(description="Only those that stand so.")] = None,
    product: Annotated[str, Query(max_length=200, description="Only those that were about this product.")] = "",
) -> Runs:
    """The runs of the caller's environment."""
    wanted = viewer.described_product(product).address if product else None
    every = (
        r
        for r in viewer.backing.ledger.runs(environment=viewer.environment, limit=MOST_RUNS)
        if status in (None, r.status) and (wanted is None or wanted in r.products) and _known(viewer, r)
    )
    found = pages.of(every, lambda r: (r.started.isoformat(), str(r.id)), newest=True)
    return Runs(items=[_line(viewer, r) for r in found], total=found.total, next=found.next)


@router.get("/runs/{run}", responses=refusals("H857"))
def run(run: str, viewer: Viewing) -> RunShown:
    """One run with what it did."""
    found = viewer.backing.ledger.run(RunId(run))
    if found is None or not _known(viewer, found):
        viewer.nothing(run, "run")
    line = _line(viewer, found)
    products = [_product(viewer, p) for p in viewer.backing.ledger.product_runs(found.id) if viewer.sight.described(p.product)]
    return RunShown(**line.model_dump(), products=products)


@router.get("/products/{product}/publications", responses=refusals("H742", "H857"))
def publications(product: str, viewer: Viewing, pages: Paged) -> Publications:
    """The versions of a product that were published in the caller's environment, with what each brought."""
    address = viewer.described_product(product).address
    current = viewer.publication(address)
    found = pages.of(viewer.backing.ledger.history(address, viewer.environment), lambda p: (p.version, p.id), newest=True)
    items = [_publication(viewer, p, current=current is not None and p.id == current.id) for p in found]
    return Publications(items=items, total=found.total, next=found.next)


def _known(viewer: Viewer, run: Run) -> bool:
    """A run that was about something hidden alone is hidden, too."""
    return not run.products or any(viewer.sight.described(p) for p in run.products)


def _line(viewer: Viewer, run: Run) -> RunLine:
    return RunLine(
        run=str(run.id),
        environment=run.environment,
        status=str(run.status),
        started=run.started,
        ended=run.ended,
        actor=run.actor,
    )


def _product(viewer: Viewer, found: ProductRun) -> ProductRunShown:
    publication = viewer.backing.ledger.publication(found.publication) if found.publication is not None else None
    return ProductRunShown(
        product=str(found.product),
        status=str(found.status),
        reason=viewer.discretion.said(found.reason),
        seconds=found.seconds,
        version=publication.version if publication is not None else None,
    )


def _publication(viewer: Viewer, found: Publication, *, current: bool) -> PublicationShown:
    declared = from_text(found.declaration)
    changes = declared.changes if declared is not None else ()
    return PublicationShown(
        version=found.version,
        environment=found.environment,
        run=str(found.run),
        at=found.created,
        current=current,
        changes=[c for c in changes if viewer.discretion.plain(c)],
        ports=[
            PublishedPortShown(
                port=str(p.port), contract=p.contract_id, contract_version=str(p.contract_version), snapshot=str(p.snapshot),
                rows=p.rows, bytes=p.bytes,
            )
            for p in found.ports
            if viewer.sight.described(p.port)
        ],
    )  # fmt: skip
