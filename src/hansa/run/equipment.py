"""What a run works with. Put together by `wiring`; every part is a narrow protocol or a function."""

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path

from hansa.engines import Engine
from hansa.frozen import dataclass
from hansa.lake import Lake
from hansa.ledger import Ledger
from hansa.model import InputPort, Platform
from hansa.sources import Source


@dataclass(frozen=True, slots=True)
class Equipment:
    """`engine` gives the engine of a platform; `embedded` reads what a product's own engine cannot read itself.

    `landing` is a folder for what is read from outside and not kept, `quarantine` one for refused rows. `open_source` opens the
    external source of an input port.
    """

    ledger: Ledger
    lake: Lake
    engine: Callable[[Platform], Engine]
    embedded: Callable[[], Engine]
    open_source: Callable[[InputPort], Source]
    landing: Path
    quarantine: Path
    clock: Callable[[], dt.datetime]
    environ: Mapping[str, str]

    @property
    def crashes(self) -> Path:
        """Where faults of Hansa itself are written down, one file each, for a report to its makers."""
        return self.landing.parent / "crashes"
