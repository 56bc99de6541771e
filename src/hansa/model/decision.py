"""What was decided by which rule: the records of the decision log."""

import datetime as dt
import enum

from hansa.frozen import dataclass
from hansa.model.facts import RunId
from hansa.model.fingerprint import Fingerprint
from hansa.model.governance import PolicyLevel, PolicyMode

_NO_RUN = RunId("")
_NO_MESH = Fingerprint("")


class Outcome(enum.StrEnum):
    PASS = "pass"
    VIOLATED = "violated"
    WAIVED = "waived"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class VerdictChange:
    """A policy says something else of a product than it said before the last run; `product` is empty for the mesh as a whole."""

    policy: str
    product: str
    before: Outcome
    after: Outcome


@dataclass(frozen=True, slots=True)
class PolicyDecision:
    """What one policy decided in one run: one record for the policy as a whole, and one for each of its violations.

    `about` are the products that it was judged for, in few words: `*` for all, `customer.*` for a domain, else the products.
    For a violation, `product` and `subject` say whose it is, `decides` that this rule was the strictest for that subject, and
    `waiver` until when whose leave held. `policy_print` is the fingerprint of the policy as it was then. `run`, `at` and `mesh`
    are the run's, told when the record is read.
    """

    policy: str
    level: PolicyLevel
    mode: PolicyMode
    outcome: Outcome
    policy_print: Fingerprint
    holder: str = ""
    about: tuple[str, ...] = ("*",)
    violations: int = 0
    product: str = ""
    subject: str = ""
    message: str = ""
    waiver: str = ""
    decides: bool = False
    run: RunId = _NO_RUN
    at: dt.datetime | None = None
    mesh: Fingerprint = _NO_MESH

    @property
    def whole(self) -> bool:
        """Whether it tells of the policy as a whole, not of one violation."""
        return not self.subject and not self.product

    def concerns(self, product: str) -> bool:
        """Whether it is one of a product's: its own violation, or the verdict of a policy that it was judged by."""
        if not self.whole:
            return self.product == product
        return any(a in ("*", product) or (a.endswith(".*") and product.startswith(a[:-1])) for a in self.about)
