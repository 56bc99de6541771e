"""A domain: what it is for, whose it is, what it offers, and which others it takes from and gives to."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TypeVar

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hansa.catalog import ProductState
from hansa.frozen import dataclass
from hansa.model import Domain, Mesh, Product, Team
from hansa.names import DomainName, ProductName
from hansa.server.pages.badges import Badge, certified, freshness, life, quality, status
from hansa.server.pages.governing.standings import standing_of
from hansa.server.pages.leaves import Leaf, leaf
from hansa.server.pages.lineage.faces import hues_of
from hansa.server.pages.lineage.scene import Scene
from hansa.server.pages.lineage.start import Trade, drawn
from hansa.server.pages.origin import origin_of
from hansa.server.pages.rendering import link
from hansa.server.pages.routing import Page
from hansa.server.pages.visit import Visit

MOST_DRAWN = 24
"""Domains on either side that are drawn; all of them stand in words below."""
PER_PAGE = {"page": 50, "takes": 20, "gives": 20}
"""Products, and domains on either side, that are listed at once."""
MOST_TRADES = 5
_Listed = TypeVar("_Listed")


@dataclass(frozen=True, slots=True)
class ProductLine:
    """A product in a list."""

    product: Product
    state: ProductState | None
    badges: tuple[Badge, ...]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another domain, and between which products the two trade: (producer, consumer)."""

    domain: Domain
    trades: tuple[tuple[ProductName, ProductName], ...]

    @property
    def readers(self) -> int:
        """How many products read."""
        return len({reader for _, reader in self.trades})


def domain(visit: Visit) -> Response:
    """The page of a domain."""
    found = _domain(visit)
    products = _leaf(visit, found, "page", [p for p in found.products if visit.sight.discovers(p.address)])
    suppliers, consumers = _neighbours(visit, found)
    return visit.page(
        "domain.html",
        domain=found,
        team=team_of(visit.sight.mesh, found.owner),
        lines=products.of(product_lines(visit, products.items)),
        suppliers=_leaf(visit, found, "takes", suppliers),
        consumers=_leaf(visit, found, "gives", consumers),
        most_trades=MOST_TRADES,
        scene=_scene(visit, found, suppliers, consumers),
        standing=standing_of(visit, found.name),
        policies=len([p for p in visit.sight.mesh.governance.policies if p.holder == str(found.name)]),
        origin=origin_of(visit, found),
    )


def _leaf(visit: Visit, of: Domain, name: str, found: Sequence[_Listed]) -> Leaf[_Listed]:
    """A page of one of the lists; those beside it leave the others where they are."""
    turned = {other: str(number) for other in PER_PAGE if (number := visit.number(other)) > 1}
    below = "products" if name == "page" else name
    return leaf(found, visit.number(name), PER_PAGE[name], lambda to: link(of.name, **{**turned, name: str(to)}) + f"#{below}")


def product_lines(visit: Visit, products: Iterable[Product]) -> list[ProductLine]:
    known = visit.catalogue.states()
    states = ((p, known.get(str(p.address))) for p in products)
    return [_line(p, visit.told(s) if s is not None else None) for p, s in states]


def team_of(mesh: Mesh, name: str) -> Team | None:
    """A team by its name, as governance lists it or else as a product says."""
    listed = next((t for t in mesh.teams if t.name == name), None)
    return listed or next((p.team for p in mesh.products if p.team is not None and p.team.name == name), None)


def _line(product: Product, state: ProductState | None) -> ProductLine:
    told = (status(state), quality(state), freshness(state, product)) if state is not None else ()
    badges = (certified(product), life(product) if product.status.lower() != "active" else None, *told)
    return ProductLine(product, state, tuple(b for b in badges if b is not None))


def _domain(visit: Visit) -> Domain:
    try:
        name = DomainName(visit.request.path_params["domain"])
    except ValueError:
        raise HTTPException(404) from None
    found = next((d for d in visit.sight.domains if d.name == name), None)
    if found is None:
        raise HTTPException(404)
    return found


def _neighbours(visit: Visit, of: Domain) -> tuple[list[Neighbour], list[Neighbour]]:
    """Whom the domain takes from and whom it gives to, as far as the viewer may know both ends."""
    above: dict[DomainName, list[tuple[ProductName, ProductName]]] = defaultdict(list)
    below: dict[DomainName, list[tuple[ProductName, ProductName]]] = defaultdict(list)
    for supplier, reader in visit.catalogue.neighbours().trades(of.name):
        if visit.sight.discovers(supplier) and visit.sight.discovers(reader):
            gives = supplier.in_domain == of.name
            side, other = (below, reader.in_domain) if gives else (above, supplier.in_domain)
            side[other].append((supplier, reader))
    return _listed(visit, above), _listed(visit, below)


def _scene(visit: Visit, of: Domain, suppliers: list[Neighbour], consumers: list[Neighbour]) -> Scene | None:
    """The domain between those that it takes from and those that it gives to; None when it trades with none."""
    nearest = [(n, Trade(n.domain.name, of.name, n.readers)) for n in suppliers[:MOST_DRAWN]]
    nearest += [(n, Trade(of.name, n.domain.name, n.readers)) for n in consumers[:MOST_DRAWN]]
    if not nearest:
        return None
    known = {d.name: d for d in (of, *(n.domain for n, _ in nearest))}
    hues = hues_of(str(d.name) for d in visit.sight.domains)
    return drawn(visit, hues, known.values(), [trade for _, trade in nearest], str(of.name))


def _listed(visit: Visit, found: dict[DomainName, list[tuple[ProductName, ProductName]]]) -> list[Neighbour]:
    return [Neighbour(d, tuple(sorted(found[d.name]))) for d in visit.sight.domains if d.name in found]


PAGES = (Page("/domains/{domain}", domain),)
