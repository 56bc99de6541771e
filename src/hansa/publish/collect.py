"""Garbage: what no publication and no running run points to."""

import datetime as dt
from dataclasses import dataclass

from hansa.lake import Collected, Lake
from hansa.ledger import Ledger, PublicationsForgotten
from hansa.model import Publication, PublicationId

# What a run that starts while we collect may have staged already.
GRACE = dt.timedelta(hours=1)


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
    pointed = {p.id for p in ledger.pointed()}
    publications = _all(ledger)
    kept: list[Publication] = []
    forgotten: list[Publication] = []
    seen: dict[tuple[str, str], int] = {}
    for publication in publications:
        place = (str(publication.product), publication.environment)
        seen[place] = seen.get(place, 0) + 1
        keep = publication.id in pointed or (seen[place] <= keep_versions and _still_shown(publication, pointed, publications))
        (kept if keep else forgotten).append(publication)
    if forgotten and not dry_run:
        ledger.apply([PublicationsForgotten(tuple(p.id for p in forgotten))])
    snapshots = {(port.port, port.snapshot) for p in kept for port in p.ports}
    running = [r.id for r in ledger.unfinished_runs()]
    return Garbage(tuple(forgotten), lake.collect(snapshots, running, older_than=now - GRACE, spared=spared, dry_run=dry_run))


def _all(ledger: Ledger) -> list[Publication]:
    """Every publication of every product, newest first."""
    products = sorted(ledger.published_products())
    return [p for product in products for p in ledger.history(product)]


def _still_shown(publication: Publication, pointed: set[PublicationId], everything: list[Publication]) -> bool:
    """Whether the product is still published somewhere; of a withdrawn product nothing is kept for rollback."""
    return any(p.id in pointed for p in everything if p.product == publication.product)
