"""What an export tells of: the part of a mesh that was asked for and that its readers may know of."""

from collections.abc import Callable, Mapping
from dataclasses import field, replace

from hansa.catalog.exports.endpoints import Endpoint
from hansa.catalog.exports.iris import Iris
from hansa.frozen import dataclass
from hansa.model import InputPort, Mesh, MeshOrigin, OutputPort, Product, Publication, PublishedPort
from hansa.names import DomainName, PortMajor, ProductName, parse
from hansa.trouble import Trouble, TroubleError, did_you_mean, one_of

MayDiscover = Callable[[DomainName | ProductName | PortMajor], bool]


@dataclass(frozen=True, slots=True)
class Told:
    """A mesh with nothing in it that is not to be told, how its things are called, where they are read, what is published."""

    mesh: Mesh
    iris: Iris
    publications: Mapping[ProductName, Publication] = field(default_factory=dict)
    endpoints: tuple[Endpoint, ...] = ()

    def published(self, port: PortMajor) -> tuple[Publication, PublishedPort] | None:
        publication = self.publications.get(port.name.of_product)
        found = publication.port(port) if publication is not None else None
        return (publication, found) if publication is not None and found is not None else None


def discoverable(mesh: Mesh, may: MayDiscover) -> Mesh:
    """The mesh without products and ports that may not be known, also where others read from them; nor domains of such alone."""
    domains = []
    for domain in mesh.domains:
        products = tuple(_product(p, may) for p in domain.products if may(p.address))
        if products or (not domain.products and may(domain.name)):
            domains.append(replace(domain, products=products))
    return replace(mesh, domains=tuple(domains), broken=frozenset(p for p in mesh.broken if may(p)))


def about(mesh: Mesh, name: str) -> Mesh:
    """The mesh narrowed to a domain or product; all of it without a name. Raises TroubleError when there is none of the name."""
    if not name:
        return mesh
    address = _address(name)
    domains = tuple(d for d in mesh.domains if d.name == address)
    if isinstance(address, ProductName):
        of_domain = (d for d in mesh.domains if d.name == address.in_domain)
        narrowed = (replace(d, products=tuple(p for p in d.products if p.address == address)) for d in of_domain)
        domains = tuple(d for d in narrowed if d.products)
    if not domains:
        broken = address in mesh.broken
        known = [*(str(d.name) for d in mesh.domains), *(str(p.address) for p in mesh.products)]
        mend = "`hansa check` says what" if broken else did_you_mean(name, known) or f"known: {one_of(known)}"
        summary = f"{address} is in trouble, so there is nothing to tell of it" if broken else f"there is no `{name[:80]}`"
        raise TroubleError(Trouble("H816", summary, mend=mend if broken or known else "the mesh has no domain yet"))
    return replace(mesh, domains=domains)


def product_of(mesh: Mesh, name: str) -> Product:
    """The one product of a name. Raises TroubleError, also where the name is that of a domain."""
    found = about(mesh, name)
    if name and isinstance(_address(name), ProductName):
        return found.products[0]
    known = [str(p.address) for p in found.products]
    mend = f"name one of {one_of(known)}" if known else "name a product"
    raise TroubleError(Trouble("H816", f"`{name[:80]}` is no product", mend=mend))


def previous(product: Product, output: OutputPort) -> OutputPort | None:
    """The same port at the major before it, if that is offered still."""
    before = [o for o in product.outputs if o.address == output.address and o.major < output.major]
    return max(before, key=lambda o: o.major, default=None)


def suppliers(product: Product, output: OutputPort) -> tuple[InputPort, ...]:
    """The input ports that a port's rows come from; all of them where nobody knows."""
    reads = (*output.lineage.rows, *(r for c in output.lineage.columns for r in c.reads))
    tables = {r.table.lower() for r in reads}
    return tuple(i for i in product.inputs if not tables or i.name.lower() in tables)


def _product(product: Product, may: MayDiscover) -> Product:
    inputs = tuple(
        i
        for i in product.inputs
        if not isinstance(i.origin, MeshOrigin) or (may(i.origin.pinned) and may(i.origin.port.of_product))
    )
    return replace(product, inputs=inputs, outputs=tuple(o for o in product.outputs if may(o.pinned)))


def _address(name: str) -> DomainName | ProductName | None:
    try:
        found = parse(name.strip().strip("/").replace("/", "."))
    except ValueError:
        return None
    return found if isinstance(found, DomainName | ProductName) else None
