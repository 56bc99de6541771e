"""What came of a run: plain values that the command line, the journal and tests read."""

from collections import Counter
from dataclasses import dataclass

from hansa.model import CheckResult, CheckStatus, ProductStatus, RunId, RunStatus
from hansa.names import ProductName


@dataclass(frozen=True, slots=True)
class AuditCounts:
    passed: int = 0
    failed: int = 0
    warned: int = 0
    errors: int = 0
    skipped: int = 0
    quarantined: int = 0

    @classmethod
    def of(cls, results: tuple[CheckResult, ...], quarantined: int = 0) -> "AuditCounts":
        n = Counter(r.status for r in results)
        return cls(
            n[CheckStatus.PASS],
            n[CheckStatus.FAIL],
            n[CheckStatus.WARN],
            n[CheckStatus.ERROR],
            n[CheckStatus.SKIP],
            quarantined,
        )


@dataclass(frozen=True, slots=True)
class PortOutcome:
    """A port after the run: what consumers see now (`snapshot` None: nothing yet), and how the audit of the new data went."""

    name: str
    version: str
    snapshot: int | None
    rows: int
    bytes: int
    audit: AuditCounts = AuditCounts()
    quarantine: str = ""


@dataclass(frozen=True, slots=True)
class ProductOutcome:
    name: ProductName
    status: ProductStatus
    reason: str
    seconds: float
    ports: tuple[PortOutcome, ...] = ()
    failures: tuple[CheckResult, ...] = ()
    version: int | None = None


@dataclass(frozen=True, slots=True)
class RunOutcome:
    run: RunId
    environment: str
    status: RunStatus
    products: tuple[ProductOutcome, ...]
    seconds: float

    @property
    def good(self) -> bool:
        return self.status is RunStatus.SUCCEEDED
