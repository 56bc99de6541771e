"""One request for access as whoever looks at it may understand it: what it would give, what policies say, what can be done."""

import datetime as dt
from dataclasses import replace

from hansa.access import Action
from hansa.access.approvers import Level, approvers_of, levels_of
from hansa.access.approving import Matter, may_act
from hansa.access.consumers import consumers_of
from hansa.access.deciding import CedarDecider
from hansa.access.history import AccessRequest, Status
from hansa.access.identity import good_for
from hansa.access.requests import AccessDesk
from hansa.access.terms import last_moment
from hansa.frozen import dataclass
from hansa.model import (
    AccessStep,
    ColumnEffect,
    Consumer,
    DecidingRule,
    Decision,
    Grant,
    OutputPort,
    Principal,
    Product,
    Reader,
    StepKind,
)
from hansa.server.pages.badges import Badge, effect
from hansa.server.pages.past import Ending, deprecations
from hansa.server.pages.visit import Visit
from hansa.trouble import TroubleError

_WAITING = "waiting"
MOST_COLUMNS = 250
"""Columns of a request that are shown one by one."""


@dataclass(frozen=True, slots=True)
class AskedColumn:
    """A column that is asked for: its classes, and what the consumer sees of it once this is granted."""

    name: str
    classes: tuple[str, ...]
    unmasked: bool
    badge: Badge | None
    mask: str


@dataclass(frozen=True, slots=True)
class _Waiting:
    """What waited for one viewer after some step, in some minute."""

    at: tuple[int, dt.datetime]
    requests: tuple[AccessRequest, ...]


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the rules say to an approval by the viewer, as it is asked for."""

    tone: str
    summary: str
    rules: tuple[DecidingRule, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A request with everything that somebody wants to know before saying a word about it. `may` are the words they may say,
    `barred` those for which only their token is not good.

    `seen` is the serial of its last step: whoever decides says it, so that nobody decides about what has changed meanwhile.
    """

    request: AccessRequest
    status: Status
    awaits: str
    consumer: Consumer
    product: Product | None
    port: OutputPort | None
    columns: tuple[AskedColumn, ...]
    more_columns: int
    row_filter: str
    opinion: Opinion | None
    may: frozenset[str]
    barred: frozenset[str]
    until: str
    own: bool
    ending: Ending | None
    unsaid: bool

    @property
    def seen(self) -> int:
        return self.request.last.serial

    @property
    def waiting(self) -> bool:
        return self.status is Status.REQUESTED

    @property
    def classes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(k for c in self.columns for k in c.classes))


def sheet(visit: Visit, desk: AccessDesk, found: AccessRequest) -> Sheet:
    """A request as the viewer may see it. What its port is like is shown to those who may have it described."""
    matter, status = _matter(desk, found), found.status(visit.now)
    port = matter.port if matter is not None and visit.sight.described(matter.port.pinned) else None
    decision = _granted(visit, matter) if matter is not None and port is not None else None
    product = visit.sight.product(found.port.name.of_product)
    columns = _columns(port, found, decision) if port is not None else ()
    ended = found.recorded is Status.GRANTED and status is Status.EXPIRED
    return Sheet(
        request=found,
        status=status,
        awaits=desk.awaits(found),
        consumer=consumers_of(visit.sight.mesh).get(found.consumer) or Consumer(found.consumer),
        product=product,
        port=port,
        columns=columns[:MOST_COLUMNS],
        more_columns=max(0, len(columns) - MOST_COLUMNS),
        row_filter=found.terms.row_filter or (decision.row_filter if decision is not None else ""),
        opinion=_opinion(visit, desk, matter) if matter is not None and status is Status.REQUESTED else None,
        may=(may := _words(visit, visit.principal, desk, found, matter)),
        barred=_words(visit, whole(visit), desk, found, matter) - may,
        until=last_moment(found.terms.expires) if found.terms.expires is not None else "",
        own=desk.concerns(visit.principal, found),
        ending=_ending(visit, found, port) if port is not None and product is not None else None,
        unsaid=ended,
    )


