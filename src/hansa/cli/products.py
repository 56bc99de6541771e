"""The product that a command names, and those that an answer is without, since they are in trouble."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from hansa.cli.output import say
from hansa.names import ProductName, parse_product
from hansa.trouble import Trouble, TroubleError, did_you_mean, one_of

if TYPE_CHECKING:
    from hansa.model import Mesh, Product

_MOST_NAMED = 12


def product_named(name: str, mesh: "Mesh") -> "Product":
    """The product of a name. Raises TroubleError when there is none, or none of which anything is known."""
    try:
        address = parse_product(name)
    except ValueError as wrong:
        raise TroubleError(Trouble("H905", str(wrong), mend="`hansa status` lists the products")) from wrong
    found = mesh.product(address)
    if found is None and address in mesh.broken:
        raise in_trouble(str(address))
    if found is None:
        known = [str(p.address) for p in mesh.products]
        mend = did_you_mean(str(address), known) or f"products: {one_of(known)}"
        raise TroubleError(Trouble("H905", f"there is no product {address}", mend=mend))
    return found


def in_trouble(product: str) -> TroubleError:
    """What is to be said of a product that is declared, and of which nothing else is known."""
    return TroubleError(Trouble("H905", f"{product} is in trouble", mend="`hansa check` says what"))


def tell_left_out(products: Iterable[ProductName]) -> None:
    """Say which products an answer is without: a mesh of which nothing is known is not one in which all is well."""
    names = sorted(map(str, products))
    if names:
        more = f", … ({len(names)} in all)" if len(names) > _MOST_NAMED else ""
        say(f"left out, since `hansa check` has troubles with them: {', '.join(names[:_MOST_NAMED])}{more}")
