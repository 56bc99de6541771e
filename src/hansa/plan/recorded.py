"""What a plan compares the mesh with: facts gathered at the rim before planning."""

from collections.abc import Mapping, Sequence
from dataclasses import field

from hansa.frozen import dataclass
from hansa.model import DEFAULT_ENVIRONMENT, Grant, Publication, ReadRecord
from hansa.names import ProductName

InputKey = tuple[ProductName, str]


@dataclass(frozen=True, slots=True)
class Recorded:
    """The recorded state of one environment.

    `visible` has what readers of the environment see of each product (its own pointer, else the default environment's).
    `source_versions` has a change token for each external input; None where the source cannot tell without being read.
    `rolled_back` has, for products whose last move was a rollback, the publication that was left. `incomparable` are products
    of which nothing is known though they may have been there before, as with a base in which they do not compile. `grants` are
    those that hold, and `reads` the newest queries: who may read and who did; both may be read when they are first looked into.
    """

    environment: str = DEFAULT_ENVIRONMENT
    visible: Mapping[ProductName, Publication] = field(default_factory=dict)
    source_versions: Mapping[InputKey, str | None] = field(default_factory=dict)
    rolled_back: Mapping[ProductName, Publication] = field(default_factory=dict)
    incomparable: frozenset[ProductName] = frozenset()
    grants: Sequence[Grant] = ()
    reads: Sequence[ReadRecord] = ()
