"""What pages and the API show of the mesh: how products stand, lineage, and the search, each kept while it is good."""

import datetime as dt
import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import field, replace
from pathlib import Path

from hansa.access.grants import grants_of
from hansa.access.history import AccessRequest
from hansa.access.requests import AccessDesk
from hansa.catalog import Neighbours, ProductState, aged, states
from hansa.catalog.search import SearchIndex, SearchQuery, SearchResult, Visibility
from hansa.feedback import FeedbackDesk, Ratings, fresh_id
from hansa.frozen import dataclass
from hansa.model import Grant, LineageGraph, Mesh
from hansa.run import is_dead
from hansa.server.backing import Backing
from hansa.server.catalogue.heard import Heard
from hansa.server.catalogue.reads import Reads
from hansa.server.catalogue.verdicts import Statuses, Verdicts
from hansa.server.governing import Rulings
from hansa.server.sight import Sight, Sights
from hansa.trouble import Trouble, TroubleError

FRESH = 2.0  # seconds for which states are shown as they are
GOOD = 15.0  # seconds for which they are shown while others are gathered
_OLDER = 10.0  # seconds after which the ages of states are told anew, when nothing else is new
_log = logging.getLogger(__name__)
_SEARCHED = "search"
_REBUILT = frozenset({"H810", "H811"})


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """How all products stood. `event` is the last that the ledger told of before it was read; None while a run was under way,
    which records more than it tells of. `aged` is when the ages were told.
    """

    mesh: Mesh
    states: dict[str, ProductState]
    at: float
    event: int | None
    aged: float
    ratings: Mapping[str, Ratings] = field(default_factory=dict)
    reads: Mapping[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Catalogue:
    """Safe in many threads. `flight` is where the gateway answers Flight SQL; empty when it does not.

    Without an `index` nothing is searched, and all else is as with one. `state` is the mesh's own folder, where it is known.
    """

    backing: Backing
    index: SearchIndex | None = None
    flight: str = ""
    state: Path | None = None
    sights: Sights = field(init=False)
    rulings: Rulings = field(init=False)
    reads: Reads = field(init=False)
    heard: Heard = field(init=False)
    verdicts: Verdicts = field(init=False)
    statuses: Statuses = field(init=False)
    _gathering: threading.Lock = field(init=False, default_factory=threading.Lock)
    _indexing: threading.Lock = field(init=False, default_factory=threading.Lock)
    _snapshot: _Snapshot | None = field(init=False, default=None)
    _indexed: _Snapshot | None = field(init=False, default=None)
    _graph: LineageGraph | None = field(init=False, default=None)
    _neighbours: Neighbours | None = field(init=False, default=None)
    _grants: tuple[Mesh, int, tuple[Grant, ...]] | None = field(init=False, default=None)
    _requests: tuple[int, tuple[AccessRequest, ...]] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.sights = Sights(self.backing.decider)
        self.rulings = Rulings(self.backing, self.state)
        self.reads = Reads(self.backing.ledger)
        self.heard = Heard(self.backing.ledger)
        self.verdicts = Verdicts(self.backing.ledger)
        self.statuses = Statuses(self.backing.ledger)

    @classmethod
    def over(cls, backing: Backing, state: Path, flight: str = "") -> "Catalogue":
        """With the search index that lies in a mesh's own folder, where the command line has it, too."""
        return cls(backing, SearchIndex.open(state / "search"), flight, state)

    @property
    def environment(self) -> str:
        return self.backing.environment

    def now(self) -> dt.datetime:
        return self.backing.clock()

    def desk(self) -> AccessDesk:
        return AccessDesk(self.backing.mesh(), self.backing.ledger, self.backing.decider, self.backing.clock)

    def feedback_desk(self, new_id: Callable[[], str] = fresh_id) -> FeedbackDesk:
        """Where feedback is given; `new_id` names what is given."""
        self.reads.refresh(self.now())
        backing = self.backing
        return FeedbackDesk(backing.mesh(), backing.ledger, backing.decider, backing.clock, self.reads.has_read, new_id)

    def states(self) -> dict[str, ProductState]:
        """How every product stands, by name, at most some seconds ago."""
        return self._now_or_lately().states

    def graph(self) -> LineageGraph:
        mesh, kept = self.backing.mesh(), self._graph
        if kept is None or kept.mesh is not mesh:
            kept = self._graph = LineageGraph(mesh)
        return kept

    def neighbours(self) -> Neighbours:
        """Who reads whom."""
        mesh, kept = self.backing.mesh(), self._neighbours
        if kept is None or kept.mesh is not mesh:
            kept = self._neighbours = Neighbours(mesh)
        return kept

    def grants(self) -> tuple[Grant, ...]:
        """Every grant that holds now."""
        now = self.now()
        return tuple(g for g in self.given() if g.holds(now))

    def given(self) -> tuple[Grant, ...]:
        """Every grant that was ever given, and every agreement."""
        mesh, last, kept = self.backing.mesh(), self.backing.ledger.last_step(), self._grants
        if kept is None or kept[0] is not mesh or kept[1] != last:
            found = grants_of(self.backing.ledger.access_steps(), mesh.governance.agreements, mesh)
            kept = self._grants = (mesh, last, found)
        return kept[2]

    def requests(self) -> tuple[AccessRequest, ...]:
        """Every request for access, in the order in which they began."""
        last, kept = self.backing.ledger.last_step(), self._requests
        if kept is None or kept[0] != last:
            kept = self._requests = (last, self.desk().all())
        return kept[1]

    def search(self, query: SearchQuery, sight: Sight) -> SearchResult:
        """What the viewer may discover of what the words find. Raises TroubleError H813 for a facet that there is none of."""
        if self.index is None:
            raise TroubleError(Trouble("H810", "this server keeps no search index", mend="`hansa serve` does"))
        snapshot = self._now_or_lately()
        if self._indexed is None or self._indexed.mesh is not snapshot.mesh:
            self._index(snapshot, self.index)
        elif self._indexed is not snapshot and self._indexing.acquire(blocking=False):
            self._indexing.release()
            arguments = (snapshot, self.index)
            threading.Thread(target=self._index_beside, args=arguments, name="hansa-search-index", daemon=True).start()
        try:
            return self.index.search(query, _visible(self.index, sight))
        except TroubleError as error:
            if not _REBUILT.intersection(t.code for t in error.troubles):
                raise
            self.index.discard()
            self._index(snapshot, self.index)
            return self.index.search(query, _visible(self.index, sight))

    def _index(self, snapshot: _Snapshot, index: SearchIndex) -> None:
        with self._indexing:
            if self._indexed is not snapshot:
                index.refresh(snapshot.mesh, snapshot.states.values(), snapshot.reads, snapshot.ratings)
                self._indexed = snapshot

    def _index_beside(self, snapshot: _Snapshot, index: SearchIndex) -> None:
        try:
            self._index(snapshot, index)
        except TroubleError as trouble:
            _log.warning("searches go on with the index as it was: %s", trouble.troubles[0].summary)

    def _now_or_lately(self) -> _Snapshot:
        mesh, kept, now = self.backing.mesh(), self._snapshot, time.monotonic()
        if kept is not None and kept.mesh is mesh and now - kept.at < GOOD:
            if now - kept.at > FRESH and self._gathering.acquire(blocking=False):
                threading.Thread(target=self._gather_and_release, args=(mesh,), name="hansa-states", daemon=True).start()
            return kept
        with self._gathering:
            kept = self._snapshot
            if kept is None or kept.mesh is not mesh or time.monotonic() - kept.at > FRESH:
                kept = self._gather(mesh)
            return kept

    def _gather_and_release(self, mesh: Mesh) -> None:
        try:
            self._gather(mesh)
        except TroubleError as trouble:
            _log.warning("how products stand was not looked at anew: %s", trouble.troubles[0].summary)
        finally:
            self._gathering.release()

    def _gather(self, mesh: Mesh) -> _Snapshot:
        event, before, at = self._told(), self._snapshot, time.monotonic()
        if before is not None and before.mesh is mesh and event is not None and event == before.event:
            return self._aged(before, at)
        found = {s.name: s for s in states(mesh, self.backing.ledger, self.environment, self.now())}
        return self._keep(_Snapshot(mesh, found, time.monotonic(), event, at, self.heard.all_ratings(mesh), self._read()))

    def _told(self) -> int | None:
        """The last event; None while a run is under way."""
        ledger, now = self.backing.ledger, self.now()
        event = ledger.last_event()
        return event if all(is_dead(run, ledger, now) for run in ledger.unfinished_runs()) else None

    def _aged(self, before: _Snapshot, at: float) -> _Snapshot:
        """The same once more: nothing was recorded since."""
        if at - before.aged < _OLDER:
            kept = replace(before, at=at)
            self._indexed = kept if self._indexed is before else self._indexed
            self._snapshot = kept
            return kept
        found = {s.name: s for s in aged(before.states.values(), self.now())}
        return self._keep(replace(before, states=found, at=at, aged=at, reads=self._read()))

    def _read(self) -> Mapping[str, int]:
        """How often each product was read lately. Reads tell of no event, so it is looked at as the ages are."""
        self.reads.refresh(self.now())
        return self.reads.by_product()

    def _keep(self, kept: _Snapshot) -> _Snapshot:
        before = self._snapshot
        if before is not None and before.mesh is kept.mesh and _standing(before) == _standing(kept):
            # The same but for its age: the index need not be looked at again.
            self._indexed = kept if self._indexed is before else self._indexed
        self._snapshot = kept
        return kept


def _visible(index: SearchIndex, sight: Sight) -> Visibility:
    """What the viewer may discover of the index, which is asked once for a sight."""
    kept = sight.kept.get(_SEARCHED)
    found = index.visible_to(sight.gate, kept if isinstance(kept, Visibility) else None)
    sight.kept[_SEARCHED] = found
    return found


def _standing(snapshot: _Snapshot) -> object:
    """What the order of a search rests on."""
    stand = [(s.name, s.state, s.freshness, s.version, bool(s.failures)) for s in snapshot.states.values()]
    return stand, dict(snapshot.ratings), {name: reads.bit_length() for name, reads in snapshot.reads.items()}
