"""The workflow of access: ask, approve, deny, withdraw, renew, revoke.

Every transition is a record of its own, written on the condition that the request still stands where it was looked at. So of two
who decide at once one wins, and the other is told. Who may do what is the decider's and the contract's to say, not this module's.
"""

import datetime as dt
import secrets
from collections.abc import Callable
from dataclasses import field, replace

from hansa.access.approving import AUTO, Approving, Matter, asking, may_act, refused
from hansa.access.consumers import acts_for, consumers_of, known_to
from hansa.access.history import AccessRequest, Status, request_of, requests_of
from hansa.access.knowing import Known
from hansa.access.naming import known_consumer, offered_port
from hansa.access.protocol import Action, Decider, Verdict
from hansa.access.terms import checked, checked_end, includes, last_moment, narrowed, terms_of_use
from hansa.frozen import dataclass
from hansa.ledger import AccessStepped, Conflict, LastStepIs, Ledger
from hansa.model import AccessStep, Mesh, OutputPort, Principal, StepKind, Terms
from hansa.trouble import Trouble, TroubleError, did_you_mean

AS_ASKED = Terms()
"""Everything for good, as far as the request goes: an approver who sets no conditions."""
NOTICED = "hansa"
"""Who records that a grant has expired: time did it, and this is who noticed."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks for. `accept_terms` says that the producer's terms of use were read and accepted."""

    port: str
    consumer: str
    purpose: str = ""
    terms: Terms = AS_ASKED
    reason: str = ""
    accept_terms: bool = field(default=False, kw_only=True)


