"""What one viewer sees of what policies say: findings, verdicts and standings of what they may know, and of nothing else."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property

from hansa.frozen import dataclass
from hansa.governance.judging import PolicyVerdict, Verdict
from hansa.governance.levels import strictness
from hansa.governance.scorecard import DomainStanding, Score, Standing
from hansa.model import ColumnClass, OutputPort, Policy, PolicyDecision, Violation
from hansa.server.governing.ruled import Ruled
from hansa.server.sight import UNSAID, Discretion
from hansa.trouble import Severity

SEVERITIES = (Severity.ERROR, Severity.WARNING, Severity.NOTE)


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A policy with its verdict as the viewer sees it. `standing` are findings that no waiver covers."""

    policy: Policy
    verdict: Verdict
    title: str
    standing: tuple[Violation, ...]
    waived: tuple[Violation, ...]
    problem: str = ""

    @property
    def level(self) -> str:
        return f"{self.policy.level} {self.policy.holder}".strip()


class Seen:
    """One ruling through the eyes of one viewer."""

    def __init__(self, ruled: Ruled, discretion: Discretion) -> None:
        self.ruled, self.discretion = ruled, discretion

    @cached_property
    def lines(self) -> tuple[RuleLine, ...]:
        """The policies that the viewer may know, as they are judged, those of higher levels first."""
        return tuple(self._line(v) for v in self.ruled.judgement.verdicts if self.discretion.policy(v.policy))

    @cached_property
    def standing(self) -> tuple[Violation, ...]:
        """The findings that no waiver covers, the worst first."""
        found = (v for line in self.lines for v in line.standing)
        return tuple(sorted(found, key=lambda v: (SEVERITIES.index(v.severity), v.policy, v.subject)))

    @cached_property
    def held(self) -> Mapping[str, list[tuple[OutputPort, ColumnClass]]]:
        """The columns of ports that may be described, by each class that holds for them."""
        found: dict[str, list[tuple[OutputPort, ColumnClass]]] = {}
        for product in self.discretion.mesh.products:
            for port in product.outputs if self.discretion.product(str(product.address)) else ():
                if port.classes and self.discretion.subject(str(port.pinned)):
                    for column in port.classes:
                        for name in column.effective:
                            found.setdefault(name, []).append((port, column))
        return found

    @cached_property
    def domains(self) -> tuple[DomainStanding, ...]:
        """The standings of domains, each of the products of it that may be known."""
        found = (self.of_domain(d) for d in self.ruled.card.domains)
        return tuple(d for d in found if d is not None)

    def of_domain(self, told: DomainStanding) -> DomainStanding | None:
        if not self.discretion.domain(told.domain.name):
            return None
        products = tuple(self._narrowed(p) for p in told.products if self.discretion.product(p.name))
        own = [v for v in told.domain.violated if not v.product and self.discretion.finding(v)]
        excused = [v for v in told.domain.waived if not v.product and self.discretion.finding(v)]
        rest = told.products if len(products) != len(told.products) else ()
        score = told.domain.score
        if rest:
            kept = _summed(p.score for p in products)
            left = _summed(p.score for p in rest)
            score = Score(score.met - left.met + kept.met, score.counted - left.counted + kept.counted)
        domain = Standing(
            told.domain.name,
            score,
            sum(p.met for p in products),
            (*own, *(v for p in products for v in p.violated)),
            (*excused, *(v for p in products for v in p.waived)),
        )
        return DomainStanding(domain, products)

    def _narrowed(self, told: Standing) -> Standing:
        """Without the findings about a port that is hidden."""
        if self.discretion.complete:
            return told
        violated, waived = (tuple(v for v in found if self.discretion.finding(v)) for found in (told.violated, told.waived))
        return replace(told, violated=violated, waived=waived)

    def decides(self, violation: Violation) -> Violation | None:
        """The stricter finding that decides for its subject instead; None when there is none, or none that may be shown."""
        other = self.ruled.deciding.get(violation.subject)
        if other is None or strictness(other) >= strictness(violation):
            return None
        known = any(line.policy.id == other.policy for line in self.lines)
        return other if known and self.discretion.finding(other) else None

    def told(self, policy: Policy) -> Iterator[tuple[PolicyDecision, int]]:
        """The verdicts of a policy in earlier runs, each with the findings of it that may be shown."""
        counts: dict[str, int] = {}
        for d in self.ruled.told:
            if (d.policy, d.level) == (policy.id, policy.level) and not d.whole and not d.waiver:
                counts[str(d.run)] = counts.get(str(d.run), 0) + self.discretion.subject(d.subject, d.product)
        for d in self.ruled.told:
            if d.whole and (d.policy, d.level, d.holder) == (policy.id, policy.level, policy.holder):
                yield d, d.violations if self.discretion.complete else counts.get(str(d.run), 0)

    def message(self, violation: Violation) -> str:
        return self.discretion.said(violation.message, UNSAID)

    def _line(self, verdict: PolicyVerdict) -> RuleLine:
        policy, problem = verdict.policy, ""
        shown = [v for v in verdict.violations if self.discretion.finding(v)] if verdict.violations else []
        standing = tuple(v for v in shown if v.waived is None)
        kind = verdict.verdict
        if kind is Verdict.ERROR:
            problem = self.discretion.said(verdict.trouble.summary if verdict.trouble is not None else "", "it cannot be judged")
        else:
            kind = Verdict.FAIL if standing else Verdict.PASS
        title = self.discretion.said(policy.title, policy.id)
        return RuleLine(policy, kind, title, standing, tuple(v for v in shown if v.waived is not None), problem)


def counted(violations: Iterable[Violation]) -> Mapping[Severity, int]:
    found = dict.fromkeys(SEVERITIES, 0)
    for violation in violations:
        found[violation.severity] += 1
    return found


def _summed(scores: Iterable[Score]) -> Score:
    return sum(scores, Score())
