"""What policies hold back: products with a violation that refuses, and those that cannot do without what is held."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from hansa.model import Product, Violation
from hansa.model.uses import readers_of
from hansa.names import PortMajor, ProductName, parse_product
from hansa.plan.declaration import from_text
from hansa.plan.former import FormerDeclaration
from hansa.plan.recorded import Recorded
from hansa.plan.steps import Block
from hansa.trouble import Trouble

REFUSED = "H310"
"""The code of a product that an enforced policy keeps from being built."""


def refusals(violations: Iterable[Violation]) -> Mapping[ProductName, tuple[Violation, ...]]:
    """The violations that refuse, by the product that they hold back."""
    found: dict[ProductName, list[Violation]] = defaultdict(list)
    for violation in violations:
        for product in violation.concerned if violation.refuses else ():
            found[parse_product(product)].append(violation)
    return {name: tuple(held) for name, held in found.items()}


def refused_step(name: ProductName, refusing: tuple[Violation, ...]) -> Block:
    first, more = refusing[0], len(refusing) - 1
    rest = f" (and {more} more)" if more else ""
    about = "" if first.product or not first.subject else f"{first.subject}: "
    return Block(str(name), f"policy {first.policy}: {about}{first.message}{rest}", (REFUSED,))


def ungoverned_step(name: ProductName, unread: tuple[Trouble, ...]) -> Block:
    """A product that governance files, or the mesh's own file, with errors are about."""
    files = ", ".join(dict.fromkeys(t.places[0].file for t in unread))
    codes = tuple(dict.fromkeys(t.code for t in unread))
    return Block(str(name), f"governance in trouble: {files} ({', '.join(codes)})", codes)


def lacks(product: Product, port: PortMajor, recorded: Recorded) -> str:
    """What a product reads of a port and that is not published of it: the port, or columns; empty when all is there."""
    publication = recorded.visible.get(port.name.of_product)
    if publication is None or publication.port(port) is None:
        return str(port)
    published = _columns(publication.declaration, port)
    given = next(i for i in product.inputs if getattr(i.origin, "pinned", None) == port)
    new = [c.name for c in given.schema if published is not None and c.name.lower() not in published]
    return ", ".join(f"{port}#{name}" for name in new if readers_of(product, port, name))


def _columns(text: str, port: PortMajor) -> frozenset[str] | None:
    """The columns of a published port in lower case; None when the record does not say."""
    declared = from_text(text)
    if declared is None:
        return None
    if isinstance(declared, FormerDeclaration):
        former = next((p for p in declared.ports if p.port == str(port)), None)
        return None if former is None else frozenset(c.name.lower() for c in former.columns)
    output = next((o for o in declared.product.outputs if o.pinned == port), None)
    return None if output is None else frozenset(c.name.lower() for c in output.schema)