class AccessDesk:
    """Where access is asked for and decided. `clock` is the time that is recorded; `new_id` names a request."""

    def __init__(
        self,
        mesh: Mesh,
        ledger: Ledger,
        decider: Decider,
        clock: Callable[[], dt.datetime],
        new_id: Callable[[], str] = lambda: f"req-{secrets.token_hex(4)}",
    ) -> None:
        self._mesh = mesh
        self._ledger = ledger
        self._clock = clock
        self._new_id = new_id
        self._decider = decider
        self.approving = Approving(mesh, decider)

    def all(self) -> tuple[AccessRequest, ...]:
        """Every request, in the order in which they began."""
        return requests_of(self._ledger.access_steps())

    def find(self, request: str) -> AccessRequest:
        """A request by its id. Raises TroubleError when there is none, or when its steps make no sense."""
        steps = self._ledger.access_steps(request=request)
        if not steps:
            mend = did_you_mean(request, [r.id for r in self.all()]) or "`hansa access list` shows all of them"
            raise TroubleError(Trouble("H758", f"there is no request `{request[:60]}`", mend=mend))
        try:
            return request_of(steps)
        except ValueError as error:
            raise TroubleError(Trouble("H753", f"the steps of {request} make no sense: {error}")) from None

    def request(self, principal: Principal, asked: Asked) -> AccessRequest:
        """Ask for access in a consumer's name. Where a policy approves by itself, the request comes back granted."""
        now = self._clock()
        known = Known(self._decider.current(), principal, now)
        port = offered_port(asked.port, self._mesh, known)
        consumers = known_to(known.names, consumers_of(self._mesh), asked.consumer)
        consumer, purpose = known_consumer(asked.consumer, asked.purpose, consumers)
        if not acts_for(principal, consumer) and not principal.administrator:
            mend = f"let somebody of {consumer.owner} ask, or ask for a consumer of your own"
            raise TroubleError(Trouble("H752", f"{principal.name} does not act for {consumer.name}", mend=mend))
        terms = checked(asked.terms, port)
        checked_end(terms.expires, consumer, now)
        step = AccessStep(
            request=self._new_id(),
            kind=StepKind.REQUESTED,
            consumer=consumer.name,
            purpose=purpose,
            port=port.pinned,
            at=now,
            actor=principal.name,
            reason=asked.reason,
            terms=terms,
            accepted=_accepted(port, asked),
        )
        self._refuse_repetition(step, now)
        verdict = self._decider.may(principal, Action.REQUEST, port.pinned, now, asking(step, port, terms, ()))
        if not verdict.allowed:
            raise refused(verdict, f"{principal.name} may not ask for {port.pinned}")
        self._ledger.apply((AccessStepped(step),), (LastStepIs(step.request, None),))
        return self._auto_approved(self.approving.matter(self.find(step.request)))

    def approve(
        self, principal: Principal, request: str, said: Terms = AS_ASKED, reason: str = "", *, masked: bool = False
    ) -> AccessRequest:
        """Approve a request, perhaps for less than it asks for, or with every mask. It is granted once no other is needed."""
        now = self._clock()
        matter = self._going_on(request, StepKind.APPROVED, now)
        first = not matter.request.approvals
        terms = narrowed(matter.request.terms, checked(said, matter.port), first=first, masked=masked)
        checked_end(terms.expires, matter.consumer, now)
        if any(a.actor == principal.name for a in matter.request.approvals):
            mend = f"another approval is needed, of {self.approving.missing(matter)}"
            raise TroubleError(Trouble("H753", f"{principal.name} has approved {request} before", mend=mend))
        self.approving.refuse_own(principal, matter)
        return self._approved(matter, principal, terms, self._allowed(principal, matter, terms, "approve", now), reason, now)

    def deny(self, principal: Principal, request: str, reason: str) -> AccessRequest:
        """Refuse a request, with a reason."""
        _refuse_silence(reason, "deny", request)
        now = self._clock()
        matter = self._ending(request, StepKind.DENIED, now)
        verdict = self._allowed(principal, matter, matter.request.terms, "deny", now)
        return self._write(matter.request, _next(matter.request, StepKind.DENIED, principal, now, reason, verdict))

    def withdraw(self, principal: Principal, request: str, reason: str = "") -> AccessRequest:
        """Take back what was asked for and is not decided yet."""
        now = self._clock()
        found = self._standing(request, StepKind.WITHDRAWN, now)
        consumer = consumers_of(self._mesh).get(found.consumer)
        own = principal.name == found.requester or (consumer is not None and acts_for(principal, consumer))
        if not (own or principal.administrator):
            mend = f"{found.requester} and the owners of {found.consumer} can; an approver denies it"
            raise TroubleError(Trouble("H752", f"{principal.name} may not withdraw {found.id}", mend=mend))
        return self._write(found, _next(found, StepKind.WITHDRAWN, principal, now, reason))

    def revoke(self, principal: Principal, request: str, reason: str) -> AccessRequest:
        """End a grant now, with a reason. Its producer may, and its consumer may give it back."""
        _refuse_silence(reason, "revoke", request)
        now = self._clock()
        matter = self._ending(request, StepKind.REVOKED, now)
        own = may_act(principal, matter)
        verdict = Verdict(allowed=True) if own else self._allowed(principal, matter, matter.request.terms, "revoke", now)
        return self._write(matter.request, _next(matter.request, StepKind.REVOKED, principal, now, reason, verdict))

    def renew(self, principal: Principal, request: str, expires: dt.datetime | None, reason: str = "") -> AccessRequest:
        """Prolong a grant that still holds: at once by an approver; for its consumer it is asked for anew, on the same terms."""
        now = self._clock()
        matter = self._going_on(request, StepKind.RENEWED, now)
        found, terms = matter.request, replace(matter.request.terms, expires=expires)
        checked_end(expires, matter.consumer, now)
        approving = self.approving.may_decide(principal, matter, terms, now).allowed and not self.approving.is_own(
            principal, matter
        )
        speaks_for = may_act(principal, matter)
        if (approving or speaks_for) and expires is None and found.terms.expires is not None:
            raise TroubleError(Trouble("H759", f"up to when should {request} be renewed?", mend="say it with --days or --until"))
        if not approving and speaks_for:
            of_use = terms_of_use(matter.port)
            accepted = of_use is not None and found.first.accepted == of_use.fingerprint
            why = reason or f"renewal of {found.id}"
            return self.request(
                principal, Asked(str(matter.port.pinned), found.consumer, found.purpose, terms, why, accept_terms=accepted)
            )
        verdict = self._allowed(principal, matter, terms, "renew", now)
        step = replace(_next(found, StepKind.RENEWED, principal, now, reason, verdict), terms=terms)
        enough = self.approving.enough(principal, matter, terms, (*found.approvals, step))
        if not enough.allowed:
            raise refused(enough, f"{found.id} cannot be renewed by one approver", "the consumer asks anew: `hansa access renew`")
        return self._write(found, step)

    def note_expired(self) -> None:
        """Put on record which grants have expired since somebody last looked."""
        now = self._clock()
        for found in self.all():
            if not found.allows(StepKind.EXPIRED, now) or found.terms.expires is None:
                continue
            step = replace(_step(found, StepKind.EXPIRED, NOTICED, now), reason=f"held until {last_moment(found.terms.expires)}")
            try:
                self._ledger.apply((AccessStepped(step),), (LastStepIs(found.id, found.last.serial),))
            except Conflict:
                continue  # somebody else noticed it first

    def awaits(self, found: AccessRequest) -> str:
        """Who can give the approval that a request waits for; empty when it waits for none."""
        if found.recorded is not Status.REQUESTED:
            return ""
        try:
            return self.approving.missing(self.approving.matter(found))
        except TroubleError:
            return "nobody: what it is about is gone"

    def concerns(self, principal: Principal, found: AccessRequest) -> bool:
        """Whether a request is somebody's own, or for a consumer of theirs."""
        consumer = consumers_of(self._mesh).get(found.consumer)
        acts = consumer is not None and not principal.is_operator and acts_for(principal, consumer)
        return found.requester == principal.name or acts

    def waits_for(self, principal: Principal, found: AccessRequest) -> bool:
        """Whether somebody could approve a request now."""
        if found.recorded is not Status.REQUESTED:
            return False
        try:
            return self.approving.waits_for(principal, self.approving.matter(found), self._clock())
        except TroubleError:
            return False

    def _standing(self, request: str, kind: StepKind, now: dt.datetime) -> AccessRequest:
        """A request that can go on with this step. Raises TroubleError for one that cannot."""
        found = self.find(request)
        if found.allows(kind, now):
            return found
        status = found.status(now)
        since = f", since {found.last.at:%Y-%m-%d} by {found.last.actor}" if found.recorded is status else ""
        mends = {Status.REQUESTED: "approve, deny or withdraw it", Status.GRANTED: "renew or revoke it"}
        mend = mends.get(status, "ask anew with `hansa access request`")
        raise TroubleError(Trouble("H753", f"{found.id} cannot be {kind}: it is {status}{since}", mend=mend))

    def _going_on(self, request: str, kind: StepKind, now: dt.datetime) -> Matter:
        return self.approving.matter(self._standing(request, kind, now))

    def _ending(self, request: str, kind: StepKind, now: dt.datetime) -> Matter:
        """As `_going_on`, also for a request of a consumer that is not there any more: to end it there has to be a way."""
        return self.approving.matter(self._standing(request, kind, now), or_without_consumer=True)

    def _allowed(self, principal: Principal, matter: Matter, terms: Terms, what: str, now: dt.datetime) -> Verdict:
        verdict = self.approving.may_decide(principal, matter, terms, now)
        if not verdict.allowed:
            mend = f"who can: {self.approving.missing(matter)}"
            raise refused(verdict, f"{principal.name} may not {what} {matter.request.id}", mend)
        return verdict

    def _refuse_repetition(self, step: AccessStep, now: dt.datetime) -> None:
        for known in requests_of(self._ledger.access_steps(consumer=step.consumer)):
            if (known.purpose, known.port.name) != (step.purpose, step.port.name):
                continue
            status = known.status(now)
            if status is Status.REQUESTED and known.port == step.port:
                mend = f"`hansa access withdraw {known.id}` takes it back"
                raise TroubleError(Trouble("H757", f"{step.consumer} has asked for {step.port} already: {known.id}", mend=mend))
            inherited = known.port.major <= step.port.major
            if status is Status.GRANTED and inherited and includes(known.terms, step.terms):
                mend = f"read it; `hansa access renew {known.id}` prolongs it"
                raise TroubleError(Trouble("H757", f"{step.consumer} was granted all of this before: {known.id}", mend=mend))

    def _auto_approved(self, matter: Matter) -> AccessRequest:
        """The request, granted if policy approves by itself and takes that for enough."""
        now, found = self._clock(), matter.request
        context = asking(found.first, matter.port, found.terms, ())
        verdict = self._decider.may(AUTO, Action.APPROVE, matter.port.pinned, now, context)
        return self._approved(matter, AUTO, found.terms, verdict, "approved by policy", now) if verdict.allowed else found

    def _approved(
        self, matter: Matter, principal: Principal, terms: Terms, verdict: Verdict, reason: str, now: dt.datetime
    ) -> AccessRequest:
        """Write an approval, and the grant with it when no other is needed."""
        found = matter.request
        approved = replace(_next(found, StepKind.APPROVED, principal, now, reason, verdict), terms=terms)
        enough = self.approving.enough(principal, matter, terms, (*found.approvals, approved))
        if not enough.allowed:
            return self._write(found, approved)
        granted = replace(_next(found, StepKind.GRANTED, principal, now, "", enough), terms=terms)
        return self._write(found, approved, granted)

    def _write(self, found: AccessRequest, *steps: AccessStep) -> AccessRequest:
        """The request with these steps, unless somebody took another one meanwhile."""
        try:
            self._ledger.apply([AccessStepped(s) for s in steps], (LastStepIs(found.id, found.last.serial),))
        except Conflict:
            now = self.find(found.id)
            summary = f"{now.last.actor} was quicker: {found.id} was {now.last.kind} meanwhile, and nothing else was recorded"
            raise TroubleError(Trouble("H754", summary, mend=f"look at it again: `hansa access history {found.id}`")) from None
        return self.find(found.id)


