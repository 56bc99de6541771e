"""What goes into the decision log of a run: a record for each policy, and one for each violation of the products it is about."""

from collections.abc import Collection, Iterator

from hansa.governance.judging import Judgement, PolicyVerdict, Verdict
from hansa.governance.levels import deciding, strictness
from hansa.model import Outcome, PolicyDecision, Violation, fingerprint

MOST_RECORDED = 1000
"""The violations of one policy that one run records."""

_OUTCOMES = {Verdict.PASS: Outcome.PASS, Verdict.FAIL: Outcome.VIOLATED, Verdict.ERROR: Outcome.ERROR}


def decisions_of(judgement: Judgement, products: Collection[str]) -> tuple[PolicyDecision, ...]:
    """The records of a judgement; violations of products that the run is not about are left to the runs that are.

    What passes takes no record of its own, nor do violations beyond the thousand strictest of a policy: its record says how many
    there were in all.
    """
    strictest = {id(v) for v in deciding(judgement.violations).values()}
    return tuple(d for v in judgement.verdicts for d in _of_policy(v, products, strictest))


def _of_policy(verdict: PolicyVerdict, products: Collection[str], strictest: set[int]) -> Iterator[PolicyDecision]:
    policy = verdict.policy
    waived = verdict.verdict is Verdict.PASS and bool(verdict.violations)
    whole = PolicyDecision(
        policy=policy.id,
        level=policy.level,
        mode=policy.mode,
        outcome=Outcome.WAIVED if waived else _OUTCOMES[verdict.verdict],
        policy_print=fingerprint(policy.id, policy.sql, policy.mode, policy.severity, policy.scope),
        holder=policy.holder,
        about=verdict.about,
        violations=sum(v.waived is None for v in verdict.violations),
        message=verdict.trouble.summary if verdict.trouble is not None else "",
    )
    yield whole
    about = [v for v in verdict.violations if not v.concerned or any(p in products for p in v.concerned)]
    for violation in about if len(about) <= MOST_RECORDED else sorted(about, key=strictness)[:MOST_RECORDED]:
        yield _of_violation(violation, whole, decides=id(violation) in strictest)


def _of_violation(violation: Violation, whole: PolicyDecision, *, decides: bool) -> PolicyDecision:
    outcome = Outcome.VIOLATED if whole.outcome is not Outcome.ERROR else Outcome.ERROR
    return PolicyDecision(
        policy=whole.policy,
        level=whole.level,
        mode=whole.mode,
        outcome=Outcome.WAIVED if violation.waived is not None else outcome,
        policy_print=whole.policy_print,
        holder=whole.holder,
        about=(violation.product,) if violation.product else whole.about,
        violations=1,
        product=violation.product,
        subject=violation.subject,
        message=violation.message,
        waiver=violation.waived.expires.isoformat() if violation.waived is not None else "",
        decides=decides,
    )
