"""What a viewer may be told in texts that others wrote: nothing of a product that they may not have described."""

import re
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from hansa import names
from hansa.governance.levels import product_of
from hansa.model import Policy, Violation
from hansa.names import ColumnName, DomainName, PortMajor, PortName, ProductName

if TYPE_CHECKING:
    from hansa.server.sight.sight import Sight

UNSAID = "what it says names something that you may not know of"
"""Said in the place of a text that is not told."""
_DOTTED = re.compile(r"\w+(?:\.\w+)*")
_QUOTES = str.maketrans({'"': None, "`": None, "/": "."})


class Discretion:
    """Asked about every such text, and every finding. Fails closed: a text that names what is hidden is not shown at all."""

    def __init__(self, sight: "Sight") -> None:
        self._sight, self.mesh = sight, sight.mesh
        self._answers: dict[str, bool] = {}

    @cached_property
    def complete(self) -> bool:
        """Whether the viewer may know everything, so that no text has to be looked through."""
        return not self._hidden

    def product(self, name: str) -> bool:
        """Whether what is said of a product, by its address, may be shown."""
        if name not in self._answers:
            self._answers[name] = self._described(name)
        return self._answers[name]

    def domain(self, name: str) -> bool:
        return names.is_word(name) and self._sight.discovers(DomainName(name))

    def subject(self, subject: str, product: str = "") -> bool:
        """Whether a finding about a subject may be shown. What is no address belongs to nobody, and to everybody."""
        owner = product or product_of(subject)
        if owner and not self.product(owner):
            return False
        try:
            match names.parse(subject):
                case DomainName() as domain:
                    return self.domain(str(domain)) if domain in self._domains else self.plain(subject)
                case PortMajor() as port:
                    return self._port(port.name, port.major)
                case PortName() as port:
                    return self._port(port, None)
                case ColumnName() as column:
                    return self._port(column.port, column.major)
                case _:
                    return True
        except ValueError:
            return self.plain(subject)

    def finding(self, violation: Violation) -> bool:
        return self.subject(violation.subject, violation.product)

    def policy(self, policy: Policy) -> bool:
        """Whether a rule is one of the viewer's world: its holder may be known, and somebody whom it is about."""
        scope = policy.scope
        if not self.plain(policy.id.replace("-", " ")):
            return False
        if policy.holder and not (self.product(policy.holder) if "." in policy.holder else self.domain(policy.holder)):
            return False
        if scope.products and not any(self.product(p) for p in scope.products):
            return False
        return not scope.domains or any(self.domain(d) for d in scope.domains)

    def plain(self, text: str) -> bool:
        """Whether a text that others wrote names nothing that is hidden."""
        if self.complete:
            return True
        for found in _DOTTED.finditer(text.translate(_QUOTES).lower()):
            words = found[0].split(".")
            pairs = {f"{one}.{other}" for one, other in pairwise(words)}
            if not self._hidden.isdisjoint(pairs) or not self._words.isdisjoint(words):
                return False
        return True

    def said(self, text: str, instead: str = "") -> str:
        """A text, or what is said in its place."""
        return text if self.plain(text) else instead

    @cached_property
    def _domains(self) -> frozenset[DomainName]:
        return frozenset(d.name for d in self.mesh.domains)

    @cached_property
    def _hidden(self) -> frozenset[str]:
        known = (*(p.address for p in self.mesh.products), *self.mesh.broken)
        return frozenset(str(n) for n in known if not self._sight.described(n)) | self._ports_hidden

    @cached_property
    def _ports_hidden(self) -> frozenset[str]:
        """Ports that are hidden although their product is not; `product.port` is how a text may name one, or its table."""
        shown = (p for p in self.mesh.products if self._sight.described(p.address))
        hidden = [o.pinned for p in shown for o in p.outputs if not self._sight.described(o.pinned)]
        return frozenset(name.partition(".")[2] for o in hidden for name in (str(o.name), o.sql))

    @cached_property
    def _words(self) -> frozenset[str]:
        """Single words that give away what is hidden: of its name, what nothing that may be known is called, too."""
        seen = {w for p in self._sight.products for w in (p.address.domain, p.address.product)}
        return frozenset(w for name in self._hidden for w in name.split(".")) - seen

    def _described(self, name: str) -> bool:
        try:
            address = names.parse_product(name)
        except ValueError:
            return False
        known = address in self._known or address in self.mesh.broken
        return known and self._sight.described(address)

    @cached_property
    def _known(self) -> dict[ProductName, object]:
        return dict(self.mesh.by_name())

    def _port(self, port: PortName, major: int | None) -> bool:
        """Whether the port may be described, at its major or at all of them. An input port stands and falls with its product."""
        product = self.mesh.product(port.of_product)
        if product is None:
            return self.product(str(port.of_product))
        majors = [o for o in product.outputs if o.address == port and major in (None, o.major)]
        return all(self._sight.described(o.pinned) for o in majors)
