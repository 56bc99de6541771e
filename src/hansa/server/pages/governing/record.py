"""Pages of the record of reads, as far as somebody may see it: one entry a query, the newest first."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace

from hansa.frozen import dataclass
from hansa.ledger import Ledger
from hansa.model import AuditEntry, ReadOutcome, ReadRecord
from hansa.server.sight import Reach

LOOKED = 10_000
"""Entries that are looked through for one page; the page says when it stopped there."""
_PAGE = 1_000
_NEAR = 500
"""Entries behind a page that are looked into for the ends of queries that began on it."""


@dataclass(frozen=True, slots=True)
class Extract:
    """Some entries, newest first. `older` is where the next page begins, 0 at the end; `stopped` when there may be more."""

    entries: tuple[AuditEntry, ...]
    older: int
    stopped: bool


@dataclass(frozen=True, slots=True)
class Span:
    """A time; its end is excluded."""

    since: dt.datetime | None = None
    until: dt.datetime | None = None


def extract(
    ledger: Ledger, reach: Reach, span: Span, wants: Callable[[ReadRecord], bool], *, before: int = 0, most: int = 25
) -> Extract:
    """One entry a query: how it ended, or that it began. No filter is asked about what may not be seen."""
    found: list[AuditEntry] = []
    for looked, entry in enumerate(_once(ledger, span, before), 1):
        record = reach.seen(entry.record)
        if record is not None and wants(record):
            if len(found) == most:
                return Extract(tuple(found), found[-1].serial, stopped=False)
            found.append(replace(entry, record=record))
        if looked >= LOOKED:
            return Extract(tuple(found), entry.serial, stopped=True)
    return Extract(tuple(found), 0, stopped=False)


def _once(ledger: Ledger, span: Span, before: int) -> Iterator[AuditEntry]:
    """The last entry of each query. One that ran on over many others may stand twice when a page begins between its two."""
    ended: set[str] = set()
    if before:
        near = ledger.audit_log(after=before - 1, limit=_NEAR, until=span.until)
        ended = {e.record.query for e in near if e.record.outcome is not ReadOutcome.BEGUN}
    behind = before or None
    while page := ledger.audit_log(before=behind, limit=_PAGE, since=span.since, until=span.until, newest=True):
        for entry in page:
            if entry.record.outcome is not ReadOutcome.BEGUN:
                ended.add(entry.record.query)
            elif entry.record.query in ended:
                ended.discard(entry.record.query)
                continue
            yield entry
        behind = page[-1].serial
