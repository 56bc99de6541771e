"""`/products`: what is offered, how it stands, and everything that its page tells, as data."""

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Query

from hansa.catalog import ProductState
from hansa.catalog.search.ranking import CERTIFIED, certification
from hansa.model import ConsumerKind, InputPort, MeshOrigin, OutputPort, Product, PublishedPort
from hansa.server.api import Listing, Paged, Resource, Shown, Viewer, Viewing, example, refusals
from hansa.server.catalogue.consuming import consumers_of_product
from hansa.server.resources.contracts import Level, level

router = APIRouter(prefix="/products", tags=["products"], route_class=Resource)


class ProductLine(Shown):
    """A product in a list. How it stands is null for whoever may know of it, but not what it is like.

    `lifecycle` is its owner's word, `state` what became of it: published, declared, failed, held, blocked, in trouble.
    """

    model_config = example(
        product="customer.profiles", domain="customer", title="Profiles", purpose="One line a household.", owner="customer_team",
        lifecycle="active", type="consumer-aligned", tags=["certified"], certified=True, classes=["personal"], state="published",
        note="", freshness="fresh", version=4, published="2026-11-22T06:00:00Z", rows=2469,
        checks={"pass": 12, "fail": 0, "warn": 0, "error": 0, "skip": 0},
    )  # fmt: skip
    product: str
    domain: str
    title: str
    purpose: str
    owner: str
    lifecycle: str
    type: str
    tags: list[str]
    certified: bool
    classes: list[str] | None = None
    state: str | None = None
    note: str | None = None
    freshness: str | None = None
    version: int | None = None
    published: dt.datetime | None = None
    rows: int | None = None
    checks: dict[str, int] | None = None


class Products(Listing[ProductLine]):
    """Products, by address."""


class Given(Shown):
    """What a product reads: a port of another one, or a source outside of the mesh."""

    name: str
    contract: str
    version: str
    port: str | None
    source: str | None


class Offered(Shown):
    """A port that a product offers, with what is published of it."""

    port: str
    major: int
    main: bool
    title: str
    description: str
    contract: str
    contract_version: str
    contract_status: str
    deprecated: bool
    refresh: str
    columns: int
    key: list[str]
    rows: int | None
    bytes: int | None
    snapshot: str | None
    service_levels: list[Level]


class SupportShown(Shown):
    channel: str
    url: str
    tool: str
    scope: str
    description: str


class TeamShown(Shown):
    name: str
    contact: str


class ConsumerOf(Shown):
    """Who reads a product: another product, or a use case that was granted to."""

    consumer: str
    kind: str
    port: str | None
    purpose: str | None


class ProductShown(ProductLine):
    """Everything that there is to know of a product before using it. Lists are null for whoever may not know what it is like."""

    declared_version: str
    main_port: str
    team: TeamShown | None
    support: list[SupportShown] | None
    inputs: list[Given] | None
    ports: list[Offered] | None
    consumers: list[ConsumerOf] | None
    readme: str | None


class Verdict(Shown):
    """What became of one check of the published version; `how` says by which evidence it was decided."""

    check: str
    subject: str
    column: str
    kind: str
    status: str
    severity: str
    dimension: str
    measured: float | int | str | None
    threshold: str
    how: str
    message: str
    failing_rows: int | None


class Verdicts(Listing[Verdict]):
    """The verdicts on what is published, in the order in which they were given."""

    run: str | None


@router.get("", responses=refusals("H742"))
def listed(
    viewer: Viewing,
    pages: Paged,
    domain: Annotated[str, Query(max_length=200, description="Only of this domain.")] = "",
    owner: Annotated[str, Query(max_length=200, description="Only of this team.")] = "",
    tag: Annotated[list[str], Query(max_length=20, description="Only with all of these tags.")] = [],  # noqa: B006 - FastAPI hands out copies
    class_: Annotated[str, Query(alias="class", max_length=200, description="Only with a column of this class.")] = "",
    state: Annotated[str, Query(max_length=40, description="Only what stands so, such as `published` or `failed`.")] = "",
    lifecycle: Annotated[str, Query(max_length=40, description="Only with this word of their owner, such as `active`.")] = "",
    freshness: Annotated[str, Query(max_length=40, description="`fresh`, `stale` or `unknown`.")] = "",
) -> Products:
    """The products that the caller may know of."""
    standing = viewer.states()

    def wanted(line: ProductLine) -> bool:
        return (
            domain in ("", line.domain)
            and owner in ("", line.owner)
            and set(tag) <= set(line.tags)
            and (not class_ or class_ in (line.classes or ()))
            and state in ("", line.state)
            and lifecycle.lower() in ("", line.lifecycle.lower())
            and freshness in ("", line.freshness)
        )

    lines = (_line(viewer, p, standing.get(str(p.address))) for p in viewer.sight.products)
    found = pages.of(filter(wanted, lines), lambda line: (line.product,))
    return Products(items=list(found), total=found.total, next=found.next)


