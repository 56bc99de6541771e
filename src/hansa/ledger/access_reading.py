"""What the SQL ledger asks about identities, access and reads, one function a question, each inside the caller's transaction."""

import datetime as dt

from sqlalchemy import Connection, func, select

from hansa.ledger import tables
from hansa.ledger.access_rows import entry_of, step_of, token_of, user_of
from hansa.ledger.chain import GENESIS
from hansa.ledger.protocol import WrittenEntry
from hansa.ledger.times import micros
from hansa.model import AccessStep, AuditEntry, TokenRecord, UserRecord

_steps = tables.access_steps
_tokens = tables.tokens
_log = tables.audit_log
_head = tables.audit_head


def access_steps(connection: Connection, request: str, consumer: str, after: int) -> tuple[AccessStep, ...]:
    query = select(_steps).where(_steps.c.serial > after).order_by(_steps.c.serial)
    if request:
        query = query.where(_steps.c.request == request)
    if consumer:
        query = query.where(_steps.c.consumer == consumer)
    return tuple(step_of(row) for row in connection.execute(query).mappings())


def last_step(connection: Connection, request: str = "") -> int | None:
    query = select(func.max(_steps.c.serial))
    if request:
        query = query.where(_steps.c.request == request)
    return connection.execute(query).scalar()


def users(connection: Connection) -> tuple[UserRecord, ...]:
    found = (user_of(row) for row in connection.execute(select(tables.users)).mappings())
    # Sorted here, since databases differ in how they sort text.
    return tuple(sorted(found, key=lambda user: user.name))


def tokens(connection: Connection, user: str) -> tuple[TokenRecord, ...]:
    query = select(_tokens).order_by(_tokens.c.serial)
    if user:
        query = query.where(_tokens.c.user == user)
    return tuple(token_of(row) for row in connection.execute(query).mappings())


def token(connection: Connection, id_: str) -> TokenRecord | None:
    row = connection.execute(select(_tokens).where(_tokens.c.id == id_)).mappings().first()
    return None if row is None else token_of(row)


def audit_head(connection: Connection) -> tuple[int, str]:
    row = connection.execute(select(_head.c.serial, _head.c.hash)).first()
    return (0, GENESIS) if row is None else (row.serial, row.hash)


def audit_log(
    connection: Connection,
    between: tuple[int, int | None],
    limit: int,
    since: dt.datetime | None,
    until: dt.datetime | None,
    *,
    newest: bool,
) -> tuple[AuditEntry, ...]:
    after, before = between
    if since is not None:
        # Clocks step back, so serials do not grow with times; but none before the lowest serial of the time can match.
        first = connection.execute(select(func.min(_log.c.serial)).where(_log.c.at >= micros(since))).scalar()
        if first is None:
            return ()
        after = max(after, first - 1)
    order = _log.c.serial.desc() if newest else _log.c.serial
    query = select(_log).where(_log.c.serial > after).order_by(order).limit(max(limit, 0))
    if before is not None:
        query = query.where(_log.c.serial < before)
    # The sum keeps databases from walking the index of times, and then sorting all of it, for each page of entries.
    if since is not None:
        query = query.where(_log.c.at + 0 >= micros(since))
    if until is not None:
        query = query.where(_log.c.at + 0 < micros(until))
    return tuple(entry_of(row) for row in connection.execute(query).mappings())


def written_entries(connection: Connection, after: int, limit: int) -> tuple[WrittenEntry, ...]:
    query = select(_log).where(_log.c.serial > after).order_by(_log.c.serial).limit(max(limit, 0))
    return tuple(WrittenEntry(r.serial, r.at, str(r.previous), str(r.record), str(r.hash)) for r in connection.execute(query))