def owns(visit: Visit, product: Product) -> bool:
    """Whether the viewer answers for a product: as one of its team, its domain's, or their delegates, or as an administrator."""
    return visit.principal.administrator or approvers_of(Level(), product, visit.sight.mesh).admit(visit.principal)


def decides(visit: Visit, desk: AccessDesk, found: AccessRequest) -> bool:
    """Whether a request waits for the viewer's word: also one that policies forbid as it is asked, and would allow for less.

    What a token is good for does not matter here: who cannot decide with this one should still learn that something waits.
    """
    if found.recorded is not Status.REQUESTED:
        return False
    if desk.waits_for(whole(visit), found):
        return True
    matter = _matter(desk, found)
    return matter is not None and _named(visit, matter) and _unsaid(visit.principal, desk, matter)


def waiting(visit: Visit, desk: AccessDesk) -> list[AccessRequest]:
    """The requests that wait for the viewer's word, the newest first.

    Policies are asked of each when a step was taken, and once a minute, since they may look at the time.
    """
    at = (visit.catalogue.backing.ledger.last_step(), visit.now.replace(second=0, microsecond=0))
    kept = visit.sight.kept.get(_WAITING)
    if not isinstance(kept, _Waiting) or kept.at != at:
        found = [r for r in reversed(visit.catalogue.requests()) if decides(visit, desk, r)]
        kept = visit.sight.kept[_WAITING] = _Waiting(at, tuple(found))
    return list(kept.requests)


def whole(visit: Visit) -> Principal:
    """The viewer, as if their token were good for everything that they may do."""
    return replace(visit.principal, scopes=())


def may_see(visit: Visit, desk: AccessDesk, found: AccessRequest) -> bool:
    """Whether a request is any of the viewer's business."""
    product = visit.sight.mesh.product(found.port.name.of_product)
    return (
        visit.principal.administrator
        or desk.concerns(visit.principal, found)
        or (product is not None and (product.owner in visit.principal.teams or owns(visit, product)))
        or visit.catalogue.backing.decider.may(whole(visit), Action.APPROVE, found.port, visit.now).allowed
        or decides(visit, desk, found)
    )


def _matter(desk: AccessDesk, found: AccessRequest) -> Matter | None:
    """What it is about; None when its port is not there any more."""
    try:
        return desk.approving.matter(found, or_without_consumer=True)
    except TroubleError:
        return None


def _words(visit: Visit, who: Principal, desk: AccessDesk, found: AccessRequest, matter: Matter | None) -> frozenset[str]:
    """What somebody may do now, with the credential that they came with."""
    status, may = found.status(visit.now), set()
    asks, approves = (good_for(who, a, found.consumer) for a in (Action.REQUEST, Action.APPROVE))
    speaks = matter is not None and may_act(who, matter)
    if matter is not None and status is Status.REQUESTED:
        allowed = desk.approving.may_decide(who, matter, found.terms, visit.now).allowed
        if approves and (allowed or _named(visit, matter)) and _unsaid(who, desk, matter):
            may.add("approve")
        if approves and allowed:
            may.add("deny")
    if status is Status.REQUESTED and asks and (speaks or who.name == found.requester or who.administrator):
        may.add("withdraw")
    if matter is not None and status is Status.GRANTED:
        decides_now = approves and desk.approving.may_decide(who, matter, found.terms, visit.now).allowed
        if (speaks and asks) or decides_now:
            may |= {"renew", "revoke"}
    return frozenset(may)


def _named(visit: Visit, matter: Matter) -> bool:
    """Whether the viewer is of those who approve at the level that comes next."""
    levels, given = levels_of(matter.port, visit.sight.mesh), len(matter.request.approvals)
    return approvers_of(levels[min(given, len(levels) - 1)], matter.product, visit.sight.mesh).admit(visit.principal)


def _unsaid(principal: Principal, desk: AccessDesk, matter: Matter) -> bool:
    """Whether they have not approved before, and it is not their own request."""
    return not any(a.actor == principal.name for a in matter.request.approvals) and not desk.approving.is_own(principal, matter)


