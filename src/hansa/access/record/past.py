"""The audit log read in pieces, from its newest entry back or from its oldest on."""

import datetime as dt
from collections.abc import Iterator
from itertools import islice

from hansa.access.record.filters import ReadFilter
from hansa.ledger import Ledger
from hansa.model import AuditEntry, ReadOutcome, ReadRecord

PAGE = 2_000
"""The most entries that are held at once."""
FIRST = 125
"""Those that are read first: often the newest few are all that somebody wants."""
EVERYTHING = ReadFilter()


def entries(
    ledger: Ledger, wanted: ReadFilter = EVERYTHING, *, newest: bool = False, before: int | None = None
) -> Iterator[AuditEntry]:
    """The entries that are wanted, oldest first, or newest first and those `before` a serial. What is written meanwhile may be
    missing."""
    after, limit = 0, FIRST
    while page := ledger.audit_log(
        after=after, before=before, limit=limit, since=wanted.since, until=wanted.until, newest=newest
    ):
        yield from (entry for entry in page if wanted.wants(entry.record))
        if newest:
            before = page[-1].serial
        else:
            after = page[-1].serial
        limit = min(4 * limit, PAGE)


def last_of_each_query(ledger: Ledger, wanted: ReadFilter = EVERYTHING) -> Iterator[AuditEntry]:
    """One entry a query, newest first: how it ended, or that it began when nothing is known of its end.

    A query counts to the time of that entry. With an outcome in the filter, every entry of that outcome.
    """
    ended: set[str] = set()
    for entry in entries(ledger, wanted, newest=True):
        if entry.record.outcome is not ReadOutcome.BEGUN:
            ended.add(entry.record.query)
        elif entry.record.query in ended:
            ended.discard(entry.record.query)  # there is one beginning, so the set stays as small as what ran at once
            continue
        yield entry


def used_lately(ledger: Ledger, since: dt.datetime, most: int) -> tuple[ReadRecord, ...]:
    """The newest queries since a time, each once, at most so many of them."""
    return tuple(entry.record for entry in islice(last_of_each_query(ledger, ReadFilter(since=since)), most))