@router.get("/{product}", responses=refusals("H857"))
def one(product: str, viewer: Viewing) -> ProductShown:
    """Everything about one product."""
    found = viewer.product(product)
    line = _line(viewer, found, viewer.states().get(str(found.address)))
    described = viewer.sight.described(found.address)
    publication = viewer.publication(found.address) if described else None
    team = found.team
    return ProductShown(
        **line.model_dump(),
        declared_version=found.version,
        main_port=found.main_port,
        team=TeamShown(name=team.name, contact=team.contact) if team is not None else None,
        support=_support(found) if described else None,
        inputs=_inputs(viewer, found) if described else None,
        ports=[_offered(found, o, publication.port(o.pinned) if publication is not None else None) for o in viewer.ports(found)]
        if described
        else None,
        consumers=_consumers(viewer, found) if described else None,
        readme=found.readme if described else None,
    )


@router.get("/{product}/checks", responses=refusals("H742", "H857"))
def checks(product: str, viewer: Viewing, pages: Paged) -> Verdicts:
    """The verdicts on the published version of a product."""
    found = viewer.described_product(product)
    publication = viewer.publication(found.address)
    if publication is None:
        return Verdicts(items=[], total=0, run=None)
    told, address = viewer.sight.discretion, str(found.address)
    recorded = viewer.backing.ledger.checks(publication.run, found.address)
    results = [r for r in recorded if told.subject(r.subject, address)]
    shown = pages.of(enumerate(results), lambda pair: (pair[0],))
    items = [
        Verdict(
            check=r.check, subject=r.subject, column=r.column, kind=r.kind, status=str(r.status), severity=r.severity,
            dimension=r.dimension, measured=r.measured, threshold=r.threshold, how=str(r.how), message=r.message,
            failing_rows=r.failing_rows,
        )
        for _, r in shown
    ]  # fmt: skip
    return Verdicts(items=items, total=shown.total, next=shown.next, run=str(publication.run))


def _line(viewer: Viewer, product: Product, state: ProductState | None) -> ProductLine:
    described = viewer.sight.described(product.address)
    seen = state if described else None
    ports = viewer.ports(product) if described else ()
    return ProductLine(
        product=str(product.address),
        domain=product.address.domain,
        title=product.title,
        purpose=product.purpose,
        owner=product.owner,
        lifecycle=product.status,
        type=product.type,
        tags=list(product.tags),
        certified=certification(product) == CERTIFIED,
        classes=sorted({c for o in ports for each in o.classes for c in each.effective}) if described else None,
        state=seen.state if seen is not None else None,
        note=viewer.discretion.said(seen.note) if seen is not None else None,
        freshness=seen.freshness if seen is not None else None,
        version=seen.version if seen is not None else None,
        published=seen.published if seen is not None else None,
        rows=seen.rows if seen is not None else None,
        checks=dict(seen.checks) if seen is not None and seen.checks is not None else None,
    )


def _support(product: Product) -> list[SupportShown]:
    channels = dict.fromkeys(s for o in product.outputs for s in o.contract.support)
    return [SupportShown(channel=s.channel, url=s.url, tool=s.tool, scope=s.scope, description=s.description) for s in channels]


def _inputs(viewer: Viewer, product: Product) -> list[Given]:
    return [g for i in product.inputs if (g := _given(viewer, i)) is not None]


def _given(viewer: Viewer, given: InputPort) -> Given | None:
    origin = given.origin
    if isinstance(origin, MeshOrigin):
        if not viewer.sight.discovers(origin.pinned):
            return None
        port, source = str(origin.pinned), None
    else:
        port, source = None, origin.server.type
    contract = given.contract
    return Given(name=given.name, contract=contract.id, version=str(contract.version), port=port, source=source)


def _offered(product: Product, output: OutputPort, published: PublishedPort | None) -> Offered:
    contract = output.contract
    return Offered(
        port=str(output.address),
        major=output.major,
        main=output.address.port == product.main_port,
        title=output.title,
        description=output.description or output.table.description,
        contract=contract.id,
        contract_version=str(contract.version),
        contract_status=contract.status,
        deprecated=output.deprecated,
        refresh=str(output.refresh.mode),
        columns=len(output.schema),
        key=list(output.table.primary_key),
        rows=published.rows if published is not None else None,
        bytes=published.bytes if published is not None else None,
        snapshot=str(published.snapshot) if published is not None else None,
        service_levels=[level(s) for s in contract.service_levels],
    )


def _consumers(viewer: Viewer, product: Product) -> list[ConsumerOf]:
    """The products that read it, as far as the caller may know of them, and the use cases that were granted to."""
    readers, granted = consumers_of_product(viewer.catalogue, viewer.sight, product)
    products = [
        ConsumerOf(consumer=str(p.address), kind=str(ConsumerKind.PRODUCT), port=str(i.origin.pinned), purpose=None)
        for p in readers
        for i in p.inputs
        if isinstance(i.origin, MeshOrigin) and i.origin.port.of_product == product.address
        if viewer.sight.discovers(i.origin.pinned)
    ]
    use_cases = [
        ConsumerOf(consumer=c.name, kind=str(ConsumerKind.USE_CASE), port=str(g.port), purpose=g.purpose) for c, g in granted
    ]
    return sorted(dict.fromkeys((*products, *use_cases)), key=lambda c: (c.kind, c.consumer, c.port or "", c.purpose or ""))
