"""Home: the search, the domains as a map of what the company does, what is new, what is not well, and what is mine."""

from dataclasses import dataclass

from starlette.responses import Response

from hansa.access.history import AccessRequest, Status
from hansa.catalog import ProductState
from hansa.model import Consumer, ConsumerKind, Domain, Product
from hansa.server.pages.badges import Badge, unhealthy
from hansa.server.pages.feedback_inbox import unanswered
from hansa.server.pages.holding import GrantLine, ending_soon, grant_lines
from hansa.server.pages.requested import decides
from hansa.server.pages.routing import Page
from hansa.server.pages.visit import THEMES, Visit, local, onward, theme_of

_NEW = 6
_UNWELL = 8
_MINE = 8


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
class RequestLine:
    """A request for access as a list has it. `mine` waits for somebody else; others wait for the viewer."""

    request: AccessRequest
    status: Status
    awaits: str = ""


def home(visit: Visit) -> Response:
    """The start."""
    known = visit.catalogue.states()
    seen = [(p, s) for p in visit.sight.products if (s := known.get(str(p.address))) is not None]
    unwell = [News(p, s, badge) for p, s in seen if (badge := unhealthy(s)) is not None]
    published = sorted(((s.published, p, s) for p, s in seen if s.published is not None), key=lambda n: n[0], reverse=True)
    mine, waiting = request_lines(visit)
    return visit.page(
        "home.html",
        cards=_cards(visit, {str(n.product.address) for n in unwell}),
        products=len(visit.sight.products),
        news=[News(p, s) for _, p, s in published[:_NEW]],
        unwell=unwell[:_UNWELL],
        more_unwell=len(unwell) - _UNWELL,
        consumers=_use_cases(visit),
        mine=mine[:_MINE],
        waiting=waiting[:_MINE],
        more_waiting=len(waiting) - _MINE,
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
    """The viewer's own requests, newest first, and those that wait for the viewer's word."""
    desk, now = visit.catalogue.desk(), visit.now
    mine, waiting = [], []
    for found in reversed(desk.all()):
        own = desk.concerns(visit.principal, found)
        if own:
            mine.append(RequestLine(found, found.status(now), desk.awaits(found)))
        elif decides(visit, desk, found):
            waiting.append(RequestLine(found, found.status(now)))
    return mine, waiting


def _cards(visit: Visit, unwell: set[str]) -> list[tuple[str, list[DomainCard]]]:
    """The domains by what they do; those that do not say it come last."""
    groups: dict[str, list[DomainCard]] = {}
    for domain in visit.sight.domains:
        products = tuple(p for p in domain.products if visit.sight.discovers(p.address))
        card = DomainCard(domain, products, sum(str(p.address) in unwell for p in products))
        groups.setdefault(domain.capability, []).append(card)
    return sorted(groups.items(), key=lambda g: (not g[0], g[0].lower()))


def _soon(visit: Visit) -> list[GrantLine]:
    """What the viewer's use cases will not read for long any more, or will read of a port that ends."""
    visit.catalogue.reads.refresh(visit.now)
    _, held = grant_lines(visit)
    return ending_soon(held)[:_MINE]


def _use_cases(visit: Visit) -> list[tuple[Consumer, int]]:
    """The viewer's use cases, each with how many ports it may read now."""
    held = [g.consumer for g in visit.catalogue.grants()]
    return [(c, held.count(c.name)) for c in visit.sight.consumers if c.kind is ConsumerKind.USE_CASE][:_MINE]


PAGES = (Page("/", home), Page("/theme", theme, posted=True))
