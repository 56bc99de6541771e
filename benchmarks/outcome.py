"""What a benchmark gives back."""

from dataclasses import dataclass

from benchmarks.series import Figure, Series


@dataclass(frozen=True, slots=True)
class Outcome:
    """The measured series and the figures drawn from them; those with a limit are what is promised."""

    series: tuple[Series, ...]
    figures: tuple[Figure, ...]
