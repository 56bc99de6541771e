"""Certification: what its owner says of a product, held against what is known of it. Said alone it is no certificate."""

from collections.abc import Iterable

from hansa.catalog import ProductState
from hansa.catalog.search.ranking import CERTIFIED, certification
from hansa.catalog.states import strictest
from hansa.frozen import dataclass
from hansa.model import Product
from hansa.model.decision import Outcome
from hansa.server.pages.badges import Badge
from hansa.server.pages.rendering import plural, span
from hansa.server.pages.visit import Visit

_ACTIVE = ("", "active")


@dataclass(frozen=True, slots=True)
class Criterion:
    """One of the things that a certified product is: whether this one is, and how that is known."""

    name: str
    met: bool
    why: str


@dataclass(frozen=True, slots=True)
class Certification:
    """What is said and what is known. That its owner says so is the first of the criteria.

    `badge` is None for a product of which nobody says that it is certified.
    """

    criteria: tuple[Criterion, ...]

    @property
    def claimed(self) -> bool:
        return self.criteria[0].met

    @property
    def met(self) -> int:
        return sum(c.met for c in self.criteria)

    @property
    def holds(self) -> bool:
        return self.met == len(self.criteria)

    @property
    def badge(self) -> Badge | None:
        if not self.claimed:
            return None
        if self.holds:
            return Badge(
                "certified", "star", "good", f"its owner says so, and the other {len(self.criteria) - 1} conditions are met now"
            )
        unmet = "; ".join(c.why for c in self.criteria if not c.met)
        return Badge("certified, not kept", "warn", "warn", f"its owner says so, but {unmet}")


def certified(visit: Visit, product: Product, state: ProductState) -> Certification:
    """What holds of a product that the viewer may have described."""
    known = (_active(visit, product), _checked(state), _fresh(product, state), _ruled(visit, product), _answered_for(product))
    return Certification((_claimed(product), *known))


def _claimed(product: Product) -> Criterion:
    says = certification(product) == CERTIFIED
    why = f"by the tag {CERTIFIED} in the product's own file"
    return Criterion("Its owner says so", says, why if says else f"it would be said {why}")


def _active(visit: Visit, product: Product) -> Criterion:
    ports = visit.sight.ports(product)
    drafts = [o for o in ports if o.contract.status.lower() not in _ACTIVE and not o.deprecated]
    if product.status.lower() not in _ACTIVE:
        return Criterion("In use", False, f"its status is {product.status}")
    if drafts:
        return Criterion("In use", False, f"the contract of {drafts[0].address.port} is {drafts[0].contract.status}")
    return Criterion("In use", True, "the product and its contracts are active")


def _checked(state: ProductState) -> Criterion:
    counts, name = state.checks or {}, "Every check passed"
    total, passed = sum(counts.values()), counts.get("pass", 0)
    if state.version is None:
        return Criterion(name, False, "nothing is published yet")
    if state.failures:
        return Criterion(name, False, f"newer data was refused: {plural(len(state.failures), 'check')} failed")
    if not total:
        return Criterion(name, False, "nothing was checked in what is published")
    if passed < total:
        return Criterion(name, False, f"{total - passed} of {plural(total, 'check')} did not pass")
    return Criterion(name, True, f"all {plural(total, 'check')} of version {state.version}")


def _fresh(product: Product, state: ProductState) -> Criterion:
    promised, name = strictest(product.outputs), "As fresh as promised"
    if promised is None:
        return Criterion(name, False, "no contract promises how fresh it is")
    if state.age is None:
        return Criterion(name, False, "nothing is published yet")
    kept = state.age <= promised
    return Criterion(name, kept, f"{span(state.age)} old, promised within {span(promised)}")


def _ruled(visit: Visit, product: Product) -> Criterion:
    """By the decision log of the newest run that was judged: what it said of this product."""
    name = "Policies met"
    told = visit.catalogue.backing.ledger.decisions(product=product.address, limit=1)
    judged = {(d.policy, d.level) for d in told if d.whole and d.outcome is not Outcome.ERROR}
    broken = {(d.policy, d.level) for d in told if not d.whole and d.outcome is Outcome.VIOLATED}
    waived = {(d.policy, d.level) for d in told if not d.whole and d.outcome is Outcome.WAIVED} - broken
    if not judged:
        return Criterion(name, False, "no run has judged it by a policy yet")
    if broken:
        return Criterion(
            name, False, f"{len(broken)} of {plural(len(judged), 'policy', 'policies')} violated: {_few(p for p, _ in broken)}"
        )
    excused = f", {plural(len(waived), 'waiver')}" if waived else ""
    at = f" on {told[0].at:%Y-%m-%d}" if told[0].at is not None else ""
    return Criterion(name, True, f"{plural(len(judged), 'policy', 'policies')} judged{at}{excused}")


def _few(policies: Iterable[str]) -> str:
    names = sorted(set(policies))
    return ", ".join(names[:3]) + (", …" if len(names) > 3 else "")


def _answered_for(product: Product) -> Criterion:
    reachable = (product.team is not None and product.team.contact) or any(o.contract.support for o in product.outputs)
    name = "Somebody answers for it"
    if not product.owner:
        return Criterion(name, False, "it has no owner")
    return Criterion(
        name, bool(reachable), f"{product.owner} owns it" + ("" if reachable else ", and nobody says how to reach them")
    )
