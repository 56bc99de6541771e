"""Which runs a viewer may know of, and how each stands: a run whose process is gone is interrupted, whatever is on record yet."""

import datetime as dt
from collections import Counter
from dataclasses import replace

from starlette.exceptions import HTTPException

from hansa.frozen import dataclass
from hansa.model import ProductRun, ProductStatus, Publication, Run, RunId, RunStatus
from hansa.names import ProductName
from hansa.run import is_dead
from hansa.server.pages.badges import Badge
from hansa.server.pages.visit import Visit
from hansa.server.sight import UNSAID

_RUNS = {
    RunStatus.RUNNING: ("running", "clock", "calm", ""),
    RunStatus.SUCCEEDED: ("succeeded", "check", "good", ""),
    RunStatus.FAILED: ("failed", "cross", "bad", "not every product came to good"),
    RunStatus.CANCELLED: ("cancelled", "pause", "warn", "stopped on request"),
    RunStatus.INTERRUPTED: ("interrupted", "warn", "warn", "its process is gone; what was published before stays"),
}
_PRODUCTS = {
    ProductStatus.PUBLISHED: ("published", "check", "good"),
    ProductStatus.UNCHANGED: ("unchanged", "pause", "calm"),
    ProductStatus.HELD: ("held", "pause", "warn"),
    ProductStatus.FAILED: ("failed", "cross", "bad"),
    ProductStatus.BLOCKED: ("blocked", "lock", "warn"),
}
WAITING = Badge("waiting", "clock", "calm", "not begun yet")
UNDER_WAY = Badge("under way", "arrow", "calm")
LEFT = Badge("left half-way", "warn", "warn", "the run ended before it did")
NEVER = Badge("not begun", "pause", "calm", "the run ended before its turn")
ORDER = (ProductStatus.FAILED, ProductStatus.BLOCKED, ProductStatus.HELD, ProductStatus.PUBLISHED, ProductStatus.UNCHANGED)


@dataclass(frozen=True, slots=True)
class KnownRun:
    """A run as a viewer sees it: with those of its products that they may know of. `status` is what holds now."""

    run: Run
    status: RunStatus
    products: tuple[ProductName, ...]

    @property
    def badge(self) -> Badge:
        return Badge(*_RUNS[self.status])

    @property
    def live(self) -> bool:
        return self.status is RunStatus.RUNNING

    def took(self, now: dt.datetime) -> dt.timedelta | None:
        """How long it took, or takes up to now; None when nobody knows when it ended."""
        if self.live:
            return max(now - self.run.started, dt.timedelta())
        return self.run.ended - self.run.started if self.run.ended is not None else None


def known_run(visit: Visit, run: str) -> KnownRun:
    """A run by its id. What there is none of, and what is only about products of others, is not there."""
    found = visit.catalogue.backing.ledger.run(RunId(run)) if len(run) <= 100 else None
    seen = seen_run(visit, found) if found is not None else None
    if seen is None:
        raise HTTPException(404)
    return seen


def seen_run(visit: Visit, run: Run) -> KnownRun | None:
    """None when the viewer may know of none of its products."""
    products = tuple(p for p in run.products if visit.sight.discovers(p))
    return KnownRun(run, _status(visit, run), products) if products or not run.products else None


def outcomes(visit: Visit, known: KnownRun) -> dict[ProductName, ProductRun]:
    """What is on record of each product that the viewer may know of. A reason that names what is hidden is not told."""
    seen, said = set(known.products), visit.sight.discretion.said
    recorded = visit.catalogue.backing.ledger.product_runs(known.run.id)
    return {p.product: replace(p, reason=said(p.reason, UNSAID)) for p in recorded if p.product in seen}


def published(visit: Visit, known: KnownRun) -> dict[ProductName, Publication]:
    """What a run published of each product that the viewer may know of, with the ports that they may know of."""
    seen = set(known.products)
    recorded = (p for p in visit.catalogue.backing.ledger.published_by(known.run.id) if p.product in seen)
    return {p.product: replace(p, ports=tuple(o for o in p.ports if visit.sight.discovers(o.port))) for p in recorded}


def counted(found: dict[ProductName, ProductRun]) -> list[tuple[ProductStatus, int]]:
    """How many products came to what, the worst first."""
    counts = Counter(p.status for p in found.values())
    return [(s, counts[s]) for s in ORDER if counts[s]]


def product_badge(status: ProductStatus) -> Badge:
    return Badge(*_PRODUCTS[status])


def lasting(length: dt.timedelta | None) -> str:
    """A duration as people read it: 0.4 s, 12 s, 3 min 20 s, 2 h 5 min."""
    if length is None:
        return "–"
    seconds = max(length.total_seconds(), 0.0)
    if seconds < 0.1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def lasting_of(seconds: float | None) -> str:
    return lasting(dt.timedelta(seconds=seconds)) if seconds is not None else ""


def _status(visit: Visit, run: Run) -> RunStatus:
    if run.status is RunStatus.RUNNING and is_dead(run, visit.catalogue.backing.ledger, visit.now):
        return RunStatus.INTERRUPTED
    return run.status
