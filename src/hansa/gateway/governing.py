"""What readers see of published ports, kept between queries, so that a new text over the same port costs no new decision.

It is kept for one reader and way, for what decides at the time, as a plan is, and for one snapshot, whose files never change.
Nothing is kept of a port of which nothing is seen.
"""

import datetime as dt
import threading
from collections.abc import Callable
from dataclasses import field

from hansa.access import Decider
from hansa.access.masking import MaskKeys
from hansa.frozen import dataclass
from hansa.gateway.instances import scan_name
from hansa.gateway.kept import Kept
from hansa.gateway.projecting import is_query_local, masked_columns, projection, visible
from hansa.lake import Lake
from hansa.model import Decision, ParquetFiles, PublishedPort, Reader
from hansa.names import PortMajor

SNAPSHOTS = 1_024
"""Snapshots whose files are known without looking."""

DECISIONS = 1_024
"""Decisions that are kept."""


@dataclass(frozen=True, slots=True)
class Governed:
    """A snapshot of a port as a reader may see it: its files, the decision, and of its columns those that are seen or masked."""

    relation: ParquetFiles
    decision: Decision
    seen: tuple[str, ...]
    masked: frozenset[str]
    made: dt.datetime
    _views: dict[tuple[str, bool], str] = field(default_factory=dict, compare=False, repr=False)

    def view(self, name: str, keys: Callable[[], MaskKeys], *, barrier: bool) -> str:
        """The text of its governed view; made anew for each query only where a mask is the query's own."""
        text = self._views.get((name, barrier))
        if text is None:
            text = projection(scan_name(name), self.decision, self.relation.schema, keys(), barrier=barrier)
            if not is_query_local(self.decision):
                self._views[name, barrier] = text
        return text

    def holds(self, now: dt.datetime) -> bool:
        """Whether its decision can be used at a moment. A clock that went back knows nothing of what was decided later."""
        return self.made <= now and (self.decision.until is None or now < self.decision.until)


class Governing:
    """Decides what readers see of snapshots. Safe to use from many threads."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._lock = threading.Lock()
        self._latest: Decider | None = None
        self._deciders = 0
        self._relations: Kept[tuple[PortMajor, int], ParquetFiles] = Kept(SNAPSHOTS)
        self._decided: Kept[tuple[object, ...], Governed] = Kept(DECISIONS)

    def ruling(self, decider: Decider) -> tuple[str, int]:
        """Stands for all that decides: another decider is another ruling even of the same version, since policies may look at
        more of a mesh than its version tells.
        """
        version = decider.version
        with self._lock:
            if decider is not self._latest:
                self._latest, self._deciders = decider, self._deciders + 1
            return version, self._deciders

    def of(self, reader: Reader, way: str, port: PublishedPort, decider: Decider, now: dt.datetime) -> Governed:
        """What a reader sees of a published port. Raises what lake and decider raise."""
        key = (reader, way, port.port, port.snapshot, self.ruling(decider))
        kept = self._decided.get(key)
        if kept is not None and kept.holds(now):
            return kept
        relation = self._relations.made((port.port, port.snapshot), lambda: self._lake.relation(port.port, port.snapshot))
        decision = decider.decide(reader, port.port, relation.schema, now, way)
        if not decision.allowed:
            return Governed(relation, _bare(decision), (), frozenset(), now)
        masked = frozenset(c.lower() for c in masked_columns(decision))
        governed = Governed(relation, decision, visible(decision, relation.schema), masked, now)
        if governed.seen:
            self._decided.keep(key, governed)
        return governed


def _bare(refused: Decision) -> Decision:
    """A refusal without what a reader would see if it were none."""
    return Decision(
        refused.port,
        allowed=False,
        rules=refused.rules,
        reasons=refused.reasons,
        mend=refused.mend,
        version=refused.version,
    )
