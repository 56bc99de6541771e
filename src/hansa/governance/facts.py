"""What is recorded about a mesh, gathered at the rim: the facts that policies may judge besides what is declared."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import field

from hansa.frozen import dataclass
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
class FeedbackRecord:
    """What somebody said to the owner of a product, and where it stands; without the words.

    `since` is when its author said it last as it is now. `unsettled` is a question without an answer or a problem that is not
    resolved; `counts` is a rating that counts; `answered` is the first answer.
    """

    id: str
    kind: str
    status: str
    product: ProductName
    major: int
    author: str
    given: dt.datetime
    since: dt.datetime
    port: PortMajor | None = None
    column: str = ""
    stars: int = 0
    counts: bool = False
    unsettled: bool = False
    has_read: bool = False
    answered: dt.datetime | None = None
    resolved: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Recorded facts of one environment.

    `visible` has what readers see of each product; `publications` the publications kept, newest first; `checks` the verdicts of
    the runs that made what is visible. `access` has who may read what, or asked to, and `reads` the newest queries, newest first,
    each once. `feedback` has what people say of products, in the order in which it was given. `changes` are those of the plan
    that is being judged. The sequences and mappings may read the record when they are first looked into.
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
    feedback: Sequence[FeedbackRecord] = ()


NO_FACTS = Facts()
