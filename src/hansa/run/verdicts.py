"""What policies say in one run that they did not say in the one before it."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from hansa.ledger import Ledger
from hansa.model import Outcome, PolicyDecision, VerdictChange

_WORST = (Outcome.ERROR, Outcome.VIOLATED, Outcome.WAIVED)
_LOOKED_AT = 5  # runs in which nothing was decided are passed over, up to so many
Verdicts = Mapping[tuple[str, str], Outcome]


def verdict_changes(
    decided: Sequence[PolicyDecision], ledger: Ledger, environment: str, products: Collection[str]
) -> tuple[VerdictChange, ...]:
    """How decisions about some products differ from those of the last run before in the same environment.

    What nobody judged before passed until now.
    """
    after, asked = _verdicts(decided), {d.policy for d in decided if d.whole}
    before = _verdicts(_last_decisions(ledger, environment)) if asked else {}
    found = []
    for policy, product in sorted({*before, *after}):
        was, became = before.get((policy, product), Outcome.PASS), after.get((policy, product), Outcome.PASS)
        # A run that is about other products says nothing of this one.
        if was is not became and policy in asked and (not product or product in products):
            found.append(VerdictChange(policy, product, was, became))
    return tuple(found)


def _last_decisions(ledger: Ledger, environment: str) -> tuple[PolicyDecision, ...]:
    runs = ledger.runs(environment=environment, limit=_LOOKED_AT)
    return next((found for run in runs if (found := ledger.decisions(run=run.id))), ())


def _verdicts(decisions: Iterable[PolicyDecision]) -> Verdicts:
    """By policy and product the worst that was said. What is said of the mesh as a whole has an empty product."""
    found: dict[tuple[str, str], Outcome] = {}
    for decision in decisions:
        if decision.outcome not in _WORST or (decision.whole and decision.outcome is not Outcome.ERROR):
            continue
        key = (decision.policy, decision.product)
        if key not in found or _WORST.index(decision.outcome) < _WORST.index(found[key]):
            found[key] = decision.outcome
    return found
