"""`/policies`, `/violations`, `/waivers` and `/scorecards`: the rules, what breaks them, and how everybody stands."""

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Query

from hansa.governance.scorecard import Standing
from hansa.model import Policy, Violation, Waiver
from hansa.server.api import Listing, Paged, Resource, Shown, Viewer, Viewing, example, refusals
from hansa.server.governing import RuleLine, Seen
from hansa.server.sight import Discretion
from hansa.server.transport import Answered
from hansa.trouble import Trouble

router = APIRouter(tags=["governance"], route_class=Resource)


class ScopeShown(Shown):
    """The products that a policy is about; empty parts do not narrow."""

    domains: list[str]
    products: list[str]
    tags: list[str]
    classes: list[str]


class PolicyLine(Shown):
    """A policy with its verdict on what the caller may know of: pass, fail, or error, with the reason in `problem`."""

    model_config = example(
        policy="owner-named", title="Every product has an owner", level="global", holder="", severity="error", mode="enforce",
        when="design", verdict="pass", problem="", violations=0, waived=0,
    )  # fmt: skip
    policy: str
    title: str
    level: str
    holder: str
    severity: str
    mode: str
    when: str
    verdict: str
    problem: str
    violations: int
    waived: int


class Policies(Listing[PolicyLine]):
    """Policies, by id, level and holder."""


class PolicyDetail(PolicyLine):
    """A policy with its query. A text that names what the caller may not know of is left empty."""

    why: str
    mend: str
    tightens: str
    tags: list[str]
    scope: ScopeShown
    sql: str


class PolicyShown(Shown):
    """The policies of an id: there may be one at each level, and all of them hold."""

    items: list[PolicyDetail]


class WaiverShown(Shown):
    """Leave for one subject, or all below an address, to break one policy through the day `expires`."""

    policy: str
    subject: str
    reason: str
    approver: str
    granted: dt.date | None
    expires: dt.date
    holds: bool


class Waivers(Listing[WaiverShown]):
    """Waivers, by policy and subject."""


class ViolationShown(Shown):
    """One subject that breaks one policy. `refuses` says whether it keeps anything from being published."""

    model_config = example(
        policy="owner-named", level="global", mode="enforce", severity="error", subject="orders.history",
        product="orders.history", owner="orders_team", message="nobody owns it", mend="name an owner", refuses=True,
        since="2026-11-20T06:00:00Z", waived=None,
    )  # fmt: skip
    policy: str
    level: str
    mode: str
    severity: str
    subject: str
    product: str | None
    owner: str | None
    message: str
    mend: str
    refuses: bool
    since: dt.datetime | None
    waived: WaiverShown | None


class Violations(Listing[ViolationShown]):
    """What breaks policies, by policy and subject."""


class StandingShown(Shown):
    """How a domain or product stands: the share of the policies that concern it and are met; null when none does."""

    model_config = example(
        name="customer.profiles", kind="product", score=0.9231, met=6, violated=["owner-named"], violations=1, waived=0
    )
    name: str
    kind: str
    score: float | None
    met: int
    violated: list[str]
    violations: int
    waived: int


class Scorecards(Listing[StandingShown]):
    """Every domain and its products, by name."""


@router.get("/policies", responses=refusals("H742", "H861"))
def policies(viewer: Viewing, pages: Paged) -> Policies:
    """The policies that are in force, and what each finds now."""
    seen = _seen(viewer)
    found = pages.of(seen.lines, lambda line: _key(line.policy))
    return Policies(items=[PolicyLine(**_line(line)) for line in found], total=found.total, next=found.next)


@router.get("/policies/{policy}", responses=refusals("H857", "H861"))
def policy(policy: str, viewer: Viewing) -> PolicyShown:
    """The policies of one id."""
    seen = _seen(viewer)
    found = [line for line in seen.lines if line.policy.id == policy]
    if not found:
        viewer.nothing(policy, "policy")
    return PolicyShown(items=[_detail(line, seen.discretion) for line in found])


@router.get("/violations", responses=refusals("H742", "H861"))
def violations(
    viewer: Viewing,
    pages: Paged,
    policy: Annotated[str, Query(max_length=200, description="Only of this policy.")] = "",
    product: Annotated[str, Query(max_length=200, description="Only of this product.")] = "",
    domain: Annotated[str, Query(max_length=200, description="Only of this domain and its products.")] = "",
    waived: Annotated[bool | None, Query(description="Only those that a waiver covers, or only those that none does.")] = None,
) -> Violations:
    """What breaks policies, as far as the caller may know of it."""
    seen = _seen(viewer)

    def wanted(violation: Violation) -> bool:
        return (
            policy in ("", violation.policy)
            and product in ("", violation.product)
            and domain in ("", (violation.product or violation.subject).partition(".")[0])
            and waived in (None, violation.waived is not None)
        )

    every = [v for line in seen.lines for v in (*line.standing, *line.waived) if wanted(v)]
    found = pages.of(
        enumerate(every), lambda pair: (pair[1].policy, str(pair[1].level), pair[1].subject, pair[1].message, pair[0])
    )
    return Violations(items=[_violation(viewer, seen, v) for _, v in found], total=found.total, next=found.next)


