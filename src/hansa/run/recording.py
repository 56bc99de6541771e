"""What a run tells, put on record while it runs: so that whoever looks from another process sees how far it is.

A thread writes it some at a time, so that no step waits for the ledger. Nothing rests on it: what cannot be recorded is left out,
and the run goes on.
"""

import contextlib
import threading
from collections.abc import Iterator

from hansa.ledger import Ledger, LedgerGone, RunStepped
from hansa.model import ProductStatus, RunId, RunStep
from hansa.names import ProductName
from hansa.run.events import ChecksFailed, Event, ProductBegan, ProductEnded, StepBegan, StepEnded
from hansa.run.leasing import Clock

EVERY = 0.5  # seconds between two writes
MOST_NOTE = 2_000  # characters


class Recorder:
    """A listener of one run. Of a step that ends before it is written, only its end is."""

    def __init__(self, run: RunId, ledger: Ledger, clock: Clock, every: float = EVERY) -> None:
        self._run, self._ledger, self._clock, self._every = run, ledger, clock, every
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._waiting: list[RunStep] = []
        self._begun: set[ProductName] = set()
        self._something, self._closed = threading.Event(), threading.Event()

    def __call__(self, event: Event) -> None:
        with self._lock:
            step = self._step(event)
            if step is not None:
                self._put(step)
                self._something.set()

    @contextlib.contextmanager
    def following(self) -> Iterator[None]:
        """Write until the end of the block, and then what is left."""
        thread = threading.Thread(target=self._write_on, name="hansa-run-recorder", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._closed.set()
            self._something.set()
            thread.join(timeout=5)
            self._write()

    def _write_on(self) -> None:
        while not self._closed.is_set():
            self._something.wait()
            if self._closed.wait(self._every):
                return
            self._something.clear()
            self._write()

    def _write(self) -> None:
        with self._writing:
            with self._lock:
                steps, self._waiting = tuple(self._waiting), []
            # A ledger that is locked or gone costs the run nothing but what others see of it.
            with contextlib.suppress(LedgerGone):
                if steps:
                    self._ledger.apply([RunStepped(self._run, steps)])

    def _put(self, step: RunStep) -> None:
        if step.state != "began":
            begun = ("began", step.product, step.step, step.detail)
            self._waiting = [s for s in self._waiting if s.step == "product" or (s.state, s.product, s.step, s.detail) != begun]
        self._waiting.append(step)

    def _step(self, event: Event) -> RunStep | None:
        now = self._clock()
        match event:
            case ProductBegan(product, reason):
                self._begun.add(product)
                return RunStep(product, "product", "began", now, note=reason[:MOST_NOTE])
            case StepBegan(product, step, detail):
                return RunStep(product, step, "began", now, detail)
            case StepEnded(product, step, detail, seconds, rows):
                return RunStep(product, step, "ended", now, detail, seconds, rows)
            case ChecksFailed(product, results):
                names = ", ".join(dict.fromkeys(r.check for r in results))
                return RunStep(product, "audit", "failed", now, results[0].subject, rows=None, note=names[:MOST_NOTE])
            case ProductEnded(product, status, reason, seconds):
                if status is ProductStatus.UNCHANGED and product not in self._begun:
                    return None  # the plan said so before: thousands of these are no news
                return RunStep(product, "product", str(status), now, "", seconds, None, reason[:MOST_NOTE])
            case _:
                return None
