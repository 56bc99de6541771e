"""What policies say of the mesh in force, how it stood before, and what detectors propose: each computed once for everybody."""

import datetime as dt
from collections.abc import Hashable, Iterable, Mapping
from functools import partial
from pathlib import Path

from hansa.access.record import access_records, used_lately
from hansa.catalog.past import Past
from hansa.feedback import feedback_records
from hansa.governance import Answer, Facts, RelationRows
from hansa.governance.detectors import Proposal, Values, survey
from hansa.governance.examples import ExampleResult
from hansa.governance.judging import judged
from hansa.governance.levels import deciding
from hansa.governance.scorecard import scorecard
from hansa.model import InputPort, Mesh, OutputPort, Product
from hansa.publish.recorded import recorded_facts
from hansa.server.backing import Backing
from hansa.server.governing.keeping import PATIENCE, Kept, Remembered, go_on
from hansa.server.governing.ruled import Before, Ruled, since
from hansa.server.governing.seen import Seen
from hansa.server.governing.verifying import Verifying
from hansa.server.sight import Sight
from hansa.wiring import LATELY, MOST_QUERIES, open_database

MOMENTS = 6
"""Earlier moments of publication over which a trend goes."""
RUNS = 20
"""The newest runs whose decisions are shown."""
_SEEN = "rulings"


class Rulings:
    """Kept for one server. `state` is the mesh's own folder, where verifications of the audit log are noted."""

    def __init__(self, backing: Backing, state: Path | None = None) -> None:
        self._backing = backing
        self._now = Kept(self._judged, self._basis, self._mark)
        self._before = Kept(self._earlier, self._basis, self._mark)
        self._proposals = Kept(self._proposed, self._basis, lambda: 0)
        self.examples: Remembered[tuple[ExampleResult, ...]] = Remembered()
        self.verifying = Verifying(backing, state)

    def seen(self, sight: Sight, patience: float = PATIENCE) -> Seen | None:
        """What policies say, as far as a viewer may know. None while policies are judged for the first time."""
        ruled = self._now.look(patience)
        if ruled is None:
            return None
        kept = sight.kept.get(_SEEN)
        if not isinstance(kept, Seen) or kept.ruled is not ruled:
            kept = sight.kept[_SEEN] = Seen(ruled, sight.discretion)
        return kept

    def before(self) -> Before | None:
        """None while it is computed; nobody waits for it."""
        return self._before.look(patience=0)

    def proposals(self) -> tuple[Proposal, ...] | None:
        """By names and types alone: no data is looked at for a page. None while they are gathered."""
        kept = self._proposals.look()
        return kept[1] if kept is not None else None

    def facts(self, mesh: Mesh) -> Facts:
        """What is recorded, read when it is looked into."""
        backing = self._backing
        ledger, now = backing.ledger, backing.clock()
        return recorded_facts(
            lambda: ledger,
            backing.environment,
            access=lambda: access_records(ledger.access_steps(), mesh, now),
            reads=lambda: used_lately(ledger, now - LATELY, MOST_QUERIES),
            feedback=lambda: feedback_records(ledger.feedback_steps()),
        )

    def past(self, mesh: Mesh) -> Past:
        return Past(mesh, self._backing.ledger, self._backing.environment)

    def _basis(self) -> tuple[int, dt.date]:
        return id(self._backing.mesh()), self._backing.clock().date()

    def _mark(self) -> Hashable:
        """What a judgement rests on beside the mesh, but for reads: they count with the next thing that changes."""
        ledger, environment = self._backing.ledger, self._backing.environment
        runs = tuple((r.id, r.ended) for r in ledger.runs(environment=environment, limit=1))
        shown = tuple((p.product, p.version) for p in ledger.currents(environment))
        return runs, hash(shown), ledger.last_step(), ledger.last_feedback_step()

    def _judged(self) -> Ruled:
        mesh, now = self._backing.mesh(), self._backing.clock()
        judgement = judged(mesh, mesh.governance.policies, self.facts(mesh), now.date(), _Stoppable)
        told = self._backing.ledger.decisions(limit=RUNS)
        card, decides = scorecard(mesh, judgement), deciding(judgement.violations)
        return Ruled(mesh, now.date(), now, judgement, card, decides, told, since(told))

    def _earlier(self) -> Before:
        mesh = self._backing.mesh()
        past = self.past(mesh)
        moments = [past.at(moment) for moment in reversed(past.changes(MOMENTS))]
        policies = mesh.governance.policies
        ask = partial(judged, open_database=_Stoppable)
        cards = ((m.at, scorecard(m.mesh, ask(m.mesh, policies, m.facts, m.at.date()))) for m in moments)
        return Before(mesh, tuple(cards))

    def _proposed(self) -> tuple[Mesh, tuple[Proposal, ...]]:
        # With its mesh, as the others: while it is kept no other mesh can have its identity.
        mesh = self._backing.mesh()
        return mesh, survey(mesh, frozenset(p.address for p in mesh.products), _blind)


class _Stoppable:
    """A database of relations that answers no more when the process ends."""

    def __init__(self, relations: Mapping[str, RelationRows], views: Mapping[str, str]) -> None:
        go_on()
        self._database = open_database(relations, views)

    def ask(self, sql: str, *, most: int = 10_000) -> Answer:
        go_on()
        return self._database.ask(sql, most=most)

    def expect(self, queries: Iterable[str]) -> None:
        self._database.expect(queries)

    def looked_at(self, sql: str) -> Mapping[str, frozenset[str]]:
        return self._database.looked_at(sql)

    def close(self) -> None:
        self._database.close()


def _blind(product: Product, port: InputPort | OutputPort, columns: tuple[str, ...]) -> Values:
    return {}
