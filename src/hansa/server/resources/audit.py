"""`/audit-log`: who read what, for whom and why. Everybody sees their own reads, owners those of their products."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query

from hansa.access.record import ReadFilter, by_port, entries
from hansa.ledger import Ledger
from hansa.model import AuditEntry, PortRead, ReadOutcome
from hansa.names import DomainName, PortMajor, PortName, ProductName
from hansa.server.api import Listing, Paged, Pages, Resource, Shown, Viewing, example, refusals
from hansa.server.api.listing import none_of_ours
from hansa.server.sight import Reach
from hansa.server.transport import Answered
from hansa.trouble import Trouble

router = APIRouter(prefix="/audit-log", tags=["access"], route_class=Resource)
MOST_LOOKED_AT = 50_000
"""Entries that are looked through for one page; when more would have to be, the page ends early and names the next."""


class PortReadShown(Shown):
    """One port in a query: its snapshot, the columns that the statement could look at, and those of them that were masked."""

    port: str
    snapshot: str
    columns: list[str]
    masked: list[str]
    grant: str


class EntryShown(Shown):
    """An entry of the record. `statement` is without literals; empty where it may name what is hidden."""

    model_config = example(
        serial=42, query="q-5f2d0c1e", at="2026-11-22T09:00:00Z", outcome="done", principal="mia", consumer="campaign",
        purpose="letters", way="http", environment="prod", statement="SELECT id FROM customer.profiles", ports=[], rules=[],
        reason="", rows=2500, bytes=40000, seconds=0.1, hash="9f…",
    )  # fmt: skip
    serial: int
    query: str
    at: dt.datetime
    outcome: str
    principal: str
    consumer: str
    purpose: str
    way: str
    environment: str
    statement: str
    ports: list[PortReadShown]
    rules: list[str]
    reason: str
    rows: int
    bytes: int
    seconds: float
    hash: str


class Entries(Listing[EntryShown]):
    """Entries, the newest first. They are not counted. A page may be short, or empty, and have a next one all the same."""


@router.get("", responses=refusals("H742"))
def listed(
    viewer: Viewing,
    pages: Paged,
    since: Annotated[dt.datetime | None, Query(description="From this moment on; in UTC where it names no zone.")] = None,
    until: Annotated[dt.datetime | None, Query(description="Before this moment.")] = None,
    principal: Annotated[str, Query(max_length=200, description="Only what this user or service asked.")] = "",
    for_consumer: Annotated[str, Query(alias="for", max_length=200, description="Only what was read for this consumer.")] = "",
    for_purpose: Annotated[str, Query(alias="why", max_length=200, description="Only what was read for this purpose.")] = "",
    port: Annotated[str, Query(max_length=300, description="Only reads of this port, product or domain.")] = "",
    outcome: Annotated[ReadOutcome | None, Query(description="Only what ended so.")] = None,
) -> Entries:
    """The record of reads, newest first: the caller's own, those of products that they answer for; all for administrators."""
    wanted = ReadFilter(
        _zoned(since), _zoned(until), principal, for_consumer, for_purpose, _meant(port) if port else None, outcome
    )
    found = pages.searched(looked_through(viewer.backing.ledger, viewer.reach, wanted, _before(pages)), MOST_LOOKED_AT)
    return Entries(items=[_entry(e) for e in found], next=found.next)


def looked_through(
    ledger: Ledger, reach: Reach, wanted: ReadFilter, before: int | None
) -> Iterator[tuple[tuple[int], AuditEntry | None]]:
    """The entries before a serial, newest first: what may be seen of those that are wanted, and None for every other one.

    No filter is asked about what may not be seen: that something passes would tell what it is.
    """
    within = ReadFilter(since=wanted.since, until=wanted.until)
    for entry in entries(ledger, within, newest=True, before=before):
        record = reach.seen(entry.record)
        found = replace(entry, record=record) if record is not None and wanted.wants(record) else None
        yield (entry.serial,), found


def _before(pages: Pages) -> int | None:
    match pages.behind:
        case None:
            return None
        case (int(serial),) if 0 < serial < 2**63:
            return serial
        case _:
            raise none_of_ours()


def _entry(entry: AuditEntry) -> EntryShown:
    record = entry.record
    return EntryShown(
        serial=entry.serial,
        query=record.query,
        at=record.at,
        outcome=str(record.outcome),
        principal=record.principal,
        consumer=record.consumer,
        purpose=record.purpose,
        way=record.way,
        environment=record.environment,
        statement=record.statement,
        ports=[_port(r) for r in record.ports],
        rules=list(record.rules),
        reason=record.reason,
        rows=record.rows,
        bytes=record.bytes,
        seconds=record.seconds,
        hash=entry.hash,
    )


def _port(read: PortRead) -> PortReadShown:
    return PortReadShown(
        port=str(read.port), snapshot=str(read.snapshot), columns=list(read.columns), masked=list(read.masked), grant=read.grant
    )


def _zoned(at: dt.datetime | None) -> dt.datetime | None:
    if at is None:
        return None
    try:
        return at.replace(tzinfo=dt.UTC) if at.tzinfo is None else at.astimezone(dt.UTC)
    except OverflowError:
        raise Answered(
            Trouble("H740", "a time is out of the range of times", mend="write it 2027-01-31T00:00:00Z"), 400
        ) from None


def _meant(port: str) -> DomainName | ProductName | PortName | PortMajor:
    try:
        return by_port(port)
    except ValueError as wrong:
        raise Answered(Trouble("H740", f"`port`: {wrong}", mend="write a domain, a product or a port"), 400) from None
