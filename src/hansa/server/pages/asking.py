"""Asking for access: the form, and what became of requests. Every word is said in the viewer's own name."""

import datetime as dt
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hansa.access import Action
from hansa.access.history import AccessRequest
from hansa.access.identity import good_for
from hansa.access.requests import Asked
from hansa.access.terms import last_moment, terms_of_use
from hansa.model import Terms
from hansa.server.pages.home import RequestLine, request_lines
from hansa.server.pages.product import chosen_port, found_product
from hansa.server.pages.routing import Page
from hansa.server.pages.schema import lines, readings
from hansa.server.pages.visit import Visit, onward
from hansa.server.problems import status_of
from hansa.trouble import Trouble, TroubleError

_LENGTHS = (30, 90, 180, 365)
_KEPT = ("reading", "reason", "days", "where", "accept")


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in the form."""

    reading: str = ""
    reason: str = ""
    days: str = "90"
    where: str = ""
    accept: str = ""
    columns: tuple[str, ...] = ()
    unmasked: tuple[str, ...] = ()


def form(visit: Visit) -> Response:
    """The form for one port."""
    return _form(visit, Filled(reading=visit.asked("reading")), (), 200)


def ask(visit: Visit) -> Response:
    """Ask, and go on to the request; or back to the form with what is wrong, and everything that was filled in."""
    said = {name: visit.said(name) for name in _KEPT}
    filled = Filled(**said, columns=visit.form.get("columns", ()), unmasked=visit.form.get("unmasked", ()))
    port = chosen_port(visit, found_product(visit))
    try:
        if not good_for(visit.principal, Action.REQUEST):
            raise TroubleError(Trouble("H752", "your token is not good for `request`", mend="sign in with one that is"))
        consumer, _, purpose = filled.reading.partition("|")
        asked = Asked(
            str(port.pinned), consumer, purpose, _terms(visit, filled), filled.reason, accept_terms=filled.accept == "yes"
        )
        found = visit.catalogue.desk().request(visit.principal, asked)
    except TroubleError as wrong:
        return _form(visit, filled, wrong.troubles, max(400, min(499, status_of(wrong))))
    return onward(f"/requests/{found.id}")


def requests(visit: Visit) -> Response:
    """The viewer's own requests, and those that wait for their word."""
    mine, waiting = request_lines(visit)
    return visit.page("requests.html", mine=mine, waiting=waiting)


def one(visit: Visit) -> Response:
    """One request with all its steps; one that does not concern the viewer is not there."""
    desk = visit.catalogue.desk()
    try:
        found = desk.find(visit.request.path_params["request_id"])
    except TroubleError:
        raise HTTPException(404) from None
    if not (visit.principal.administrator or desk.concerns(visit.principal, found) or _decides(visit, found)):
        raise HTTPException(404)
    line = RequestLine(found, found.status(visit.now), desk.awaits(found))
    until = last_moment(found.terms.expires) if found.terms.expires is not None else ""
    product = visit.sight.product(found.port.name.of_product)
    return visit.page("request.html", line=line, until=until, product=product)


def _decides(visit: Visit, found: AccessRequest) -> bool:
    product = visit.sight.mesh.product(found.port.name.of_product)
    if product is not None and product.owner in visit.principal.teams:
        return True
    return visit.catalogue.backing.decider.may(visit.principal, Action.APPROVE, found.port, visit.now).allowed


def _form(visit: Visit, filled: Filled, troubles: tuple[Trouble, ...], status: int) -> Response:
    product = found_product(visit)
    port = chosen_port(visit, product)
    _, _, decision = readings(visit, port)
    return visit.page(
        "ask.html",
        status=status,
        keep=False,
        product=product,
        port=port,
        ports=[o for o in visit.sight.ports(product) if visit.sight.described(o.pinned)],
        filled=filled,
        troubles=troubles,
        lines=lines(visit, port, decision),
        choices=[(f"{c.name}|{p}", c, p) for c in visit.sight.consumers for p in c.purposes],
        lengths=_LENGTHS,
        terms=terms_of_use(port),
    )


def _terms(visit: Visit, filled: Filled) -> Terms:
    if filled.days and not (filled.days.isdecimal() and 0 < int(filled.days[:6]) <= 36_500):
        raise TroubleError(Trouble("H824", "how long is a number of days", mend="write a whole number, or leave it out"))
    expires = None
    if filled.days:
        expires = dt.datetime.combine(visit.now.date() + dt.timedelta(days=int(filled.days) + 1), dt.time(), dt.UTC)
    return Terms(filled.columns, filled.unmasked, filled.where, expires)


PAGES = (
    Page("/products/{product}/request", form),
    Page("/products/{product}/request", ask, posted=True),
    Page("/requests", requests),
    Page("/requests/{request_id}", one),
)
