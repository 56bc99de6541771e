"""What a benchmark is given and what it gives back."""

from dataclasses import dataclass
from pathlib import Path

from benchmarks.series import Figure, Series


@dataclass(frozen=True, slots=True)
class Setting:
    """`runs` counted runs of each contender, in the empty folder `scratch`. With `small`, sizes that only prove that it runs."""

    runs: int
    scratch: Path
    small: bool = False

    @property
    def warm(self) -> bool:
        return not self.small


@dataclass(frozen=True, slots=True)
class Outcome:
    """The measured series and the figures drawn from them; those with a limit are what is promised."""

    series: tuple[Series, ...]
    figures: tuple[Figure, ...]
