"""The ledger in a SQL database, through SQLAlchemy Core: SQLite today, PostgreSQL by one more class in `databases`."""

import datetime as dt
from collections.abc import Mapping, Sequence

from hansa.ledger import access_reading, feedback_store, frequent, leases, manifest_store, reading, session_store, writing
from hansa.ledger.databases import Database
from hansa.ledger.migrating import bring_up_to_date
from hansa.ledger.protocol import Change, Condition, Event, PointerMove, ReadsRecorded, WrittenEntry
from hansa.ledger.sense import refuse_nonsense
from hansa.ledger.times import moment
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
    SessionRecord,
    TokenRecord,
    UserRecord,
)
from hansa.model.uploaded import UploadedManifest
from hansa.names import DomainName, ProductName


class SqlLedger:
    """Opens a database, creating or upgrading its tables where needed. Raises `LedgerGone` where that cannot be done.

    Each call is one transaction. Safe to use from several threads; not across a fork: open it again in the child.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        try:
            bring_up_to_date(database)
        except BaseException:
            database.close()
            raise

    def apply(self, changes: Sequence[Change], conditions: Sequence[Condition] = ()) -> tuple[Publication, ...]:
        refuse_nonsense(changes)
        reads = [change for change in changes if isinstance(change, ReadsRecorded)]
        if len(reads) == len(changes) and not conditions:
            with self._database.appending() as driven:
                for change in reads:
                    frequent.append_reads(driven, change.records)
            return ()
        with self._database.writing() as connection:
            for condition in conditions:
                writing.require(connection, condition)
            return tuple(p for change in changes if (p := writing.record(connection, change)) is not None)

    def run(self, run: RunId) -> Run | None:
        with self._database.reading() as connection:
            return reading.run(connection, run)

    def runs(self, *, environment: str | None = None, limit: int = 50) -> tuple[Run, ...]:
        with self._database.reading() as connection:
            return reading.runs(connection, environment, limit)

    def unfinished_runs(self) -> tuple[Run, ...]:
        with self._database.reading() as connection:
            return reading.unfinished_runs(connection)

    def product_runs(self, run: RunId) -> tuple[ProductRun, ...]:
        with self._database.reading() as connection:
            return reading.product_runs(connection, run)

    def product_statuses(self, run: RunId) -> Mapping[ProductName, ProductStatus]:
        with self._database.reading() as connection:
            return reading.product_statuses(connection, run)

    def last_product_run(self, product: ProductName, environment: str) -> ProductRun | None:
        with self._database.reading() as connection:
            return reading.last_product_run(connection, product, environment)

    def checks(self, run: RunId, product: ProductName) -> tuple[CheckResult, ...]:
        with self._database.reading() as connection:
            return reading.checks(connection, run, product)

    def last_product_runs(self, environment: str) -> Mapping[ProductName, ProductRun]:
        with self._database.reading() as connection:
            return reading.last_product_runs(connection, environment)

    def check_counts(self, run: RunId) -> Mapping[ProductName, Mapping[CheckStatus, int]]:
        with self._database.reading() as connection:
            return reading.check_counts(connection, run)

    def decisions(
        self, *, product: ProductName | None = None, run: RunId | None = None, limit: int = 20
    ) -> tuple[PolicyDecision, ...]:
        with self._database.reading() as connection:
            return reading.decisions(connection, product, run, limit)

    def current(self, product: ProductName, environment: str) -> Publication | None:
        with self._database.reading() as connection:
            return reading.current(connection, product, environment)

    def currents(self, environment: str, *, declared: bool = True) -> tuple[Publication, ...]:
        with self._database.reading() as connection:
            return reading.currents(connection, environment, declared=declared)

    def publication(self, publication: PublicationId) -> Publication | None:
        with self._database.reading() as connection:
            return reading.publication(connection, publication)

    def published_by(self, run: RunId) -> tuple[Publication, ...]:
        with self._database.reading() as connection:
            return reading.published_by(connection, run)

    def history(self, product: ProductName, environment: str | None = None) -> tuple[Publication, ...]:
        with self._database.reading() as connection:
            return reading.history(connection, product, environment)

    def moves(self, product: ProductName, environment: str) -> tuple[PointerMove, ...]:
        with self._database.reading() as connection:
            return reading.moves(connection, product, environment)

    def events(self, after: int = 0, limit: int = 1000, *, subject: str = "") -> tuple[Event, ...]:
        with self._database.reading() as connection:
            return reading.events(connection, after, limit, subject)

    def last_event(self) -> int:
        with self._database.asking() as driven:
            return frequent.last_event(driven)

    def old_events(self, *, before: dt.datetime, most: int) -> tuple[int, int]:
        with self._database.reading() as connection:
            return reading.old_events(connection, before, most)

    def published_products(self) -> tuple[ProductName, ...]:
        with self._database.reading() as connection:
            return reading.published_products(connection)

    def environments(self) -> tuple[str, ...]:
        with self._database.reading() as connection:
            return reading.environments(connection)

    def pointed(self) -> tuple[Publication, ...]:
        with self._database.reading() as connection:
            return reading.pointed(connection)

    def access_steps(self, *, request: str = "", consumer: str = "", after: int = 0) -> tuple[AccessStep, ...]:
        with self._database.reading() as connection:
            return access_reading.access_steps(connection, request, consumer, after)

    def last_step(self) -> int:
        with self._database.asking() as driven:
            return frequent.last_step(driven)

    def feedback_steps(
        self, *, feedback: str = "", product: ProductName | None = None, actor: str = "", after: int = 0
    ) -> tuple[FeedbackStep, ...]:
        with self._database.reading() as connection:
            return feedback_store.feedback_steps(connection, feedback, product, actor, after)

    def last_feedback_step(self) -> int:
        with self._database.reading() as connection:
            return feedback_store.last_feedback_step(connection) or 0

    def manifests(self) -> tuple[UploadedManifest, ...]:
        with self._database.reading() as connection:
            return manifest_store.newest(connection)

    def manifest_versions(self, domain: DomainName) -> tuple[UploadedManifest, ...]:
        with self._database.reading() as connection:
            return manifest_store.versions(connection, domain)

    def manifest_text(self, domain: DomainName, version: int) -> str | None:
        with self._database.reading() as connection:
            return manifest_store.text(connection, domain, version)

    def last_manifest(self) -> int:
        with self._database.reading() as connection:
            return manifest_store.last(connection)

    def users(self) -> tuple[UserRecord, ...]:
        with self._database.reading() as connection:
            return access_reading.users(connection)

    def tokens(self, *, user: str = "") -> tuple[TokenRecord, ...]:
        with self._database.reading() as connection:
            return access_reading.tokens(connection, user)

    def token(self, token_id: str) -> TokenRecord | None:
        with self._database.reading() as connection:
            return access_reading.token(connection, token_id)

    def token_used(self, token_id: str) -> dt.datetime | None:
        with self._database.reading() as connection:
            found = session_store.token_used(connection, token_id)
        return None if found is None else moment(found)

    def session(self, session_id: str) -> SessionRecord | None:
        with self._database.reading() as connection:
            return session_store.session(connection, session_id)

    def sessions(self, *, user: str = "") -> tuple[SessionRecord, ...]:
        with self._database.reading() as connection:
            return session_store.sessions(connection, user)

    def invitation(self, hashed: str) -> Invitation | None:
        with self._database.reading() as connection:
            return session_store.invitation(connection, hashed)

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
        with self._database.reading() as connection:
            return access_reading.audit_log(connection, (after, before), limit, since, until, newest=newest)

    def audit_head(self) -> tuple[int, str]:
        with self._database.reading() as connection:
            return access_reading.audit_head(connection)

    def written_entries(self, *, after: int = 0, limit: int = 1000) -> tuple[WrittenEntry, ...]:
        with self._database.reading() as connection:
            return access_reading.written_entries(connection, after, limit)

    def acquire(self, key: str, holder: str, *, now: dt.datetime, seconds: float) -> Lease | None:
        with self._database.writing() as connection:
            taken = leases.acquired(reading.lease(connection, key), key, holder, now, seconds)
            return writing.keep_lease(connection, taken)

    def holder(self, key: str, *, now: dt.datetime) -> Lease | None:
        with self._database.reading() as connection:
            lease = reading.lease(connection, key)
        return lease if lease is not None and leases.is_live(lease, now) else None

    def renew(self, lease: Lease, *, now: dt.datetime, seconds: float) -> Lease | None:
        with self._database.writing() as connection:
            prolonged = leases.renewed(reading.lease(connection, lease.key), lease, now, seconds)
            return writing.keep_lease(connection, prolonged)

    def release(self, lease: Lease) -> None:
        with self._database.writing() as connection:
            writing.keep_lease(connection, leases.released(reading.lease(connection, lease.key), lease))

    def close(self) -> None:
        self._database.close()
