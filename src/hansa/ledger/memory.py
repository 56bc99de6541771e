"""The ledger in memory: a true one, for tests and for work that need not be remembered."""

import datetime as dt
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice

from hansa.ledger import leases, manifest_state
from hansa.ledger.chain import written
from hansa.ledger.protocol import Change, Condition, Event, PointerMove, WrittenEntry
from hansa.ledger.sense import refuse_nonsense
from hansa.ledger.state import State, record, require
from hansa.model import (
    AccessStep,
    AuditEntry,
    CheckResult,
    CheckStatus,
    FeedbackStep,
    Invitation,
    Lease,
    PolicyDecision,
    ProductRun,
    ProductStatus,
    Publication,
    PublicationId,
    Run,
    RunId,
    RunStatus,
    SessionRecord,
    TokenRecord,
    UserRecord,
)
from hansa.model.uploaded import UploadedManifest
from hansa.names import DomainName, ProductName


class MemoryLedger:
    """Keeps everything until the process ends. One lock makes every call whole."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._state = State()

    def apply(self, changes: Sequence[Change], conditions: Sequence[Condition] = ()) -> tuple[Publication, ...]:
        refuse_nonsense(changes)
        with self._lock:
            state = self._state.copy()
            for condition in conditions:
                require(state, condition)
            recorded = [p for change in changes if (p := record(state, change)) is not None]
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

    def product_statuses(self, run: RunId) -> Mapping[ProductName, ProductStatus]:
        return {p.product: p.status for p in self._state.product_runs.values() if p.run == run}

    def last_product_run(self, product: ProductName, environment: str) -> ProductRun | None:
        state = self._state
        newest = reversed(state.product_runs.values())
        return next((p for p in newest if p.product == product and state.runs[p.run].environment == environment), None)

    def checks(self, run: RunId, product: ProductName) -> tuple[CheckResult, ...]:
        return self._state.checks.get((run, product), ())

    def last_product_runs(self, environment: str) -> Mapping[ProductName, ProductRun]:
        state = self._state
        return {p.product: p for p in state.product_runs.values() if state.runs[p.run].environment == environment}

    def check_counts(self, run: RunId) -> Mapping[ProductName, Mapping[CheckStatus, int]]:
        found = {product: results for (of, product), results in self._state.checks.items() if of == run and results}
        return {product: Counter(r.status for r in results) for product, results in found.items()}

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

    def currents(self, environment: str, *, declared: bool = True) -> tuple[Publication, ...]:
        state = self._state
        here = sorted((product, id_) for (product, env), id_ in state.pointers.items() if env == environment)
        found = (state.publications[id_] for _, id_ in here)
        return tuple(found if declared else (replace(publication, declaration="") for publication in found))

    def publication(self, publication: PublicationId) -> Publication | None:
        return self._state.publications.get(publication)

    def published_by(self, run: RunId) -> tuple[Publication, ...]:
        return tuple(p for p in self._state.publications.values() if p.run == run)

    def history(self, product: ProductName, environment: str | None = None) -> tuple[Publication, ...]:
        newest = reversed(self._state.publications.values())
        return tuple(p for p in newest if p.product == product and environment in (None, p.environment))

    def moves(self, product: ProductName, environment: str) -> tuple[PointerMove, ...]:
        return tuple(m for m in reversed(self._state.moves) if (m.product, m.environment) == (product, environment))

    def events(self, after: int = 0, limit: int = 1000, *, subject: str = "") -> tuple[Event, ...]:
        return tuple(e for e in self._state.events if e.id > after and subject in ("", e.subject))[: max(limit, 0)]

    def last_event(self) -> int:
        events = self._state.events
        return events[-1].id if events else 0

    def old_events(self, *, before: dt.datetime, most: int) -> tuple[int, int]:
        events = self._state.events[:-1]
        young = next((n for n, e in enumerate(events) if e.at >= before), len(events))
        old = max(young, len(events) + 1 - max(most, 1))
        return (old, events[old - 1].id) if old > 0 else (0, 0)

    def published_products(self) -> tuple[ProductName, ...]:
        return tuple(sorted({p.product for p in self._state.publications.values()}))

    def environments(self) -> tuple[str, ...]:
        return tuple(sorted({environment for _, environment in self._state.pointers}))

    def pointed(self) -> tuple[Publication, ...]:
        state = self._state
        return tuple(state.publications[id_] for id_ in sorted(set(state.pointers.values())))

    def access_steps(self, *, request: str = "", consumer: str = "", after: int = 0) -> tuple[AccessStep, ...]:
        found = (step for step in self._state.steps[max(after, 0) :] if consumer in ("", step.consumer))
        return tuple(step for step in found if request in ("", step.request))

    def last_step(self) -> int:
        return len(self._state.steps)

    def feedback_steps(
        self, *, feedback: str = "", product: ProductName | None = None, actor: str = "", after: int = 0
    ) -> tuple[FeedbackStep, ...]:
        found = (s for s in self._state.feedback[max(after, 0) :] if product in (None, s.product) and actor in ("", s.actor))
        return tuple(step for step in found if feedback in ("", step.feedback))

    def last_feedback_step(self) -> int:
        return len(self._state.feedback)

    def manifests(self) -> tuple[UploadedManifest, ...]:
        return manifest_state.newest(self._state.manifests)

    def manifest_versions(self, domain: DomainName) -> tuple[UploadedManifest, ...]:
        return manifest_state.versions(self._state.manifests, domain)

    def manifest_text(self, domain: DomainName, version: int) -> str | None:
        return manifest_state.text(self._state.manifests, domain, version)

    def last_manifest(self) -> int:
        return len(self._state.manifests)

    def users(self) -> tuple[UserRecord, ...]:
        return tuple(sorted(self._state.users.values(), key=lambda user: user.name))

    def tokens(self, *, user: str = "") -> tuple[TokenRecord, ...]:
        return tuple(token for token in self._state.tokens.values() if user in ("", token.user))

    def token(self, token_id: str) -> TokenRecord | None:
        return self._state.tokens.get(token_id)

    def token_used(self, token_id: str) -> dt.datetime | None:
        return self._state.signed_in.uses.get(token_id)

    def session(self, session_id: str) -> SessionRecord | None:
        return self._state.signed_in.sessions.get(session_id)

    def sessions(self, *, user: str = "") -> tuple[SessionRecord, ...]:
        found = (s for s in self._state.signed_in.sessions.values() if user in ("", s.user))
        return tuple(sorted(found, key=lambda s: (s.opened, s.id)))

    def invitation(self, hashed: str) -> Invitation | None:
        return self._state.signed_in.invitations.get(hashed)

    def audit_log(
        self,
        *,
        after: int = 0,
        before: int | None = None,
        limit: int = 1000,
        since: dt.datetime | None = None,
        until: dt.datetime | None = None,
        newest: bool = False,
    ) -> tuple[AuditEntry, ...]:
        between = self._state.audit_log[max(after, 0) : None if before is None else max(before - 1, 0)]
        ordered = reversed(between) if newest else iter(between)
        found = (e for e in ordered if (since is None or e.record.at >= since) and (until is None or e.record.at < until))
        return tuple(islice(found, max(limit, 0)))

    def audit_head(self) -> tuple[int, str]:
        return self._state.audit_head

    def written_entries(self, *, after: int = 0, limit: int = 1000) -> tuple[WrittenEntry, ...]:
        return tuple(written(entry) for entry in islice(self._state.audit_log, max(after, 0), max(after, 0) + max(limit, 0)))

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
