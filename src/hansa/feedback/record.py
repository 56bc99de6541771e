"""Feedback as facts that policies judge: what was said and where it stands, without the words."""

from collections.abc import Iterable

from hansa.feedback.history import Feedback, feedbacks_of
from hansa.feedback.ratings import counted
from hansa.governance import FeedbackRecord
from hansa.model import FeedbackGround, FeedbackStep, FeedbackStepKind


def feedback_records(steps: Iterable[FeedbackStep]) -> tuple[FeedbackRecord, ...]:
    """All feedback, in the order in which it was given."""
    found = feedbacks_of(steps)
    counts = {f.id for f in counted(found)}
    return tuple(_record(f, counts=f.id in counts) for f in found)


def _record(found: Feedback, *, counts: bool) -> FeedbackRecord:
    answered = next((s.at for s in found.replies if s.kind is FeedbackStepKind.ANSWERED), None)
    resolved = found.last.at if found.last.kind is FeedbackStepKind.RESOLVED else None
    return FeedbackRecord(
        id=found.id,
        kind=str(found.kind),
        status=str(found.status),
        product=found.product,
        major=found.major,
        author=found.author,
        given=found.first.at,
        since=found.since,
        port=found.port,
        column=found.column,
        stars=found.stars,
        counts=counts,
        unsettled=found.unsettled,
        has_read=found.ground is FeedbackGround.READ,
        answered=answered,
        resolved=resolved,
    )
