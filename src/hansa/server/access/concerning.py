"""Whom a request for access concerns."""

import datetime as dt

from hansa.access import Action
from hansa.access.consumers import acts_for, consumers_of
from hansa.access.history import AccessRequest
from hansa.model import Principal
from hansa.server.backing import Backing


def concerns(backing: Backing, principal: Principal, request: AccessRequest, now: dt.datetime) -> bool:
    """Whether somebody asked, acts for the consumer, owns the product, or may decide."""
    mesh = backing.mesh()
    consumer = consumers_of(mesh).get(request.consumer)
    product = mesh.product(request.port.name.of_product)
    return (
        principal.administrator
        or principal.name == request.requester
        or (consumer is not None and acts_for(principal, consumer))
        or (product is not None and product.owner in principal.teams)
        or backing.decider.may(principal, Action.APPROVE, request.port, now).allowed
    )
