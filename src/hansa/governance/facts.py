"""What is recorded about a mesh, gathered at the rim: the facts that policies may judge besides what is declared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hansa.model import DEFAULT_ENVIRONMENT, CheckResult, MeshChange, ProductRun, Publication, Run, RunId
from hansa.names import ProductName


@dataclass(frozen=True, slots=True)
class Facts:
    """Recorded facts of one environment.

    `visible` has what readers see of each product; `publications` the publications kept, newest first; `checks` the verdicts of
    the runs that made what is visible. `changes` are those of the plan that is being judged. The sequences and mappings may read
    the record when they are first looked into.
    """

    environment: str = DEFAULT_ENVIRONMENT
    runs: Sequence[Run] = ()
    product_runs: Sequence[ProductRun] = ()
    visible: Mapping[ProductName, Publication] = field(default_factory=dict)
    publications: Sequence[Publication] = ()
    checks: Mapping[tuple[RunId, ProductName], tuple[CheckResult, ...]] = field(default_factory=dict)
    changes: Sequence[MeshChange] = ()


NO_FACTS = Facts()
