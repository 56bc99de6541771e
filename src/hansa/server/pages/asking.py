"""Asking for access: the form for one port. What is asked is asked in the viewer's own name."""

from starlette.responses import Response

from hansa.access import Action
from hansa.access.identity import good_for
from hansa.access.requests import Asked
from hansa.access.terms import terms_of_use
from hansa.frozen import dataclass
from hansa.model import Terms
from hansa.server.pages.deciding import LENGTHS, beside_the_form, last_day
from hansa.server.pages.past import deprecations
from hansa.server.pages.product import chosen_port, found_product
from hansa.server.pages.routing import Page
from hansa.server.pages.schema import lines, readings
from hansa.server.pages.visit import Visit, onward
from hansa.trouble import Trouble, TroubleError

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
        return _form(visit, filled, wrong.troubles, beside_the_form(wrong))
    return onward(f"/requests/{found.id}")


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
        lengths=LENGTHS,
        terms=terms_of_use(port),
        ending=next((e for e in deprecations(visit.sight.ports(product)) if e.port is port), None),
    )


def _terms(visit: Visit, filled: Filled) -> Terms:
    return Terms(filled.columns, filled.unmasked, filled.where, last_day(visit, filled.days))


PAGES = (
    Page("/products/{product}/request", form),
    Page("/products/{product}/request", ask, posted=True),
)
