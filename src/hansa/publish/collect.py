"""Garbage: what no publication and no running run points to."""

import contextlib
import datetime as dt
from collections import Counter

from hansa.frozen import dataclass
from hansa.lake import Collected, Lake, LakeFailed
from hansa.ledger import Conflict, Ledger, PublicationsForgotten
from hansa.model import Publication
from hansa.names import ProductName
from hansa.publish.heads import align_heads

# What a run that starts while we collect may have staged already.
GRACE = dt.timedelta(hours=1)

_TURNS = 8  # attempts while others move pointers


@dataclass(frozen=True, slots=True)
class Garbage:
    """What was removed: publications that can no longer be rolled back to, and their data."""

    forgotten: tuple[Publication, ...]
    collected: Collected


def collect(
    ledger: Ledger, lake: Lake, *, now: dt.datetime, spared: tuple[str, ...] = (), keep_versions: int = 3, dry_run: bool = False
) -> Garbage:
    """Keep, for each product and environment, what its pointer names and the newest `keep_versions`; remove the rest.

    Files of the last hour and what lies under `spared` (the quarantine) stay.

    Forgetting comes first: a crash in between leaves files that the next collection removes, never a version without files.
    """
    if not dry_run:
        _align(ledger, lake)
    # The runs first: one that ends meanwhile then counts as running, and keeps what it has just committed.
    running = [r.id for r in ledger.unfinished_runs()]
    kept, forgotten = _forgotten(ledger, keep_versions, dry_run=dry_run)
    snapshots = {(port.port, port.snapshot) for p in kept for port in p.ports}
    return Garbage(forgotten, lake.collect(snapshots, running, older_than=now - GRACE, spared=spared, dry_run=dry_run))


def _align(ledger: Ledger, lake: Lake) -> None:
    """Heads that could not follow a pointer are put right here at the latest."""
    for environment in ledger.environments():
        with contextlib.suppress(LakeFailed):  # The collection itself names the tables that it cannot read.
            align_heads(environment, ledger=ledger, lake=lake)


def _forgotten(ledger: Ledger, keep_versions: int, *, dry_run: bool) -> tuple[tuple[Publication, ...], tuple[Publication, ...]]:
    """What is kept and what the ledger forgot."""
    for _ in range(_TURNS):
        kept, forgotten = _divided(ledger, keep_versions)
        if not forgotten or dry_run:
            return kept, forgotten
        try:
            ledger.apply([PublicationsForgotten(tuple(p.id for p in forgotten))])
        except Conflict:
            continue  # Somebody rolled back to one of them meanwhile; it is kept then.
        return kept, forgotten
    return (*kept, *forgotten), ()


def _divided(ledger: Ledger, keep_versions: int) -> tuple[tuple[Publication, ...], tuple[Publication, ...]]:
    pointed = {p.id for p in ledger.pointed()}
    publications = _all(ledger)
    shown = {p.product for p in publications if p.id in pointed}
    seen: Counter[tuple[ProductName, str]] = Counter()
    kept: list[Publication] = []
    forgotten: list[Publication] = []
    for publication in publications:
        seen[publication.product, publication.environment] += 1
        recent = seen[publication.product, publication.environment] <= keep_versions
        # Of a withdrawn product nothing is kept: there is nothing to roll back.
        keep = publication.id in pointed or (recent and publication.product in shown)
        (kept if keep else forgotten).append(publication)
    return tuple(kept), tuple(forgotten)


def _all(ledger: Ledger) -> list[Publication]:
    """Every publication of every product, newest first."""
    products = sorted(ledger.published_products())
    return [p for product in products for p in ledger.history(product)]
