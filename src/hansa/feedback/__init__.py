"""What people say to the owner of a product: ratings, praise, questions and problems; and what the owner answers.

Promises: nothing is said without a name, and nothing that was said is changed or deleted, only followed by another step; one
rating counts for each person and major version, of people who read the data or may; whoever may not discover a product can
neither speak of it nor be counted. Does not: show anything, or decide who may read.
"""

from hansa.feedback.desk import FeedbackDesk, Link, Said, fresh_id
from hansa.feedback.history import Feedback, FeedbackStatus, feedback_of, feedbacks_of
from hansa.feedback.ratings import NO_RATINGS, Ratings, counted, ratings_by_product, ratings_of
from hansa.feedback.record import feedback_records
from hansa.feedback.standing import answers_for, barred, ground_of, major_of, owns, sees
from hansa.feedback.words import LONGEST

__all__ = [
    "LONGEST",
    "NO_RATINGS",
    "Feedback",
    "FeedbackDesk",
    "FeedbackStatus",
    "Link",
    "Ratings",
    "Said",
    "answers_for",
    "barred",
    "counted",
    "feedback_of",
    "feedback_records",
    "feedbacks_of",
    "fresh_id",
    "ground_of",
    "major_of",
    "owns",
    "ratings_by_product",
    "ratings_of",
    "sees",
]
