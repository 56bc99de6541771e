"""`/plan`: what a run would do now and why, whom changes concern, and what policies say of them. Nothing is run by it."""

from collections import Counter
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from starlette.responses import Response

from hansa.frozen import dataclass
from hansa.model import ConsumerHit, MeshChange, Violation
from hansa.names import ProductName, parse_product
from hansa.plan import Plan, Step, action, subject
from hansa.server.pages.badges import Badge
from hansa.server.pages.visit import Visit
from hansa.server.sight import UNSAID, Sight, known_changes, known_troubles, known_violations

MOST_STEPS = 200
MOST_PRODUCTS = 50
MOST_CHANGES = 20
MOST_HITS = 12
MOST_VIOLATIONS = 60
MOST_WARNINGS = 40
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
    """What changed of one product, the weightiest first. One that is declared no longer has no page."""

    name: str
    declared: bool
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
        troubles=made.troubles if made is not None and visit.administers else (),
        **shown,
    )


def _shown(plan: Plan, visit: Visit) -> dict[str, Any]:
    sight = visit.sight
    steps = [s for s in plan.steps if sight.discovers(parse_product(subject(s)))]
    steps.sort(key=lambda s: (_ORDER.index(action(s)), subject(s)))
    counts = Counter(action(s) for s in steps)
    shown = [s for s in steps if action(s) != "keep" or len(steps) <= MOST_STEPS][:MOST_STEPS]
    whole = visit.administers
    violations = known_violations(plan.violations, sight, whole=whole)
    changes = known_changes(plan.changes, sight)
    changed = _changed(changes, sight)
    return {
        "counts": [(Badge(*_ACTIONS[a]), counts[a]) for a in _ORDER if counts[a]],
        "idle": all(action(s) == "keep" for s in steps),
        "steps": [_step(s, sight) for s in shown],
        "more_steps": len(steps) - len(shown),
        "changed": changed[:MOST_PRODUCTS],
        "more_changed": max(0, len(changed) - MOST_PRODUCTS),
        "breaking": sum(c.with_impact for c in changes),
        "violations": [(v, _said(v)) for v in violations[:MOST_VIOLATIONS]],
        "more_violations": max(0, len(violations) - MOST_VIOLATIONS),
        "warnings": known_troubles(plan.warnings, sight, whole=whole)[:MOST_WARNINGS],
    }


def _step(step: Step, sight: Sight) -> StepLine:
    name = parse_product(subject(step))
    reason = sight.discretion.said(step.reason, UNSAID) if sight.described(name) else ""
    return StepLine(name, Badge(*_ACTIONS[action(step)]), reason)


def _changed(changes: Iterable[MeshChange], sight: Sight) -> list[Changed]:
    """By product; products with what breaks somebody first."""
    known = sorted(changes, key=lambda c: (c.product, _weight(c)))
    found = []
    for product, group in groupby(known, key=lambda c: c.product):
        mine = list(group)
        small = tuple({c.port: c for c in mine if c.too_small}.values())
        lines = tuple(_change(c) for c in mine[:MOST_CHANGES])
        declared = sight.product(parse_product(product)) is not None
        found.append((_weight(mine[0]), Changed(product, declared, lines, max(0, len(mine) - MOST_CHANGES), small)))
    return [changed for _, changed in sorted(found, key=lambda pair: (pair[0], pair[1].name))]


def _weight(change: MeshChange) -> tuple[bool, bool, int]:
    return (not change.with_impact, not change.breaking, ("major", "minor", "patch").index(change.impact))


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


def _said(violation: Violation) -> Badge:
    if violation.refuses:
        return Badge("refuses", "lock", "bad", "it keeps the product from being published")
    if violation.waived is not None:
        return Badge("waived", "clock", "warn", f"until {violation.waived.expires} by {violation.waived.approver}")
    return Badge(str(violation.severity), "warn", "warn", "it is told, and refuses nothing")
