"""How domains and products stand: which share of the policies that concern them they meet, and which way that goes.

A policy weighs by its severity. One of which a product's every violation is waived counts neither way: it is told apart. What
comes with Hansa is about changes and does not count. Pure: the verdicts are arguments.
"""

import datetime as dt
from collections.abc import Mapping, Sequence

from hansa.frozen import dataclass
from hansa.governance.judging import Judgement, Verdict
from hansa.governance.levels import Scope
from hansa.model import Mesh, Policy, PolicyLevel, Violation
from hansa.trouble import Severity

WEIGHTS: Mapping[Severity, int] = {Severity.ERROR: 4, Severity.WARNING: 2, Severity.NOTE: 1}


@dataclass(frozen=True, slots=True)
class Score:
    """Weights of the policies met and of those that count; `share` is None when none counts."""

    met: int = 0
    counted: int = 0

    def __add__(self, other: "Score") -> "Score":
        return Score(self.met + other.met, self.counted + other.counted)

    @property
    def share(self) -> float | None:
        return self.met / self.counted if self.counted else None


@dataclass(frozen=True, slots=True)
class Standing:
    """How one product or one domain stands now. A domain's violations are those of its products and its own."""

    name: str
    score: Score
    met: int
    violated: tuple[Violation, ...] = ()
    waived: tuple[Violation, ...] = ()

    @property
    def policies(self) -> tuple[str, ...]:
        """The ids of the policies that are violated."""
        return tuple(dict.fromkeys(v.policy for v in self.violated))


@dataclass(frozen=True, slots=True)
class DomainStanding:
    domain: Standing
    products: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Every domain with its products, by name.

    `elsewhere` are violations that concern no domain, such as a team's; `unjudged` are policies that cannot be evaluated and do
    not count; `counted` says how many do.
    """

    domains: tuple[DomainStanding, ...]
    elsewhere: tuple[Violation, ...] = ()
    unjudged: tuple[str, ...] = ()
    counted: int = 0

    def shares(self) -> Mapping[str, float | None]:
        """The share of each domain and product, by address."""
        standings = (s for d in self.domains for s in (d.domain, *d.products))
        return {s.name: s.score.share for s in standings}


@dataclass(frozen=True, slots=True)
class Trend:
    """The shares of earlier moments, oldest first, judged by the policies of today."""

    points: tuple[tuple[dt.datetime, Mapping[str, float | None]], ...] = ()

    def of(self, name: str) -> tuple[tuple[dt.datetime, float], ...]:
        """The known shares of one domain or product."""
        told = ((at, shares.get(name)) for at, shares in self.points)
        return tuple((at, share) for at, share in told if share is not None)


def scorecard(mesh: Mesh, judgement: Judgement) -> Scorecard:
    """The standing of every domain and product, from the verdicts on the policies of a mesh."""
    verdicts = [v for v in judgement.verdicts if v.policy.level is not PolicyLevel.BUILT_IN]
    counted = [(v.policy, Scope.of(v.policy, mesh)) for v in verdicts if v.verdict is not Verdict.ERROR]
    by_product: dict[str, list[Violation]] = {}
    others: list[Violation] = []
    for violation in (v for each in verdicts if each.verdict is not Verdict.ERROR for v in each.violations):
        (by_product.setdefault(violation.product, []) if violation.product else others).append(violation)
    domains = []
    for domain in mesh.domains:
        own = [v for v in others if v.subject == str(domain.name)]
        products = tuple(_product(str(p.address), counted, by_product.get(str(p.address), ())) for p in domain.products)
        domains.append(DomainStanding(_domain(str(domain.name), own, products), products))
    known = {str(d.name) for d in mesh.domains}
    unjudged = tuple(v.policy.id for v in verdicts if v.verdict is Verdict.ERROR)
    return Scorecard(tuple(domains), tuple(v for v in others if v.subject not in known), unjudged, len(counted))


def _product(name: str, counted: Sequence[tuple[Policy, Scope]], violations: Sequence[Violation]) -> Standing:
    violated = tuple(v for v in violations if v.waived is None)
    waived = tuple(v for v in violations if v.waived is not None)
    # By policy and level: a domain may have a rule of the name of a global one.
    broken, excused = {(v.policy, v.level) for v in violated}, {(v.policy, v.level) for v in waived}
    met = broken_weight = kept = 0
    for policy, scope in counted:
        key = (policy.id, policy.level)
        if key in broken:
            broken_weight += WEIGHTS[policy.severity]
        elif key not in excused and (scope.products is None or name in scope.products):
            met += WEIGHTS[policy.severity]
            kept += 1
    return Standing(name, Score(met, met + broken_weight), kept, violated, waived)


def _domain(name: str, own: Sequence[Violation], products: Sequence[Standing]) -> Standing:
    violated = tuple(v for v in own if v.waived is None)
    # A rule about the domain itself is known here only when it is broken; then it counts once.
    broken = {v.policy: v.severity for v in violated}
    score = sum((p.score for p in products), Score(0, sum(WEIGHTS[s] for s in broken.values())))
    return Standing(
        name,
        score,
        sum(p.met for p in products),
        (*violated, *(v for p in products for v in p.violated)),
        (*(v for v in own if v.waived is not None), *(v for p in products for v in p.waived)),
    )
