"""What policies said once, of one mesh on one day: the same for everybody, and to be seen through somebody's eyes."""

import datetime as dt
from collections.abc import Iterable, Mapping

from hansa.frozen import dataclass
from hansa.governance.judging import Judgement
from hansa.governance.scorecard import Scorecard
from hansa.model import Mesh, Outcome, PolicyDecision, PolicyLevel, Violation


@dataclass(frozen=True, slots=True)
class Ruled:
    """What all policies say, and of what. `told` are the decisions of the newest runs, newest first.

    `since` is when a subject was first found breaking a policy, of the runs that are known, without a pass since.
    """

    mesh: Mesh
    today: dt.date
    at: dt.datetime
    judgement: Judgement
    card: Scorecard
    deciding: Mapping[str, Violation]
    told: tuple[PolicyDecision, ...] = ()
    since: Mapping[tuple[str, PolicyLevel, str], dt.datetime] | None = None

    def first_seen(self, violation: Violation) -> dt.datetime | None:
        return (self.since or {}).get((violation.policy, violation.level, violation.subject))


@dataclass(frozen=True, slots=True)
class Before:
    """The scorecards of earlier moments, oldest first, by the policies of today."""

    mesh: Mesh
    cards: tuple[tuple[dt.datetime, Scorecard], ...] = ()


def since(told: Iterable[PolicyDecision]) -> Mapping[tuple[str, PolicyLevel, str], dt.datetime]:
    """The oldest finding of each subject that no later pass of its policy took back. Records come newest first."""
    found: dict[tuple[str, PolicyLevel, str], dt.datetime] = {}
    over: set[tuple[str, PolicyLevel]] = set()
    for decision in told:
        rule = (decision.policy, decision.level)
        if decision.whole:
            if decision.outcome is Outcome.PASS:
                over.add(rule)
        elif decision.at is not None and rule not in over and decision.outcome is not Outcome.ERROR:
            found[*rule, decision.subject] = decision.at
    return found