@router.get("/waivers", responses=refusals("H742"))
def waivers(
    viewer: Viewing,
    pages: Paged,
    policy: Annotated[str, Query(max_length=200, description="Only of this policy.")] = "",
) -> Waivers:
    """The waivers that were granted, ended ones, too."""
    discretion = viewer.discretion
    known = {p.id for p in viewer.mesh.governance.policies if discretion.policy(p)}
    shown = [
        w for w in viewer.mesh.governance.waivers
        if w.policy in known and policy in ("", w.policy) and discretion.subject(w.subject)
    ]  # fmt: skip
    found = pages.of(enumerate(shown), lambda pair: (pair[1].policy, pair[1].subject, pair[0]))
    return Waivers(items=[_waiver(viewer, discretion, w) for _, w in found], total=found.total, next=found.next)


@router.get("/scorecards", responses=refusals("H742", "H861"))
def scorecards(
    viewer: Viewing,
    pages: Paged,
    domain: Annotated[str, Query(max_length=200, description="Only this domain and its products.")] = "",
) -> Scorecards:
    """Which share of the policies each meets. Errors weigh 4, warnings 2, notes 1; what is waived does not count."""
    standings = [
        shown
        for told in _seen(viewer).domains
        if domain in ("", told.domain.name)
        for shown in (_standing(told.domain, "domain"), *(_standing(p, "product") for p in told.products))
    ]
    found = pages.of(standings, lambda s: (s.name,))
    return Scorecards(items=list(found), total=found.total, next=found.next)


def _seen(viewer: Viewer) -> Seen:
    """Raises a trouble with 503 while policies are judged for the first time."""
    seen = viewer.catalogue.rulings.seen(viewer.sight)
    if seen is None:
        raise Answered(Trouble("H861", "policies are being judged", mend="ask again in some seconds"), 503, {"Retry-After": "2"})
    return seen


def _key(policy: Policy) -> tuple[str, str, str]:
    return policy.id, str(policy.level), policy.holder


def _line(line: RuleLine) -> dict[str, Any]:
    policy = line.policy
    return {
        "policy": policy.id,
        "title": line.title,
        "level": str(policy.level),
        "holder": policy.holder,
        "severity": str(policy.severity),
        "mode": str(policy.mode),
        "when": str(policy.when),
        "verdict": str(line.verdict),
        "problem": line.problem,
        "violations": len(line.standing),
        "waived": len(line.waived),
    }


def _detail(line: RuleLine, discretion: Discretion) -> PolicyDetail:
    policy, scope = line.policy, line.policy.scope
    return PolicyDetail(
        **_line(line),
        why=discretion.said(policy.why),
        mend=discretion.said(policy.mend),
        tightens=policy.tightens,
        tags=list(policy.tags),
        scope=ScopeShown(
            domains=[d for d in scope.domains if discretion.domain(d)],
            products=[p for p in scope.products if discretion.product(p)],
            tags=list(scope.tags),
            classes=list(scope.classes),
        ),
        sql=discretion.said(policy.sql),
    )


def _violation(viewer: Viewer, seen: Seen, violation: Violation) -> ViolationShown:
    waived = violation.waived
    return ViolationShown(
        policy=violation.policy,
        level=str(violation.level),
        mode=str(violation.mode),
        severity=str(violation.severity),
        subject=violation.subject,
        product=violation.product or None,
        owner=violation.owner or None,
        message=seen.message(violation),
        mend=seen.discretion.said(violation.mend),
        refuses=violation.refuses,
        since=seen.ruled.first_seen(violation),
        waived=_waiver(viewer, seen.discretion, waived) if waived is not None else None,
    )


def _waiver(viewer: Viewer, discretion: Discretion, waiver: Waiver) -> WaiverShown:
    return WaiverShown(
        policy=waiver.policy,
        subject=waiver.subject,
        reason=discretion.said(waiver.reason),
        approver=waiver.approver,
        granted=waiver.granted,
        expires=waiver.expires,
        holds=waiver.holds(viewer.now.date()),
    )


def _standing(standing: Standing, kind: str) -> StandingShown:
    share = standing.score.share
    return StandingShown(
        name=standing.name,
        kind=kind,
        score=None if share is None else round(share, 4),
        met=standing.met,
        violated=list(standing.policies),
        violations=len(standing.violated),
        waived=len(standing.waived),
    )
