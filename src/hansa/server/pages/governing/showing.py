"""What the pages about rules share: waiting for the first judgement, findings as lines, and pages of long lists."""

import datetime as dt
from collections.abc import Sequence
from typing import TypeVar

from starlette.responses import Response

from hansa.frozen import dataclass
from hansa.governance.judging import Verdict
from hansa.model import Violation
from hansa.names import ProductName, parse_product
from hansa.server.governing.seen import SEVERITIES, RuleLine, Seen
from hansa.server.pages import leaves
from hansa.server.pages.badges import Badge
from hansa.server.pages.leaves import Leaf
from hansa.server.pages.rendering import query
from hansa.server.pages.visit import Visit
from hansa.trouble import Severity

AGAIN = "2"
"""Seconds after which a browser looks again while policies are judged for the first time."""
VERDICTS = {
    Verdict.PASS: Badge("met", "check", "good"),
    Verdict.FAIL: Badge("broken", "cross", "bad"),
    Verdict.ERROR: Badge("cannot be judged", "unknown", "warn"),
}
_TONES = {Severity.ERROR: ("cross", "bad"), Severity.WARNING: ("warn", "warn"), Severity.NOTE: ("tag", "calm")}
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class FindingLine:
    """A finding with everything that is said of it. `decider` is the finding that decides for its subject instead."""

    violation: Violation
    badge: Badge
    message: str
    place: str
    product: ProductName | None
    since: dt.datetime | None
    decider: Violation | None


def waiting(visit: Visit) -> Response:
    """Policies are judged for the first time: the page comes again by itself."""
    response = visit.page("governance_waiting.html", keep=False, part="")
    response.headers["Refresh"] = AGAIN
    return response


def finding(seen: Seen, violation: Violation) -> FindingLine:
    place = violation.places[0] if violation.places else None
    product = parse_product(violation.product) if violation.product else None
    return FindingLine(
        violation,
        severity_badge(violation.severity),
        seen.message(violation),
        f"{place.file}:{place.line}" if place is not None else "",
        product,
        seen.ruled.first_seen(violation),
        seen.decides(violation),
    )


def leaf(visit: Visit, found: Sequence[Item], each: int, **chosen: str) -> Leaf[Item]:
    """The page of a list that the address asks for, narrowed as it is."""
    path = visit.request.url.path
    return leaves.leaf(found, visit.number(), each, lambda page: f"{path}{query(**chosen, page=page if page > 1 else '')}")


def severity_badge(severity: Severity) -> Badge:
    return Badge(str(severity), *_TONES[severity])


def weight_badge(line: RuleLine) -> Badge:
    """How much a policy weighs; in a colour only while it is broken, since whoever looks at a list looks for what is."""
    drawn = severity_badge(line.policy.severity)
    return drawn if line.verdict is Verdict.FAIL else Badge(drawn.word, "tag", "calm")


def chosen_severity(visit: Visit) -> Severity | None:
    return next((s for s in SEVERITIES if str(s) == visit.asked("severity", 20)), None)
