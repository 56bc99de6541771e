"""The steps of a plan: a closed family of small records with three readers (explain, run, tests)."""

from typing import assert_never

from hansa.frozen import dataclass
from hansa.model import Product, Publication


@dataclass(frozen=True, slots=True)
class Build:
    """Compute, audit and publish a product.

    `full` says that nothing of the published data may be kept. `unless_same` names inputs that cannot say cheaply whether they
    changed: when they turn out the same after reading, nothing is published. `awaits` are suppliers built by the same plan.
    `left` is the publication that the product was rolled back from: when the inputs turn out to be just those that it had
    read, it is not made again.
    """

    product: Product
    reason: str
    previous: Publication | None
    full: bool = False
    unless_same: tuple[str, ...] = ()
    awaits: tuple[str, ...] = ()
    left: Publication | None = None


@dataclass(frozen=True, slots=True)
class Audit:
    """Audit the published data against changed checks, and publish it again under them."""

    product: Product
    reason: str
    previous: Publication


@dataclass(frozen=True, slots=True)
class Republish:
    """Publish the same data under a changed promise that no data depends on, such as a description."""

    product: Product
    reason: str
    previous: Publication


@dataclass(frozen=True, slots=True)
class Keep:
    """Leave the published version as it is."""

    product: Product
    reason: str
    previous: Publication


@dataclass(frozen=True, slots=True)
class Block:
    """Do nothing, because the product is in trouble; consumers keep what they have. `name` is its address."""

    name: str
    reason: str
    codes: tuple[str, ...] = ()


Step = Build | Audit | Republish | Keep | Block


def subject(step: Step) -> str:
    return step.name if isinstance(step, Block) else str(step.product.address)


def action(step: Step) -> str:
    """The word of a step in the public JSON."""
    match step:
        case Build():
            return "build"
        case Audit():
            return "audit"
        case Republish():
            return "republish"
        case Keep():
            return "keep"
        case Block():
            return "blocked"
        case _:
            assert_never(step)
