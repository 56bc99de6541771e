"""What governs a mesh: classes of data, decisions to lower them, policies, waivers, terms and acknowledgements.

All of it is declared; nothing here judges. Dates are days without time.
"""

import datetime as dt
import enum
from collections.abc import Collection, Mapping
from dataclasses import field

from hansa.frozen import dataclass
from hansa.model.access import AccessPolicy, Agreement, Consumer
from hansa.model.contract import Scalar
from hansa.names import ProductName
from hansa.trouble import Place, Severity


@dataclass(frozen=True, slots=True)
class DataClass:
    """A class of data, such as `personal`. `above` names the classes that it is stricter than, directly.

    `mask` is one of the Iceberg read restrictions by name; `indirect` lets the class follow joins, filters and grouping, too;
    `also` are other words by which contracts mean this class.
    """

    name: str
    title: str = ""
    description: str = ""
    above: tuple[str, ...] = ()
    mask: str = ""
    indirect: bool = False
    also: tuple[str, ...] = ()
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Declassification:
    """A decision that a column of a port is less sensitive than what flows into it. It lowers `lowers` to `to`, nothing else.

    `column` is the text form of the address, `domain.product.port#column` (with `@major` when it holds for one major alone).
    """

    column: str
    lowers: tuple[str, ...]
    to: str
    reason: str
    approver: str
    scope: str
    decided: dt.date | None = None
    expires: dt.date | None = None
    place: Place | None = field(default=None, compare=False)

    def holds(self, day: dt.date) -> bool:
        return (self.decided is None or self.decided <= day) and (self.expires is None or day <= self.expires)


@dataclass(frozen=True, slots=True)
class ColumnClass:
    """The classes of one column of a port: what its contract says, what flows in, and what holds in the end.

    `effective` are the strictest classes that hold, none of them below another, sorted; `because` are the source columns, by
    address, from which those came that the contract does not say itself; `lowered` are the decisions that took part.
    """

    column: str
    declared: str = ""
    effective: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    lowered: tuple[str, ...] = ()


class PolicyMode(enum.StrEnum):
    """An enforced policy refuses; a reported one tells."""

    ENFORCE = "enforce"
    REPORT = "report"


class PolicyTime(enum.StrEnum):
    """When a policy is judged: over what is declared, over what a run would do or did, or as time passes."""

    DESIGN = "design"
    RUN = "run"
    CONTINUOUS = "continuous"


class PolicyLevel(enum.StrEnum):
    """Who set a policy, from the highest. A lower level may tighten or add, and never weaken."""

    BUILT_IN = "built-in"
    GLOBAL = "global"
    DOMAIN = "domain"
    PRODUCT = "product"


@dataclass(frozen=True, slots=True)
class PolicyScope:
    """The products that a policy is about; empty parts do not narrow. Tags and classes match products that have any of them."""

    domains: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()


Cell = Scalar | tuple[str, ...]
"""What a cell of a relation holds: a list is a tuple of texts."""


@dataclass(frozen=True, slots=True)
class PolicyExample:
    """Rows of relations with which a policy must find no violation (`passes`), or violations of just these subjects."""

    name: str
    passes: bool
    rows: Mapping[str, tuple[Mapping[str, Cell], ...]] = field(hash=False)
    subjects: tuple[str, ...] = ()
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Policy:
    """A rule as SQL over the mesh's relations: each row of its result is a violation, with `subject` and `message`.

    `holder` is the domain or product, by address, at whose level it was set; empty above. `tightens` is the id of the policy of a
    higher level that it makes stricter. `sql_place` is where the first character of its query stands.
    """

    id: str
    title: str
    sql: str
    why: str = ""
    severity: Severity = Severity.ERROR
    mode: PolicyMode = PolicyMode.REPORT
    when: PolicyTime = PolicyTime.DESIGN
    level: PolicyLevel = PolicyLevel.GLOBAL
    holder: str = ""
    scope: PolicyScope = PolicyScope()
    mend: str = ""
    tightens: str = ""
    tags: tuple[str, ...] = ()
    examples: tuple[PolicyExample, ...] = ()
    place: Place | None = field(default=None, compare=False)
    sql_place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Waiver:
    """Leave for one subject (or all below an address) to break one policy, from the day `granted` through the day `expires`."""

    policy: str
    subject: str
    reason: str
    approver: str
    expires: dt.date
    granted: dt.date | None = None
    place: Place | None = field(default=None, compare=False)

    def holds(self, day: dt.date) -> bool:
        return (self.granted is None or self.granted <= day) and day <= self.expires


@dataclass(frozen=True, slots=True)
class Violation:
    """One subject that breaks one policy. `product` is the product concerned, by address; empty for a mesh or a domain.

    Then `others` are the products that answer for it: those of the domain, else those that the policy is about. `waived` is the
    waiver that holds today; a waived violation is told and refuses nothing.
    """

    policy: str
    level: PolicyLevel
    mode: PolicyMode
    severity: Severity
    subject: str
    message: str
    product: str = ""
    owner: str = ""
    mend: str = ""
    waived: Waiver | None = None
    places: tuple[Place, ...] = field(default=(), compare=False)
    others: tuple[str, ...] = field(default=(), compare=False)

    @property
    def concerned(self) -> tuple[str, ...]:
        """The products, by address, that it keeps from being published if it refuses."""
        return (self.product,) if self.product else self.others

    @property
    def refuses(self) -> bool:
        """Whether it keeps what it concerns from being published."""
        return self.mode is PolicyMode.ENFORCE and self.severity is Severity.ERROR and self.waived is None


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the business with its one meaning. `parents` are broader terms, by id."""

    id: str
    name: str
    definition: str
    synonyms: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    owner: str = ""
    status: str = ""
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A consumer's owner knows of a breaking change and accepts it. `consumer` is the product that was asked.

    `subject` is the changed port or column by its text form, without majors or with; `version` is the contract version that
    brings the change.
    """

    consumer: ProductName
    subject: str
    version: str
    by: str
    reason: str = ""
    on: dt.date | None = None
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Governance:
    """Everything that governs a mesh. Without `classes`, the words of contracts are taken as they are, none above another."""

    classes: tuple[DataClass, ...] = ()
    default_class: str = ""
    declassifications: tuple[Declassification, ...] = ()
    policies: tuple[Policy, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    terms: tuple[Term, ...] = ()
    acknowledgements: tuple[Acknowledgement, ...] = ()
    consumers: tuple[Consumer, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    access_policies: tuple[AccessPolicy, ...] = ()

    def find_class(self, word: str) -> DataClass | None:
        """The class that a word of a contract means, by name or by one of its other words, without regard to case."""
        said = word.strip().lower()
        return next((c for c in self.classes if said == c.name.lower() or said in {a.lower() for a in c.also}), None)

    def find_policies(self, ids: Collection[str]) -> tuple[Policy, ...]:
        return tuple(p for p in self.policies if p.id in ids)


NOT_GOVERNED = Governance()
