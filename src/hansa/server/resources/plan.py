"""`/plan`: what the next run would do and why, whom changes concern, and what policies say of them. Nothing is run by it."""

import datetime as dt
import enum
from collections import Counter
from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from hansa.model import Violation
from hansa.names import ProductName, parse_product
from hansa.plan import Step, action, subject
from hansa.server.api import Paged, Resource, Shown, Viewer, Viewing, refusals
from hansa.server.api.paging import digest
from hansa.server.api.refusing import PlaceShown, TroubleShown
from hansa.server.api.routes import unless_known
from hansa.server.backing import MadePlan
from hansa.server.resources.changed import ChangeShown, shown_change
from hansa.server.sight import UNSAID, known_changes, known_troubles, known_violations
from hansa.server.transport import Answered
from hansa.trouble import Trouble

router = APIRouter(prefix="/plan", tags=["runs"], route_class=Resource)


class StepAction(enum.StrEnum):
    """What a run would do with a product. Of one that is blocked, what is published stays."""

    BLOCKED = "blocked"
    BUILD = "build"
    AUDIT = "audit"
    REPUBLISH = "republish"
    KEEP = "keep"


class PlannedStep(Shown):
    """What would be done to a product, and why."""

    product: str
    action: StepAction
    reason: str


class PlannedViolation(Shown):
    """What a policy says of what would be done. One that `refuses` keeps the product from being published."""

    policy: str
    severity: str
    subject: str
    product: str | None
    owner: str | None
    message: str
    mend: str
    refuses: bool
    waived_until: dt.date | None


class PlanShown(Shown):
    """The newest plan there is, made at some time; `under_way` says that another is being made.

    `fingerprint` changes when anything else in it does. `counts` are of all steps, of which `steps` are a page.
    """

    environment: str
    fingerprint: str
    made_at: dt.datetime
    under_way: bool
    blocked: bool
    idle: bool
    counts: dict[str, int]
    changes: list[ChangeShown]
    violations: list[PlannedViolation]
    warnings: list[TroubleShown]
    steps: list[PlannedStep]
    total: int
    next: str | None


@router.get("", response_model=PlanShown, responses=refusals("H742", "H852", "H857", "H879"))
def plan(
    request: Request,
    response: Response,
    viewer: Viewing,
    pages: Paged,
    product: Annotated[str, Query(max_length=200, description="Only what is about this product.")] = "",
    step: Annotated[StepAction | None, Query(description="Only steps of this kind.")] = None,
) -> PlanShown | Response:
    """What `hansa run` would do now in the server's environment. The tag leaves aside when it was made: 304 is the same plan."""
    wanted = viewer.described_product(product).address if product else None
    made, under_way = _made(viewer)
    assert made.plan is not None
    steps = [s for s in _steps(viewer, made.plan.steps) if wanted is None or s.product == str(wanted)]
    found = pages.of((s for s in steps if step in (None, s.action)), lambda s: (s.product,))
    about = str(wanted) if wanted is not None else ""
    changes = known_changes((c for c in made.plan.changes if about in ("", c.product)), viewer.sight)
    shown = PlanShown(
        environment=made.plan.environment,
        fingerprint="",
        made_at=made.at,
        under_way=under_way,
        blocked=any(s.action is StepAction.BLOCKED for s in steps),
        idle=all(s.action is StepAction.KEEP for s in steps),
        counts=dict(sorted(Counter(str(s.action) for s in steps).items())),
        changes=[shown_change(c) for c in changes],
        violations=_violations(viewer, (v for v in made.plan.violations if about in ("", v.product))),
        warnings=_warnings(viewer, (t for t in made.plan.warnings if about in ("", t.product))),
        steps=list(found),
        total=found.total or 0,
        next=found.next,
    )
    print_ = digest(shown.model_dump(mode="json", exclude={"made_at", "under_way"}))
    return unless_known(request, response, print_) or shown.model_copy(update={"fingerprint": print_})


def _made(viewer: Viewer) -> tuple[MadePlan, bool]:
    """The newest plan, and whether another is being made. Raises a trouble with 503 while there is none."""
    plans = viewer.backing.plans
    if plans is None:
        raise Answered(
            Trouble("H879", "this server makes no plans", mend="`hansa plan` says beside the mesh what a run does"), 404
        )
    made = plans.look()
    if made is None:
        summary, mend = "the first plan is being made", "ask again in some seconds"
        raise Answered(Trouble("H879", summary, mend=mend), 503, {"Retry-After": "2"})
    if made.plan is None:
        more = made.troubles if viewer.administers else ()
        raise Answered(Trouble("H852", "there is no plan now", mend="its administrators are told why"), 503, more=more)
    return made, plans.under_way


def _steps(viewer: Viewer, steps: Iterable[Step]) -> list[PlannedStep]:
    """Those of products that the viewer may discover; why, of those that they have described to them."""
    known: list[tuple[ProductName, Step]] = [(parse_product(subject(s)), s) for s in steps]
    said, sight = viewer.discretion.said, viewer.sight
    return [
        PlannedStep(
            product=str(name),
            action=StepAction(action(step)),
            reason=said(step.reason, UNSAID) if sight.described(name) else "",
        )
        for name, step in known
        if sight.discovers(name)
    ]


def _violations(viewer: Viewer, violations: Iterable[Violation]) -> list[PlannedViolation]:
    return [
        PlannedViolation(
            policy=v.policy,
            severity=str(v.severity),
            subject=v.subject,
            product=v.product or None,
            owner=v.owner or None,
            message=v.message,
            mend=v.mend,
            refuses=v.refuses,
            waived_until=v.waived.expires if v.waived is not None else None,
        )
        for v in known_violations(violations, viewer.sight, whole=viewer.administers)
    ]


def _warnings(viewer: Viewer, troubles: Iterable[Trouble]) -> list[TroubleShown]:
    return [
        TroubleShown(
            code=t.code,
            severity=str(t.severity),
            summary=t.summary,
            places=[PlaceShown(file=p.file, line=p.line, column=p.column, note=p.note) for p in t.places],
            mend=t.mend,
        )
        for t in known_troubles(troubles, viewer.sight, whole=viewer.administers)
    ]
