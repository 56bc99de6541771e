"""Who may approve what: the product's owners, their delegates, and those whom a contract names.

Policies have the last word. A delegate, and an approver whom the contract names, is asked about as if a member of the owner team:
what a policy forbids the members, it forbids them, too.
"""

import json
import re
from dataclasses import replace

from hansa.access.teams import team_names
from hansa.frozen import dataclass
from hansa.model import Mesh, OutputPort, Principal, Product

_BETWEEN_NAMES = re.compile(r"[,;]|\band\b")


@dataclass(frozen=True, slots=True)
class Level:
    """One of the approvals that are needed. Empty `names` are the product's owners; else people and teams of the mesh."""

    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Approvers:
    """Whose approval counts: that of everybody in some teams, and of some people."""

    teams: frozenset[str]
    people: frozenset[str]

    def admit(self, principal: Principal) -> bool:
        return principal.name in self.people or not self.teams.isdisjoint(principal.teams)


def approvers_of(level: Level, product: Product, mesh: Mesh) -> Approvers:
    """Who may approve at a level: whom it names, else the owners of the product and of its domain, and their delegates."""
    teams = team_names(mesh)
    if level.names:
        named = frozenset(level.names)
        return Approvers(named & teams, named - teams)
    domain = next((d for d in mesh.domains if d.name == product.address.in_domain), None)
    of_domain = domain.owner if domain is not None else ""
    owning = [t for t in (product.team, *(t for t in mesh.teams if t.name == of_domain)) if t is not None]
    owners = {product.owner, of_domain, *(t.name for t in owning)} - {""}
    return Approvers(frozenset(owners), frozenset(d for t in owning for d in t.delegates) - teams)


def levels_of(port: OutputPort, mesh: Mesh) -> tuple[Level, ...]:
    """The levels of approval for a port: one, or what its contract's `roles` name as first and second approvers (ODCS 3).

    The standard takes any text there. Names that are neither of a person nor of a team of this mesh, such as titles, name nobody:
    then the owners approve. Of several roles, whoever may approve for any of them may.
    """
    known = {t.name for t in mesh.teams} | {m for t in mesh.teams for m in (*t.members, *t.delegates)} | {*mesh.administrators}
    roles = _roles(port.contract.document)
    first = _named(roles, "firstLevelApprovers", known)
    second = _named(roles, "secondLevelApprovers", known)
    return (Level(first), Level(second)) if second else (Level(first),)


def responsible(product: Product) -> str:
    """The team that answers for a product, else its owner, for people to turn to."""
    return product.team.name if product.team is not None and product.team.name else product.owner


def as_owner(principal: Principal, product: Product) -> Principal:
    """Somebody as a member of the product's owner team, to be asked about as one."""
    teams = {*principal.teams, responsible(product)} - {""}
    return replace(principal, teams=tuple(sorted(teams)))


def _roles(document: str) -> list[dict[str, object]]:
    try:
        said = json.loads(document).get("roles") if document else None
    except (ValueError, AttributeError):
        return []
    return [r for r in said if isinstance(r, dict)] if isinstance(said, list) else []


def _named(roles: list[dict[str, object]], key: str, known: set[str]) -> tuple[str, ...]:
    texts = [r[key] for r in roles if isinstance(r.get(key), str)]
    names = {name.strip() for text in texts for name in _BETWEEN_NAMES.split(str(text))}
    return tuple(sorted(names & known))
