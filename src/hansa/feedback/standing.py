"""Who somebody is to a product: one of its owners, a reader of it, or whoever knows that it is there."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator

from hansa.access import Action, Decider
from hansa.access.approvers import Level, approvers_of
from hansa.access.consumers import acts_for, consumers_of
from hansa.feedback.history import Feedback, FeedbackStatus
from hansa.model import FeedbackGround, Grant, Mesh, Principal, PrincipalKind, Product, Reader
from hansa.names import PortMajor, ProductName, Version
from hansa.trouble import Trouble

HasRead = Callable[[str, ProductName], bool]
"""Whether a person, by name, is known to have read something of a product."""


def major_of(product: Product) -> int:
    """The major version that a product is at; 0 for a version that is none."""
    try:
        return Version.parse(product.version).major
    except ValueError:
        return 0


def answers_for(principal: Principal, product: Product, mesh: Mesh) -> bool:
    """Whether somebody is of the product's team or of its domain's, or a delegate of theirs. Administrators are not, as such."""
    return approvers_of(Level(), product, mesh).admit(principal)


def discovers(decider: Decider, principal: Principal, product: ProductName, now: dt.datetime) -> bool:
    """Whether somebody may know that a product is there."""
    return decider.may(principal, Action.DISCOVER, product, now).allowed


def describes(decider: Decider, principal: Principal, about: ProductName | PortMajor, now: dt.datetime) -> bool:
    """Whether somebody may know what a product or port is like."""
    if isinstance(about, PortMajor) and not discovers(decider, principal, about.name.of_product, now):
        return False
    return all(decider.may(principal, action, about, now).allowed for action in (Action.DISCOVER, Action.DESCRIBE))


def owns(principal: Principal, product: Product, mesh: Mesh) -> bool:
    """Whether somebody may answer what is said of a product: its owners, and administrators."""
    return principal.administrator or answers_for(principal, product, mesh)


def sees(
    principal: Principal, found: Feedback, described: Callable[[ProductName | PortMajor], bool], *, owner: bool = False
) -> bool:
    """Whether what was said is for somebody's eyes: their own, or about what they may have described. Not what was withdrawn.

    An owner sees also what was said of a port that is offered no more, which nobody else can have described.
    """
    if found.author == principal.name:
        return True
    if found.status is FeedbackStatus.WITHDRAWN or not described(found.product):
        return False
    return owner or found.port is None or described(found.port)


def ground_of(
    principal: Principal,
    product: Product,
    mesh: Mesh,
    decider: Decider,
    grants: Iterable[Grant],
    now: dt.datetime,
    has_read: HasRead,
) -> FeedbackGround:
    """From where somebody knows a product: the record of reads is asked first, then those who decide about reads."""
    if has_read(principal.name, product.address):
        return FeedbackGround.READ
    readers = tuple(_readers(principal, product, mesh, grants, now))
    may = any(decider.decide(r, o.pinned, o.schema, now, "feedback").allowed for o in product.outputs for r in readers)
    return FeedbackGround.ACCESS if may else FeedbackGround.DISCOVERY


def barred(principal: Principal, product: Product, mesh: Mesh, ground: FeedbackGround) -> Trouble | None:
    """Why somebody may not rate a product; None when they may."""
    if principal.kind is not PrincipalKind.USER:
        return Trouble("H883", f"{principal.name} is no person, and ratings are of people", mend="report a problem instead")
    if answers_for(principal, product, mesh):
        mend = "let those who read it say how good it is"
        return Trouble("H883", f"{product.address} is your own product", mend=mend)
    if ground is FeedbackGround.DISCOVERY:
        summary = f"you have not read {product.address}, and may not yet"
        return Trouble("H883", summary, mend="ask for access first, or ask its owner a question")
    return None


def _readers(principal: Principal, product: Product, mesh: Mesh, grants: Iterable[Grant], now: dt.datetime) -> Iterator[Reader]:
    """As whom somebody could read: for themselves, or for a consumer of theirs that something was granted to."""
    yield Reader(principal)
    consumers = consumers_of(mesh)
    held = {(g.consumer, g.purpose) for g in grants if g.port.name.of_product == product.address and g.holds(now)}
    for name, purpose in sorted(held):
        consumer = consumers.get(name)
        if consumer is not None and acts_for(principal, consumer):
            yield Reader(principal, name, purpose)
