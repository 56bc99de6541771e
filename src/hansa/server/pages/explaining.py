"""Why somebody sees what they see of a port: the same decision as a read would get, with every rule and where it is written."""

from starlette.responses import Response

from hansa.access import Action
from hansa.access.consumers import consumers_of
from hansa.access.identity import good_for
from hansa.access.naming import meant_port
from hansa.frozen import dataclass
from hansa.model import ColumnDecision, DecidingRule, Decision, OutputPort, Principal, Product, Reader
from hansa.names import ProductName, parse, unpinned
from hansa.server.pages.badges import Badge, effect
from hansa.server.pages.deciding import beside_the_form
from hansa.server.pages.leaves import leaf
from hansa.server.pages.query.asking import WAY
from hansa.server.pages.rendering import query
from hansa.server.pages.requested import owns
from hansa.server.pages.routing import Page
from hansa.server.pages.visit import Visit
from hansa.server.transport import Answered
from hansa.trouble import Trouble, TroubleError

PER_PAGE = 200
_MOST_OFFERED = 100


@dataclass(frozen=True, slots=True)
class ExplainedColumn:
    """What is seen of a column, and by which rules."""

    decision: ColumnDecision
    badge: Badge


@dataclass(frozen=True, slots=True)
class Explained:
    """A decision for somebody. `reader` is who would read."""

    port: OutputPort
    product: Product
    reader: Reader
    decision: Decision
    columns: tuple[ExplainedColumn, ...]

    @property
    def rules(self) -> tuple[DecidingRule, ...]:
        """Each rule once: those of the port first."""
        every = (*self.decision.rules, *(r for c in self.columns for r in c.decision.rules))
        return tuple({(r.id, r.effect, str(r.place)): r for r in every}.values())


def explain(visit: Visit) -> Response:
    """The form, and the decision when it was filled in."""
    found: Explained | None = None
    troubles: tuple[Trouble, ...] = ()
    status = 200
    if visit.asked("port").strip():
        try:
            found = _explained(visit)
        except TroubleError as wrong:
            troubles, status = wrong.troubles, beside_the_form(wrong)
    filled = {n: visit.asked(n) for n in ("port", "consumer", "purpose", "as")}
    columns = found.columns if found is not None else ()
    return visit.page(
        "access_explain.html", status=status, keep=False, found=found, troubles=troubles, offered=_offered(visit),
        filled=filled, others=_may_ask_for_others(visit),
        viewer_consumers=visit.sight.consumers,
        columns=leaf(columns, visit.number(), PER_PAGE, lambda page: f"/access/explain{query(**filled, page=page)}"),
        purposes=sorted({p for c in visit.sight.consumers for p in c.purposes}),
    )  # fmt: skip


def _explained(visit: Visit) -> Explained:
    backing = visit.catalogue.backing
    product = _product(visit)
    who = _principal(visit, product)
    consumer, purpose = visit.asked("consumer").strip(), visit.asked("purpose").strip()
    reader = Reader(who, consumer, purpose or _only_purpose(visit, consumer))
    try:
        port = meant_port(visit.asked("port").strip(), reader, visit.sight.mesh, backing.decider, visit.now)
    except TroubleError:
        raise _no_port(visit) from None
    if not visit.sight.described(port.pinned):
        raise _no_port(visit)
    decision = backing.decider.decide(reader, port.pinned, port.schema, visit.now, WAY)
    columns = tuple(ExplainedColumn(c, effect(c.effect)) for c in decision.columns)
    return Explained(port, product, reader, decision, columns)


def _product(visit: Visit) -> Product:
    """The product of the port that is asked about. Raises Answered for one that the viewer may not know of, as for none."""
    said = visit.asked("port").strip()
    try:
        address = parse(unpinned(said.partition("@")[0])[0])
    except ValueError:
        raise _no_port(visit) from None
    name = address if isinstance(address, ProductName) else getattr(address, "of_product", None)
    product = visit.sight.product(name) if name is not None else None
    if product is None:
        raise _no_port(visit)
    return product


def _principal(visit: Visit, product: Product) -> Principal:
    """Who would read: the viewer, or somebody whom the viewer may ask about. Raises TroubleError for anybody else."""
    name = visit.asked("as").strip()
    if not name or name == visit.principal.name:
        return visit.principal
    approves = owns(visit, product) and good_for(visit.principal, Action.APPROVE)
    if not (approves or visit.administers):
        mend = "leave out the name, or ask an owner of the product"
        raise Answered(
            Trouble("H833", "what others see is for the product's owners and for administrators to know", mend=mend), 403
        )
    try:
        return visit.catalogue.backing.authenticator.user(name)
    except TroubleError as unknown:
        raise Answered(unknown.troubles[0], 404) from None


def _only_purpose(visit: Visit, consumer: str) -> str:
    """The purpose of a consumer that has just one."""
    known = consumers_of(visit.sight.mesh).get(consumer)
    return known.purposes[0] if known is not None and len(known.purposes) == 1 else ""


def _no_port(visit: Visit) -> Answered:
    summary = f"there is no port `{visit.asked('port')[:80]}` that you may know of"
    mend = "write it domain.product, or domain.product.port@major; search for it"
    return Answered(Trouble("H832", summary, mend=mend), 404)


def _offered(visit: Visit) -> list[str]:
    """Ports to choose from."""
    ports = (o for p in visit.sight.products[:_MOST_OFFERED] for o in visit.sight.ports(p) if visit.sight.described(o.pinned))
    return [str(o.pinned) for o in ports][:_MOST_OFFERED]


def _may_ask_for_others(visit: Visit) -> bool:
    teams = set(visit.principal.teams)
    return visit.principal.administrator or any(p.owner in teams for p in visit.sight.products)


PAGES = (Page("/access/explain", explain),)
