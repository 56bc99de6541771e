"""`/runs/ID`: how far a run is or how it went, product by product, and everything that is known of what went wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hansa.frozen import dataclass
from hansa.model import CheckStatus, ProductRun, ProductStatus, Publication, RunStatus
from hansa.names import ProductName, parse_product
from hansa.server.pages.badges import Badge
from hansa.server.pages.leaves import leaf
from hansa.server.pages.quality import VerdictLine, verdicts
from hansa.server.pages.rendering import plural, query
from hansa.server.pages.runs.bars import WIDE, Bar, bar, bars, longest
from hansa.server.pages.runs.course import STEPS, Course, Line, Segment, Told, told_by
from hansa.server.pages.runs.known import (
    LEFT,
    NEVER,
    ORDER,
    UNDER_WAY,
    WAITING,
    KnownRun,
    counted,
    known_run,
    lasting,
    lasting_of,
    outcomes,
    product_badge,
    published,
)
from hansa.server.pages.runs.refused import Refused, refused
from hansa.server.pages.runs.troubles import Told as Trouble
from hansa.server.pages.runs.troubles import troubles_of
from hansa.server.pages.visit import Visit
from hansa.server.sight import UNSAID

PER_PAGE = 50
MOST_LINES = 60
MOST_SEGMENTS = 60
MOST_WRONG = 10
MOST_VERDICTS = 80
_BAD = (ProductStatus.FAILED, ProductStatus.BLOCKED, ProductStatus.HELD)
_FAILING = (CheckStatus.FAIL, CheckStatus.ERROR)
_NOT_PASSED = (*_FAILING, CheckStatus.WARN, CheckStatus.SKIP)


@dataclass(frozen=True, slots=True)
class ProductLine:
    """A product in the table of a run."""

    name: ProductName
    badge: Badge
    took: str
    reason: str
    version: int | None
    bars: tuple[Bar, ...]
    described: bool
    address: str


@dataclass(frozen=True, slots=True)
class Wrong:
    """What went wrong with a product; checks and rows only for whoever may have it described."""

    name: ProductName
    badge: Badge
    troubles: tuple[Trouble, ...]
    checks: tuple[VerdictLine, ...]
    address: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """One product in a run, in full."""

    name: ProductName
    badge: Badge
    troubles: tuple[Trouble, ...]
    segments: tuple[tuple[Segment, str, Bar], ...]
    more_segments: int
    checks: tuple[VerdictLine, ...]
    passed: tuple[VerdictLine, ...]
    more_checks: int
    refused: tuple[Refused, ...]
    publication: Publication | None
    address: str


@dataclass(frozen=True, slots=True)
class _Record:
    """Everything on record of one run for one viewer."""

    visit: Visit
    known: KnownRun
    told: Told
    courses: Mapping[ProductName, Course]
    came_to: Mapping[ProductName, ProductRun]
    publications: Mapping[ProductName, Publication]

    @property
    def seconds(self) -> float:
        took = self.known.took(self.visit.now)
        ends = max(((c.start or 0) + (c.seconds or 0) for c in self.courses.values()), default=0.0)
        return max(took.total_seconds() if took is not None else 0.0, ends, 0.001)


def show_run(visit: Visit) -> Response:
    """The run of the address; `product` chooses one of its products, `status` narrows the table."""
    known = known_run(visit, visit.request.path_params["run"])
    record = _record(visit, known)
    names = _ordered(record)
    status = visit.asked("status")
    if status:
        names = [n for n in names if n in record.came_to and record.came_to[n].status == status]
    counts = counted(dict(record.came_to))
    log = [line for line in record.told.lines if visit.sight.described(line.product)]
    here = leaf(names, visit.number(), PER_PAGE, lambda page: f"/runs/{known.run.id}{query(status=status, page=page)}")
    return visit.page(
        "run.html",
        known=known,
        took=lasting(known.took(visit.now)),
        counts=[(product_badge(s), str(s), n) for s, n in counts],
        done=len(record.came_to),
        summary=_summary(known, counts, len(record.came_to)),
        lines=here.of([_line(record, n) for n in here.items]),
        wrong=_wrong(record),
        chosen=_chosen(record),
        log=_log(log),
        more_log=max(0, len(log) - MOST_LINES),
        last=record.told.last,
        chosen_status=status,
        previous=_previous(visit, known),
        steps=STEPS,
        wide=WIDE,
        whole=lasting(known.took(visit.now)),
    )


def _record(visit: Visit, known: KnownRun) -> _Record:
    ledger = visit.catalogue.backing.ledger
    told, seen = told_by(known.run, ledger), set(known.products)
    told = Told(tuple(_discreet(visit, line) for line in told.lines if _may_know(visit, line, seen)), told.last)
    return _Record(visit, known, told, told.courses(known.run), outcomes(visit, known), published(visit, known))


def _may_know(visit: Visit, line: Line, seen: set[ProductName]) -> bool:
    return line.product in seen and visit.sight.discretion.plain(line.detail)


def _discreet(visit: Visit, line: Line) -> Line:
    """A reason may name a supplier."""
    return replace(line, note=visit.sight.discretion.said(line.note, UNSAID)) if line.note else line


def _ordered(record: _Record) -> list[ProductName]:
    """What is under way, what went wrong, what came to good, what waits."""

    def weight(name: ProductName) -> tuple[int, float]:
        found, course = record.came_to.get(name), record.courses.get(name, Course())
        if found is None:
            return (0, -(course.start or 0.0)) if course.start is not None else (9, 0.0)
        return 1 + ORDER.index(found.status), course.start or 0.0

    return sorted(record.known.products, key=lambda n: (*weight(n), str(n)))


def _badge(record: _Record, name: ProductName) -> Badge:
    found, course = record.came_to.get(name), record.courses.get(name)
    if found is not None:
        return product_badge(found.status)
    if course is not None and course.start is not None:
        return UNDER_WAY if record.known.live else LEFT
    return WAITING if record.known.live else NEVER


def _line(record: _Record, name: ProductName) -> ProductLine:
    described = record.visit.sight.described(name)
    found, course = record.came_to.get(name), record.courses.get(name, Course())
    reason = (found.reason if found is not None else course.note) if described else ""
    publication = record.publications.get(name)
    return ProductLine(
        name,
        _badge(record, name),
        lasting_of(_seconds(found, course)),
        reason if len(reason) <= 240 else f"{reason[:240]}…",
        publication.version if publication is not None else None,
        bars(course, record.seconds) if described else (),
        described,
        f"/runs/{record.known.run.id}{query(product=str(name))}#chosen",
    )


def _seconds(found: ProductRun | None, course: Course) -> float | None:
    """What a run told of itself is truer: a publication is on record before it is known how long it took."""
    if course.seconds is not None:
        return course.seconds
    return found.seconds if found is not None and found.seconds else None


def _wrong(record: _Record) -> list[Wrong]:
    """The first products that came to no good, each with its troubles and the checks that failed."""
    visit, known = record.visit, record.known
    found = []
    for name in [n for n in _ordered(record) if n in record.came_to and record.came_to[n].status in _BAD][:MOST_WRONG]:
        described = visit.sight.described(name)
        results = visit.checks(known.run.id, name) if described else []
        failing = verdicts(r for r in results if r.status in _FAILING)
        troubles = tuple(troubles_of(record.came_to[name].reason)) if described else ()
        address = f"/runs/{known.run.id}{query(product=str(name))}#chosen"
        found.append(Wrong(name, _badge(record, name), troubles, tuple(failing[:5]), address))
    return found


def _chosen(record: _Record) -> Chosen | None:
    visit, known = record.visit, record.known
    if not visit.asked("product"):
        return None
    try:
        name = parse_product(visit.asked("product"))
    except ValueError:
        raise HTTPException(404) from None
    if name not in known.products or not visit.sight.described(name):
        raise HTTPException(404)
    course, found = record.courses.get(name, Course()), record.came_to.get(name)
    results = visit.checks(known.run.id, name)
    lines = verdicts(sorted((r for r in results if r.status in _NOT_PASSED), key=lambda r: _NOT_PASSED.index(r.status)))
    passed = verdicts(r for r in results if r.status is CheckStatus.PASS)
    product = visit.sight.product(name)
    return Chosen(
        name,
        _badge(record, name),
        tuple(troubles_of(found.reason if found is not None else course.note)),
        tuple((s, lasting_of(s.seconds), bar(s, record.seconds)) for s in longest(course, MOST_SEGMENTS)),
        max(0, len(course.segments) - MOST_SEGMENTS),
        tuple(lines[:MOST_VERDICTS]),
        tuple(passed[:MOST_VERDICTS]),
        max(0, len(lines) - MOST_VERDICTS) + max(0, len(passed) - MOST_VERDICTS),
        tuple(refused(visit, known.run.id, product)) if product is not None else (),
        record.publications.get(name),
        f"/runs/{known.run.id}",
    )


def _summary(known: KnownRun, counts: Sequence[tuple[ProductStatus, int]], done: int) -> str:
    """The state of a run in one sentence, which is read out when it changes."""
    words = ", ".join(f"{n} {s}" for s, n in counts) or "nothing is done yet"
    if known.live:
        return f"Running: {done} of {plural(len(known.products), 'product')} done ({words})."
    if known.status is RunStatus.INTERRUPTED:
        return f"Interrupted after {done} of {plural(len(known.products), 'product')} ({words})."
    return f"{str(known.status).capitalize()}: {words}." if done else f"{str(known.status).capitalize()}."


def _log(lines: Sequence[Line]) -> list[tuple[Line, str]]:
    """The newest lines, in their order."""
    return [(line, _sentence(line)) for line in lines[-MOST_LINES:]]


def _sentence(line: Line) -> str:
    detail = line.detail.removeprefix(f"{line.product}.")
    what = "" if line.step == "product" else f"{line.step} of {detail} " if detail else f"{line.step} "
    rows = f", {plural(line.rows, 'row')}" if line.rows is not None else ""
    note = f": {line.note[:300]}" if line.note and (line.step == "product" or line.state == "failed") else ""
    if line.step == "product" and line.state != "began":
        return f"{line.state} after {lasting_of(line.seconds)}{note}"
    return f"{what}took {lasting_of(line.seconds)}{rows}" if line.state == "ended" else f"{what}{line.state}{note}"


def _previous(visit: Visit, known: KnownRun) -> str:
    """The run before this one in its environment, to compare with."""
    recorded = visit.catalogue.backing.ledger.runs(environment=known.run.environment, limit=500)
    ids = [r.id for r in recorded if r.id == known.run.id or any(visit.sight.discovers(p) for p in r.products)]
    at = ids.index(known.run.id) if known.run.id in ids else len(ids)
    return ids[at + 1] if at + 1 < len(ids) else ""
