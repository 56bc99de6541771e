"""What came of a run: plain values that the command line, the journal and tests read."""

from collections import Counter

from hansa.frozen import dataclass
from hansa.model import CheckResult, CheckStatus, ProductStatus, Publication, PublishedPort, RunId, RunStatus
from hansa.names import ProductName
from hansa.trouble import Trouble


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

    @classmethod
    def of(cls, port: PublishedPort, counts: AuditCounts | None = None) -> "PortOutcome":
        """What a publication shows of a port."""
        return cls(str(port.port.name), str(port.contract_version), port.snapshot, port.rows, port.bytes, counts or AuditCounts())


@dataclass(frozen=True, slots=True)
class InputOutcome:
    """A source that broke its contract: how its audit went, and the folder of its failing rows."""

    name: str
    audit: AuditCounts
    quarantine: str = ""


def shown(publication: Publication | None) -> tuple[PortOutcome, ...]:
    """What consumers see of a product's ports; nothing before its first publication."""
    return tuple(PortOutcome.of(port) for port in publication.ports) if publication else ()


@dataclass(frozen=True, slots=True)
class ProductOutcome:
    """`troubles` are what stopped it, in full; `reason` is their one line. `inputs` are the sources that were refused."""

    name: ProductName
    status: ProductStatus
    reason: str
    seconds: float
    ports: tuple[PortOutcome, ...] = ()
    failures: tuple[CheckResult, ...] = ()
    version: int | None = None
    troubles: tuple[Trouble, ...] = ()
    inputs: tuple[InputOutcome, ...] = ()

    @property
    def good(self) -> bool:
        """Whether those who read this product may build on it."""
        return self.status in (ProductStatus.PUBLISHED, ProductStatus.UNCHANGED)


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """`troubles` are those of the run as a whole: what could not be recorded or shown, and is repaired by the next run."""

    run: RunId
    environment: str
    status: RunStatus
    products: tuple[ProductOutcome, ...]
    seconds: float
    troubles: tuple[Trouble, ...] = ()

    @property
    def good(self) -> bool:
        return self.status is RunStatus.SUCCEEDED
