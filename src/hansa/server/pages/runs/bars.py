"""The time that a run took as bars: a product's whole time, and its steps over it."""

from hansa.frozen import dataclass
from hansa.server.pages.runs.course import Course, Segment
from hansa.server.pages.runs.known import lasting_of

WIDE = 1000  # units across which the time of a run is drawn
MOST = 20  # bars of one product


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of time as part of `WIDE`, and what it was."""

    x: float
    width: float
    step: str
    said: str


def bars(course: Course, whole: float) -> tuple[Bar, ...]:
    """What a product did, in a run that takes `whole` seconds. Nothing when it is not on record when it began."""
    if course.start is None:
        return ()
    seconds = course.seconds if course.seconds is not None else max(whole - course.start, 0.0)
    return (_bar(course.start, seconds, whole, "product", ""), *(bar(s, whole) for s in longest(course, MOST)))


def bar(segment: Segment, whole: float) -> Bar:
    """One step; one that goes on reaches up to now."""
    seconds = segment.seconds if segment.seconds is not None else max(whole - segment.start, 0.0)
    return _bar(segment.start, seconds, whole, segment.step, segment.detail)


def longest(course: Course, most: int) -> list[Segment]:
    """The steps that took longest, what goes on still among them, in the order in which they began."""
    weighty = sorted(course.segments, key=lambda s: (s.seconds is not None, -(s.seconds or 0.0)))[:most]
    return sorted(weighty, key=lambda s: s.start)


def _bar(start: float, seconds: float, whole: float, step: str, detail: str) -> Bar:
    x = min(start / whole, 1.0) * WIDE
    # What took next to no time is still there to be seen.
    width = min(max(seconds / whole * WIDE, 3.0), WIDE)
    said = f"{' '.join(filter(None, (step, detail)))}: {lasting_of(seconds)}"
    return Bar(round(min(x, WIDE - width), 1), round(width, 1), step, said)
