"""Who reads a product, as far as one viewer may know of it: products, and the use cases that were granted to."""

from hansa.access.consumers import consumers_of
from hansa.model import Consumer, ConsumerKind, Grant, Product
from hansa.server.catalogue.catalogue import Catalogue
from hansa.server.sight import Sight


def consumers_of_product(
    catalogue: Catalogue, sight: Sight, product: Product
) -> tuple[list[Product], list[tuple[Consumer, Grant]]]:
    """The products that read a product, and the use cases that were granted to, each with its grant."""
    readers = [p for p in catalogue.neighbours().readers(product.address) if sight.discovers(p.address)]
    # The mesh may be another one since the grants were folded.
    known = consumers_of(sight.mesh)
    held = [g for g in catalogue.grants() if g.port.name.of_product == product.address and sight.discovers(g.port)]
    granted = [(c, g) for g in held if (c := known.get(g.consumer)) is not None and c.kind is ConsumerKind.USE_CASE]
    return readers, granted
