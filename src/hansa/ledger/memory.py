"""The ledger in memory: a true one, for tests and for work that need not be remembered."""

import datetime as dt
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import assert_never

from hansa.ledger import leases, outbox
from hansa.ledger.protocol import (
    Change,
    ChecksRecorded,
    Condition,
    Conflict,
    Event,
    LeaseHeld,
    PointerIs,
    PointerMove,
    PointerMoved,
    PoliciesDecided,
    ProductFinished,
    PublicationKept,
    PublicationsForgotten,
    Published,
    RunEnded,
    RunStarted,
    Unpointed,
)
from hansa.ledger.sense import never_started, of_another_product, refuse_nonsense, started_already
from hansa.model import CheckResult, Lease, PolicyDecision, ProductRun, Publication, PublicationId, Run, RunId, RunStatus
from hansa.names import ProductName

_Pointer = tuple[ProductName, str]


@dataclass(slots=True)
class _State:
    """Everything recorded; dictionaries keep the order of recording. A write works on a copy, which then takes its place."""

    runs: dict[RunId, Run] = field(default_factory=dict)
    product_runs: dict[tuple[RunId, ProductName], ProductRun] = field(default_factory=dict)
    checks: dict[tuple[RunId, ProductName], tuple[CheckResult, ...]] = field(default_factory=dict)
    decisions: dict[RunId, tuple[PolicyDecision, ...]] = field(default_factory=dict)
    publications: dict[PublicationId, Publication] = field(default_factory=dict)
    last_id: int = 0
    last_versions: dict[_Pointer, int] = field(default_factory=dict)
    pointers: dict[_Pointer, PublicationId] = field(default_factory=dict)
    moves: tuple[PointerMove, ...] = ()
    events: tuple[Event, ...] = ()
    leases: dict[str, Lease] = field(default_factory=dict)

    def copy(self) -> "_State":
        return replace(
            self,
            runs=dict(self.runs),
            product_runs=dict(self.product_runs),
            checks=dict(self.checks),
            decisions=dict(self.decisions),
            publications=dict(self.publications),
            last_versions=dict(self.last_versions),
            pointers=dict(self.pointers),
            leases=dict(self.leases),
        )


