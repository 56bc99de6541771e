"""What a ledger is: the record of what happened, and the pointers that say what consumers see.

A write is (changes, conditions) in one transaction: all conditions hold and all changes are recorded, or nothing is.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from hansa.model import (
    CheckResult,
    Lease,
    ProductRun,
    Publication,
    PublicationId,
    Run,
    RunId,
    RunStatus,
)
from hansa.names import ProductName


@dataclass(frozen=True, slots=True)
class RunStarted:
    run: Run


@dataclass(frozen=True, slots=True)
class RunEnded:
    run: RunId
    status: RunStatus
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class ProductFinished:
    result: ProductRun


@dataclass(frozen=True, slots=True)
class ChecksRecorded:
    """Verdicts of one product in one run, its sources' among them."""

    run: RunId
    product: ProductName
    results: tuple[CheckResult, ...]


@dataclass(frozen=True, slots=True)
class Published:
    """Record a publication and move its environment's pointer to it. Its `id` and `version` are given by the ledger."""

    publication: Publication


@dataclass(frozen=True, slots=True)
class PointerMoved:
    """Move an environment's pointer to a publication that exists: rollback and promotion. None removes the pointer."""

    product: ProductName
    environment: str
    publication: PublicationId | None
    at: dt.datetime
    reason: str
    actor: str = ""


@dataclass(frozen=True, slots=True)
class PublicationsForgotten:
    """Drop publications that no pointer names, once their data is gone."""

    publications: tuple[PublicationId, ...]


Change = RunStarted | RunEnded | ProductFinished | ChecksRecorded | Published | PointerMoved | PublicationsForgotten


@dataclass(frozen=True, slots=True)
class PointerIs:
    """The pointer still names this publication (None: there is no pointer)."""

    product: ProductName
    environment: str
    publication: PublicationId | None


@dataclass(frozen=True, slots=True)
class LeaseHeld:
    """The lease is still ours: same holder, same fence, not expired at `now`."""

    lease: Lease
    now: dt.datetime


Condition = PointerIs | LeaseHeld


class Conflict(Exception):
    """A condition did not hold, so nothing was written. `condition` is the first that failed, `found` what is there instead."""

    def __init__(self, condition: Condition, found: object) -> None:
        super().__init__(f"{condition} does not hold: found {found}")
        self.condition = condition
        self.found = found


class LedgerGone(Exception):
    """The ledger could not be reached, is locked by others for too long, or is not a ledger; the reason is one line."""


class Ledger(Protocol):
    """Safe to use from several threads; several processes may use one database at once. Any call may raise `LedgerGone`."""

    def apply(self, changes: Sequence[Change], conditions: Sequence[Condition] = ()) -> tuple[Publication, ...]:
        """Record changes if all conditions hold; the publications recorded, with their ids. Raises `Conflict`."""
        ...

    def run(self, run: RunId) -> Run | None: ...

    def runs(self, *, environment: str | None = None, limit: int = 50) -> tuple[Run, ...]:
        """The newest runs first."""
        ...

    def unfinished_runs(self) -> tuple[Run, ...]: ...

    def product_runs(self, run: RunId) -> tuple[ProductRun, ...]: ...

    def last_product_run(self, product: ProductName, environment: str) -> ProductRun | None: ...

    def checks(self, run: RunId, product: ProductName) -> tuple[CheckResult, ...]: ...

    def current(self, product: ProductName, environment: str) -> Publication | None:
        """The publication that the environment's own pointer names. Falling back to another environment is the caller's."""
        ...

    def currents(self, environment: str) -> tuple[Publication, ...]: ...

    def publication(self, publication: PublicationId) -> Publication | None: ...

    def history(self, product: ProductName, environment: str | None = None) -> tuple[Publication, ...]:
        """The publications of a product, newest first."""
        ...

    def environments(self) -> tuple[str, ...]: ...

    def pointed(self) -> tuple[Publication, ...]:
        """Every publication that any pointer of any environment names."""
        ...

    def acquire(self, key: str, holder: str, *, now: dt.datetime, seconds: float) -> Lease | None:
        """Take a lease that is free, expired or already ours; None when another holds it. A new holder gets a higher fence."""
        ...

    def holder(self, key: str, *, now: dt.datetime) -> Lease | None:
        """Who holds a lease now."""
        ...

    def renew(self, lease: Lease, *, now: dt.datetime, seconds: float) -> Lease | None:
        """Prolong a lease; None when it was lost."""
        ...

    def release(self, lease: Lease) -> None:
        """Give a lease back; nothing happens when it was lost."""
        ...

    def close(self) -> None: ...
