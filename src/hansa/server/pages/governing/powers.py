"""What a viewer may do with rules beyond looking at them."""

from hansa.server.pages.visit import Visit
from hansa.server.sight import powers


def rehearses(visit: Visit) -> bool:
    """Whether the viewer may rehearse a rule: an administrator, or who answers for a product and may know every other one.

    A rule's own text says what its findings tell, so nothing that is hidden could be kept out of them.
    """
    return visit.administers or (bool(powers.owned(visit.principal, visit.sight.mesh)) and visit.sight.discretion.complete)
