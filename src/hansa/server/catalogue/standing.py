"""How all products stand: gathered once for all who look, and kept while nothing else is recorded.

In a small mesh it is gathered anew as soon as the ledger tells of something. In a large one that takes longer than a page may, so
it is gathered beside requests, and some seconds old.
"""

import logging
import threading
import time
from collections.abc import Collection, Mapping
from dataclasses import field, replace

from hansa.catalog import ProductState, aged, state_of, states
from hansa.feedback import Ratings
from hansa.frozen import dataclass
from hansa.model import Mesh
from hansa.names import ProductName
from hansa.publish import visible
from hansa.run import is_dead
from hansa.server.backing import Backing
from hansa.server.catalogue.heard import Heard
from hansa.server.catalogue.reads import Reads
from hansa.trouble import TroubleError

FRESH = 2.0  # seconds for which states are shown as they are; runs record more than they tell of
GOOD = 15.0  # seconds for which they are shown while others are gathered, or while the ledger is gone
SMALL = 300  # products of a mesh of which all are gathered while a page waits
_OLDER = 10.0  # seconds after which the ages of states are told anew, when nothing else is new
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """How all products stood. Two with the same `rank` are found by a search in the same order.

    `last` is the last event that the ledger told of before it was read; `settled` unless a run was under way, which records more
    than it tells of. `aged` is when the ages were told.
    """

    mesh: Mesh
    states: dict[str, ProductState]
    at: float
    last: int
    settled: bool
    aged: float
    ratings: Mapping[str, Ratings] = field(default_factory=dict)
    reads: Mapping[str, int] = field(default_factory=dict)
    rank: int = 0


class Standing:
    """Keeps the newest snapshot. Safe in many threads."""

    def __init__(self, backing: Backing, heard: Heard, reads: Reads) -> None:
        self._backing, self._heard, self._reads = backing, heard, reads
        self._gathering = threading.Lock()
        self._kept: Snapshot | None = None

    def now(self) -> Snapshot:
        """How every product stands. Raises `LedgerGone` when that has not been known for a while."""
        mesh, kept = self._backing.mesh(), self._kept
        if kept is None or kept.mesh is not mesh or time.monotonic() - kept.at >= GOOD:
            return self._gathered(mesh, kept)
        if not _is_small(mesh):
            if time.monotonic() - kept.at > FRESH:
                self._gather_beside(mesh)
            return kept
        try:
            is_new = self._backing.ledger.last_event() != kept.last
            return self._gathered(mesh, kept) if is_new or time.monotonic() - kept.at > FRESH else kept
        except TroubleError as trouble:
            _not_anew(trouble)
            return kept

    def of(self, names: Collection[ProductName]) -> dict[str, ProductState]:
        """How some products stand, by name. In a large mesh they are read one by one unless what is kept still holds."""
        mesh, kept = self._backing.mesh(), self._kept
        if _is_small(mesh):
            kept = self.now()
        elif kept is None or kept.mesh is not mesh or not self._holds(kept):
            self._gather_beside(mesh)
            return {str(name): self._read(mesh, name) for name in names}
        found = (kept.states.get(str(name)) for name in names)
        return {s.name: s for s in aged((s for s in found if s is not None), self._backing.clock())}

    def _holds(self, kept: Snapshot) -> bool:
        return time.monotonic() - kept.at < GOOD or (kept.settled and self._told() == (kept.last, True))

    def _read(self, mesh: Mesh, name: ProductName) -> ProductState:
        ledger, environment = self._backing.ledger, self._backing.environment
        publication = visible(ledger, name, environment)
        return state_of(name, mesh.product(name), publication, mesh, ledger, environment, self._backing.clock())

    def _gathered(self, mesh: Mesh, seen: Snapshot | None) -> Snapshot:
        """Gather, unless somebody else did since what was seen."""
        with self._gathering:
            kept = self._kept
            return kept if kept is not None and kept is not seen and kept.mesh is mesh else self._gather(mesh)

    def _gather_beside(self, mesh: Mesh) -> None:
        if self._gathering.acquire(blocking=False):
            threading.Thread(target=self._gather_and_release, args=(mesh,), name="hansa-states", daemon=True).start()

    def _gather_and_release(self, mesh: Mesh) -> None:
        try:
            self._gather(mesh)
        except TroubleError as trouble:
            _not_anew(trouble)
        finally:
            self._gathering.release()

    def _gather(self, mesh: Mesh) -> Snapshot:
        (last, settled), before, at = self._told(), self._kept, time.monotonic()
        if before is not None and before.mesh is mesh and settled and (before.last, before.settled) == (last, True):
            return self._aged(before, at)
        found = {s.name: s for s in states(mesh, self._backing.ledger, self._backing.environment, self._backing.clock())}
        ratings = self._heard.all_ratings(mesh)
        return self._keep(Snapshot(mesh, found, time.monotonic(), last, settled, at, ratings, self._lately_read()))

    def _told(self) -> tuple[int, bool]:
        """The last event, and whether no run is under way."""
        ledger, now = self._backing.ledger, self._backing.clock()
        last = ledger.last_event()
        return last, all(is_dead(run, ledger, now) for run in ledger.unfinished_runs())

    def _aged(self, before: Snapshot, at: float) -> Snapshot:
        """The same once more: nothing was recorded since."""
        if at - before.aged < _OLDER:
            self._kept = kept = replace(before, at=at)
            return kept
        found = {s.name: s for s in aged(before.states.values(), self._backing.clock())}
        return self._keep(replace(before, states=found, at=at, aged=at, reads=self._lately_read()))

    def _lately_read(self) -> Mapping[str, int]:
        """How often each product was read lately. Reads tell of no event, so it is looked at as the ages are."""
        self._reads.refresh(self._backing.clock())
        return self._reads.by_product()

    def _keep(self, found: Snapshot) -> Snapshot:
        before = self._kept
        rank = before.rank if before is not None else 0
        same = before is not None and before.mesh is found.mesh and _ranked(before) == _ranked(found)
        self._kept = kept = replace(found, rank=rank if same else rank + 1)
        return kept


def _is_small(mesh: Mesh) -> bool:
    return sum(len(d.products) for d in mesh.domains) <= SMALL


def _not_anew(trouble: TroubleError) -> None:
    _log.warning("how products stand was not looked at anew: %s", trouble.troubles[0].summary)


def _ranked(snapshot: Snapshot) -> object:
    """What the order of a search rests on."""
    stand = [(s.name, s.state, s.freshness, s.version, bool(s.failures)) for s in snapshot.states.values()]
    return stand, dict(snapshot.ratings), {name: reads.bit_length() for name, reads in snapshot.reads.items()}
