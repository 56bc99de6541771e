"""A piece of feedback as the fold of its steps: what it says now, where it stands, and which steps may come next.

The steps are the truth and never change; everything here is worked out from them.
"""

import datetime as dt
import enum
from collections.abc import Iterable, Mapping
from dataclasses import replace

from hansa.frozen import dataclass
from hansa.model import FeedbackGround, FeedbackKind, FeedbackStep, FeedbackStepKind
from hansa.names import PortMajor, ProductName


class FeedbackStatus(enum.StrEnum):
    """Where it stands. Ratings and praise wait for nobody: they are `given`. An answered problem is not resolved yet."""

    GIVEN = "given"
    OPEN = "open"
    ANSWERED = "answered"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"


_BY_OWNER = (FeedbackStepKind.ANSWERED, FeedbackStepKind.RESOLVED)
FOLLOWS: Mapping[FeedbackStatus, frozenset[FeedbackStepKind]] = {
    FeedbackStatus.GIVEN: frozenset({FeedbackStepKind.CHANGED, FeedbackStepKind.ANSWERED, FeedbackStepKind.WITHDRAWN}),
    FeedbackStatus.OPEN: frozenset({FeedbackStepKind.CHANGED, *_BY_OWNER, FeedbackStepKind.WITHDRAWN}),
    FeedbackStatus.ANSWERED: frozenset({FeedbackStepKind.CHANGED, *_BY_OWNER, FeedbackStepKind.WITHDRAWN}),
    FeedbackStatus.RESOLVED: frozenset({FeedbackStepKind.CHANGED, FeedbackStepKind.WITHDRAWN}),
    FeedbackStatus.WITHDRAWN: frozenset(),
}
"""The steps that may come after each status; there is no other way on."""

SETTLED = frozenset({FeedbackKind.QUESTION, FeedbackKind.PROBLEM})
"""What waits for an owner, and is resolved one day."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """A piece of feedback with all its steps, oldest first. `said` is the step whose words hold: the first or the last change."""

    id: str
    steps: tuple[FeedbackStep, ...]
    status: FeedbackStatus
    said: FeedbackStep

    @property
    def first(self) -> FeedbackStep:
        return self.steps[0]

    @property
    def last(self) -> FeedbackStep:
        return self.steps[-1]

    @property
    def kind(self) -> FeedbackKind:
        return self.first.about

    @property
    def product(self) -> ProductName:
        return self.first.product

    @property
    def major(self) -> int:
        return self.first.major

    @property
    def port(self) -> PortMajor | None:
        return self.first.port

    @property
    def column(self) -> str:
        return self.first.column

    @property
    def author(self) -> str:
        return self.first.actor

    @property
    def stars(self) -> int:
        return self.said.stars

    @property
    def ground(self) -> FeedbackGround:
        """The best that was known of how the author knows the product."""
        order = list(FeedbackGround)
        return min((s.ground for s in self.steps if s.actor == self.author), key=order.index)

    @property
    def replies(self) -> tuple[FeedbackStep, ...]:
        """What owners said, oldest first."""
        return tuple(s for s in self.steps if s.kind in _BY_OWNER)

    @property
    def changed(self) -> bool:
        return self.said is not self.first

    @property
    def unsettled(self) -> bool:
        """A question without an answer, or a problem that is not resolved."""
        if self.kind is FeedbackKind.QUESTION:
            return self.status is FeedbackStatus.OPEN
        return self.kind is FeedbackKind.PROBLEM and self.status in (FeedbackStatus.OPEN, FeedbackStatus.ANSWERED)

    @property
    def waits(self) -> bool:
        """Whether nobody of the owners has said a word to a question or a problem yet."""
        return self.kind in SETTLED and self.status is FeedbackStatus.OPEN

    @property
    def since(self) -> dt.datetime:
        """Since when it waits, or says what it says."""
        return self.said.at

    def allows(self, kind: FeedbackStepKind) -> bool:
        """Whether a step may come next."""
        return kind in FOLLOWS[self.status]


def feedback_of(steps: Iterable[FeedbackStep]) -> Feedback:
    """One piece of feedback from its steps, oldest first. Raises ValueError for steps that cannot have come after each other."""
    known = iter(steps)
    first = next(known, None)
    if first is None or first.kind is not FeedbackStepKind.GIVEN:
        raise ValueError("feedback begins with being given")
    found = Feedback(first.feedback, (first,), _begins(first.about), first)
    for step in known:
        found = _after(found, step)
    return found


def feedbacks_of(steps: Iterable[FeedbackStep]) -> tuple[Feedback, ...]:
    """All feedback among steps, in the order in which it was given. What makes no sense says nothing: left out."""
    by_feedback: dict[str, list[FeedbackStep]] = {}
    for step in steps:
        by_feedback.setdefault(step.feedback, []).append(step)
    found = []
    for of_one in by_feedback.values():
        try:
            found.append(feedback_of(of_one))
        except ValueError:
            continue
    return tuple(found)


def _begins(kind: FeedbackKind) -> FeedbackStatus:
    return FeedbackStatus.OPEN if kind in SETTLED else FeedbackStatus.GIVEN


def _after(feedback: Feedback, step: FeedbackStep) -> Feedback:
    first = feedback.first
    if (step.feedback, step.about, step.product, step.port, step.column) != (
        first.feedback, first.about, first.product, first.port, first.column,
    ):  # fmt: skip
        raise ValueError(f"a step of {step.feedback} is about something else than the feedback")
    if not feedback.allows(step.kind):
        raise ValueError(f"{feedback.id} is {feedback.status}, which cannot be followed by {step.kind}")
    steps = (*feedback.steps, step)
    match step.kind:
        case FeedbackStepKind.CHANGED:
            return replace(feedback, steps=steps, status=_begins(feedback.kind), said=step)
        case FeedbackStepKind.ANSWERED:
            status = FeedbackStatus.ANSWERED if feedback.kind in SETTLED else FeedbackStatus.GIVEN
        case FeedbackStepKind.RESOLVED:
            status = FeedbackStatus.RESOLVED
        case FeedbackStepKind.WITHDRAWN:
            status = FeedbackStatus.WITHDRAWN
        case FeedbackStepKind.GIVEN:
            raise ValueError(f"{feedback.id} was given before")
    return replace(feedback, steps=steps, status=status)
