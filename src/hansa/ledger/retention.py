"""How long the outbox tells what happened. What it tells is on record elsewhere, or a view of runs that are long over.

Nobody's place in it is known here: who lags behind further finds that the next event does not follow, and begins anew.
"""

import datetime as dt

from hansa.ledger.protocol import EventsForgotten, Ledger

DAYS = 30
"""Days for which events are told, unless somebody says otherwise."""

MOST = 100_000
"""Events that are kept at most: of a mesh of a thousand products, those of about ten runs of all."""


def clear_outbox(ledger: Ledger, *, now: dt.datetime, days: int = DAYS, most: int = MOST, dry_run: bool = False) -> int:
    """Forget the events that are older than `days`, and those behind the newest `most`; how many went, or would go.

    The newest event always stays. Raises `LedgerGone`, and then nothing went.
    """
    count, until = ledger.old_events(before=now - dt.timedelta(days=days), most=most)
    if count and not dry_run:
        ledger.apply([EventsForgotten(until)])
    return count
