"""What a ledger is: the record of what happened, and the pointers that say what consumers see.

A write is (changes, conditions) in one transaction: all conditions hold and all changes are recorded, or nothing is.
"""

import datetime as dt
import enum
from collections.abc import Mapping, Sequence
from typing import Protocol

from hansa.frozen import dataclass
from hansa.ledger.feedback_changes import FeedbackStepped, LastFeedbackStepIs
from hansa.ledger.manifest_changes import ManifestIs, ManifestUploaded
from hansa.ledger.session_changes import InvitationGood, SessionChange
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
    ReadRecord,
    Run,
    RunId,
    RunStatus,
    RunStep,
    SessionRecord,
    TokenRecord,
    UserRecord,
    VerdictChange,
)
from hansa.model.uploaded import UploadedManifest
from hansa.names import DomainName, ProductName
from hansa.trouble import Trouble, TroubleError


@dataclass(frozen=True, slots=True)
class RunStarted:
    run: Run


@dataclass(frozen=True, slots=True)
class RunEnded:
    run: RunId
    status: RunStatus
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class ProductFinished:
    """What one run did with one product. Recorded again for the same run and product, it replaces the earlier result."""

    result: ProductRun


@dataclass(frozen=True, slots=True)
class ChecksRecorded:
    """Verdicts of one product in one run, its sources' among them. Recorded again, they replace the earlier ones."""

    run: RunId
    product: ProductName
    results: tuple[CheckResult, ...]


@dataclass(frozen=True, slots=True)
class Published:
    """Record a publication and move its environment's pointer to it. Its `id` and `version` are given by the ledger."""

    publication: Publication


@dataclass(frozen=True, slots=True)
class PointerMoved:
    """Move an environment's pointer to a publication that exists: rollback and promotion. None removes the pointer.

    Implies the condition `PublicationKept`. A move to where the pointer already is changes nothing and leaves no trace.
    """

    product: ProductName
    environment: str
    publication: PublicationId | None
    at: dt.datetime
    reason: str
    actor: str = ""


@dataclass(frozen=True, slots=True)
class PublicationsForgotten:
    """Drop publications that no pointer names, once their data is gone; those already dropped are passed over.

    Implies the condition `Unpointed` for each. Their ids and versions are never given again.
    """

    publications: tuple[PublicationId, ...]


@dataclass(frozen=True, slots=True)
class PoliciesDecided:
    """What policies decided before a run, in their order. Recorded again for the same run, they replace the earlier ones."""

    run: RunId
    decisions: tuple[PolicyDecision, ...]


@dataclass(frozen=True, slots=True)
class RunStepped:
    """What a run did lately, in its order. It is kept in the outbox alone: nothing but people's view of a run rests on it."""

    run: RunId
    steps: tuple[RunStep, ...]


@dataclass(frozen=True, slots=True)
class EventsForgotten:
    """Drop the events of the outbox up to an id, whatever they tell. The newest always stays: ids go on behind it."""

    until: int


@dataclass(frozen=True, slots=True)
class VerdictsChanged:
    """What policies say otherwise in this run than they said before it."""

    run: RunId
    changes: tuple[VerdictChange, ...]
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class AccessStepped:
    """A request for access went on by one step, or began. Steps are only ever added; the `serial` is given by the ledger."""

    step: AccessStep


@dataclass(frozen=True, slots=True)
class UserKept:
    """An entry of the embedded directory, new or in place of the one with the same name."""

    user: UserRecord


@dataclass(frozen=True, slots=True)
class TokenKept:
    """A token that was issued; recorded again with the same id, it may only have been revoked meanwhile."""

    token: TokenRecord


@dataclass(frozen=True, slots=True)
class ReadsRecorded:
    """Entries for the audit log, in their order. The ledger chains them: each entry's hash covers the one before it."""

    records: tuple[ReadRecord, ...]


