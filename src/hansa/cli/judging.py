"""Judging a workplace by its policies, for `check`, `plan`, `run` and `policy`."""

from collections.abc import Collection

from hansa.cache import Said
from hansa.governance import NO_FACTS
from hansa.governance.judging import Judgement, Verdict, judged
from hansa.governance.keeping import NOTHING_KNOWN, Kept
from hansa.governance.waiving import waiver_troubles
from hansa.model import DEFAULT_ENVIRONMENT, PolicyLevel, PolicyTime, Violation
from hansa.trouble import Trouble
from hansa.wiring import Workplace


def checked(workplace: Workplace, known: Kept = NOTHING_KNOWN) -> Said:
    """What policies and waivers say of what is declared; no ledger is opened. What is `known` is not asked again.

    Policies of other times are asked, too, but over nothing recorded: only what is wrong with themselves is told.
    """
    mesh = workplace.compiled.mesh
    asked = [p for p in mesh.governance.policies if p.level is not PolicyLevel.BUILT_IN]
    judgement = judged(mesh, asked, NO_FACTS, workplace.today, workplace.open_database, known)
    told = Judgement(tuple(v for v in judgement.verdicts if v.policy.when is PolicyTime.DESIGN or v.verdict is Verdict.ERROR))
    return Said((*told.troubles, *waiver_troubles(mesh, told.violations, workplace.today)), judgement.answers)


def judged_now(workplace: Workplace, environment: str = DEFAULT_ENVIRONMENT) -> Judgement:
    """All policies over what is declared and recorded, where nothing is about to change."""
    from hansa.planning import judged_by  # what plans is loaded only for who compares with what is recorded

    return judged_by(workplace, tuple(PolicyTime), workplace.facts(environment))


def told_after(workplace: Workplace, environment: str, products: Collection[str]) -> tuple[Trouble, ...]:
    """What policies about runs say of products once they have run. It refuses nothing: what is published is published."""
    mesh = workplace.compiled.mesh
    asked = [p for p in mesh.governance.policies if p.when is PolicyTime.RUN and p.level is not PolicyLevel.BUILT_IN]
    if not asked:
        return ()
    judgement = judged(mesh, asked, workplace.facts(environment), workplace.today, workplace.open_database)
    return tuple(t for t in judgement.troubles if not t.product or t.product in products)


def violation_json(violation: Violation) -> dict[str, object]:
    """The public document of a violation."""
    waived = violation.waived
    return {
        "policy": violation.policy,
        "level": str(violation.level),
        "mode": str(violation.mode),
        "severity": str(violation.severity),
        "subject": violation.subject,
        "product": violation.product,
        "owner": violation.owner,
        "message": violation.message,
        "mend": violation.mend,
        "waived": {"reason": waived.reason, "approver": waived.approver, "expires": waived.expires} if waived else None,
        "refuses": violation.refuses,
    }
