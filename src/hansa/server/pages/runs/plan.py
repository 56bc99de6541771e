"""`/plan`: what a run would do now and why, whom changes concern, and what policies say of them. Nothing is run by it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from starlette.responses import Response

from hansa.model import ConsumerHit, MeshChange, Violation
from hansa.names import ProductName, parse_product
from hansa.plan import Plan, Step, action, subject
from hansa.server.pages.badges import Badge
from hansa.server.pages.runs.known import UNSAID
from hansa.server.pages.visit import Visit
from hansa.server.sight import Sight
from hansa.trouble import Trouble

MOST_STEPS = 200
MOST_PRODUCTS = 50
MOST_CHANGES = 20
MOST_HITS = 12
MOST_VIOLATIONS = 60
_ACTIONS = {
    "build": ("build", "arrow", "good"),
    "audit": ("audit", "eye", "calm"),
    "republish": ("republish", "copy", "calm"),
    "keep": ("keep", "pause", "calm"),
    "blocked": ("blocked", "lock", "bad"),
}
_ORDER = ("blocked", "build", "audit", "republish", "keep")


@dataclass(frozen=True, slots=True)
class StepLine:
    """What would be done to a product, and why."""

    name: ProductName
    badge: Badge
    reason: str


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A change with the consumers that the viewer may know of."""

    change: MeshChange
    badge: Badge
    hits: tuple[ConsumerHit, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Changed:
    """What changed of one product, the weightiest first."""

    name: str
    lines: tuple[ChangeLine, ...]
    more: int
    too_small: tuple[MeshChange, ...]


def show_plan(visit: Visit) -> Response:
    plans = visit.catalogue.backing.plans
    made = plans.look() if plans is not None else None
    plan = made.plan if made is not None else None
    shown = _shown(plan, visit) if plan is not None else {}
    return visit.page(
        "plan.html",
        keep=plan is not None,
        able=plans is not None,
        made=made,
        plan=plan,
        under_way=plans is not None and plans.under_way,
        troubles=made.troubles if made is not None and visit.principal.administrator else (),
        **shown,
    )


def _shown(plan: Plan, visit: Visit) -> dict[str, Any]:
    sight = visit.sight
    steps = [s for s in plan.steps if sight.discovers(parse_product(subject(s)))]
    steps.sort(key=lambda s: (_ORDER.index(action(s)), subject(s)))
    counts = Counter(action(s) for s in steps)
    violations = _violations(plan.violations, visit)
    changed = _changed(plan.changes, sight)
    return {
        "counts": [(Badge(*_ACTIONS[a]), counts[a]) for a in _ORDER if counts[a]],
        "idle": all(action(s) == "keep" for s in steps),
        "steps": [_step(s, sight) for s in steps if action(s) != "keep" or len(steps) <= MOST_STEPS][:MOST_STEPS],
        "more_steps": max(0, len(steps) - MOST_STEPS),
        "changed": changed[:MOST_PRODUCTS],
        "more_changed": max(0, len(changed) - MOST_PRODUCTS),
        "breaking": sum(c.change.with_impact for p in changed for c in p.lines),
        "violations": violations[:MOST_VIOLATIONS],
        "more_violations": max(0, len(violations) - MOST_VIOLATIONS),
        "warnings": _warnings(plan.warnings, visit),
    }


def _step(step: Step, sight: Sight) -> StepLine:
    name = parse_product(subject(step))
    return StepLine(name, Badge(*_ACTIONS[action(step)]), sight.discretion.said(step.reason) if sight.described(name) else "")


def _changed(changes: Iterable[MeshChange], sight: Sight) -> list[Changed]:
    """By product; products with what breaks somebody first. Who is hidden from the viewer is no consumer here."""
    known = [_seen(c, sight) for c in changes if c.product and _told(c, sight)]
    known.sort(key=lambda c: (c.product, _weight(c)))
    found = []
    for product, group in groupby(known, key=lambda c: c.product):
        mine = list(group)
        small = tuple({c.port: c for c in mine if c.too_small}.values())
        lines = tuple(_change(c) for c in mine[:MOST_CHANGES])
        found.append((_weight(mine[0]), Changed(product, lines, max(0, len(mine) - MOST_CHANGES), small)))
    return [changed for _, changed in sorted(found, key=lambda pair: (pair[0], pair[1].name))]


def _told(change: MeshChange, sight: Sight) -> bool:
    return sight.discretion.subject(change.subject, change.product) and sight.discretion.plain(change.change)


def _weight(change: MeshChange) -> tuple[bool, bool, int]:
    return (not change.with_impact, not change.breaking, ("major", "minor", "patch").index(change.impact))


def _seen(change: MeshChange, sight: Sight) -> MeshChange:
    return replace(change, consumers=tuple(h for h in change.consumers if _knows(h.name, sight)))


def _knows(consumer: str, sight: Sight) -> bool:
    """A consumer is a product by its address, or a use case, which everybody here may know of."""
    try:
        return "." not in consumer or sight.discovers(parse_product(consumer))
    except ValueError:
        return False


def _change(change: MeshChange) -> ChangeLine:
    if change.with_impact:
        badge = Badge("breaks readers", "cross", "bad", "somebody reads what breaks, and has not accepted it")
    elif change.breaking and change.consumers:
        badge = Badge("breaking, accepted", "warn", "warn", "every reader has accepted it")
    elif change.breaking:
        badge = Badge("breaking, no reader", "warn", "warn", "nobody that you may know of reads it")
    else:
        badge = Badge(str(change.impact), "check", "calm", "breaks no reader")
    return ChangeLine(change, badge, change.consumers[:MOST_HITS], max(0, len(change.consumers) - MOST_HITS))


def _violations(found: Iterable[Violation], visit: Visit) -> list[tuple[Violation, Badge]]:
    """What policies say of products that the viewer may have described; of the whole mesh for its administrators."""
    known = [v for v in found if _may_know(v, visit)]
    known.sort(key=lambda v: (not v.refuses, v.waived is not None, v.policy, v.subject))
    said = visit.sight.discretion.said
    return [(replace(v, message=said(v.message, UNSAID), mend=said(v.mend)), _said(v)) for v in known]


def _may_know(violation: Violation, visit: Visit) -> bool:
    if not violation.product:
        return visit.principal.administrator
    return visit.sight.discretion.finding(violation)


def _said(violation: Violation) -> Badge:
    if violation.refuses:
        return Badge("refuses", "lock", "bad", "it keeps the product from being published")
    if violation.waived is not None:
        return Badge("waived", "clock", "warn", f"until {violation.waived.expires} by {violation.waived.approver}")
    return Badge(str(violation.severity), "warn", "warn", "it is told, and refuses nothing")


def _warnings(troubles: Iterable[Trouble], visit: Visit) -> list[Trouble]:
    """Troubles name files and subjects: only those of products that the viewer may have described."""
    found = []
    for trouble in troubles:
        try:
            known = visit.sight.described(parse_product(trouble.product)) if trouble.product else visit.principal.administrator
        except ValueError:
            known = visit.principal.administrator
        if known and visit.sight.discretion.plain(trouble.summary):
            found.append(trouble)
    return found[:40]
