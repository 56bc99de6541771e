"""A candidate: the audited data of all of a product's ports, not yet visible to anyone."""

from dataclasses import field

from hansa.frozen import dataclass
from hansa.lake import Append, Replace, Rewrite
from hansa.model import CheckResult, DataFile, Fingerprint, OutputPort, Product, PublishedPort, RunId


@dataclass(frozen=True, slots=True)
class NewData:
    """A port that gets a new snapshot: these files, changed as `change` says, on top of the published one (`base`)."""

    output: OutputPort
    files: tuple[DataFile, ...]
    change: Replace | Append | Rewrite
    base: PublishedPort | None
    watermark: str = ""


@dataclass(frozen=True, slots=True)
class SameData:
    """A port whose snapshot stays; its contract version may be new."""

    output: OutputPort
    base: PublishedPort


CandidatePort = NewData | SameData


@dataclass(frozen=True, slots=True)
class Candidate:
    """Everything that one publication will record, but for the snapshots."""

    product: Product
    environment: str
    run: RunId
    ports: tuple[CandidatePort, ...]
    code: Fingerprint
    checks: Fingerprint
    input_versions: tuple[tuple[str, str], ...]
    results: tuple[CheckResult, ...] = ()
    changes: tuple[str, ...] = field(default=())
