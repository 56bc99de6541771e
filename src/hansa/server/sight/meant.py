"""Which port somebody means by an address, of those that they may have described."""

from hansa.model import OutputPort, Product
from hansa.names import PortMajor, PortName, ProductName, unpinned
from hansa.server.sight.sight import Sight


def described_ports(sight: Sight, product: Product) -> tuple[OutputPort, ...]:
    """The ports of a product whose columns and contracts the viewer may know, the main one first."""
    return tuple(o for o in sight.ports(product) if sight.described(o.pinned))


def meant_port(sight: Sight, address: object) -> OutputPort | None:
    """A product stands for its main port, a port without a major for its newest; `…_v2` names a major as SQL does."""
    match address:
        case ProductName():
            name, word, major = address, "", None
        case PortMajor():
            name, word, major = address.name.of_product, address.name.port, address.major
        case PortName():
            name, word, major = address.of_product, address.port, None
        case _:
            return None
    product = sight.product(name)
    offered = described_ports(sight, product) if product is not None else ()
    if product is not None and not word:
        word = product.main_port or (offered[0].address.port if offered else "")
    for port, pinned in ((word, major), unpinned(word) if major is None else (word, major)):
        named = [o for o in offered if o.address.port == port and pinned in (None, o.major)]
        if named:
            return max(named, key=lambda o: o.major)
    return None
