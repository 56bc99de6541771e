"""`/runs/compare?a=…&b=…`: what differs between two runs, of the products that the viewer may know of."""

from collections import Counter
from collections.abc import Mapping

from starlette.responses import Response

from hansa.frozen import dataclass
from hansa.model import CheckResult, CheckStatus, ProductRun, Publication
from hansa.names import ProductName
from hansa.server.pages.badges import Badge
from hansa.server.pages.leaves import leaf
from hansa.server.pages.rendering import count, query
from hansa.server.pages.runs.course import Course, told_by
from hansa.server.pages.runs.known import KnownRun, known_run, lasting, lasting_of, outcomes, product_badge, published
from hansa.server.pages.visit import Visit

PER_PAGE = 40
MOST_CHECKS = 12


@dataclass(frozen=True, slots=True)
class Side:
    """What one of the two runs did with everything."""

    known: KnownRun
    came_to: Mapping[ProductName, ProductRun]
    publications: Mapping[ProductName, Publication]
    courses: Mapping[ProductName, Course]

    def badge(self, name: ProductName) -> Badge | None:
        found = self.came_to.get(name)
        return product_badge(found.status) if found is not None else None


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs: a word for what, and how it is on either side."""

    what: str
    a: str
    b: str


@dataclass(frozen=True, slots=True)
class Compared:
    """A product in both runs; with no differences it did the same."""

    name: ProductName
    a: Badge | None
    b: Badge | None
    differences: tuple[Difference, ...]


def show_comparison(visit: Visit) -> Response:
    """Two runs beside each other; without both, the choice of them."""
    named = [visit.asked("a"), visit.asked("b")]
    known = [known_run(visit, n) for n in named if n]
    choices = [r.id for r in visit.catalogue.backing.ledger.runs(limit=60) if any(map(visit.sight.discovers, r.products))]
    if len(known) < 2:
        return visit.page("run_compare.html", named=named, choices=choices, sides=None)
    a, b = (_side(visit, k) for k in known)
    names = sorted({*a.known.products, *b.known.products}, key=str)
    compared = [_compared(visit, n, a, b) for n in names]
    # What both left as it was is counted and not shown, unless it is asked for.
    shown = [c for c in compared if c.differences or c.a != c.b or visit.asked("all")]
    shown.sort(key=lambda c: (c.a == c.b, -len(c.differences), str(c.name)))
    here = leaf(shown, visit.number(), PER_PAGE, lambda page: _address(named, all=visit.asked("all"), page=page))
    return visit.page(
        "run_compare.html",
        named=named,
        choices=choices,
        sides=(a, b),
        whole=_whole(visit, a, b),
        compared=here,
        same=len(compared) - len(shown),
        all_address=_address(named, all="1"),
    )


def _address(named: list[str], **more: object) -> str:
    return f"/runs/compare{query(a=named[0], b=named[1], **more)}"


def _side(visit: Visit, known: KnownRun) -> Side:
    told = told_by(known.run, visit.catalogue.backing.ledger)
    return Side(known, outcomes(visit, known), published(visit, known), told.courses(known.run))


def _whole(visit: Visit, a: Side, b: Side) -> list[Difference]:
    """What the runs are as a whole, alike or not."""

    def mesh(side: Side) -> str:
        return str(side.known.run.mesh)[:12]

    def duration(side: Side) -> str:
        return lasting(side.known.took(visit.now))

    return [
        Difference("Environment", a.known.run.environment, b.known.run.environment),
        Difference("By", a.known.run.actor or "nobody named", b.known.run.actor or "nobody named"),
        Difference("Took", duration(a), duration(b)),
        Difference("Products", count(len(a.known.products)), count(len(b.known.products))),
        Difference("Fingerprint of the mesh", mesh(a), mesh(b)),
    ]


def _compared(visit: Visit, name: ProductName, a: Side, b: Side) -> Compared:
    differences: list[Difference] = []
    if visit.sight.described(name):
        differences += _of_publications(a.publications.get(name), b.publications.get(name))
        differences += _of_checks(_checks(visit, a, name), _checks(visit, b, name))
        differences += _of_times(a.courses.get(name, Course()), b.courses.get(name, Course()))
        differences += _of_reasons(a.came_to.get(name), b.came_to.get(name))
    return Compared(name, a.badge(name), b.badge(name), tuple(differences))


def _checks(visit: Visit, side: Side, name: ProductName) -> dict[tuple[str, str, str], CheckResult]:
    if name not in side.came_to:
        return {}
    return {(r.subject, r.check, r.column): r for r in visit.checks(side.known.run.id, name)}


def _of_publications(a: Publication | None, b: Publication | None) -> list[Difference]:
    if a is None and b is None:
        return []
    found = [
        Difference("version", f"{a.version}" if a else "–", f"{b.version}" if b else "–"),
        Difference("code", str(a.code)[:12] if a else "–", str(b.code)[:12] if b else "–"),
        Difference("inputs", str(a.inputs)[:12] if a else "–", str(b.inputs)[:12] if b else "–"),
    ]
    ports = {p.port: p for p in (a.ports if a else ())}, {p.port: p for p in (b.ports if b else ())}
    for port in sorted({*ports[0], *ports[1]}, key=str):
        one, other = ports[0].get(port), ports[1].get(port)
        word = f"{port.name.port} v{port.major}"
        found += [
            Difference(f"rows of {word}", count(one.rows) if one else "–", count(other.rows) if other else "–"),
            Difference(f"snapshot of {word}", str(one.snapshot) if one else "–", str(other.snapshot) if other else "–"),
            Difference(
                f"contract of {word}", str(one.contract_version) if one else "–", str(other.contract_version) if other else "–"
            ),
        ]
    return [d for d in found if d.a != d.b]


def _of_checks(a: Mapping[tuple[str, str, str], CheckResult], b: Mapping[tuple[str, str, str], CheckResult]) -> list[Difference]:
    """The tally where it differs, and each check whose verdict does."""
    if not (a or b):
        return []
    tallies = _tally(a), _tally(b)
    found = [Difference("checks", *tallies)] if tallies[0] != tallies[1] else []
    for key in sorted({*a, *b}):
        one, other = a.get(key), b.get(key)
        if one is None or other is None or one.status is other.status:
            continue
        column = f" on {key[2]}" if key[2] else ""
        found.append(Difference(f"check {key[1]}{column}", _verdict(one), _verdict(other)))
    return found[: MOST_CHECKS + 1]


def _tally(results: Mapping[tuple[str, str, str], CheckResult]) -> str:
    counts = Counter(r.status for r in results.values())
    return ", ".join(f"{counts[s]} {s}" for s in CheckStatus if counts[s]) or "none"


def _verdict(result: CheckResult) -> str:
    rows = f", {count(result.failing_rows)} rows" if result.failing_rows else ""
    return f"{result.status}{rows}"


def _of_times(a: Course, b: Course) -> list[Difference]:
    """Only where it took at least half as long again, and long enough to matter."""
    if a.seconds is None or b.seconds is None:
        return []
    low, high = sorted((a.seconds, b.seconds))
    return [Difference("duration", lasting_of(a.seconds), lasting_of(b.seconds))] if high > low * 1.5 and high - low > 0.2 else []


def _of_reasons(a: ProductRun | None, b: ProductRun | None) -> list[Difference]:
    one, other = (a.reason if a else "–"), (b.reason if b else "–")
    return [Difference("reason", one[:300], other[:300])] if one != other else []
