"""Outcomes as lines for people and as one JSON document."""

from collections.abc import Iterator

from benchmarks.outcome import Outcome
from benchmarks.series import Figure


def lines(name: str, outcome: Outcome, load: float) -> Iterator[str]:
    """A table of the contenders, then each figure with its spread and verdict. `others`: processors that everybody else used."""
    yield f"{name} (load before: {load})"
    yield f"  {'contender':34} {'runs':>4} {'compared':>10} {'wall s':>8} {'cpu s':>8} {'peak MB':>8} {'others':>6}"
    for series in outcome.series:
        compared = f"{series.value:.3f}"
        used = f"{series.wall:8.2f} {series.cpu:8.2f} {series.peak_bytes / 1e6:8.0f} {series.others:6.2f}"
        yield f"  {series.contender.name:34} {len(series.runs):4} {compared:>10} {used}"
    for figure in outcome.figures:
        yield f"  {verdict(figure)}"


def verdict(figure: Figure) -> str:
    said = f"{figure.label}: {number(figure.value)}{_unit(figure)} ({number(figure.low)}–{number(figure.high)})"
    if figure.limit is None:
        return said
    return f"{said}, limit {number(figure.limit)}{_unit(figure)}: {'met' if figure.met else 'NOT MET'}"


def number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}" if abs(value) >= 1 else f"{value:.3f}"


def _unit(figure: Figure) -> str:
    return f" {figure.unit}" if figure.unit else ""


def document(outcome: Outcome, load: float) -> dict[str, object]:
    """One benchmark as plain data: seconds, bytes."""
    return {
        "load": load,
        "contenders": [
            {
                "name": s.contender.name,
                "compared": [round(v, 6) for v in s.values],
                "wall": [round(r.wall, 4) for r in s.runs],
                "cpu": [round(r.cpu, 4) for r in s.runs],
                "peakBytes": [r.peak_bytes for r in s.runs],
                "others": [round(r.others, 3) for r in s.runs],
            }
            for s in outcome.series
        ],
        "figures": [
            {"label": f.label, "value": f.value, "low": f.low, "high": f.high, "unit": f.unit, "limit": f.limit, "met": f.met}
            for f in outcome.figures
        ],
    }
