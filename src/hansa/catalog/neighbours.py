"""Who reads whom, of all products of a mesh at once: what would else be looked for among all of them for every page."""

from collections.abc import Mapping
from functools import cached_property

from hansa.model import Mesh, Product
from hansa.names import DomainName, ProductName

Trade = tuple[ProductName, ProductName]
"""A producer, and one who reads it."""


class Neighbours:
    """The suppliers of products, from the other end: everybody's. What a viewer may know of it, whoever shows it judges."""

    def __init__(self, mesh: Mesh) -> None:
        self.mesh = mesh

    def readers(self, product: ProductName) -> tuple[Product, ...]:
        """The products that read a product, in the order of the mesh."""
        return self._readers.get(product, ())

    def trades(self, domain: DomainName) -> tuple[Trade, ...]:
        """Everything that goes from one domain to another and has this one at either end."""
        return self._trades.get(domain, ())

    @cached_property
    def _readers(self) -> Mapping[ProductName, tuple[Product, ...]]:
        found: dict[ProductName, list[Product]] = {}
        for product in self.mesh.products:
            for supplier in product.suppliers:
                found.setdefault(supplier, []).append(product)
        return {name: tuple(products) for name, products in found.items()}

    @cached_property
    def _trades(self) -> Mapping[DomainName, tuple[Trade, ...]]:
        found: dict[DomainName, list[Trade]] = {}
        for supplier, readers in self._readers.items():
            for reader in readers:
                ends = (supplier.in_domain, reader.address.in_domain)
                if ends[0] != ends[1]:
                    for end in ends:
                        found.setdefault(end, []).append((supplier, reader.address))
        return {name: tuple(trades) for name, trades in found.items()}