Change = (
    RunStarted
    | RunEnded
    | ProductFinished
    | ChecksRecorded
    | Published
    | PointerMoved
    | PublicationsForgotten
    | PoliciesDecided
    | RunStepped
    | EventsForgotten
    | VerdictsChanged
    | AccessStepped
    | UserKept
    | TokenKept
    | ReadsRecorded
    | ManifestUploaded
    | SessionChange
    | FeedbackStepped
)


@dataclass(frozen=True, slots=True)
class PointerIs:
    """The pointer still names this publication (None: there is no pointer)."""

    product: ProductName
    environment: str
    publication: PublicationId | None


@dataclass(frozen=True, slots=True)
class LeaseHeld:
    """The lease is still ours: same holder, same fence, not expired at `now`."""

    lease: Lease
    now: dt.datetime


@dataclass(frozen=True, slots=True)
class PublicationKept:
    """The publication is still recorded: nobody forgot it since we read it."""

    publication: PublicationId


@dataclass(frozen=True, slots=True)
class Unpointed:
    """No pointer of any environment names this publication; what is found otherwise is the tuple of environments that do."""

    publication: PublicationId


@dataclass(frozen=True, slots=True)
class LastStepIs:
    """The last step of a request for access is still this one, by serial; None: there is no such request yet."""

    request: str
    serial: int | None


Condition = PointerIs | LeaseHeld | PublicationKept | Unpointed | LastStepIs | InvitationGood | LastFeedbackStepIs | ManifestIs


@dataclass(frozen=True, slots=True)
class PointerMove:
    """One entry of a pointer's history. `before` or `after` is None when there was, or is, no pointer.

    The ids are facts of their time: the publications that they name may have been forgotten since.
    """

    product: ProductName
    environment: str
    at: dt.datetime
    before: PublicationId | None
    after: PublicationId | None
    reason: str
    actor: str = ""