def _refuse_silence(reason: str, what: str, request: str) -> None:
    """Raises TroubleError where somebody would be refused without a word."""
    if not reason.strip():
        raise TroubleError(Trouble("H762", f"you gave no reason to {what} {request}", mend="say it with --reason"))


def _accepted(port: OutputPort, asked: Asked) -> str:
    """The fingerprint of the terms of use that were accepted; empty where there are none."""
    terms = terms_of_use(port)
    if terms is None:
        return ""
    if not asked.accept_terms:
        places = (port.contract.place,) if port.contract.place is not None else ()
        summary = f"{port.address} has terms of use that have to be accepted: {terms.text}"
        raise TroubleError(Trouble("H756", summary, places, "read them, then ask again with --accept-terms"))
    return terms.fingerprint


def _next(
    found: AccessRequest, kind: StepKind, principal: Principal, now: dt.datetime, reason: str, verdict: Verdict | None = None
) -> AccessStep:
    """A step of a request, with the rules that allowed it."""
    rules = tuple(str(rule) for rule in verdict.rules) if verdict is not None else ()
    return replace(_step(found, kind, principal.name, now), reason=reason, rules=rules)


def _step(found: AccessRequest, kind: StepKind, actor: str, now: dt.datetime) -> AccessStep:
    """A step that repeats what the request is about. A clock that went back must not turn the order of the steps."""
    at = max(now, found.last.at)
    return AccessStep(found.id, kind, found.consumer, found.purpose, found.port, at, actor, terms=found.terms)
