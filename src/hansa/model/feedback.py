"""What people say to the owner of a product, as it is recorded: ratings, praise, questions and problems, step by step.

Nothing here decides. Times are aware datetimes in UTC; texts are plain, and of others.
"""

import datetime as dt
import enum

from hansa.frozen import dataclass
from hansa.names import PortMajor, ProductName


class FeedbackKind(enum.StrEnum):
    """What somebody says. Only a rating has stars; only a question and a problem wait for the owner."""

    RATING = "rating"
    PRAISE = "praise"
    QUESTION = "question"
    PROBLEM = "problem"


class FeedbackStepKind(enum.StrEnum):
    """The transitions. What is `changed` by its author waits anew; after `withdrawn` nothing comes."""

    GIVEN = "given"
    CHANGED = "changed"
    ANSWERED = "answered"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"


class FeedbackGround(enum.StrEnum):
    """From where an author knew the product when they spoke: its data, the leave to read it, or only that it is there."""

    READ = "read"
    ACCESS = "access"
    DISCOVERY = "discovery"


@dataclass(frozen=True, slots=True)
class FeedbackStep:
    """One transition: never changed, never deleted. `serial` is given by the ledger.

    What it is about stands in every step, so that each can be read alone: the product at its `major`, and perhaps a port and a
    column of it. `stars` are 1 to 5, or 0 where there are none. `run` and `version` are what an owner links to: a run, and the
    number of a publication; empty and 0 for none.
    """

    feedback: str
    kind: FeedbackStepKind
    about: FeedbackKind
    product: ProductName
    major: int
    at: dt.datetime
    actor: str
    text: str = ""
    stars: int = 0
    port: PortMajor | None = None
    column: str = ""
    ground: FeedbackGround = FeedbackGround.DISCOVERY
    run: str = ""
    version: int = 0
    serial: int = 0
