"""Recorded facts: what happened, as the ledger keeps it and later stages read it. All frozen, all plain values.

Times are aware datetimes in UTC.
"""

import datetime as dt
import enum
from dataclasses import field
from typing import NewType

from hansa.frozen import dataclass
from hansa.model.fingerprint import Fingerprint
from hansa.names import PortMajor, ProductName, Version

RunId = NewType("RunId", str)
PublicationId = NewType("PublicationId", int)

DEFAULT_ENVIRONMENT = "prod"


class RunStatus(enum.StrEnum):
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"  # its process died; found by a later run


class ProductStatus(enum.StrEnum):
    """What became of a product in a run: the words of the public JSON."""

    PUBLISHED = "published"
    UNCHANGED = "unchanged"
    HELD = "held"  # an input failed; the last good version stays
    FAILED = "failed"
    BLOCKED = "blocked"  # refused before it ran: troubles, a lease, a policy


class CheckStatus(enum.StrEnum):
    PASS = "pass"
    FAIL = "fail"
    WARN = "warn"
    ERROR = "error"
    SKIP = "skip"


class Evidence(enum.StrEnum):
    """How a verdict was reached, from cheap to dear."""

    PROOF = "proof"
    STATISTICS = "statistics"
    HISTOGRAM = "histogram"
    SCAN = "scan"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Run:
    """One carrying out of a plan. `products` are those it was about, so that it can be continued."""

    id: RunId
    environment: str
    started: dt.datetime
    mesh: Fingerprint
    actor: str = ""
    status: RunStatus = RunStatus.RUNNING
    ended: dt.datetime | None = None
    products: tuple[ProductName, ...] = ()


@dataclass(frozen=True, slots=True)
class ProductRun:
    """What one run did with one product; `reason` is one line for people."""

    run: RunId
    product: ProductName
    status: ProductStatus
    reason: str = ""
    seconds: float = 0.0
    publication: PublicationId | None = None


@dataclass(frozen=True, slots=True)
class RunStep:
    """What a run did to a product, told while it runs so that others can follow it.

    `step` is `product` for the product as a whole, else one of read, compute, audit, quarantine, commit, publish, show. `state`
    is `began`, `ended` or `failed`, and for a product that is done its `ProductStatus`; `at` is when it came to that state.
    """

    product: ProductName
    step: str
    state: str
    at: dt.datetime
    detail: str = ""
    seconds: float = 0.0
    rows: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The verdict of one check on one port (or source) in one run."""

    check: str
    subject: str
    column: str
    kind: str
    status: CheckStatus
    severity: str = "error"
    dimension: str = ""
    measured: float | int | str | None = None
    threshold: str = ""
    how: Evidence = Evidence.NONE
    message: str = ""
    failing_rows: int | None = None


@dataclass(frozen=True, slots=True)
class PublishedPort:
    """A port inside a publication: the Iceberg snapshot that readers of that major see."""

    port: PortMajor
    contract_id: str
    contract_version: Version
    table: str
    snapshot: int
    rows: int
    bytes: int
    schema: str = ""  # the stored schema, as JSON of the lake
    watermark: str = ""


@dataclass(frozen=True, slots=True)
class Publication:
    """One published version of a product: all its ports together.

    `id` is given by the ledger; `version` counts per product and environment from 1. `code` is the fingerprint of models,
    contracts and engine; `inputs` is the fingerprint of the data read. `declaration` keeps the compiled product as JSON text, for
    later comparison.
    """

    product: ProductName
    environment: str
    run: RunId
    created: dt.datetime
    code: Fingerprint
    checks: Fingerprint
    inputs: Fingerprint
    ports: tuple[PublishedPort, ...]
    declaration: str = field(default="", repr=False)
    input_versions: tuple[tuple[str, str], ...] = ()
    version: int = 0
    id: PublicationId = PublicationId(0)

    def port(self, pinned: PortMajor) -> PublishedPort | None:
        return next((p for p in self.ports if p.port == pinned), None)


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to publish one product in one environment; `fence` grows with every holder, so a stale one is refused."""

    key: str
    holder: str
    fence: int
    expires: dt.datetime
