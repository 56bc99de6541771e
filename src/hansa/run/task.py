"""One product's part of a run: everything that is fixed before it starts, and how it tells what it does."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from hansa.engines import Cancellation, Engine
from hansa.frozen import dataclass
from hansa.model import CheckResult, Lease, Product, Publication, RunId
from hansa.plan import Audit, Build, Republish
from hansa.run.equipment import Equipment
from hansa.run.events import ChecksFailed, Listener, StepBegan, StepEnded
from hansa.run.leasing import Heartbeat

Work = Build | Audit | Republish
"""The steps of a plan that publish something."""


@dataclass(slots=True)
class Progress:
    """What a step reports of itself when it ends."""

    rows: int | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """`own_pointer` is what the environment itself pointed to when the lease was taken; only if it still does, we publish.

    `at_once` is how many ports are worked on beside each other; events then come in the order in which things happen.
    """

    step: Work
    run: RunId
    environment: str
    own_pointer: Publication | None
    changes: tuple[str, ...]
    lease: Lease
    heartbeat: Heartbeat
    equipment: Equipment
    cancellation: Cancellation
    tell: Listener
    at_once: int = 1

    @property
    def product(self) -> Product:
        return self.step.product

    @property
    def engine(self) -> Engine:
        return self.equipment.engine(self.product.platform)

    @contextmanager
    def doing(self, step: str, detail: str = "") -> Iterator[Progress]:
        """Tell that a step begins and ends; a request to stop is heeded before it begins."""
        self.cancellation.check()
        with self.telling(step, detail) as progress:
            yield progress

    @contextmanager
    def telling(self, step: str, detail: str = "") -> Iterator[Progress]:
        """Tell that a step begins and ends, and let nobody stop it: for what must follow a publication."""
        self.tell(StepBegan(self.product.address, step, detail))
        progress, started = Progress(), time.monotonic()
        yield progress
        seconds = time.monotonic() - started
        self.tell(StepEnded(self.product.address, step, detail, seconds, progress.rows))

    def tell_failures(self, results: tuple[CheckResult, ...]) -> None:
        if results:
            self.tell(ChecksFailed(self.product.address, results))
