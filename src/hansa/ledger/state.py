"""What the ledger in memory holds, and how conditions and changes meet it: the counterpart of `writing`, without a database."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import assert_never

from hansa.ledger import leases, manifest_state, outbox, session_state
from hansa.ledger.chain import GENESIS, entries_after
from hansa.ledger.feedback_changes import FeedbackStepped, LastFeedbackStepIs
from hansa.ledger.manifest_changes import ManifestIs, ManifestUploaded
from hansa.ledger.protocol import (
    AccessStepped,
    Change,
    ChecksRecorded,
    Condition,
    Conflict,
    Event,
    EventsForgotten,
    LastStepIs,
    LeaseHeld,
    PointerIs,
    PointerMove,
    PointerMoved,
    PoliciesDecided,
    ProductFinished,
    PublicationKept,
    PublicationsForgotten,
    Published,
    ReadsRecorded,
    RunEnded,
    RunStarted,
    RunStepped,
    TokenKept,
    Unpointed,
    UserKept,
    VerdictsChanged,
)
from hansa.ledger.sense import never_started, of_another_product, started_already, token_kept_again
from hansa.ledger.session_changes import (
    InvitationGood,
    InvitationUsed,
    Invited,
    SessionOpened,
    SessionsEnded,
    SessionsSwept,
    SessionUsed,
    TokenUsed,
)
from hansa.ledger.session_state import SessionState
from hansa.model import (
    AccessStep,
    AuditEntry,
    CheckResult,
    FeedbackStep,
    Lease,
    PolicyDecision,
    ProductRun,
    Publication,
    PublicationId,
    Run,
    RunId,
    TokenRecord,
    UserRecord,
)
from hansa.names import ProductName

Pointer = tuple[ProductName, str]


@dataclass(slots=True)
class State:
    """Everything recorded; dictionaries keep the order of recording. A write works on a copy, which then takes its place."""

    runs: dict[RunId, Run] = field(default_factory=dict)
    product_runs: dict[tuple[RunId, ProductName], ProductRun] = field(default_factory=dict)
    checks: dict[tuple[RunId, ProductName], tuple[CheckResult, ...]] = field(default_factory=dict)
    decisions: dict[RunId, tuple[PolicyDecision, ...]] = field(default_factory=dict)
    publications: dict[PublicationId, Publication] = field(default_factory=dict)
    last_id: int = 0
    last_versions: dict[Pointer, int] = field(default_factory=dict)
    pointers: dict[Pointer, PublicationId] = field(default_factory=dict)
    moves: tuple[PointerMove, ...] = ()
    events: tuple[Event, ...] = ()
    leases: dict[str, Lease] = field(default_factory=dict)
    users: dict[str, UserRecord] = field(default_factory=dict)
    tokens: dict[str, TokenRecord] = field(default_factory=dict)
    steps: tuple[AccessStep, ...] = ()
    feedback: tuple[FeedbackStep, ...] = ()
    manifests: manifest_state.Uploaded = ()
    audit_log: tuple[AuditEntry, ...] = ()
    signed_in: SessionState = field(default_factory=SessionState)

    def copy(self) -> "State":
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
            users=dict(self.users),
            tokens=dict(self.tokens),
            signed_in=self.signed_in.copy(),
        )

    @property
    def audit_head(self) -> tuple[int, str]:
        return (self.audit_log[-1].serial, self.audit_log[-1].hash) if self.audit_log else (0, GENESIS)


def require(state: State, condition: Condition) -> None:
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
        case LastStepIs(request, serial):
            last = next((step.serial for step in reversed(state.steps) if step.request == request), None)
            if last != serial:
                raise Conflict(condition, last)
        case LastFeedbackStepIs(feedback, serial):
            last = next((step.serial for step in reversed(state.feedback) if step.feedback == feedback), None)
            if last != serial:
                raise Conflict(condition, last)
        case ManifestIs():
            manifest_state.require(state.manifests, condition)
        case InvitationGood(hash_, now):
            invitation = state.signed_in.invitations.get(hash_)
            if invitation is None or invitation.until <= now:
                raise Conflict(condition, invitation)
        case _:
            assert_never(condition)


def record(state: State, change: Change) -> Publication | None:
    """Record one change; the publication as recorded, if it is one."""
    match change:
        case RunStarted(run):
            if run.id in state.runs:
                raise started_already(run.id)
            state.runs[run.id] = run
            _tell(state, outbox.run_began(run))
        case RunStepped(run_id, steps):
            _started(state, run_id)
            for step in steps:
                _tell(state, outbox.run_stepped(run_id, step))
        case EventsForgotten(until):
            state.events = tuple(e for e in state.events[:-1] if e.id > until) + state.events[-1:]
        case VerdictsChanged(run_id, changes, at):
            run = _started(state, run_id)
            for verdict in changes:
                _tell(state, outbox.verdict_changed(run, verdict, at))
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
        case AccessStepped(step):
            state.steps += (replace(step, serial=len(state.steps) + 1),)
            _tell(state, outbox.access_stepped(step))
        case FeedbackStepped(said):
            state.feedback += (replace(said, serial=len(state.feedback) + 1),)
            _tell(state, outbox.feedback_stepped(said))
        case ManifestUploaded():
            state.manifests = manifest_state.with_uploaded(state.manifests, change)
            _tell(state, outbox.manifest_uploaded(change.manifest))
        case UserKept(user):
            state.users[user.name] = user
        case TokenKept(token):
            kept = state.tokens.get(token.id)
            state.tokens[token.id] = token if kept is None else token_kept_again(kept, token)
        case ReadsRecorded(records):
            state.audit_log += tuple(entry for entry, _ in entries_after(*state.audit_head, records))
        case SessionOpened() | SessionUsed() | SessionsEnded() | SessionsSwept() | Invited() | InvitationUsed() | TokenUsed():
            session_state.record(state.signed_in, change)
        case _:
            assert_never(change)
    return None


def _started(state: State, run: RunId) -> Run:
    if run not in state.runs:
        raise never_started(run)
    return state.runs[run]


def _publish(state: State, publication: Publication) -> Publication:
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


def _move(state: State, change: PointerMoved) -> None:
    key = (change.product, change.environment)
    before = state.pointers.get(key)
    if change.publication is not None:
        require(state, PublicationKept(change.publication))
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


def _forget(state: State, publications: Iterable[PublicationId]) -> None:
    for publication in publications:
        require(state, Unpointed(publication))
        state.publications.pop(publication, None)


def _tell(state: State, message: outbox.Message) -> None:
    last = state.events[-1].id if state.events else 0
    event = Event(last + 1, message.at, message.kind, message.subject, message.body)
    state.events += (event,)
