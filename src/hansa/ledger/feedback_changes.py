"""What a ledger records of feedback to the owners of products."""

from hansa.frozen import dataclass
from hansa.model import FeedbackStep


@dataclass(frozen=True, slots=True)
class FeedbackStepped:
    """Feedback went on by one step, or began. Steps are only ever added; the `serial` is given by the ledger."""

    step: FeedbackStep


@dataclass(frozen=True, slots=True)
class LastFeedbackStepIs:
    """The last step of a piece of feedback is still this one, by serial; None: there is no such feedback yet."""

    feedback: str
    serial: int | None
