"""Refuses changes that make no sense, before any store is asked: the same answer from every ledger."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from typing import assert_never

from hansa.ledger.feedback_changes import FeedbackStepped
from hansa.ledger.manifest_changes import ManifestUploaded
from hansa.ledger.protocol import (
    AccessStepped,
    Change,
    ChecksRecorded,
    EventsForgotten,
    PointerMoved,
    PoliciesDecided,
    ProductFinished,
    PublicationsForgotten,
    Published,
    ReadsRecorded,
    RunEnded,
    RunStarted,
    RunStepped,
    TokenKept,
    UserKept,
    VerdictsChanged,
)
from hansa.ledger.session_changes import (
    InvitationUsed,
    Invited,
    SessionOpened,
    SessionsEnded,
    SessionsSwept,
    SessionUsed,
    TokenUsed,
)
from hansa.model import AccessStep, FeedbackStep, FeedbackStepKind, RunStatus, TokenRecord


def refuse_nonsense(changes: Iterable[Change]) -> None:
    """Raise ValueError for a time without a zone, a run that ends as running and a step of no request."""
    for change in changes:
        match change:
            case RunStarted(run):
                zoned(run.started)
                if run.ended is not None:
                    zoned(run.ended)
            case RunEnded(run_id, status, at):
                zoned(at)
                if status is RunStatus.RUNNING:
                    raise ValueError(f"run {run_id} cannot end as running")
            case RunStepped(_, steps):
                _zoned_all(*(step.at for step in steps))
            case VerdictsChanged():
                zoned(change.at)
            case Published(publication):
                zoned(publication.created)
            case PointerMoved():
                zoned(change.at)
            case AccessStepped(step):
                _sensible_step(step)
            case FeedbackStepped(said):
                _sensible_feedback(said)
            case ManifestUploaded(manifest, _):
                zoned(manifest.at)
                if manifest.version < 1:
                    raise ValueError(f"the manifest of {manifest.domain} cannot have version {manifest.version}")
            case UserKept(user):
                _zoned_all(user.changed)
            case TokenKept(token):
                _zoned_all(token.created, token.expires, token.revoked)
            case ReadsRecorded(records):
                _zoned_all(*(record.at for record in records))
            case SessionOpened(session):
                _zoned_all(session.opened, session.ends, session.used)
                if not session.token and not session.issuer:
                    raise ValueError(f"session {session.id} rests on nothing")
            case SessionUsed(_, at) | TokenUsed(_, at):
                zoned(at)
            case SessionsSwept(now, unused, _):
                _zoned_all(now, unused)
            case Invited(invitation, _):
                zoned(invitation.until)
            case SessionsEnded() | InvitationUsed() | EventsForgotten():
                pass
            case ProductFinished() | ChecksRecorded() | PublicationsForgotten() | PoliciesDecided():
                pass
            case _:
                assert_never(change)


def zoned(at: dt.datetime) -> dt.datetime:
    """The same time, if it has a zone. Raises ValueError."""
    if at.tzinfo is None:
        raise ValueError(f"a time without a zone: {at}")
    return at


def token_kept_again(kept: TokenRecord, token: TokenRecord) -> TokenRecord:
    """What a token is after it was recorded again: the first revocation counts. Raises ValueError for any other change."""
    if replace(kept, revoked=None) != replace(token, revoked=None):
        raise ValueError(f"token {kept.id} can only be revoked, not changed")
    revocations = [at for at in (kept.revoked, token.revoked) if at is not None]
    if kept.revoked is not None and token.revoked is None:
        raise ValueError(f"token {kept.id} was revoked and stays so")
    return replace(kept, revoked=min(revocations, default=None))


def _sensible_step(step: AccessStep) -> None:
    if not step.request:
        raise ValueError("a step of no request")
    _zoned_all(step.at, step.terms.expires)


def _sensible_feedback(step: FeedbackStep) -> None:
    if not step.feedback or not step.actor:
        raise ValueError("a step of no feedback, or by nobody")
    if step.column and step.port is None:
        raise ValueError(f"feedback {step.feedback} is about a column of no port")
    if not 0 <= step.stars <= 5 or (step.kind is FeedbackStepKind.GIVEN and (step.run or step.version)):
        raise ValueError(f"feedback {step.feedback} cannot be given so")
    zoned(step.at)


def _zoned_all(*times: dt.datetime | None) -> None:
    for at in times:
        if at is not None:
            zoned(at)


def never_started(run: str) -> ValueError:
    return ValueError(f"run {run} was never started")


def started_already(run: str) -> ValueError:
    return ValueError(f"run {run} was started already")


def of_another_product(publication: int, product: object) -> ValueError:
    return ValueError(f"publication {publication} is not one of {product}")


def opened_already(session: str) -> ValueError:
    return ValueError(f"session {session} was opened already")
