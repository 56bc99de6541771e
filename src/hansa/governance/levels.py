"""Who a rule is about, and which rule decides: the levels, scopes and waivers of policies.

Every rule that holds is judged, so no level can take back what a higher one says. What decides for a subject is the strictest
finding; among equals, that of the highest level.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from hansa import names
from hansa.frozen import dataclass
from hansa.model import Mesh, Policy, PolicyLevel, PolicyMode, PolicyScope, Product, Violation, Waiver
from hansa.names import ColumnName, DomainName, PortMajor, PortName, ProductName
from hansa.trouble import Severity

_LEVELS = tuple(PolicyLevel)
_SEVERITIES = tuple(Severity)


def strictness(violation: Violation) -> tuple[bool, bool, int, int]:
    """Sorts findings, the strictest first: what refuses, what is enforced, how bad it is, how high its level."""
    return (
        not violation.refuses,
        violation.mode is not PolicyMode.ENFORCE,
        _SEVERITIES.index(violation.severity),
        _LEVELS.index(violation.level),
    )


def deciding(violations: Iterable[Violation]) -> Mapping[str, Violation]:
    """For each subject, the finding that decides."""
    found: dict[str, Violation] = {}
    for violation in sorted(violations, key=strictness):
        found.setdefault(violation.subject, violation)
    return found


def product_of(subject: str) -> str:
    """The product that a subject's address lies in, or that it is; empty for a domain and for what is no address."""
    try:
        match names.parse(subject):
            case ProductName() as product:
                return str(product)
            case PortName() as port:
                return str(port.of_product)
            case PortMajor(name=port) | ColumnName(port=port):
                return str(port.of_product)
            case DomainName():
                return ""
    except ValueError:
        return ""


def covers(holder: str, name: str) -> bool:
    """Whether an address is another or lies below it."""
    return name == holder or (name.startswith(holder) and name[len(holder) : len(holder) + 1] in (".", "#", "@"))


@dataclass(frozen=True, slots=True)
class Scope:
    """Whom a policy is about in a mesh. `products` is None when every product is meant."""

    holder: str
    said: PolicyScope
    products: frozenset[str] | None

    @classmethod
    def of(cls, policy: Policy, mesh: Mesh) -> "Scope":
        if not policy.holder and policy.scope == PolicyScope():
            return cls("", policy.scope, None)
        classes = {c.name if (c := mesh.governance.find_class(word)) else word for word in policy.scope.classes}
        found = {str(p.address) for p in mesh.own if _meant(p, policy, classes)}
        if not policy.scope.tags and not classes:
            found |= {str(b) for b in mesh.broken if _named(str(b), policy)}
        return cls(policy.holder, policy.scope, frozenset(found))

    def holds(self, product: str, subject: str) -> bool:
        """Whether a finding is in scope, by its product; without one, by the domain that is its subject.

        What is neither is kept unless it lies in another domain: a rule must not fall silent by how it words its subjects.
        """
        if self.products is None or product in self.products:
            return True
        narrowed = bool(self.said.tags or self.said.classes)
        if product:
            # A product that is no longer declared is known by its name alone.
            return not narrowed and _within(product, self.holder, self.said)
        return not is_domain(subject) or (not narrowed and not self.said.products and _within(subject, self.holder, self.said))

    def among(self, mesh: Mesh) -> tuple[str, ...]:
        """The products that it is about, sorted."""
        return tuple(sorted(self.products if self.products is not None else (str(p.address) for p in mesh.own)))

    @property
    def told(self) -> tuple[str, ...]:
        """The same in few words, for the record: `*` for all, `customer.*` for a whole domain, else the products."""
        if self.products is None:
            return ("*",)
        if self.said == PolicyScope():
            return (self.holder if "." in self.holder else f"{self.holder}.*",)
        return tuple(sorted(self.products))


def _meant(product: Product, policy: Policy, classes: set[str]) -> bool:
    scope = policy.scope
    if not _named(str(product.address), policy) or (scope.tags and not set(scope.tags) & set(product.tags)):
        return False
    return not classes or any(classes & {c.declared, *c.effective} for o in product.outputs for c in o.classes)


def _named(product: str, policy: Policy) -> bool:
    return _within(product, policy.holder, policy.scope)


def _within(name: str, holder: str, scope: PolicyScope) -> bool:
    if holder and not covers(holder, name):
        return False
    if scope.domains and not any(covers(d, name) for d in scope.domains):
        return False
    return not scope.products or name in scope.products


def is_domain(subject: str) -> bool:
    """Whether a text has the form of a domain's name."""
    return names.is_word(subject)


def waiver_for(policy: str, subject: str, product: str, waivers: Sequence[Waiver], today: dt.date) -> Waiver | None:
    """The waiver that holds longest for a finding, among those that hold today."""
    meant = (w for w in waivers if w.policy == policy and (covers(w.subject, subject) or covers(w.subject, product)))
    return max((w for w in meant if w.holds(today)), key=lambda w: w.expires, default=None)
