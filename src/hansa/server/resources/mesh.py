"""`/mesh` and `/domains`: what there is, as far as the caller may know of it."""

from collections.abc import Iterable

from fastapi import APIRouter

import hansa
from hansa.access.consumers import consumers_of
from hansa.model import ConsumerKind, Domain
from hansa.names import DomainName
from hansa.server.api import Listing, Paged, Resource, Shown, Viewer, Viewing, example, refusals

router = APIRouter(tags=["mesh"], route_class=Resource)


class Counts(Shown):
    """How much there is that the caller may know of."""

    domains: int
    products: int
    ports: int
    columns: int
    consumers: int
    policies: int
    terms: int


class MeshShown(Shown):
    """The mesh. `fingerprint` changes whenever a product that the caller may know of does."""

    model_config = example(
        name="retail", title="Retail", description="", fingerprint="b3c1…", environment="prod", environments=["prod"],
        software="0.5.0",
        counts={"domains": 3, "products": 9, "ports": 11, "columns": 130, "consumers": 4, "policies": 12, "terms": 20},
    )  # fmt: skip
    name: str
    title: str
    description: str
    fingerprint: str
    environment: str
    environments: list[str]
    software: str
    counts: Counts


class DomainShown(Shown):
    """A domain with its products; `suppliers` and `consumers` are the domains that it takes from and gives to."""

    model_config = example(
        domain="customer", title="Customer", description="Who buys.", owner="customer_team", capability="Marketing", tags=[],
        products=["customer.profiles"], suppliers=["orders"], consumers=[],
    )  # fmt: skip
    domain: str
    title: str
    description: str
    owner: str
    capability: str
    tags: list[str]
    products: list[str]
    suppliers: list[str]
    consumers: list[str]


class Domains(Listing[DomainShown]):
    """Domains, by name."""


@router.get("/mesh", responses=refusals())
def mesh(viewer: Viewing) -> MeshShown:
    """The mesh: its name, a fingerprint of its state, its environments, and how much there is."""
    known = viewer.sight.narrowed
    return MeshShown(
        name=known.name,
        title=known.title,
        description=known.description,
        fingerprint=viewer.sight.fingerprint,
        environment=viewer.environment,
        environments=list(viewer.backing.ledger.environments()),
        software=hansa.__version__,
        counts=_counts(viewer),
    )


@router.get("/domains", responses=refusals())
def domains(viewer: Viewing, pages: Paged) -> Domains:
    """The domains that the caller may know of."""
    found = pages.of(viewer.sight.domains, lambda d: (str(d.name),))
    trades = _trades(viewer)
    return Domains(items=[_shown(viewer, d, trades) for d in found], total=found.total, next=found.next)


@router.get("/domains/{domain}", responses=refusals("H857"))
def domain(domain: str, viewer: Viewing) -> DomainShown:
    """One domain."""
    found = next((d for d in viewer.sight.domains if str(d.name) == domain), None) or viewer.nothing(domain, "domain")
    return _shown(viewer, found, _trades(viewer))


def _counts(viewer: Viewer) -> Counts:
    sight = viewer.sight
    ports = [o for p in sight.products for o in viewer.ports(p)]
    use_cases = [c for c in consumers_of(viewer.mesh).values() if c.kind is ConsumerKind.USE_CASE]
    return Counts(
        domains=len(sight.domains),
        products=len(sight.products),
        ports=len(ports),
        columns=sum(len(o.schema) for o in ports),
        consumers=len(use_cases),
        policies=sum(map(viewer.discretion.policy, viewer.mesh.governance.policies)),
        terms=len(viewer.mesh.governance.terms),
    )


def _trades(viewer: Viewer) -> set[tuple[DomainName, DomainName]]:
    """From which domain to which something goes, where the caller may know both ends."""
    found = set()
    for product in viewer.sight.products:
        for supplier in product.suppliers:
            if supplier.in_domain != product.address.in_domain and viewer.sight.discovers(supplier):
                found.add((supplier.in_domain, product.address.in_domain))
    return found


def _shown(viewer: Viewer, of: Domain, trades: Iterable[tuple[DomainName, DomainName]]) -> DomainShown:
    listed = {d.name for d in viewer.sight.domains}
    return DomainShown(
        domain=str(of.name),
        title=of.title,
        description=of.description,
        owner=of.owner,
        capability=of.capability,
        tags=list(of.tags),
        products=[str(p.address) for p in of.products if viewer.sight.discovers(p.address)],
        suppliers=sorted({str(s) for s, t in trades if t == of.name and s in listed}),
        consumers=sorted({str(t) for s, t in trades if s == of.name and t in listed}),
    )
