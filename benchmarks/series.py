"""Contenders that take turns, and what their runs amount to: medians, the spread, ratios of the same round."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.machine import await_quiet
from benchmarks.process import Contender, Usage, measured
from benchmarks.setting import Setting


@dataclass(frozen=True, slots=True)
class Series:
    """All counted runs of one contender, in order."""

    contender: Contender
    runs: tuple[Usage, ...]

    @property
    def values(self) -> tuple[float, ...]:
        return tuple(self.contender.value(run) for run in self.runs)

    @property
    def value(self) -> float:
        """The median of what is compared."""
        return median(self.values)

    @property
    def wall(self) -> float:
        return median(run.wall for run in self.runs)

    @property
    def cpu(self) -> float:
        return median(run.cpu for run in self.runs)

    @property
    def others(self) -> float:
        return median(run.others for run in self.runs)

    @property
    def peak_bytes(self) -> int:
        """The largest of all runs: a bound on memory holds always or not at all."""
        return max(run.peak_bytes for run in self.runs)

    def said(self, figure: str) -> tuple[float, ...]:
        """What the processes measured themselves under this name."""
        return tuple(run.said[figure] for run in self.runs)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number with its spread. With a `limit` it has a verdict: it is met when the number is not above it."""

    label: str
    value: float
    low: float
    high: float
    unit: str = ""
    limit: float | None = None

    @property
    def met(self) -> bool | None:
        return None if self.limit is None else self.value <= self.limit


def interleaved(contenders: Sequence[Contender], setting: Setting, *, warm: bool = True) -> tuple[Series, ...]:
    """Run each contender in turns. With `warm`, a first round goes before and is not counted, unless sizes are small.

    Raises `CouldNotRun`.
    """
    rounds: list[list[Usage]] = []
    for number in range(-1 if warm and not setting.small else 0, setting.runs):
        used = []
        for contender in contenders:
            print(f"  {contender.name}: {'warming up' if number < 0 else f'run {number + 1} of {setting.runs}'}", file=sys.stderr)
            await_quiet(setting.patience if number >= 0 else 0)
            used.append(measured(contender, setting.scratch))
        if number >= 0:
            rounds.append(used)
    return tuple(Series(c, tuple(used[i] for used in rounds)) for i, c in enumerate(contenders))


def ratio(label: str, over: Series, under: Series, limit: float | None = None) -> Figure:
    """The ratio of two medians; its spread are the smallest and the largest ratio of one round."""
    rounds = [a / b for a, b in zip(over.values, under.values, strict=True)]
    return Figure(label, over.value / under.value, min(rounds), max(rounds), "", limit)


def work_ratio(label: str, over: Series, under: Series) -> Figure:
    """The ratio of the processor seconds of two series: who shares the machine disturbs it less than the wall seconds."""
    rounds = [a.cpu / b.cpu for a, b in zip(over.runs, under.runs, strict=True)]
    return Figure(label, over.cpu / under.cpu, min(rounds), max(rounds))


def amount(label: str, values: Sequence[float], unit: str, limit: float | None = None) -> Figure:
    """The median of some numbers, with the smallest and the largest."""
    return Figure(label, median(values), min(values), max(values), unit, limit)


def peak(label: str, series: Series, limit_bytes: float | None = None) -> Figure:
    """The largest peak memory of all runs, in MB (millions of bytes)."""
    peaks = [run.peak_bytes / 1e6 for run in series.runs]
    return Figure(label, max(peaks), min(peaks), max(peaks), "MB", None if limit_bytes is None else limit_bytes / 1e6)
