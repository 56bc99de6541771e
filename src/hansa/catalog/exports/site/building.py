"""The files of the site, one at a time: what pages need first, then products, then lists, the search, and the cards."""

import json
from collections.abc import Iterator, Mapping

from hansa.catalog.exports.cards import cards
from hansa.catalog.exports.site.files import SiteFile
from hansa.catalog.exports.site.product import parts_of
from hansa.catalog.exports.site.rendering import HERE, Renderer, domain_path
from hansa.catalog.exports.site.seeing import Look, Seen
from hansa.catalog.exports.site.words import Index
from hansa.catalog.states import ProductState
from hansa.model import Product
from hansa.names import ProductName

PER_PAGE = 500
"""Products of one list."""


def site(seen: Seen, look: Look) -> Iterator[SiteFile]:
    """Every file. Links lead to what came before or comes after; the last file is the page that people begin with."""
    mesh = seen.mesh
    teams = {t.name: t for t in mesh.teams}
    terms = {t.id: t for t in mesh.governance.terms}
    shared = {"mesh": mesh, "teams": teams, "terms": terms, "products": mesh.by_name(), "undescribed": seen.undescribed}
    renderer, index = Renderer(look, shared), Index()
    yield SiteFile("assets/hansa.css", look.styles)
    yield SiteFile("assets/icon.svg", look.favicon)
    for file in ("site.css", "site.js"):
        yield SiteFile(f"assets/{file}", (HERE / "static" / file).read_bytes())
    readers = _readers(seen)
    for product in mesh.products:
        yield from parts_of(seen, product, readers.get(product.address, ()), renderer, look)
        index.product(product)
    for domain in mesh.domains:
        yield renderer.page(domain_path(domain.name), "domain.html", domain=domain)
        index.domain(domain)
    for term in mesh.governance.terms:
        index.term(term)
    yield from _lists(seen, renderer)
    yield renderer.page("glossary.html", "glossary.html", used=_used(seen))
    yield renderer.page("policies.html", "policies.html", policies=seen.policies)
    for path, document in index.files():
        text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        yield SiteFile(path, text.encode("utf-8", "replace"))
    for card in cards(seen.told, _LazyStates(seen)):
        yield SiteFile(card.path, card.text.encode("utf-8", "replace"))
    yield renderer.page("index.html", "home.html")


def _lists(seen: Seen, renderer: Renderer) -> Iterator[SiteFile]:
    products = seen.mesh.products
    pages = max(1, -(-len(products) // PER_PAGE))
    for number in range(1, pages + 1):
        found = products[(number - 1) * PER_PAGE : number * PER_PAGE]
        yield renderer.page(_list_path(number), "list.html", found=found, number=number, pages=pages, list_path=_list_path)


def _list_path(number: int) -> str:
    return "search.html" if number == 1 else f"search-{number}.html"


def _readers(seen: Seen) -> Mapping[ProductName, tuple[Product, ...]]:
    found: dict[ProductName, list[Product]] = {}
    for product in seen.mesh.products:
        for supplier in product.suppliers:
            found.setdefault(supplier, []).append(product)
    return {name: tuple(products) for name, products in found.items()}


def _used(seen: Seen) -> Mapping[str, tuple[Product, ...]]:
    """For each term the products whose columns mean it."""
    found: dict[str, dict[ProductName, Product]] = {}
    for product in seen.mesh.products:
        for term in {t for o in product.outputs for c in o.table.columns for t in c.terms}:
            found.setdefault(term, {})[product.address] = product
    return {term: tuple(products.values()) for term, products in found.items()}


class _LazyStates(Mapping[str, ProductState]):
    """How products stand, asked for one at a time."""

    def __init__(self, seen: Seen) -> None:
        self._seen = seen
        self._products = {str(p.address): p for p in seen.mesh.products}

    def __getitem__(self, name: str) -> ProductState:
        return self._seen.states(self._products[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._products)

    def __len__(self) -> int:
        return len(self._products)
