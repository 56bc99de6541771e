"""What a viewer may do beyond reading what everybody may: administer, answer for products, rehearse rules."""

from hansa.access import Action
from hansa.access.identity import good_for
from hansa.model import Mesh
from hansa.names import ProductName
from hansa.server.governing.discretion import Discretion
from hansa.server.pages.visit import Visit


def administers(visit: Visit) -> bool:
    """Whether the viewer may administer the mesh, with the credential that they came with."""
    if not good_for(visit.principal, Action.ADMINISTER):
        return False
    return visit.catalogue.backing.decider.may(visit.principal, Action.ADMINISTER, None, visit.now).allowed


def owns(visit: Visit) -> frozenset[ProductName]:
    """The products for which the viewer answers. A credential that is good for less answers for nothing."""
    if not good_for(visit.principal, Action.APPROVE):
        return frozenset()
    return _owned_by(visit.sight.mesh, frozenset(visit.principal.teams))


def rehearses(visit: Visit) -> bool:
    """Whether the viewer may rehearse a rule: an administrator, or who answers for a product and may know every other one.

    A rule's own text says what its findings tell, so nothing that is hidden could be kept out of them.
    """
    return administers(visit) or (bool(owns(visit)) and Discretion(visit.sight).complete)


def _owned_by(mesh: Mesh, teams: frozenset[str]) -> frozenset[ProductName]:
    """The products of some teams: their own, and all of a domain that is theirs."""
    domains = {str(d.name) for d in mesh.domains if d.owner in teams}
    return frozenset(
        p.address
        for p in mesh.products
        if p.owner in teams or p.address.domain in domains or (p.team is not None and p.team.name in teams)
    )
