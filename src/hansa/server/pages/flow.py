"""Who reads a product: products, and the use cases that were granted to."""

from hansa.access.consumers import consumers_of
from hansa.model import Consumer, ConsumerKind, Grant, Product
from hansa.server.pages.visit import Visit


def consumers_of_product(visit: Visit, product: Product) -> tuple[list[Product], list[tuple[Consumer, Grant]]]:
    """The products that read a product, and the use cases that were granted to."""
    readers = [p for p in visit.catalogue.neighbours().readers(product.address) if visit.sight.discovers(p.address)]
    known = consumers_of(visit.sight.mesh)
    held = [g for g in visit.catalogue.grants() if g.port.name.of_product == product.address and visit.sight.discovers(g.port)]
    granted = [(known[g.consumer], g) for g in held if known[g.consumer].kind is ConsumerKind.USE_CASE]
    return readers, granted