class EventKind(enum.StrEnum):
    PUBLISHED = "published"
    POINTER_MOVED = "pointer_moved"
    RUN_BEGAN = "run_began"
    RUN_STEPPED = "run_stepped"
    RUN_ENDED = "run_ended"
    VERDICT_CHANGED = "verdict_changed"
    ACCESS_STEPPED = "access_stepped"
    FEEDBACK_STEPPED = "feedback_stepped"
    MANIFEST_UPLOADED = "manifest_uploaded"


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the outbox, recorded in the transaction of what it tells. Ids grow in the order of the commits.

    `subject` is the text form of the product, or the id of the run, of the policy, of the request for access or of the
    feedback, or the domain; `body` is a JSON object as text.
    """

    id: int
    at: dt.datetime
    kind: EventKind
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class WrittenEntry:
    """An entry of the audit log as it lies in the store, for whoever verifies it: the text and hashes may be anything by now.

    `at` is in microseconds since 1970, as the store repeats the record's time to find entries by it.
    """

    serial: int
    at: int
    previous: str
    text: str
    hash: str


class Conflict(Exception):
    """A condition did not hold, so nothing was written. `condition` is the first that failed, `found` what is there instead."""

    def __init__(self, condition: Condition, found: object) -> None:
        super().__init__(f"{condition} does not hold: found {found}")
        self.condition = condition
        self.found = found


class LedgerGone(TroubleError):
    """The ledger could not be reached, is locked by others for too long, or is not a ledger; the reason is one line.

    What was asked for was not recorded, with one exception that no store can spare us: when a commit's answer is lost.
    """

    def __init__(self, reason: str, code: str = "H450", mend: str = "") -> None:
        self.reason = " ".join(reason.split())
        self.code = code
        self.mend = mend
        super().__init__(self.trouble)

    @property
    def trouble(self) -> Trouble:
        """The same as a trouble to show."""
        return Trouble(self.code, self.reason, mend=self.mend)


class Ledger(Protocol):
    """Safe to use from several threads; several processes may use one database at once. Any call may raise `LedgerGone`.

    A change that makes no sense, such as one that names a run that was never started or a time without a zone, raises
    ValueError and nothing is written: its caller is wrong, not the world.
    """

    def apply(self, changes: Sequence[Change], conditions: Sequence[Condition] = ()) -> tuple[Publication, ...]:
        """Record changes in their order if all conditions hold before; the publications recorded, with their ids.

        Raises `Conflict` with the first condition that does not hold.
        """
        ...

    def run(self, run: RunId) -> Run | None: ...

    def runs(self, *, environment: str | None = None, limit: int = 50) -> tuple[Run, ...]:
        """The newest runs first."""
        ...

    def unfinished_runs(self) -> tuple[Run, ...]:
        """The runs whose end was not recorded, newest first."""
        ...

    def product_runs(self, run: RunId) -> tuple[ProductRun, ...]:
        """What a run did, in the order of recording."""
        ...

    def product_statuses(self, run: RunId) -> Mapping[ProductName, ProductStatus]:
        """What a run came to, product by product: of `product_runs` the part that can be counted."""
        ...

    def last_product_run(self, product: ProductName, environment: str) -> ProductRun | None:
        """What was recorded last about a product in the runs of an environment."""
        ...

    def checks(self, run: RunId, product: ProductName) -> tuple[CheckResult, ...]:
        """The verdicts, in the order in which they were given."""
        ...

    def last_product_runs(self, environment: str) -> Mapping[ProductName, ProductRun]:
        """What `last_product_run` says, of every product at once."""
        ...

    def check_counts(self, run: RunId) -> Mapping[ProductName, Mapping[CheckStatus, int]]:
        """How many verdicts of each kind a run recorded of each product."""
        ...

    def decisions(
        self, *, product: ProductName | None = None, run: RunId | None = None, limit: int = 20
    ) -> tuple[PolicyDecision, ...]:
        """What policies decided in the newest `limit` runs that have decisions, newest run first, or in one run.

        With `product`, those that concern it: its violations, and the verdicts of the policies that it was judged by.
        """
        ...

    def current(self, product: ProductName, environment: str) -> Publication | None:
        """The publication that the environment's own pointer names. Falling back to another environment is the caller's."""
        ...

    def currents(self, environment: str, *, declared: bool = True) -> tuple[Publication, ...]:
        """What an environment's own pointers name, by product.

        Without `declared` their declarations are left empty: those of a large mesh are most of its ledger.
        """
        ...

    def publication(self, publication: PublicationId) -> Publication | None: ...

    def published_by(self, run: RunId) -> tuple[Publication, ...]:
        """The publications of a run that were not forgotten, by id."""
        ...

    def history(self, product: ProductName, environment: str | None = None) -> tuple[Publication, ...]:
        """The publications of a product, newest first; with `environment`, those that were published there."""
        ...

    def moves(self, product: ProductName, environment: str) -> tuple[PointerMove, ...]:
        """Where a pointer went, newest first; a publication counts as a move."""
        ...

    def events(self, after: int = 0, limit: int = 1000, *, subject: str = "") -> tuple[Event, ...]:
        """The outbox behind an id, oldest first; with `subject`, what it tells of that alone.

        Old events are forgotten one day (`EventsForgotten`): when the first one does not follow `after`, some may be missing.
        """
        ...

    def last_event(self) -> int:
        """The id of the newest event, 0 when there is none: cheap, to begin behind all that happened."""
        ...

    def old_events(self, *, before: dt.datetime, most: int) -> tuple[int, int]:
        """How many of the oldest events were told before a time, or lie behind the newest `most`, and the last one's id.

        Told is in the order of ids: an event behind a younger one is not old. The newest never is. (0, 0) when there is none.
        """
        ...

    def published_products(self) -> tuple[ProductName, ...]:
        """Every product with a publication that was not forgotten, pointed to or not, sorted."""
        ...

    def environments(self) -> tuple[str, ...]:
        """The environments that have a pointer, in alphabetical order."""
        ...

    def pointed(self) -> tuple[Publication, ...]:
        """Every publication that any pointer of any environment names, each once, by id."""
        ...

    def access_steps(self, *, request: str = "", consumer: str = "", after: int = 0) -> tuple[AccessStep, ...]:
        """The steps behind a serial, oldest first: of one request, of one consumer, or all."""
        ...

    def last_step(self) -> int:
        """The serial of the newest step of any request, 0 when there is none: cheap, to see whether grants changed."""
        ...

    def feedback_steps(
        self, *, feedback: str = "", product: ProductName | None = None, actor: str = "", after: int = 0
    ) -> tuple[FeedbackStep, ...]:
        """The steps of feedback behind a serial, oldest first: of one piece, about one product, by one person, or all."""
        ...

    def last_feedback_step(self) -> int:
        """The serial of the newest step of any feedback, 0 when there is none: cheap, to see whether something was said."""
        ...

    def manifests(self) -> tuple[UploadedManifest, ...]:
        """The newest version of every manifest that was uploaded, by domain."""
        ...

    def manifest_versions(self, domain: DomainName) -> tuple[UploadedManifest, ...]:
        """The versions of a domain's manifest, newest first."""
        ...

    def manifest_text(self, domain: DomainName, version: int) -> str | None:
        """The document of a version, as it was accepted."""
        ...

    def last_manifest(self) -> int:
        """The serial of the newest version of any manifest, 0 when there is none: cheap, to see whether one came."""
        ...

    def users(self) -> tuple[UserRecord, ...]:
        """The embedded directory, by name."""
        ...

    def tokens(self, *, user: str = "") -> tuple[TokenRecord, ...]:
        """The tokens ever issued, of a user or all, oldest first."""
        ...

    def token(self, token_id: str) -> TokenRecord | None: ...

    def token_used(self, token_id: str) -> dt.datetime | None:
        """When a token was used last, as far as it was told; at most an hour of its use may not have been."""
        ...

    def session(self, session_id: str) -> SessionRecord | None:
        """A session that was opened and neither ended nor was swept; whether it is still good, its times say."""
        ...

    def sessions(self, *, user: str = "") -> tuple[SessionRecord, ...]:
        """The sessions of a user or all, oldest first."""
        ...

    def invitation(self, hashed: str) -> Invitation | None:
        """A one-time link that was not used yet."""
        ...

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
        """Entries between two serials (both excluded) and within a time (`until` excluded), oldest first.

        With `newest`, the last ones, newest first. An entry that cannot be read any more, since somebody else wrote into the
        store, raises `LedgerGone` with the code H457.
        """
        ...

    def audit_head(self) -> tuple[int, str]:
        """Serial and hash of the newest entry that the ledger remembers to have written; 0 and 64 zeros when there is none."""
        ...

    def written_entries(self, *, after: int = 0, limit: int = 1000) -> tuple[WrittenEntry, ...]:
        """The entries of the audit log behind a serial, oldest first, as they are written."""
        ...

    def acquire(self, key: str, holder: str, *, now: dt.datetime, seconds: float) -> Lease | None:
        """Take a lease that is free, expired or already ours; None when another holds it.

        A new holder gets a higher fence, and so does the same one after its lease was released or had expired. A lease that is
        still ours keeps its fence and is prolonged, never shortened.
        """
        ...

    def holder(self, key: str, *, now: dt.datetime) -> Lease | None:
        """Who holds a lease now."""
        ...

    def renew(self, lease: Lease, *, now: dt.datetime, seconds: float) -> Lease | None:
        """Prolong a lease, never shorten it; None when it was lost: taken, released or expired."""
        ...

    def release(self, lease: Lease) -> None:
        """Give a lease back; nothing happens when it was lost."""
        ...

    def close(self) -> None: ...
