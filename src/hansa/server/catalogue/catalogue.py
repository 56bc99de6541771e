"""What pages and the API show of the mesh: how products stand, lineage, and the search, each kept while it is good."""

import datetime as dt
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from hansa.access.grants import grants_of
from hansa.access.history import AccessRequest
from hansa.access.requests import AccessDesk
from hansa.catalog import Neighbours, ProductState
from hansa.catalog.search import SearchIndex, SearchQuery, SearchResult, Visibility
from hansa.feedback import FeedbackDesk, fresh_id
from hansa.model import Grant, LineageGraph, Mesh
from hansa.server.backing import Backing
from hansa.server.catalogue.heard import Heard
from hansa.server.catalogue.reads import Reads
from hansa.server.catalogue.standing import Snapshot, Standing
from hansa.server.catalogue.verdicts import Statuses, Verdicts
from hansa.server.governing import Rulings
from hansa.server.sight import Sight, Sights
from hansa.trouble import Trouble, TroubleError

_log = logging.getLogger(__name__)
_SEARCHED = "search"
_REBUILT = frozenset({"H810", "H811"})


@dataclass(slots=True)
class Catalogue:
    """Safe in many threads. `flight` is where the gateway answers Flight SQL, `postgres` where it answers clients of PostgreSQL;
    empty when it does not.

    Without an `index` nothing is searched, and all else is as with one. `state` is the mesh's own folder, where it is known.
    """

    backing: Backing
    index: SearchIndex | None = None
    flight: str = ""
    state: Path | None = None
    postgres: str = ""
    sights: Sights = field(init=False)
    rulings: Rulings = field(init=False)
    reads: Reads = field(init=False)
    heard: Heard = field(init=False)
    verdicts: Verdicts = field(init=False)
    statuses: Statuses = field(init=False)
    standing: Standing = field(init=False)
    _indexing: threading.Lock = field(init=False, default_factory=threading.Lock)
    _indexed: Snapshot | None = field(init=False, default=None)
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
        self.standing = Standing(self.backing, self.heard, self.reads)

    @classmethod
    def over(cls, backing: Backing, state: Path, flight: str = "", postgres: str = "") -> "Catalogue":
        """With the search index that lies in a mesh's own folder, where the command line has it, too."""
        return cls(backing, SearchIndex.open(state / "search"), flight, state, postgres)

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
        """How every product stands, by name; in a large mesh, stood some seconds ago."""
        return self.standing.now().states

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
        snapshot, indexed = self.standing.now(), self._indexed
        if indexed is None or indexed.mesh is not snapshot.mesh:
            self._index(snapshot, self.index)
        elif indexed.rank != snapshot.rank and self._indexing.acquire(blocking=False):
            self._indexing.release()
            arguments = (snapshot, self.index)
            threading.Thread(target=self._index_beside, args=arguments, name="hansa-search-index", daemon=True).start()
        try:
            return self.index.search(query, _visible(self.index, sight))
        except TroubleError as error:
            if not _REBUILT.intersection(t.code for t in error.troubles):
                raise
            self.index.discard()
            self._indexed = None
            self._index(snapshot, self.index)
            return self.index.search(query, _visible(self.index, sight))

    def _index(self, snapshot: Snapshot, index: SearchIndex) -> None:
        with self._indexing:
            indexed = self._indexed
            if indexed is None or indexed.rank != snapshot.rank:
                index.refresh(snapshot.mesh, snapshot.states.values(), snapshot.reads, snapshot.ratings)
                self._indexed = snapshot

    def _index_beside(self, snapshot: Snapshot, index: SearchIndex) -> None:
        try:
            self._index(snapshot, index)
        except TroubleError as trouble:
            _log.warning("searches go on with the index as it was: %s", trouble.troubles[0].summary)


def _visible(index: SearchIndex, sight: Sight) -> Visibility:
    """What the viewer may discover of the index, which is asked once for a sight."""
    kept = sight.kept.get(_SEARCHED)
    found = index.visible_to(sight.gate, kept if isinstance(kept, Visibility) else None)
    sight.kept[_SEARCHED] = found
    return found
