"""Everything that breaks a rule now, by product or by policy."""

from collections.abc import Iterable

from starlette.responses import Response

from hansa.frozen import dataclass
from hansa.model import PolicyMode, Violation
from hansa.server.governing.seen import SEVERITIES, Seen
from hansa.server.pages.governing.showing import FindingLine, chosen_severity, finding, leaf, waiting
from hansa.server.pages.visit import Visit

EACH = 50
_BY = ("product", "policy")


@dataclass(frozen=True, slots=True)
class Group:
    """Findings of one product or policy; those of no product stand under an empty name."""

    name: str
    title: str
    total: int
    lines: list[FindingLine]


def violations(visit: Visit) -> Response:
    """What no waiver covers; with `waived=yes`, what one does."""
    seen = visit.catalogue.rulings.seen(visit.sight)
    if seen is None:
        return waiting(visit)
    by = visit.asked("by", 20) if visit.asked("by", 20) in _BY else "product"
    chosen = {n: visit.asked(n, 200) for n in ("severity", "mode", "domain", "product", "policy", "waived")}
    found = [v for v in _all(seen, chosen["waived"]) if _wanted(visit, v, chosen)]
    found.sort(key=lambda v: (_name(v, by) == "", _name(v, by), SEVERITIES.index(v.severity), v.subject, v.policy))
    shown = leaf(visit, found, EACH, by=by if by != "product" else "", **chosen)
    return visit.page(
        "governance_violations.html",
        part="violations",
        by=by,
        chosen=chosen,
        groups=_grouped(seen, shown.items, found, by),
        leaf=shown,
        severities=[str(s) for s in SEVERITIES],
        modes=[str(m) for m in PolicyMode],
        domains=[str(d.name) for d in visit.sight.domains],
        policies=len(seen.lines),
        at=seen.ruled.at,
    )


def _all(seen: Seen, waived: str) -> Iterable[Violation]:
    return seen.standing if waived != "yes" else (v for line in seen.lines for v in line.waived)


def _wanted(visit: Visit, violation: Violation, chosen: dict[str, str]) -> bool:
    severity = chosen_severity(visit)
    return (
        severity in (None, violation.severity)
        and chosen["mode"] in ("", str(violation.mode))
        and chosen["domain"] in ("", (violation.product or violation.subject).partition(".")[0])
        and chosen["product"] in ("", violation.product)
        and chosen["policy"] in ("", violation.policy)
    )


def _name(violation: Violation, by: str) -> str:
    return violation.policy if by == "policy" else violation.product


def _grouped(seen: Seen, shown: Iterable[Violation], found: list[Violation], by: str) -> list[Group]:
    totals: dict[str, int] = {}
    for violation in found:
        totals[_name(violation, by)] = totals.get(_name(violation, by), 0) + 1
    titles = {line.policy.id: line.title for line in seen.lines} if by == "policy" else {}
    groups: dict[str, Group] = {}
    for violation in shown:
        name = _name(violation, by)
        group = groups.setdefault(name, Group(name, titles.get(name, ""), totals[name], []))
        group.lines.append(finding(seen, violation))
    return list(groups.values())
