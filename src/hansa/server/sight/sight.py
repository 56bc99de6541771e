"""What one viewer may know of: asked of the decider once for each thing, and remembered for as long as nothing changed.

Whatever is kept for a viewer hangs on their sight and nowhere else: it ends with it, and nobody else gets it.
"""

import datetime as dt
import threading
from collections import OrderedDict
from dataclasses import replace
from functools import cached_property

from hansa.access import Action, Decider
from hansa.access.consumers import acts_for, consumers_of
from hansa.catalog.search import Gate, UseCaseName
from hansa.model import Consumer, Domain, Mesh, OutputPort, Principal, Product
from hansa.names import ColumnName, DomainName, PortMajor, PortName, ProductName, parse
from hansa.server.sight.discretion import Discretion

REMEMBERED = dt.timedelta(seconds=60)
"""Policies may look at the time, so that what was seen is asked again after this."""
_MOST = 256


class Sight:
    """What a principal may discover and have described, in one mesh under one version of the policies.

    `kept` is what was worked out for this viewer alone, by a word of whoever did so.
    """

    def __init__(self, mesh: Mesh, decider: Decider, principal: Principal, now: dt.datetime) -> None:
        self.mesh, self.principal = mesh, principal
        self.kept: dict[str, object] = {}
        self._decider, self._now = decider, now
        self._passing: dt.datetime | None = None
        self._said: dict[tuple[Action, DomainName | ProductName | PortMajor], bool] = {}

    def good_at(self, now: dt.datetime) -> bool:
        """Whether it still says what the decider would: without end where no answer depends on the time."""
        if self._passing is not None and abs(now - self._passing) >= REMEMBERED:
            return False
        self._now = now
        return True

    def discovers(self, resource: DomainName | ProductName | PortMajor) -> bool:
        """Whether the viewer may know that something is there. A port is not, unless its product is."""
        if isinstance(resource, PortMajor) and not self._may(Action.DISCOVER, resource.name.of_product):
            return False
        return self._may(Action.DISCOVER, resource)

    def described(self, resource: ProductName | PortMajor) -> bool:
        """Whether the viewer may know what it is like: its columns, contracts and checks."""
        return self.discovers(resource) and self._may(Action.DESCRIBE, resource)

    def gate(self, gate: Gate) -> bool:
        """As the search asks. A use case is known to whoever is known here."""
        return True if isinstance(gate, UseCaseName) else self.discovers(gate)

    @cached_property
    def discretion(self) -> Discretion:
        """What the viewer may be told in the words of others."""
        return Discretion(self)

    def product(self, name: ProductName) -> Product | None:
        found = self.mesh.product(name)
        return found if found is not None and self.discovers(name) else None

    @cached_property
    def products(self) -> tuple[Product, ...]:
        return tuple(p for p in self.mesh.products if self.discovers(p.address))

    @cached_property
    def domains(self) -> tuple[Domain, ...]:
        return tuple(d for d in self.mesh.domains if self.discovers(d.name))

    def ports(self, product: Product) -> tuple[OutputPort, ...]:
        """The ports that may be discovered, the newest major of each first."""
        seen = [o for o in product.outputs if self.discovers(o.pinned)]
        main = product.main_port
        return tuple(sorted(seen, key=lambda o: (o.address.port != main, o.address.port, -o.major)))

    @cached_property
    def narrowed(self) -> Mesh:
        """The mesh without what the viewer may not discover: for counts, and for whatever judges or writes a whole mesh."""
        domains = tuple(replace(d, products=tuple(p for p in d.products if self.discovers(p.address))) for d in self.domains)
        return replace(self.mesh, domains=domains, broken=frozenset(b for b in self.mesh.broken if self.discovers(b)))

    @cached_property
    def fingerprint(self) -> str:
        """Changes with every product that the viewer may discover, and with no other."""
        return str(self.narrowed.fingerprint)

    def knows(self, address: str) -> bool:
        """Whether something may be named: what is no address of the mesh, or lies in nothing that is hidden."""
        try:
            named = parse(address)
        except ValueError:
            return True
        match named:
            case DomainName() | ProductName() | PortMajor():
                return self.discovers(named)
            case PortName():
                return self.discovers(named.of_product)
            case ColumnName():
                return self.discovers(named.port.of_product)

    @cached_property
    def consumers(self) -> tuple[Consumer, ...]:
        """Those in whose name the viewer may ask and read: use cases first."""
        found = [c for c in consumers_of(self.mesh).values() if acts_for(self.principal, c)]
        return tuple(sorted(found, key=lambda c: (c.kind != "use-case", c.name)))

    def _may(self, action: Action, resource: DomainName | ProductName | PortMajor) -> bool:
        key = (action, resource)
        said = self._said.get(key)
        if said is None:
            now = self._now
            verdict = self._decider.may(self.principal, action, resource, now)
            if not verdict.lasting and self._passing is None:
                self._passing = now
            said = self._said[key] = verdict.allowed
        return said


class Sights:
    """The sights of those who looked lately."""

    def __init__(self, decider: Decider) -> None:
        self._decider = decider
        self._lock = threading.Lock()
        self._mesh: Mesh | None = None
        self._kept: OrderedDict[Principal, tuple[str, Sight]] = OrderedDict()

    def of(self, mesh: Mesh, principal: Principal, now: dt.datetime) -> Sight:
        version = self._decider.version
        with self._lock:
            if self._mesh is not mesh:
                # Nobody asks about a mesh that was; whoever does not come again must not hold on to it.
                self._mesh = mesh
                self._kept.clear()
            known = self._kept.get(principal)
            if known is not None and known[0] == version and known[1].good_at(now):
                self._kept.move_to_end(principal)
                return known[1]
            made = Sight(mesh, self._decider, principal, now)
            self._kept[principal] = (version, made)
            self._kept.move_to_end(principal)
            if len(self._kept) > _MOST:
                self._kept.popitem(last=False)
            return made
