"""Whether somebody's word on a request counts, and whether the approvals so far are enough. Policies have the last word."""

import datetime as dt

from hansa.access.approvers import Level, approvers_of, as_owner, levels_of, responsible
from hansa.access.consumers import acts_for, consumers_of
from hansa.access.history import AccessRequest
from hansa.access.naming import inheriting_port, known_consumer
from hansa.access.protocol import Action, Decider, Verdict
from hansa.frozen import dataclass
from hansa.model import AccessStep, Consumer, Mesh, OutputPort, Principal, PrincipalKind, Product, Terms
from hansa.trouble import Trouble, TroubleError

AUTO = Principal("auto", PrincipalKind.SERVICE, way="policy")
"""Who approves where a policy says that nobody has to."""
PLENTY = 1_000
"""So many approvals that a policy which still says no cannot be satisfied by more of them."""


@dataclass(frozen=True, slots=True)
class Matter:
    """A request beside what it is about as the mesh has it now."""

    request: AccessRequest
    port: OutputPort
    product: Product
    consumer: Consumer


@dataclass(frozen=True, slots=True)
class Approving:
    """Judges by a mesh and the decider of that mesh."""

    mesh: Mesh
    decider: Decider

    def matter(self, request: AccessRequest, *, or_without_consumer: bool = False) -> Matter:
        """Raises TroubleError when the port or the consumer is not there any more, or the consumer has another purpose now."""
        port, consumers = inheriting_port(request.port, self.mesh), consumers_of(self.mesh)
        if or_without_consumer:
            consumer = consumers.get(request.consumer) or Consumer(request.consumer)
        else:
            consumer, _ = known_consumer(request.consumer, request.purpose, consumers)
        product = self.mesh.product(port.address.of_product)
        assert product is not None, port.address
        return Matter(request, port, product, consumer)

    def may_decide(self, principal: Principal, matter: Matter, terms: Terms, now: dt.datetime) -> Verdict:
        """Whether somebody's word counts at the level that comes next, and no policy is against it."""
        if principal.name == AUTO.name:
            # An issuer may have a client of this name; what policies let nobody decide about is not for it to decide.
            return Verdict(allowed=False, reasons=(f"`{AUTO.name}` stands for policies, and for no account",))
        level = self._level(matter)
        asked_as = principal
        if not principal.is_operator and approvers_of(level, matter.product, self.mesh).admit(principal):
            asked_as = as_owner(principal, matter.product)
        elif level.names and not (principal.is_operator or principal.administrator):
            return Verdict(allowed=False, reasons=(f"its contract names who approves: {', '.join(level.names)}",))
        context = asking(matter.request.first, matter.port, terms, matter.request.approvals)
        return self.decider.may(asked_as, Action.APPROVE, matter.port.pinned, now, context)

    def enough(self, principal: Principal, matter: Matter, terms: Terms, approvals: tuple[AccessStep, ...]) -> Verdict:
        """Whether these approvals are all that is needed. Raises TroubleError when no number of them could be."""
        now = approvals[-1].at
        left = levels_of(matter.port, self.mesh)[len(approvals) :]
        if left:
            names = ", ".join(left[0].names) or responsible(matter.product)
            return Verdict(allowed=False, reasons=(f"the contract of {matter.port.address} wants an approval of {names}, too",))
        context = dict(asking(matter.request.first, matter.port, terms, approvals))
        verdict = self._granted(principal, matter, context, now)
        if not verdict.allowed and not self._granted(principal, matter, {**context, "approvals": PLENTY}, now).allowed:
            raise refused(verdict, f"{matter.request.id} cannot be granted like this", "grant less, or for a shorter time")
        return verdict

    def refuse_own(self, principal: Principal, matter: Matter) -> None:
        """Four eyes: raises TroubleError when somebody would approve what they asked for themselves."""
        if self.is_own(principal, matter):
            mend = f"ask a colleague of {self.missing(matter)} to approve it"
            raise TroubleError(
                Trouble("H760", f"{principal.name} asked for {matter.request.id} and cannot approve it", mend=mend)
            )

    def is_own(self, principal: Principal, matter: Matter) -> bool:
        """Whether they would decide about their own request. Where one team owns both sides, nobody else is concerned."""
        same_team = matter.consumer.owner == responsible(matter.product)
        return principal.name == matter.request.requester and not principal.is_operator and not same_team

    def missing(self, matter: Matter) -> str:
        """Who can give the approval that comes next, for people to read."""
        return ", ".join(self._level(matter).names) or responsible(matter.product) or "nobody: the product has no owner"

    def waits_for(self, principal: Principal, matter: Matter, now: dt.datetime) -> bool:
        """Whether somebody could approve a request now."""
        before = any(a.actor == principal.name for a in matter.request.approvals)
        return (
            not before
            and not self.is_own(principal, matter)
            and self.may_decide(principal, matter, matter.request.terms, now).allowed
        )

    def _level(self, matter: Matter) -> Level:
        """The level whose approval comes next; once all have approved, another of the first."""
        levels, given = levels_of(matter.port, self.mesh), len(matter.request.approvals)
        return levels[given] if given < len(levels) else levels[0]

    def _granted(self, principal: Principal, matter: Matter, context: dict[str, object], now: dt.datetime) -> Verdict:
        return self.decider.may(principal, Action.GRANT, matter.port.pinned, now, context)


def asking(first: AccessStep, port: OutputPort, terms: Terms, approvals: tuple[AccessStep, ...]) -> dict[str, object]:
    """What policies are told of a request, columns written out: `Asking` of the schema, as far as no mesh tells."""
    told: dict[str, object] = {
        "consumer": first.consumer,
        "purpose": first.purpose,
        "requester": first.actor,
        "approvals": len(approvals),
        "approvers": tuple(sorted({a.actor for a in approvals})),
        "columns": terms.columns or port.schema.names,
        "unmasked": terms.unmasked,
        "rowFilter": bool(terms.row_filter),
    }
    return told | ({"expires": terms.expires} if terms.expires is not None else {})


def may_act(principal: Principal, matter: Matter) -> bool:
    """Whether somebody speaks for the consumer."""
    return acts_for(principal, matter.consumer)


def refused(verdict: Verdict, summary: str, mend: str = "") -> TroubleError:
    """A refusal with the reasons and rules of the verdict."""
    why = "; ".join((*verdict.reasons, *(str(r) for r in verdict.rules)))
    places = tuple(r.place for r in verdict.rules if r.place is not None)
    return TroubleError(Trouble("H752", f"{summary}: {why or 'no rule permits it'}", places, mend))
