"""What was measured: every check's last verdict with how it was reached, and the age of the data beside what is promised."""

import math
from collections.abc import Iterable, Mapping, Sequence

from hansa.catalog import ProductState
from hansa.catalog.states import promised_age
from hansa.frozen import dataclass
from hansa.model import CheckResult, CheckStatus, Evidence, OutputPort, Product, Publication, ServiceLevel
from hansa.server.catalogue.verdicts import Check, Outcome
from hansa.server.pages.badges import VERDICTS, Badge, verdict
from hansa.server.pages.rendering import span
from hansa.server.pages.visit import Visit

MOST_VERSIONS = 12
"""Versions over which the history of a check goes."""
_STEP, _HEIGHT = 9, 18  # of a drawing, in units of its box
_WORST_FIRST = (CheckStatus.FAIL, CheckStatus.ERROR, CheckStatus.WARN, CheckStatus.SKIP, CheckStatus.PASS)
_HOW = {
    Evidence.PROOF: ("proved", "follows from how the query is written; nothing had to be read"),
    Evidence.STATISTICS: ("from statistics", "the footers of the files say it; no row was read"),
    Evidence.HISTOGRAM: ("from values", "each of the few different values was looked at once"),
    Evidence.SCAN: ("scanned", "every row was read"),
    Evidence.NONE: ("not decided", "it could not be evaluated, or did not have to be"),
}


@dataclass(frozen=True, slots=True)
class VerdictLine:
    """A check with its badge, and how it was decided: a word and a sentence."""

    result: CheckResult
    badge: Badge
    how: str
    why: str
    spark: "Spark | None" = None


@dataclass(frozen=True, slots=True)
class Spark:
    """The history of a check as a small drawing. `text` says the same in words; `marks` are (x, y, tone), the newest last."""

    width: int
    line: str
    marks: tuple[tuple[int, int, str], ...]
    text: str


@dataclass(frozen=True, slots=True)
class LevelLine:
    """A service level as it is promised; with a badge where it is measured."""

    property: str
    promised: str
    element: str
    badge: Badge | None


def ordered(results: Iterable[CheckResult]) -> list[CheckResult]:
    """The worst first."""
    return sorted(results, key=lambda r: (_WORST_FIRST.index(r.status), r.subject, r.column, r.check))


def verdicts(results: Iterable[CheckResult], past: Sequence[Mapping[Check, Outcome]] = ()) -> list[VerdictLine]:
    """Each with its history in earlier versions, the oldest of which is first."""
    return [VerdictLine(r, verdict(r), *_HOW[r.how], spark(r, past)) for r in results]


def past_verdicts(visit: Visit, product: Product, publication: Publication) -> list[Mapping[Check, Outcome]]:
    """What the versions before the published one came to, the oldest first."""
    ledger, environment = visit.catalogue.backing.ledger, visit.catalogue.environment
    earlier = [p for p in ledger.history(product.address, environment) if p.id < publication.id][: MOST_VERSIONS - 1]
    return [visit.catalogue.verdicts.of(p.run, product.address) for p in reversed(earlier)]


def spark(result: CheckResult, past: Sequence[Mapping[Check, Outcome]]) -> Spark | None:
    """None for a check that is new, or has no version before."""
    key = (result.subject, result.column, result.check)
    every = [o for o in (p.get(key) for p in past) if o is not None] + [(result.status, result.measured)]
    if len(every) < 2:
        return None
    numbers = [m if isinstance(m, int | float) and not isinstance(m, bool) else None for _, m in every]
    known = [float(n) for n in numbers if n is not None and math.isfinite(n)]
    low, high = min(known, default=0.0), max(known, default=0.0)

    def height(n: float | int | None) -> int:
        if n is None or not math.isfinite(n) or high == low:
            return _HEIGHT // 2
        return round(_HEIGHT - 4 - (float(n) - low) / (high - low) * (_HEIGHT - 8))

    points = [(4 + i * _STEP, height(n)) for i, n in enumerate(numbers)]
    tones = [VERDICTS[status][2] for status, _ in every]
    last = len(every) - 1
    marks = tuple((x, y, t) for i, ((x, y), t) in enumerate(zip(points, tones, strict=True)) if i == last or t != "good")
    said = ", ".join(f"{status} ({_short(m)})" if isinstance(m, int | float) else str(status) for status, m in every)
    line = " ".join(f"{x},{y}" for x, y in points)
    return Spark(last * _STEP + 8, line, marks, f"the last {len(every)} versions, the oldest first: {said}")


def _short(number: float | int) -> str:
    return f"{number:,}".replace(",", " ") if isinstance(number, int) else f"{number:.4g}"


def levels(port: OutputPort, state: ProductState) -> list[LevelLine]:
    """The service levels of a port's contract. Only the age of the data is measured here."""
    return [_level(s, state) for s in port.contract.service_levels]


def _level(level: ServiceLevel, state: ProductState) -> LevelLine:
    promised, badge = promised_age(level), None
    if promised is not None and state.age is not None:
        kept = state.age <= promised
        old = f"{span(state.age)} old"
        badge = Badge(old if kept else f"stale, {old}", "clock", "good" if kept else "bad", f"promised within {span(promised)}")
    return LevelLine(level.property, f"{level.value} {_unit(level.unit, level.value)}".strip(), level.element, badge)


def _unit(unit: str, value: object) -> str:
    words = {"d": "day", "h": "hour", "m": "minute", "s": "second", "w": "week", "y": "year"}
    word = words.get(unit, unit)
    return word if value == 1 or not word or word.endswith("s") or unit not in words else f"{word}s"
