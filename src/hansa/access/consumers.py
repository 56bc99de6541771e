"""Who access is granted to: the use cases that were declared, and every product by its input ports. Never a person."""

from collections.abc import Callable, ItemsView, Iterator, Mapping, ValuesView
from functools import cached_property

from hansa.model import PRODUCT_PURPOSE, Consumer, ConsumerKind, Mesh, Principal, Product
from hansa.names import ProductName, parse_product


def consumers_of(mesh: Mesh) -> Mapping[str, Consumer]:
    """Every consumer by its name: a word for a use case, the address for a product."""
    return _Consumers(mesh)


class _Consumers(Mapping[str, Consumer]):
    """Products become consumers when they are looked at: whoever asks about one does not wait for all of a large mesh."""

    def __init__(self, mesh: Mesh) -> None:
        self._mesh = mesh
        self._declared = {c.name: c for c in mesh.governance.consumers}

    def __getitem__(self, name: str) -> Consumer:
        found = self._declared.get(name)
        if found is not None:
            return found
        try:
            product = self._mesh.product(parse_product(name))
        except ValueError:
            product = None
        if product is None or str(product.address) != name:
            raise KeyError(name)
        return _product_consumer(product)

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def values(self) -> ValuesView[Consumer]:
        return self._all.values()

    def items(self) -> ItemsView[str, Consumer]:
        return self._all.items()

    @cached_property
    def _all(self) -> dict[str, Consumer]:
        products = (_product_consumer(p) for p in self._mesh.products)
        return {c.name: c for c in (*products, *self._mesh.governance.consumers)}


def acts_for(principal: Principal, consumer: Consumer) -> bool:
    """Whether somebody may ask and read in a consumer's name: whoever is of its owner team, which may be a team of one."""
    return principal.is_operator or (bool(consumer.owner) and consumer.owner in principal.teams)


def may_be_named(consumer: Consumer, principal: Principal, discovers: Callable[[ProductName], bool]) -> bool:
    """Whether somebody may know of a consumer: use cases are known to all, a product to who acts for it or may discover it."""
    if consumer.kind is not ConsumerKind.PRODUCT or acts_for(principal, consumer):
        return True
    return discovers(parse_product(consumer.name))


def known_to(knows: Callable[[Consumer], bool], consumers: Mapping[str, Consumer], named: str) -> Mapping[str, Consumer]:
    """All of which somebody may know. Who names one that they know is told of no other, so that others are not looked at."""
    if named in consumers and knows(consumers[named]):
        return consumers
    return {n: c for n, c in consumers.items() if knows(c)}


def _product_consumer(product: Product) -> Consumer:
    owner = product.team.name if product.team is not None and product.team.name else product.owner
    return Consumer(
        name=str(product.address),
        kind=ConsumerKind.PRODUCT,
        owner=owner,
        purposes=(PRODUCT_PURPOSE,),
        title=product.title,
        description=product.purpose,
        place=product.place,
    )