class MemoryLedger:
    """Keeps everything until the process ends. One lock makes every call whole."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._state = _State()

    def apply(self, changes: Sequence[Change], conditions: Sequence[Condition] = ()) -> tuple[Publication, ...]:
        refuse_nonsense(changes)
        with self._lock:
            state = self._state.copy()
            for condition in conditions:
                _require(state, condition)
            recorded = [p for change in changes if (p := _record(state, change)) is not None]
            self._state = state
            return tuple(recorded)

    def run(self, run: RunId) -> Run | None:
        return self._state.runs.get(run)

    def runs(self, *, environment: str | None = None, limit: int = 50) -> tuple[Run, ...]:
        newest = reversed(self._state.runs.values())
        return tuple(r for r in newest if environment is None or r.environment == environment)[: max(limit, 0)]

    def unfinished_runs(self) -> tuple[Run, ...]:
        return tuple(r for r in reversed(self._state.runs.values()) if r.status is RunStatus.RUNNING)

    def product_runs(self, run: RunId) -> tuple[ProductRun, ...]:
        return tuple(p for p in self._state.product_runs.values() if p.run == run)

    def last_product_run(self, product: ProductName, environment: str) -> ProductRun | None:
        state = self._state
        newest = reversed(state.product_runs.values())
        return next((p for p in newest if p.product == product and state.runs[p.run].environment == environment), None)

    def checks(self, run: RunId, product: ProductName) -> tuple[CheckResult, ...]:
        return self._state.checks.get((run, product), ())

    def decisions(
        self, *, product: ProductName | None = None, run: RunId | None = None, limit: int = 20
    ) -> tuple[PolicyDecision, ...]:
        state = self._state
        runs = [id_ for id_ in reversed(state.decisions) if run in (None, id_)][: max(limit, 0)]
        found = (decision for id_ in runs for decision in state.decisions[id_])
        return tuple(d for d in found if product is None or d.concerns(str(product)))

    def current(self, product: ProductName, environment: str) -> Publication | None:
        state = self._state
        pointed = state.pointers.get((product, environment))
        return None if pointed is None else state.publications[pointed]

    def currents(self, environment: str) -> tuple[Publication, ...]:
        state = self._state
        here = sorted((product, id_) for (product, env), id_ in state.pointers.items() if env == environment)
        return tuple(state.publications[id_] for _, id_ in here)

    def publication(self, publication: PublicationId) -> Publication | None:
        return self._state.publications.get(publication)

    def history(self, product: ProductName, environment: str | None = None) -> tuple[Publication, ...]:
        newest = reversed(self._state.publications.values())
        return tuple(p for p in newest if p.product == product and environment in (None, p.environment))

    def moves(self, product: ProductName, environment: str) -> tuple[PointerMove, ...]:
        return tuple(m for m in reversed(self._state.moves) if (m.product, m.environment) == (product, environment))

    def events(self, after: int = 0, limit: int = 1000) -> tuple[Event, ...]:
        return tuple(e for e in self._state.events if e.id > after)[: max(limit, 0)]

    def published_products(self) -> tuple[ProductName, ...]:
        return tuple(sorted({p.product for p in self._state.publications.values()}))

    def environments(self) -> tuple[str, ...]:
        return tuple(sorted({environment for _, environment in self._state.pointers}))

    def pointed(self) -> tuple[Publication, ...]:
        state = self._state
        return tuple(state.publications[id_] for id_ in sorted(set(state.pointers.values())))

    def acquire(self, key: str, holder: str, *, now: dt.datetime, seconds: float) -> Lease | None:
        with self._lock:
            return self._keep(leases.acquired(self._state.leases.get(key), key, holder, now, seconds))

    def holder(self, key: str, *, now: dt.datetime) -> Lease | None:
        lease = self._state.leases.get(key)
        return lease if lease is not None and leases.is_live(lease, now) else None

    def renew(self, lease: Lease, *, now: dt.datetime, seconds: float) -> Lease | None:
        with self._lock:
            return self._keep(leases.renewed(self._state.leases.get(lease.key), lease, now, seconds))

    def release(self, lease: Lease) -> None:
        with self._lock:
            self._keep(leases.released(self._state.leases.get(lease.key), lease))

    def close(self) -> None:
        """Nothing is held that needs to be freed; what was recorded stays readable."""

    def _keep(self, lease: Lease | None) -> Lease | None:
        if lease is not None:
            self._state.leases[lease.key] = lease
        return lease


def _require(state: _State, condition: Condition) -> None:
    """Raise Conflict unless the condition holds."""
    match condition:
        case PointerIs(product, environment, publication):
            found = state.pointers.get((product, environment))
            if found != publication:
                raise Conflict(condition, found)
        case LeaseHeld(lease, now):
            recorded = state.leases.get(lease.key)
            if not leases.is_held(recorded, lease, now):
                raise Conflict(condition, recorded)
        case PublicationKept(publication):
            if publication not in state.publications:
                raise Conflict(condition, None)
        case Unpointed(publication):
            environments = tuple(sorted({env for (_, env), id_ in state.pointers.items() if id_ == publication}))
            if environments:
                raise Conflict(condition, environments)
        case _:
            assert_never(condition)


def _record(state: _State, change: Change) -> Publication | None:
    match change:
        case RunStarted(run):
            if run.id in state.runs:
                raise started_already(run.id)
            state.runs[run.id] = run
        case RunEnded(run_id, status, at):
            run = replace(_started(state, run_id), status=status, ended=at)
            state.runs[run_id] = run
            _tell(state, outbox.run_ended(run, at))
        case ProductFinished(result):
            _started(state, result.run)
            state.product_runs.pop((result.run, result.product), None)
            state.product_runs[result.run, result.product] = result
        case ChecksRecorded(run_id, product, results):
            _started(state, run_id)
            state.checks[run_id, product] = results
        case PoliciesDecided(run_id, decisions):
            run = _started(state, run_id)
            state.decisions.pop(run_id, None)
            if decisions:
                state.decisions[run_id] = tuple(replace(d, run=run_id, at=run.started, mesh=run.mesh) for d in decisions)
        case Published(publication):
            return _publish(state, publication)
        case PointerMoved():
            _move(state, change)
        case PublicationsForgotten(publications):
            _forget(state, publications)
        case _:
            assert_never(change)
    return None


def _started(state: _State, run: RunId) -> Run:
    if run not in state.runs:
        raise never_started(run)
    return state.runs[run]


def _publish(state: _State, publication: Publication) -> Publication:
    run = _started(state, publication.run)
    key = (publication.product, publication.environment)
    state.last_id += 1
    state.last_versions[key] = state.last_versions.get(key, 0) + 1
    given = replace(publication, id=PublicationId(state.last_id), version=state.last_versions[key])
    before = state.pointers.get(key)
    state.publications[given.id] = given
    state.pointers[key] = given.id
    move = PointerMove(given.product, given.environment, given.created, before, given.id, "published", run.actor)
    state.moves += (move,)
    _tell(state, outbox.published(given, before))
    return given


def _move(state: _State, change: PointerMoved) -> None:
    key = (change.product, change.environment)
    before = state.pointers.get(key)
    if change.publication is not None:
        _require(state, PublicationKept(change.publication))
        if state.publications[change.publication].product != change.product:
            raise of_another_product(change.publication, change.product)
    if change.publication == before:
        return
    if change.publication is None:
        del state.pointers[key]
    else:
        state.pointers[key] = change.publication
    move = PointerMove(change.product, change.environment, change.at, before, change.publication, change.reason, change.actor)
    state.moves += (move,)
    _tell(state, outbox.pointer_moved(move))


def _forget(state: _State, publications: Iterable[PublicationId]) -> None:
    for publication in publications:
        _require(state, Unpointed(publication))
        state.publications.pop(publication, None)


def _tell(state: _State, message: outbox.Message) -> None:
    event = Event(len(state.events) + 1, message.at, message.kind, message.subject, message.body)
    state.events += (event,)
