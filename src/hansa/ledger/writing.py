"""How the SQL ledger checks conditions and records changes, inside the caller's one transaction.

Writes come one after the other (see `databases`), so a row that was read here cannot change before the transaction ends.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import assert_never

from sqlalchemy import ColumnElement, Connection, Table, delete, insert, select, update

from hansa.ledger import (
    access_reading,
    access_rows,
    feedback_store,
    frequent,
    leases,
    manifest_store,
    outbox,
    reading,
    rows,
    session_store,
    tables,
)
from hansa.ledger.feedback_changes import FeedbackStepped, LastFeedbackStepIs
from hansa.ledger.manifest_changes import ManifestIs, ManifestUploaded
from hansa.ledger.protocol import (
    AccessStepped,
    Change,
    ChecksRecorded,
    Condition,
    Conflict,
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
from hansa.model import Lease, ProductRun, Publication, PublicationId, Run, RunId, TokenRecord
from hansa.names import ProductName, parse_product


def require(connection: Connection, condition: Condition) -> None:
    """Raise Conflict unless the condition holds."""
    match condition:
        case PointerIs(product, environment, publication):
            found = reading.pointer(connection, product, environment)
            if found != publication:
                raise Conflict(condition, found)
        case LeaseHeld(lease, now):
            recorded = reading.lease(connection, lease.key)
            if not leases.is_held(recorded, lease, now):
                raise Conflict(condition, recorded)
        case PublicationKept(publication):
            if _product_of(connection, publication) is None:
                raise Conflict(condition, None)
        case Unpointed(publication):
            if environments := reading.environments_of(connection, publication):
                raise Conflict(condition, environments)
        case LastStepIs(request, serial):
            last = access_reading.last_step(connection, request)
            if last != serial:
                raise Conflict(condition, last)
        case LastFeedbackStepIs(feedback, serial):
            last = feedback_store.last_feedback_step(connection, feedback)
            if last != serial:
                raise Conflict(condition, last)
        case ManifestIs():
            manifest_store.require(connection, condition)
        case InvitationGood(hash_, now):
            invitation = session_store.invitation(connection, hash_)
            if invitation is None or invitation.until <= now:
                raise Conflict(condition, invitation)
        case _:
            assert_never(condition)


def record(connection: Connection, change: Change) -> Publication | None:
    """Record one change; the publication as recorded, if it is one."""
    match change:
        case RunStarted(run):
            if reading.run(connection, run.id) is not None:
                raise started_already(run.id)
            connection.execute(insert(tables.runs), rows.run_values(run))
            _tell(connection, outbox.run_began(run))
        case RunStepped(run_id, steps):
            _started(connection, run_id)
            _tell(connection, *(outbox.run_stepped(run_id, step) for step in steps))
        case EventsForgotten(until):
            table = tables.outbox
            newest = reading.last_event(connection)
            connection.execute(delete(table).where(table.c.id <= min(until, newest - 1)))
        case VerdictsChanged(run_id, changes, at):
            run = _started(connection, run_id)
            _tell(connection, *(outbox.verdict_changed(run, verdict, at) for verdict in changes))
        case RunEnded():
            _end_run(connection, change)
        case ProductFinished(result):
            _finish_product(connection, result)
        case ChecksRecorded():
            _record_checks(connection, change)
        case PoliciesDecided():
            _record_decisions(connection, change)
        case Published(publication):
            return _publish(connection, publication)
        case PointerMoved():
            _move(connection, change)
        case PublicationsForgotten(publications):
            _forget(connection, publications)
        case AccessStepped(step):
            connection.execute(insert(tables.access_steps), access_rows.step_values(step))
            _tell(connection, outbox.access_stepped(step))
        case FeedbackStepped(said):
            feedback_store.add(connection, said)
            _tell(connection, outbox.feedback_stepped(said))
        case ManifestUploaded():
            manifest_store.record(connection, change)
            _tell(connection, outbox.manifest_uploaded(change.manifest))
        case UserKept(user):
            _put(connection, tables.users, tables.users.c.name == user.name, access_rows.user_values(user))
        case TokenKept(token):
            _keep_token(connection, token)
        case ReadsRecorded(records):
            frequent.append_reads(connection.connection.cursor(), records)
        case SessionOpened() | SessionUsed() | SessionsEnded() | SessionsSwept() | Invited() | InvitationUsed() | TokenUsed():
            session_store.record(connection, change)
        case _:
            assert_never(change)
    return None


def keep_lease(connection: Connection, lease: Lease | None) -> Lease | None:
    """Record a lease that `leases` decided on."""
    if lease is not None:
        _put(connection, tables.leases, tables.leases.c.key == lease.key, rows.lease_values(lease))
    return lease


def _end_run(connection: Connection, change: RunEnded) -> None:
    run = replace(_started(connection, change.run), status=change.status, ended=change.at)
    connection.execute(update(tables.runs).where(tables.runs.c.id == run.id), rows.run_values(run))
    _tell(connection, outbox.run_ended(run, change.at))


def _finish_product(connection: Connection, result: ProductRun) -> None:
    _started(connection, result.run)
    table = tables.product_runs
    connection.execute(delete(table).where(table.c.run == result.run, table.c.product == str(result.product)))
    connection.execute(insert(table), rows.product_run_values(result))


def _record_checks(connection: Connection, change: ChecksRecorded) -> None:
    _started(connection, change.run)
    table = tables.checks
    connection.execute(delete(table).where(table.c.run == change.run, table.c.product == str(change.product)))
    values = [rows.check_values(change.run, change.product, i, result) for i, result in enumerate(change.results)]
    if values:
        connection.execute(insert(table), values)


def _record_decisions(connection: Connection, change: PoliciesDecided) -> None:
    _started(connection, change.run)
    table = tables.policy_decisions
    connection.execute(delete(table).where(table.c.run == change.run))
    values = [rows.decision_values(change.run, decision) for decision in change.decisions]
    if values:
        connection.execute(insert(table), values)


def _publish(connection: Connection, publication: Publication) -> Publication:
    run = _started(connection, publication.run)
    version = _next_version(connection, publication.product, publication.environment)
    numbered = replace(publication, version=version)
    insertion = insert(tables.publications).returning(tables.publications.c.id)
    id_ = connection.execute(insertion, rows.publication_values(numbered)).scalar_one()
    given = replace(numbered, id=PublicationId(id_))
    ports = [rows.port_values(given.id, position, port) for position, port in enumerate(given.ports)]
    if ports:
        connection.execute(insert(tables.publication_ports), ports)
    before = reading.pointer(connection, given.product, given.environment)
    move = PointerMove(given.product, given.environment, given.created, before, given.id, "published", run.actor)
    _point(connection, move)
    _tell(connection, outbox.published(given, before))
    return given


def _next_version(connection: Connection, product: ProductName, environment: str) -> int:
    table = tables.versions
    here = (table.c.product == str(product)) & (table.c.environment == environment)
    version: int = (connection.execute(select(table.c.last).where(here)).scalar() or 0) + 1
    _put(connection, table, here, {"product": str(product), "environment": environment, "last": version})
    return version


def _move(connection: Connection, change: PointerMoved) -> None:
    if change.publication is not None:
        require(connection, PublicationKept(change.publication))
        if _product_of(connection, change.publication) != change.product:
            raise of_another_product(change.publication, change.product)
    before = reading.pointer(connection, change.product, change.environment)
    if change.publication == before:
        return
    move = PointerMove(change.product, change.environment, change.at, before, change.publication, change.reason, change.actor)
    _point(connection, move)
    _tell(connection, outbox.pointer_moved(move))


def _point(connection: Connection, move: PointerMove) -> None:
    """Set or remove a pointer and log the move."""
    table = tables.pointers
    here = (table.c.product == str(move.product)) & (table.c.environment == move.environment)
    if move.after is None:
        connection.execute(delete(table).where(here))
    else:
        values = {"product": str(move.product), "environment": move.environment, "publication": move.after}
        _put(connection, table, here, values)
    connection.execute(insert(tables.moves), rows.move_values(move))


def _forget(connection: Connection, publications: Iterable[PublicationId]) -> None:
    for publication in publications:
        require(connection, Unpointed(publication))
        connection.execute(delete(tables.publications).where(tables.publications.c.id == publication))


def _keep_token(connection: Connection, token: TokenRecord) -> None:
    kept = access_reading.token(connection, token.id)
    now = token if kept is None else token_kept_again(kept, token)
    _put(connection, tables.tokens, tables.tokens.c.id == token.id, access_rows.token_values(now))


def _started(connection: Connection, run_id: RunId) -> Run:
    run = reading.run(connection, run_id)
    if run is None:
        raise never_started(run_id)
    return run


def _product_of(connection: Connection, publication: PublicationId) -> ProductName | None:
    table = tables.publications
    found = connection.execute(select(table.c.product).where(table.c.id == publication)).scalar()
    return None if found is None else parse_product(found)


def _tell(connection: Connection, *messages: outbox.Message) -> None:
    if messages:
        connection.execute(insert(tables.outbox), [rows.message_values(message) for message in messages])


def _put(connection: Connection, table: Table, here: ColumnElement[bool], values: rows.Values) -> None:
    """Update the row, or insert it; every database writes an upsert in another way, and writes do not race here."""
    if connection.execute(update(table).where(here), values).rowcount == 0:
        connection.execute(insert(table), values)
