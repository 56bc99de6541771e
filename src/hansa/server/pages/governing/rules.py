"""Policies: the list of them, and each with its question, its examples, its findings and what earlier runs said."""

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hansa.frozen import dataclass
from hansa.governance.examples import ExampleResult, run_examples
from hansa.model import Policy, PolicyDecision, PolicyLevel, PolicyMode, PolicyTime
from hansa.server.governing.seen import SEVERITIES, RuleLine, Seen
from hansa.server.pages.badges import Badge
from hansa.server.pages.governing.showing import VERDICTS, FindingLine, finding, leaf, waiting, weight_badge
from hansa.server.pages.governing.waivers import WaiverLine, waiver_lines
from hansa.server.pages.leaves import Leaf
from hansa.server.pages.visit import Visit
from hansa.trouble import Severity
from hansa.wiring import open_database

EACH = 50
LAST = 10
_NARROWED = ("level", "mode", "severity", "when", "domain", "verdict")
_OUTCOMES = {
    "pass": Badge("met", "check", "good"),
    "violated": Badge("broken", "cross", "bad"),
    "waived": Badge("waived", "pause", "warn"),
    "error": Badge("not judged", "unknown", "warn"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """What a policy said in an earlier run."""

    decision: PolicyDecision
    badge: Badge
    count: int


@dataclass(frozen=True, slots=True)
class Rule:
    """A policy of one level, with all that is shown of it. `sql` is empty when it may not be shown."""

    line: RuleLine
    badge: Badge
    severity: Badge
    why: str
    mend: str
    sql: str
    place: str
    scope: tuple[tuple[str, tuple[str, ...]], ...]
    findings: Leaf[FindingLine]
    waived: list[FindingLine]
    examples: tuple[ExampleResult, ...]
    history: list[Told]


def policies(visit: Visit) -> Response:
    """The policies that the viewer may know, narrowed by what the address says."""
    seen = visit.catalogue.rulings.seen(visit.sight)
    if seen is None:
        return waiting(visit)
    chosen = {name: visit.asked(name, 100) for name in _NARROWED}
    lines = [line for line in seen.lines if _wanted(line, chosen)]
    return visit.page(
        "governance_policies.html",
        part="policies",
        lines=[(line, VERDICTS[line.verdict], weight_badge(line)) for line in lines],
        total=len(seen.lines),
        adopted=any(line.policy.level is not PolicyLevel.BUILT_IN for line in seen.lines),
        chosen=chosen,
        choices={
            "level": [str(each) for each in PolicyLevel],
            "mode": [str(each) for each in PolicyMode],
            "severity": [str(each) for each in Severity],
            "when": [str(each) for each in PolicyTime],
            "domain": [str(d.name) for d in visit.sight.domains],
            "verdict": ["broken", "met", "cannot be judged"],
        },
    )


def policy(visit: Visit) -> Response:
    """The policies of one name, at every level that has one."""
    seen = visit.catalogue.rulings.seen(visit.sight)
    if seen is None:
        return waiting(visit)
    name = visit.request.path_params["policy"]
    lines = [line for line in seen.lines if line.policy.id == name]
    if not lines:
        raise HTTPException(404)
    waivers: list[WaiverLine] = [w for w in waiver_lines(visit, seen) if w.waiver.policy == name]
    return visit.page(
        "governance_policy.html",
        part="policies",
        name=name,
        rules=[_rule(visit, seen, line) for line in lines],
        waivers=waivers,
        tightened=_tightened(seen, name),
        today=seen.ruled.today,
    )


def _wanted(line: RuleLine, chosen: dict[str, str]) -> bool:
    policy = line.policy
    said: dict[str, str] = {
        "level": policy.level,
        "mode": policy.mode,
        "severity": policy.severity,
        "when": policy.when,
        "verdict": VERDICTS[line.verdict].word,
    }
    if any(chosen[name] not in ("", str(value)) for name, value in said.items()):
        return False
    return not chosen["domain"] or _about(policy, chosen["domain"])


def _about(policy: Policy, domain: str) -> bool:
    """Whether a rule can concern a domain, by its holder and its scope."""
    if policy.holder and policy.holder.partition(".")[0] != domain:
        return False
    scope = policy.scope
    if scope.products and not any(p.partition(".")[0] == domain for p in scope.products):
        return False
    return not scope.domains or domain in scope.domains


def _rule(visit: Visit, seen: Seen, line: RuleLine) -> Rule:
    policy, said = line.policy, seen.discretion.said
    hidden = "it names something that you may not know of"
    standing = sorted(line.standing, key=lambda v: (SEVERITIES.index(v.severity), v.subject))
    place = policy.place
    found = leaf(visit, standing, EACH)
    lines = found.of([finding(seen, v) for v in found.items])
    return Rule(
        line,
        VERDICTS[line.verdict],
        weight_badge(line),
        said(policy.why, hidden),
        said(policy.mend, hidden),
        said(policy.sql.rstrip()),
        f"{place.file}:{place.line}" if place is not None else "",
        _scope(seen, policy),
        lines,
        [finding(seen, v) for v in line.waived[:EACH]],
        _examples(visit, seen, policy),
        [_told(d, count, whole=seen.discretion.complete) for d, count in list(seen.told(policy))[:LAST]],
    )


def _scope(seen: Seen, policy: Policy) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Whom it is about, of what may be known."""
    scope, may = policy.scope, seen.discretion
    parts = (
        ("domains", tuple(d for d in scope.domains if may.domain(d))),
        ("products", tuple(p for p in scope.products if may.product(p))),
        ("tags", scope.tags),
        ("classes", scope.classes),
    )
    return tuple((what, names) for what, names in parts if names)


def _examples(visit: Visit, seen: Seen, policy: Policy) -> tuple[ExampleResult, ...]:
    """The examples as they go now. They are rows that people made up, and are run once for everybody."""

    def run() -> tuple[ExampleResult, ...]:
        return run_examples((policy,), open_database, seen.ruled.today)[0].results

    results = visit.catalogue.rulings.examples.of(seen.ruled, (policy.id, policy.level, policy.holder), run)
    return tuple(r for r in results if seen.discretion.plain(" ".join((r.example.name, *r.subjects, *r.example.subjects))))


def _told(decision: PolicyDecision, count: int, *, whole: bool) -> Told:
    """A verdict of an earlier run; to whoever may not know everything, only by the findings that they may know."""
    outcome = str(decision.outcome)
    if not whole and outcome in ("violated", "waived", "pass"):
        outcome = "violated" if count else "pass"
    return Told(decision, _OUTCOMES[outcome], count)


def _tightened(seen: Seen, name: str) -> list[RuleLine]:
    """The rules of other names that make this one stricter."""
    return [line for line in seen.lines if line.policy.tightens == name and line.policy.id != name]
