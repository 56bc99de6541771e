"""The rules of leases, as pure functions over what is recorded; every ledger decides by them.

A record is never removed, so that fences only grow. A released lease is recorded with an empty holder. Time is what the caller
says it is: a clock that steps back makes a lease last longer, never shorter, and can at worst delay the next holder.
"""

import datetime as dt
from dataclasses import replace

from hansa.model import Lease

NOBODY = ""


def acquired(recorded: Lease | None, key: str, holder: str, now: dt.datetime, seconds: float) -> Lease | None:
    """The lease to record when `holder` may have it, else None."""
    if holder == NOBODY:
        raise ValueError("a lease needs a holder with a name")
    expires = _end(now, seconds)
    if recorded is None:
        return Lease(key, holder, 1, expires)
    if not is_live(recorded, now):
        return Lease(key, holder, recorded.fence + 1, expires)
    if recorded.holder != holder:
        return None
    return replace(recorded, expires=max(recorded.expires, expires))


def renewed(recorded: Lease | None, lease: Lease, now: dt.datetime, seconds: float) -> Lease | None:
    """The lease to record when it is still held, else None."""
    expires = _end(now, seconds)
    if recorded is None or not is_held(recorded, lease, now):
        return None
    return replace(recorded, expires=max(recorded.expires, expires))


def released(recorded: Lease | None, lease: Lease) -> Lease | None:
    """The record of a lease given back, or None when it is not this holder's to give."""
    if recorded is None or lease.holder == NOBODY or not _same(recorded, lease):
        return None
    return replace(recorded, holder=NOBODY)


def is_live(recorded: Lease, now: dt.datetime) -> bool:
    """Whether anybody holds the lease at `now`."""
    return recorded.holder != NOBODY and now < recorded.expires


def is_held(recorded: Lease | None, lease: Lease, now: dt.datetime) -> bool:
    """Whether this very lease is still held: the ledger's own expiry counts, not the one the caller remembers."""
    return recorded is not None and _same(recorded, lease) and is_live(recorded, now)


def _same(recorded: Lease, lease: Lease) -> bool:
    return recorded.holder == lease.holder and recorded.fence == lease.fence


def _end(now: dt.datetime, seconds: float) -> dt.datetime:
    if not seconds > 0:
        raise ValueError(f"a lease lasts longer than {seconds} seconds")
    if now.tzinfo is None:
        raise ValueError(f"a time without a zone: {now}")
    return now + dt.timedelta(seconds=seconds)
