"""What somebody may do beyond reading what everybody may: administer the mesh, answer for products, see who read them."""

import datetime as dt
from dataclasses import replace

from hansa.access import Action
from hansa.access.identity import good_for
from hansa.frozen import dataclass
from hansa.model import Mesh, Principal, Product, ReadRecord
from hansa.names import ProductName
from hansa.server.backing import Backing
from hansa.server.sight.sight import Sight


def administers(backing: Backing, principal: Principal, now: dt.datetime) -> bool:
    """Whether somebody may administer the mesh, with the credential that they came with."""
    if not good_for(principal, Action.ADMINISTER):
        return False
    return backing.decider.may(principal, Action.ADMINISTER, None, now).allowed


def answers_for(principal: Principal, product: Product, mesh: Mesh) -> bool:
    """Whether a product is somebody's own, or lies in a domain of theirs. A credential for less answers for nothing."""
    if not good_for(principal, Action.APPROVE):
        return False
    domain = next((d for d in mesh.domains if d.name == product.address.in_domain), None)
    owners = {product.owner, domain.owner if domain is not None else "", product.team.name if product.team is not None else ""}
    return not owners.isdisjoint(principal.teams)


def owned(principal: Principal, mesh: Mesh) -> frozenset[ProductName]:
    """The products that somebody answers for: those of their teams, and all of a domain that is theirs."""
    if not principal.teams or not good_for(principal, Action.APPROVE):
        return frozenset()
    teams = frozenset(principal.teams)
    return frozenset(
        p.address
        for d in mesh.domains
        for p in d.products
        if d.owner in teams or p.owner in teams or (p.team is not None and p.team.name in teams)
    )


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose reads somebody may see: administrators all, owners the reads of their products, everybody their own."""

    name: str
    everything: bool
    owned: frozenset[ProductName]

    @classmethod
    def of(cls, backing: Backing, sight: Sight, now: dt.datetime) -> "Reach":
        known = (p for p in owned(sight.principal, sight.mesh) if sight.product(p) is not None)
        return cls(sight.principal.name, administers(backing, sight.principal, now), frozenset(known))

    def seen(self, record: ReadRecord) -> ReadRecord | None:
        """What may be seen of a read; None for nothing. Of a query over other products, too, only the part about one's own."""
        if self.everything or record.principal == self.name:
            return record
        ports = tuple(p for p in record.ports if p.port.name.of_product in self.owned)
        if not ports:
            return None
        if len(ports) == len(record.ports):
            return record
        # Its text and its rules name the other products; its rows are of all of them together.
        return replace(record, ports=ports, statement="", fingerprint="", rules=(), reason="")
