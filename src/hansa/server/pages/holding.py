"""Who reads what: grants as somebody who gave or holds them wants to see them, with when each was last used."""

import datetime as dt
from collections.abc import Iterable

from hansa.access.consumers import consumers_of
from hansa.access.terms import last_moment
from hansa.frozen import dataclass
from hansa.model import Consumer, Grant, OutputPort, Product
from hansa.names import ProductName
from hansa.server.pages.badges import Badge
from hansa.server.pages.past import Ending, deprecations
from hansa.server.pages.rendering import plural
from hansa.server.pages.requested import owns
from hansa.server.pages.visit import Visit

SOON = dt.timedelta(days=14)
STATES = ("holds", "ends soon", "expired", "revoked", "not begun")


@dataclass(frozen=True, slots=True)
class GrantLine:
    """A grant. `agreed` is the file and line of one that is kept as code; `request` is the id of any other."""

    grant: Grant
    consumer: Consumer
    product: Product | None
    state: str
    badge: Badge
    until: str
    last: dt.datetime | None
    reads: int
    ending: Ending | None
    request: str = ""
    agreed: str = ""

    @property
    def holds(self) -> bool:
        return self.state in ("holds", "ends soon")


def grant_lines(visit: Visit) -> tuple[list[GrantLine], list[GrantLine]]:
    """Grants of products that the viewer answers for, and of consumers that the viewer acts for: the newest first."""
    mesh = visit.sight.mesh
    known, mine = consumers_of(mesh), {c.name for c in visit.sight.consumers}
    owned: dict[ProductName, bool] = {}
    given, held = [], []
    for grant in sorted(visit.catalogue.given(), key=lambda g: (g.begins, g.id), reverse=True):
        product = mesh.product(grant.port.name.of_product)
        if product is not None and product.address not in owned:
            owned[product.address] = owns(visit, product)
        own = owned.get(grant.port.name.of_product, False)
        if own or grant.consumer in mine:
            line = _line(visit, grant, known[grant.consumer])
            given += [line] if own else []
            held += [line] if grant.consumer in mine else []
    return given, held


def ending_soon(lines: Iterable[GrantLine]) -> list[GrantLine]:
    """Those about which their consumer should do something: they end, or what they are about does."""
    return [line for line in lines if line.state == "ends soon" or (line.holds and line.ending is not None)]


def _line(visit: Visit, grant: Grant, consumer: Consumer) -> GrantLine:
    state = _state(grant, visit.now)
    used = visit.catalogue.reads.of_grant(grant.port, grant.consumer, grant.purpose)
    place = grant.place
    return GrantLine(
        grant=grant,
        consumer=consumer,
        product=visit.sight.product(grant.port.name.of_product),
        state=state,
        badge=_badge(state, grant, visit.now),
        until=last_moment(grant.terms.expires) if grant.terms.expires is not None else "",
        last=used.last,
        reads=used.reads,
        ending=_ending(visit, grant),
        request="" if place is not None else grant.id,
        agreed=f"{place.file}:{place.line}" if place is not None else "",
    )


def _state(grant: Grant, now: dt.datetime) -> str:
    if grant.revoked is not None and grant.revoked <= now:
        return "revoked"
    expires = grant.terms.expires
    if expires is not None and expires <= now:
        return "expired"
    if grant.begins > now:
        return "not begun"
    return "ends soon" if expires is not None and expires - now <= SOON else "holds"


def _badge(state: str, grant: Grant, now: dt.datetime) -> Badge:
    drawn = {
        "holds": ("check", "good"), "ends soon": ("clock", "warn"), "expired": ("clock", "calm"), "revoked": ("cross", "bad"),
        "not begun": ("clock", "calm"),
    }  # fmt: skip
    if state == "ends soon" and grant.terms.expires is not None:
        days = (grant.terms.expires - now).days
        return Badge(f"{plural(days, 'day')} left" if days else "ends today", *drawn[state])
    return Badge(state, *drawn[state])


def _ending(visit: Visit, grant: Grant) -> Ending | None:
    """Whether the port that was granted is deprecated; only the granted major counts, since later ones are inherited."""
    product = visit.sight.product(grant.port.name.of_product)
    ports: tuple[OutputPort, ...] = visit.sight.ports(product) if product is not None else ()
    return next((e for e in deprecations(ports) if e.port.pinned == grant.port), None)
