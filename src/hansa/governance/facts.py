"""What is recorded about a mesh, gathered at the rim: the facts that policies may judge besides what is declared."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hansa.model import (
    DEFAULT_ENVIRONMENT,
    CheckResult,
    MeshChange,
    ProductRun,
    Publication,
    ReadRecord,
    Run,
    RunId,
    Terms,
)
from hansa.names import PortMajor, ProductName


@dataclass(frozen=True, slots=True)
class AccessRecord:
    """A request for access or an agreement, and where it stands: requested, granted, denied, withdrawn, revoked or expired.

    An agreement that begins later is `agreed` until then. `granted` is when access began.
    """

    id: str
    consumer: str
    purpose: str
    port: PortMajor
    status: str
    terms: Terms
    approvers: tuple[str, ...] = ()
    granted: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Recorded facts of one environment.

    `visible` has what readers see of each product; `publications` the publications kept, newest first; `checks` the verdicts of
    the runs that made what is visible. `access` has who may read what, or asked to, and `reads` the newest queries, newest first,
    each once. `changes` are those of the plan that is being judged. The sequences and mappings may read
    the record when they are first looked into.
    """

    environment: str = DEFAULT_ENVIRONMENT
    runs: Sequence[Run] = ()
    product_runs: Sequence[ProductRun] = ()
    visible: Mapping[ProductName, Publication] = field(default_factory=dict)
    publications: Sequence[Publication] = ()
    checks: Mapping[tuple[RunId, ProductName], tuple[CheckResult, ...]] = field(default_factory=dict)
    changes: Sequence[MeshChange] = ()
    access: Sequence[AccessRecord] = ()
    reads: Sequence[ReadRecord] = ()


NO_FACTS = Facts()
