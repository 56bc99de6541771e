"""Home: the search, the domains as a map of what the company does, what is new, what is not well, and what is mine."""

from collections import Counter
from collections.abc import Iterable, Mapping
from heapq import nlargest

from starlette.responses import Response

from hansa.access.history import AccessRequest, Status
from hansa.catalog import ProductState
from hansa.frozen import dataclass
from hansa.model import Consumer, ConsumerKind, Domain, Product
from hansa.names import DomainName
from hansa.server.pages.badges import Badge, unhealthy
from hansa.server.pages.feedback_inbox import unanswered
from hansa.server.pages.holding import GrantLine, ending_soon, grant_lines
from hansa.server.pages.requested import waiting
from hansa.server.pages.routing import Page
from hansa.server.pages.visit import THEMES, Visit, local, onward, theme_of

_NEW = 6
_UNWELL = 8
_MINE = 8
_NAMED = 24
"""Domains up to which each says what it offers; of more, that would be a page which nobody reads to its end."""
_MOST_DOMAINS = 120
_KEPT = "home"


@dataclass(frozen=True, slots=True)
class DomainCard:
    domain: Domain
    products: tuple[Product, ...]
    unwell: int


@dataclass(frozen=True, slots=True)
class News:
    """A product with how it stands, and what there is to say of it."""

    product: Product
    state: ProductState
    badge: Badge | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """How all that a viewer may know of stands: the same until something does."""

    of: Mapping[str, ProductState]
    cards: list[tuple[str, list[DomainCard]]]
    products: int
    domains: int
    news: list[News]
    unwell: list[News]
    more_unwell: int


@dataclass(frozen=True, slots=True)
class RequestLine:
    """A request for access as a list has it. `mine` waits for somebody else; others wait for the viewer."""

    request: AccessRequest
    status: Status
    awaits: str = ""


def home(visit: Visit) -> Response:
    """The start."""
    seen = _overview(visit)
    mine, theirs = request_lines(visit)
    return visit.page(
        "home.html",
        cards=seen.cards,
        products=seen.products,
        domains=seen.domains,
        terms=len(visit.sight.mesh.governance.terms),
        named=seen.domains <= _NAMED,
        news=seen.news,
        unwell=seen.unwell,
        more_unwell=seen.more_unwell,
        consumers=_use_cases(visit),
        mine=mine,
        waiting=theirs[:_MINE],
        more_waiting=len(theirs) - _MINE,
        soon=_soon(visit),
        asked=unanswered(visit)[:_MINE],
    )


def theme(visit: Visit) -> Response:
    """The other of the two themes, kept in a cookie that holds nothing else."""
    chosen = visit.said("theme")
    response = onward(local(visit.said("next", 2000)))
    if chosen in THEMES:
        secure = visit.request.url.scheme == "https"
        response.set_cookie("theme", chosen, max_age=31_536_000, samesite="lax", secure=secure)
    elif theme_of(visit.request):
        response.delete_cookie("theme")
    return response


def request_lines(visit: Visit) -> tuple[list[RequestLine], list[RequestLine]]:
    """The newest of the viewer's own requests, and all that wait for the viewer's word."""
    desk, now = visit.catalogue.desk(), visit.now
    own = [r for r in reversed(visit.catalogue.requests()) if desk.concerns(visit.principal, r)]
    mine = {r.id for r in own}
    theirs = [RequestLine(r, r.status(now)) for r in waiting(visit, desk) if r.id not in mine]
    return [RequestLine(r, r.status(now), desk.awaits(r)) for r in own[:_MINE]], theirs


def _overview(visit: Visit) -> Overview:
    """Kept with the viewer's sight: to look through ten thousand products takes longer than to show the page."""
    known, kept = visit.catalogue.states(), visit.sight.kept.get(_KEPT)
    if isinstance(kept, Overview) and kept.of is known:
        return kept
    seen = [(p, s) for p in visit.sight.products if (s := known.get(str(p.address))) is not None]
    unwell = [News(p, s, badge) for p, s in seen if (badge := unhealthy(visit.told(s))) is not None]
    published = nlargest(_NEW, ((s.published, p, s) for p, s in seen if s.published is not None), key=lambda n: n[0])
    domains = visit.sight.domains
    found = visit.sight.kept[_KEPT] = Overview(
        of=known,
        cards=_cards(visit, domains[:_MOST_DOMAINS], Counter(n.product.address.in_domain for n in unwell)),
        products=len(visit.sight.products),
        domains=len(domains),
        news=[News(p, s) for _, p, s in published],
        unwell=unwell[:_UNWELL],
        more_unwell=len(unwell) - _UNWELL,
    )
    return found


def _cards(visit: Visit, domains: Iterable[Domain], unwell: Mapping[DomainName, int]) -> list[tuple[str, list[DomainCard]]]:
    """The domains by what they do; those that do not say it come last."""
    groups: dict[str, list[DomainCard]] = {}
    for domain in domains:
        products = tuple(p for p in domain.products if visit.sight.discovers(p.address))
        groups.setdefault(domain.capability, []).append(DomainCard(domain, products, unwell.get(domain.name, 0)))
    return sorted(groups.items(), key=lambda g: (not g[0], g[0].lower()))


def _soon(visit: Visit) -> list[GrantLine]:
    """What the viewer's use cases will not read for long any more, or will read of a port that ends."""
    visit.catalogue.reads.refresh(visit.now)
    _, held = grant_lines(visit)
    return ending_soon(held)[:_MINE]


def _use_cases(visit: Visit) -> list[tuple[Consumer, int]]:
    """The viewer's use cases, each with how many ports it may read now."""
    held = Counter(g.consumer for g in visit.catalogue.grants())
    return [(c, held[c.name]) for c in visit.sight.consumers if c.kind is ConsumerKind.USE_CASE][:_MINE]


PAGES = (Page("/", home), Page("/theme", theme, posted=True))
