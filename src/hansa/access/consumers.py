"""Who access is granted to: the use cases that were declared, and every product by its input ports. Never a person."""

from collections.abc import Mapping

from hansa.model import PRODUCT_PURPOSE, Consumer, ConsumerKind, Mesh, Principal, Product


def consumers_of(mesh: Mesh) -> Mapping[str, Consumer]:
    """Every consumer by its name: a word for a use case, the address for a product."""
    products = (_product_consumer(p) for p in mesh.products)
    return {c.name: c for c in (*products, *mesh.governance.consumers)}


def acts_for(principal: Principal, consumer: Consumer) -> bool:
    """Whether somebody may ask and read in a consumer's name: whoever is of its owner team, which may be a team of one."""
    return principal.is_operator or (bool(consumer.owner) and consumer.owner in principal.teams)


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
