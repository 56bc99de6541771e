"""Sessions, one-time links and uses of tokens in the SQL ledger, each function inside the caller's transaction."""

import json
from typing import assert_never

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update

from hansa.ledger import tables
from hansa.ledger.rows import Values
from hansa.ledger.sense import opened_already
from hansa.ledger.session_changes import (
    InvitationUsed,
    Invited,
    SessionChange,
    SessionOpened,
    SessionsEnded,
    SessionsSwept,
    SessionUsed,
    TokenUsed,
)
from hansa.ledger.times import micros, moment
from hansa.model import Invitation, SessionRecord

_sessions = tables.sessions
_invitations = tables.invitations
_uses = tables.token_uses


def session(connection: Connection, id_: str) -> SessionRecord | None:
    row = connection.execute(select(_sessions).where(_sessions.c.id == id_)).mappings().first()
    return None if row is None else _session_of(row)


def sessions(connection: Connection, user: str) -> tuple[SessionRecord, ...]:
    query = select(_sessions).order_by(_sessions.c.opened, _sessions.c.id)
    if user:
        query = query.where(_sessions.c.user == user)
    return tuple(_session_of(row) for row in connection.execute(query).mappings())


def invitation(connection: Connection, hash_: str) -> Invitation | None:
    row = connection.execute(select(_invitations).where(_invitations.c.hash == hash_)).first()
    return None if row is None else Invitation(row.hash, row.user, moment(row.until))


def token_used(connection: Connection, id_: str) -> int | None:
    """When a token was used last, in microseconds since 1970."""
    return connection.execute(select(_uses.c.used).where(_uses.c.token == id_)).scalar()


def record(connection: Connection, change: SessionChange) -> None:
    match change:
        case SessionOpened(opened):
            if session(connection, opened.id) is not None:
                raise opened_already(opened.id)
            connection.execute(insert(_sessions), _session_values(opened))
        case SessionUsed(id_, at):
            later = (_sessions.c.id == id_) & (_sessions.c.used < micros(at))
            connection.execute(update(_sessions).where(later), {"used": micros(at)})
        case SessionsEnded(ids):
            connection.execute(delete(_sessions).where(_sessions.c.id.in_(ids)))
        case SessionsSwept():
            _sweep(connection, change)
        case Invited(invited, keep):
            values = {"hash": invited.hash, "user": invited.user, "until": micros(invited.until)}
            connection.execute(delete(_invitations).where(_invitations.c.hash == invited.hash))
            connection.execute(insert(_invitations), values)
            newest = (_invitations.c.until.desc(), _invitations.c.hash)
            beyond = select(_invitations.c.hash).order_by(*newest).offset(keep)
            gone = [row.hash for row in connection.execute(beyond)]
            connection.execute(delete(_invitations).where(_invitations.c.hash.in_(gone)))
        case InvitationUsed(hash_):
            connection.execute(delete(_invitations).where(_invitations.c.hash == hash_))
        case TokenUsed(token, at):
            found = token_used(connection, token)
            if found is None:
                connection.execute(insert(_uses), {"token": token, "used": micros(at)})
            elif found < micros(at):
                connection.execute(update(_uses).where(_uses.c.token == token), {"used": micros(at)})
        case _:
            assert_never(change)


def _sweep(connection: Connection, change: SessionsSwept) -> None:
    over = (_sessions.c.ends <= micros(change.now)) | (_sessions.c.used <= micros(change.unused))
    connection.execute(delete(_sessions).where(over))
    connection.execute(delete(_invitations).where(_invitations.c.until <= micros(change.now)))
    surplus = connection.execute(select(func.count()).select_from(_sessions)).scalar_one() - change.keep
    if surplus > 0:
        oldest = select(_sessions.c.id).order_by(_sessions.c.used, _sessions.c.opened, _sessions.c.id).limit(surplus)
        connection.execute(delete(_sessions).where(_sessions.c.id.in_([row.id for row in connection.execute(oldest)])))


def _session_values(session: SessionRecord) -> Values:
    return {
        "id": session.id,
        "hash": session.hash,
        "user": session.user,
        "opened": micros(session.opened),
        "ends": micros(session.ends),
        "used": micros(session.used),
        "token": session.token,
        "own": int(session.own),
        "issuer": session.issuer,
        "groups_json": json.dumps(session.groups),
        "service": int(session.service),
        "known": int(session.known),
        "browser": session.browser,
    }


def _session_of(row: RowMapping) -> SessionRecord:
    return SessionRecord(
        id=row["id"],
        hash=row["hash"],
        user=row["user"],
        opened=moment(row["opened"]),
        ends=moment(row["ends"]),
        used=moment(row["used"]),
        token=row["token"],
        own=bool(row["own"]),
        issuer=row["issuer"],
        groups=tuple(json.loads(row["groups_json"])),
        service=bool(row["service"]),
        known=bool(row["known"]),
        browser=row["browser"],
    )
