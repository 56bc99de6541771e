"""The start of Governance: how many rules there are, what breaks them, which leave lapses soon, and how domains stand."""

from collections import Counter

from starlette.responses import Response

from hansa.frozen import dataclass
from hansa.model import PolicyLevel, PolicyMode
from hansa.server.governing.seen import SEVERITIES, Seen, counted
from hansa.server.pages.governing.showing import waiting
from hansa.server.pages.governing.standings import standing_lines
from hansa.server.pages.governing.waivers import waiver_lines
from hansa.server.pages.visit import Visit
from hansa.trouble import Severity

MOST = 6


@dataclass(frozen=True, slots=True)
class DomainFindings:
    """What breaks rules in one domain now, by severity; without a name, what belongs to none."""

    name: str
    title: str
    counts: dict[Severity, int]


def overview(visit: Visit) -> Response:
    seen = visit.catalogue.rulings.seen(visit.sight)
    if seen is None:
        return waiting(visit)
    rules = Counter((line.policy.severity, line.policy.mode) for line in seen.lines)
    before = visit.catalogue.rulings.before()
    lapsing = [w for w in waiver_lines(visit, seen) if w.state == "lapsing"]
    return visit.page(
        "governance.html",
        part="overview",
        rules=[(s, [rules[s, m] for m in PolicyMode]) for s in SEVERITIES],
        modes=list(PolicyMode),
        policies=len(seen.lines),
        adopted=sum(line.policy.level is not PolicyLevel.BUILT_IN for line in seen.lines),
        standing=counted(seen.standing),
        refusing=sum(v.refuses for v in seen.standing),
        waived=sum(len(line.waived) for line in seen.lines),
        problems=[line for line in seen.lines if line.problem],
        domains=_domains(visit, seen),
        lapsing=lapsing[:MOST],
        more_lapsing=len(lapsing) - MOST,
        lines=standing_lines(visit, seen, before),
        computing=before is None,
        at=seen.ruled.at,
    )


def _domains(visit: Visit, seen: Seen) -> list[DomainFindings]:
    """The domains with findings, those with the most errors first."""
    titles = {str(d.name): d.title or str(d.name) for d in visit.sight.domains}
    found: dict[str, dict[Severity, int]] = {}
    for violation in seen.standing:
        domain = (violation.product or violation.subject).partition(".")[0].partition("#")[0]
        counts = found.setdefault(domain if domain in titles else "", dict.fromkeys(SEVERITIES, 0))
        counts[violation.severity] += 1
    told = [DomainFindings(name, titles.get(name, "in no domain"), counts) for name, counts in found.items()]
    return sorted(told, key=lambda d: (not d.name, *(-d.counts[s] for s in SEVERITIES), d.title))
