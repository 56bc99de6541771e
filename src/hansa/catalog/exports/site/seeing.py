"""What the site tells, and how it looks: the mesh without what its audience may not know of, and what is recorded of the rest."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Protocol

from hansa.catalog.exports.telling import Told, discoverable
from hansa.catalog.page import HistoryEntry
from hansa.catalog.states import ProductState
from hansa.frozen import dataclass
from hansa.model import Mesh, Policy, Product
from hansa.names import ColumnName, DomainName, PortMajor, PortName, ProductName, parse


class Audience(Protocol):
    """Those for whom the site is: what they may discover, and have described."""

    def discovers(self, resource: DomainName | ProductName | PortMajor) -> bool: ...

    def described(self, resource: ProductName | PortMajor) -> bool: ...


@dataclass(frozen=True, slots=True)
class Look:
    """What the pages of the server have, too: their sheet of styles, drawings, and safe HTML of other people's Markdown."""

    styles: bytes
    favicon: bytes
    mark: str
    icon: Callable[[str], str]
    markdown: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Seen:
    """The mesh as its audience sees it. `states` and `history` are asked for one product at a time."""

    told: Told
    undescribed: frozenset[ProductName]
    policies: tuple[Policy, ...]
    states: Callable[[Product], ProductState]
    history: Callable[[Product], Iterator[HistoryEntry]]

    @property
    def mesh(self) -> Mesh:
        return self.told.mesh


def seen_by(
    audience: Audience,
    told: Told,
    states: Callable[[Product], ProductState],
    history: Callable[[Product], Iterator[HistoryEntry]],
) -> Seen:
    """The mesh as an audience sees it. Of a product that they may discover and no more, its name, purpose and owner are left."""
    known = discoverable(told.mesh, audience.discovers)
    hidden = frozenset(p.address for p in known.products if not audience.described(p.address))
    domains = tuple(replace(d, products=tuple(_described(audience, p, hidden) for p in d.products)) for d in known.domains)
    narrowed = replace(known, domains=domains)
    kept = {name: p for name, p in told.publications.items() if audience.discovers(name) and name not in hidden}
    policies = tuple(p for p in known.governance.policies if not p.holder or _knows(audience, p.holder))
    concealed = _concealed(told.mesh, narrowed)

    def past(product: Product) -> Iterator[HistoryEntry]:
        if product.address not in hidden:
            yield from (_without(entry, concealed.get(product.address, ())) for entry in history(product))

    def stands(product: Product) -> ProductState:
        # How fresh something is changes with every second, and a page that says it would be wrong when it is read.
        bare = ProductState(str(product.address), "")
        return bare if product.address in hidden else replace(states(product), age=None, freshness="unknown", rows=_rows(product))

    def _rows(product: Product) -> int:
        publication = kept.get(product.address)
        offered = {o.pinned for o in product.outputs}
        return sum(p.rows for p in publication.ports if p.port in offered) if publication is not None else 0

    return Seen(replace(told, mesh=narrowed, publications=kept), hidden, policies, stands, past)


def _described(audience: Audience, product: Product, hidden: frozenset[ProductName]) -> Product:
    if product.address in hidden:
        return replace(
            product, inputs=(), outputs=(), models=(), main_port="", tags=(), readme="", status="", type="", version=""
        )
    return replace(product, outputs=tuple(o for o in product.outputs if audience.described(o.pinned)))


def _concealed(mesh: Mesh, narrowed: Mesh) -> Mapping[ProductName, tuple[str, ...]]:
    """The names of the ports and input ports that each product keeps from the audience."""
    shown, found = narrowed.by_name(), {}
    for product in mesh.products:
        seen = shown.get(product.address)
        if seen is not None:
            gone = {o.address.port for o in product.outputs} - {o.address.port for o in seen.outputs}
            gone |= {i.name for i in product.inputs} - {i.name for i in seen.inputs}
            if gone:
                found[product.address] = tuple(sorted(gone))
    return found


def _without(entry: HistoryEntry, names: tuple[str, ...]) -> HistoryEntry:
    """A version without the changes that name what is kept from the audience."""
    return replace(entry, changes=tuple(c for c in entry.changes if not any(n in c for n in names)), run="")


def _knows(audience: Audience, address: str) -> bool:
    try:
        named = parse(address)
    except ValueError:
        return False
    match named:
        case DomainName() | ProductName() | PortMajor():
            return audience.discovers(named)
        case PortName():
            return audience.discovers(named.of_product)
        case ColumnName():
            return audience.discovers(named.port.of_product)
