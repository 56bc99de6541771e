"""What a benchmark is given."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Setting:
    """`runs` counted runs of each contender, in the empty folder `scratch`.

    With `small`, sizes that only prove that it runs. `patience` is how many seconds each run may wait for a quiet machine.
    """

    runs: int
    scratch: Path
    small: bool = False
    patience: float = 0.0