def _opinion(visit: Visit, desk: AccessDesk, matter: Matter) -> Opinion | None:
    """What would come of the viewer's approval; None for whoever does not approve."""
    found, who = matter.request, whole(visit)
    if desk.approving.is_own(who, matter):
        return Opinion("calm", "You asked for it yourself, so a colleague has to approve it.") if _named(visit, matter) else None
    if any(a.actor == who.name for a in found.approvals):
        return Opinion("calm", f"You have approved it. Another approval is needed, of {desk.awaits(found)}.")
    verdict = desk.approving.may_decide(who, matter, found.terms, visit.now)
    if not verdict.allowed:
        if not _named(visit, matter):
            return None
        why = "; ".join(verdict.reasons) or "no rule permits it"
        summary = f"As it is asked for, the rules do not let you approve it: {why}. Less of it may be allowed."
        return Opinion("bad", summary, verdict.rules)
    try:
        step = replace(_approval(found, who.name, visit.now), terms=found.terms)
        enough = desk.approving.enough(who, matter, found.terms, (*found.approvals, step))
    except TroubleError as wrong:
        return Opinion("bad", f"{wrong.troubles[0].summary}. {wrong.troubles[0].mend}".strip(), verdict.rules)
    if enough.allowed:
        return Opinion("good", "Your approval grants it: no other is needed.", (*verdict.rules, *enough.rules))
    return Opinion("warn", f"After yours another approval is needed: {'; '.join(enough.reasons)}.", verdict.rules)


def _approval(found: AccessRequest, actor: str, now: dt.datetime) -> AccessStep:
    at = max(now, found.last.at)
    return AccessStep(found.id, StepKind.APPROVED, found.consumer, found.purpose, found.port, at, actor)


def _granted(visit: Visit, matter: Matter) -> Decision:
    """What the consumer's people see by this grant alone: as it holds, or as it would."""
    found = matter.request
    terms = found.terms if found.status(visit.now) in (Status.REQUESTED, Status.GRANTED) else replace(found.terms, expires=None)
    grant = Grant(found.id, found.consumer, found.purpose, found.port, visit.now, terms)
    reader = Reader(_asker(visit, found, matter.consumer), found.consumer, found.purpose)
    decider = CedarDecider(visit.sight.mesh, (grant,))
    return decider.decide(reader, matter.port.pinned, matter.port.schema, visit.now)


def _asker(visit: Visit, found: AccessRequest, consumer: Consumer) -> Principal:
    """Whoever asks, as the directory knows them; else somebody of the consumer's team."""
    try:
        known = visit.catalogue.backing.authenticator.user(found.requester)
    except TroubleError:
        known = Principal(found.requester)
    teams = {*known.teams, consumer.owner} - {""}
    return replace(known, teams=tuple(sorted(teams)), administrator=False)


def _columns(port: OutputPort, found: AccessRequest, decision: Decision | None) -> tuple[AskedColumn, ...]:
    classes = {c.column.lower(): c.effective for c in port.classes}
    seen = {c.column.lower(): c for c in decision.columns} if decision is not None and decision.allowed else {}
    asked = {c.lower() for c in found.terms.columns}
    clear = {c.lower() for c in found.terms.unmasked}
    made = []
    for name in (n for n in port.schema.names if not asked or n.lower() in asked):
        key = name.lower()
        got = seen.get(key)
        badge = effect(got.effect, "; ".join(r.summary or r.id for r in got.rules)) if got is not None else None
        mask = got.mask if got is not None and got.effect is ColumnEffect.MASKED else ""
        made.append(AskedColumn(name, classes.get(key, ()), key in clear, badge, mask))
    return tuple(made)


def _ending(visit: Visit, found: AccessRequest, port: OutputPort) -> Ending | None:
    """Whether what it is about will end."""
    product = visit.sight.product(found.port.name.of_product)
    known = visit.sight.ports(product) if product is not None else ()
    return next((e for e in deprecations(known) if e.port is port), None)
