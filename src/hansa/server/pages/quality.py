"""What was measured: every check's last verdict with how it was reached, and the age of the data beside what is promised."""

from collections.abc import Iterable
from dataclasses import dataclass

from hansa.catalog import ProductState
from hansa.model import CheckResult, CheckStatus, Evidence, OutputPort, ServiceLevel
from hansa.server.pages.badges import Badge, promised_age, verdict
from hansa.server.pages.rendering import span

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


@dataclass(frozen=True, slots=True)
class LevelLine:
    """A service level as it is promised; with a badge where it is measured."""

    property: str
    promised: str
    element: str
    badge: Badge | None


def verdicts(results: Iterable[CheckResult]) -> list[VerdictLine]:
    """The worst first."""
    ordered = sorted(results, key=lambda r: (_WORST_FIRST.index(r.status), r.subject, r.column, r.check))
    return [VerdictLine(r, verdict(r), *_HOW[r.how]) for r in ordered]


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
