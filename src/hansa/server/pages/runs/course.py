"""How a run went, from what it told while it ran: when each product began, what each of its steps took, and how it came out."""

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import field
from typing import Any

from hansa.frozen import dataclass
from hansa.ledger import Event, EventKind, Ledger
from hansa.model import Run
from hansa.names import ProductName, parse_product

MOST = 20_000  # events of one run that are looked at
_PAGE = 2_000
STEPS = ("read", "compute", "audit", "quarantine", "commit", "publish", "show")


@dataclass(frozen=True, slots=True)
class Segment:
    """A step of a product; `start` is in seconds from the beginning of the run, `seconds` is None while it goes on."""

    step: str
    detail: str
    start: float
    seconds: float | None
    rows: int | None


@dataclass(slots=True)
class Course:
    """What a product did in a run. `start` is None when that is not on record, `state` empty until it is done."""

    start: float | None = None
    seconds: float | None = None
    state: str = ""
    note: str = ""
    segments: list[Segment] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log: when, of what, and what happened."""

    id: int
    at: dt.datetime
    product: ProductName
    step: str
    state: str
    detail: str
    seconds: float
    rows: int | None
    note: str


@dataclass(frozen=True, slots=True)
class Told:
    """Everything that a run told. `last` is the id of the newest event, behind which a page goes on."""

    lines: tuple[Line, ...]
    last: int

    def courses(self, run: Run) -> dict[ProductName, Course]:
        found: dict[ProductName, Course] = {}
        for line in self.lines:
            _go_on(found.setdefault(line.product, Course()), line, (line.at - run.started).total_seconds())
        return found


def told_by(run: Run, ledger: Ledger) -> Told:
    """What a run told so far, in its order."""
    last, lines = ledger.last_event(), list[Line]()
    after = 0
    while len(lines) < MOST and (events := ledger.events(after, _PAGE, subject=run.id)):
        lines += _lines(events)
        after = events[-1].id
        if len(events) < _PAGE:
            break
    return Told(tuple(lines), max(last, after))


def _lines(events: Iterable[Event]) -> list[Line]:
    return [_line(e, json.loads(e.body)) for e in events if e.kind is EventKind.RUN_STEPPED]


def _line(event: Event, body: dict[str, Any]) -> Line:
    product, rows = parse_product(body["product"]), body["rows"]
    return Line(event.id, event.at, product, body["step"], body["state"], body["detail"], body["seconds"], rows, body["note"])


def _go_on(course: Course, line: Line, at: float) -> None:
    if line.step == "product":
        if line.state == "began":
            course.start, course.note = at, line.note
        else:
            course.state, course.seconds, course.note = line.state, line.seconds, line.note
            course.start = max(at - line.seconds, 0.0)
        return
    if line.state == "began":
        course.segments.append(Segment(line.step, line.detail, at, None, None))
    elif line.state == "ended":
        begun = [s for s in course.segments if (s.step, s.detail, s.seconds) == (line.step, line.detail, None)]
        if begun:
            course.segments.remove(begun[0])
        course.segments.append(Segment(line.step, line.detail, max(at - line.seconds, 0.0), line.seconds, line.rows))
