"""What the stars of a product come to: one rating of each person for each major version, the newest."""

from collections.abc import Iterable, Mapping

from hansa.feedback.history import Feedback, FeedbackStatus, feedbacks_of
from hansa.frozen import dataclass
from hansa.model import FeedbackGround, FeedbackKind, FeedbackStep

MOST_STARS = 5
_USUAL, _WEIGHT = 3.0, 3
"""Before anybody says anything a product counts as if so many had given it so many stars: one word makes nobody the best."""


@dataclass(frozen=True, slots=True)
class Ratings:
    """How many gave one star, two, … five. `earlier` are those of majors before, which are not counted."""

    distribution: tuple[int, ...] = (0,) * MOST_STARS
    earlier: int = 0

    @property
    def count(self) -> int:
        return sum(self.distribution)

    @property
    def average(self) -> float | None:
        """With one digit behind the point; None while nobody rated."""
        return round(self._sum / self.count, 1) if self.count else None

    @property
    def regard(self) -> float:
        """0 to 1 by how far a product is above the usual, by many: what nobody rated, or few, is hardly above."""
        expected = (self._sum + _USUAL * _WEIGHT) / (self.count + _WEIGHT)
        return max(0.0, (expected - _USUAL) / (MOST_STARS - _USUAL))

    @property
    def _sum(self) -> int:
        return sum(stars * n for stars, n in enumerate(self.distribution, 1))


NO_RATINGS = Ratings()


def counted(feedbacks: Iterable[Feedback]) -> tuple[Feedback, ...]:
    """The ratings that count: of each person the newest for each major of a product, unless it was withdrawn.

    A rating rests on having read the data, or on the leave to. One that was given on neither is not counted, however it came
    into the record.
    """
    newest: dict[tuple[object, int, str], Feedback] = {}
    for found in feedbacks:
        if found.kind is not FeedbackKind.RATING or not found.stars:
            continue
        if found.status is FeedbackStatus.WITHDRAWN or found.ground is FeedbackGround.DISCOVERY:
            continue
        key = (found.product, found.major, found.author)
        before = newest.get(key)
        if before is None or before.said.serial < found.said.serial:
            newest[key] = found
    return tuple(newest.values())


def ratings_of(feedbacks: Iterable[Feedback], major: int) -> Ratings:
    """What the ratings of one product come to at a major."""
    tally, earlier = [0] * MOST_STARS, 0
    for found in counted(feedbacks):
        if found.major == major:
            tally[found.stars - 1] += 1
        else:
            earlier += 1
    return Ratings(tuple(tally), earlier)


def ratings_by_product(steps: Iterable[FeedbackStep], majors: Mapping[str, int]) -> Mapping[str, Ratings]:
    """The ratings of every product that has any, by address; `majors` are those that products are at."""
    by_product: dict[str, list[Feedback]] = {}
    for found in feedbacks_of(steps):
        by_product.setdefault(str(found.product), []).append(found)
    return {name: ratings_of(found, majors[name]) for name, found in by_product.items() if name in majors}
