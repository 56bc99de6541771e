"""Resources: the card of each product as Markdown, and the contract of each port as ODCS, as far as the caller may know them."""

import json
from collections.abc import Iterator
from urllib.parse import quote, unquote

from mcp.types import Completion, Resource, ResourceTemplate

from hansa.catalog.exports import Iris, Told, about, cards, discoverable
from hansa.catalog.exports.cards import path_of
from hansa.declare.write import contract as contract_text
from hansa.names import DomainName, PortMajor, ProductName
from hansa.publish import visible
from hansa.server.agents.asking import Asking
from hansa.server.agents.texts import CONTENT, clean

CARD, CONTRACT = "hansa://products/", "hansa://contracts/"
MARKDOWN, YAML = "text/markdown", "application/yaml"
PER_PAGE = 100
_MOST = 500_000  # characters of a resource

TEMPLATES = (
    ResourceTemplate(
        name="product-card", title="Product card", uri_template=f"{CARD}{{product}}", mime_type=MARKDOWN,
        description=f"What a data product is, as Markdown; the product as domain.product. {CONTENT}",
    ),
    ResourceTemplate(
        name="contract", title="Data contract", uri_template=f"{CONTRACT}{{port}}", mime_type=YAML,
        description=f"The contract of a port in ODCS; the port as domain.product.port@major. {CONTENT}",
    ),
)  # fmt: skip


def listed(asking: Asking, cursor: str | None) -> tuple[list[Resource], str | None]:
    """A page of the cards and contracts that the caller may read, and the cursor of the next."""
    start = int(cursor) if cursor and cursor.isascii() and cursor.isdecimal() and len(cursor) < 10 else 0
    products = [p for p in asking.sight.products if asking.sight.described(p.address)]
    found: list[Resource] = []
    for product in products[start : start + PER_PAGE]:
        name = str(product.address)
        found.append(Resource(name=name, title=clean(product.title, 200) or name, uri=f"{CARD}{quote(name)}", mime_type=MARKDOWN))
        for port in asking.described_ports(product):
            if port.contract.document:
                told = str(port.pinned)
                found.append(Resource(name=f"{told} contract", uri=f"{CONTRACT}{quote(told)}", mime_type=YAML))
    return found, str(start + PER_PAGE) if start + PER_PAGE < len(products) else None


def read(asking: Asking, uri: str) -> tuple[str, str]:
    """The text of a resource and its media type. Raises TroubleError H865 for what the caller may not know of."""
    if uri.startswith(CARD):
        return clean(_card(asking, unquote(uri.removeprefix(CARD))), _MOST), MARKDOWN
    if uri.startswith(CONTRACT):
        _, port = asking.port(unquote(uri.removeprefix(CONTRACT)))
        if port.contract.document:
            return clean(contract_text(json.loads(port.contract.document)), _MOST), YAML
    raise asking.unknown(uri)


def completed(asking: Asking, argument: str, begun: str) -> Completion:
    """Names that begin as what was typed, of what the caller may know."""
    names = [n for n in _names(asking, argument) if n.startswith(begun)]
    return Completion(values=names[:100], total=len(names), has_more=len(names) > 100)


def _names(asking: Asking, argument: str) -> Iterator[str]:
    for product in asking.sight.products:
        if argument == "product":
            yield str(product.address)
        elif argument == "port":
            yield from (str(o.pinned) for o in asking.described_ports(product))


def _card(asking: Asking, name: str) -> str:
    product = asking.product(name)
    if not asking.sight.described(product.address):
        raise asking.unknown(name)

    def may(what: DomainName | ProductName | PortMajor) -> bool:
        return asking.sight.discovers(what) if isinstance(what, DomainName) else asking.sight.described(what)

    mesh, backing = asking.sight.mesh, asking.catalogue.backing
    publication = visible(backing.ledger, product.address, asking.catalogue.environment)
    published = {product.address: publication} if publication is not None else {}
    told = Told(discoverable(about(mesh, str(product.address)), may), Iris.of(mesh.name, ""), published)
    wanted = path_of(product.address)
    return next(c.text for c in cards(told, asking.catalogue.states()) if c.path == wanted)
