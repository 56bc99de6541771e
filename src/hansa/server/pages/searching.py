"""Search: any words, narrowed by facets, a page at a time; every state of it has an address of its own."""

from dataclasses import replace
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from hansa.catalog.search import FACETS, Hit, SearchQuery, SearchResult
from hansa.frozen import dataclass
from hansa.model import Product
from hansa.names import ColumnName, PortMajor, PortName, ProductName, parse, parse_product
from hansa.server.pages.badges import Badge, freshness, quality, status
from hansa.server.pages.rendering import link, query, term_link
from hansa.server.pages.routing import Page
from hansa.server.pages.visit import Visit

SIZE = 20
_LONGEST = 200
_FACET_VALUES = 12
_LAST_PAGE = 50
_TITLES = {
    "kind": "Kind", "domain": "Domain", "class": "Class of data", "owner": "Owner", "status": "Status",
    "freshness": "Freshness", "tag": "Tag", "certification": "Certification",
}  # fmt: skip
_ORDER = tuple(_TITLES)
_ALONE = frozenset({"unknown", "unpublished", "none"})
"""Values that say that nothing is known: alone in a facet, they help nobody to choose."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet; `href` is the same search with it chosen, or no longer."""

    value: str
    count: int
    chosen: bool
    href: str


@dataclass(frozen=True, slots=True)
class Found:
    """A hit with where it leads, and how its product stands."""

    hit: Hit
    href: str
    product: Product | None
    badges: tuple[Badge, ...]


def search(visit: Visit) -> Response:
    """The page of a search."""
    return visit.page("search.html", **_shown(visit))


def hits(visit: Visit) -> Response:
    """The hits alone, for a page that asks while somebody types."""
    return visit.page("hits.html", **_shown(visit))


def _shown(visit: Visit) -> dict[str, Any]:
    chosen = {f: tuple(v for v in visit.request.query_params.getlist(f)[:20] if v) for f in FACETS}
    text, number = visit.asked("q", _LONGEST), min(_LAST_PAGE, visit.number())
    asked = SearchQuery(text, {f: v for f, v in chosen.items() if v}, limit=SIZE, offset=(number - 1) * SIZE)
    result = visit.catalogue.search(asked, visit.sight)
    # A value that was chosen narrows its own facet, too; what else could be chosen there, only the search without it says.
    for facet in [f for f in asked.facets if f != "kind"][:3]:
        others = {f: v for f, v in asked.facets.items() if f != facet}
        wider = visit.catalogue.search(replace(asked, facets=others, limit=0, offset=0), visit.sight)
        result = replace(result, facets={**result.facets, facet: wider.facets.get(facet, ())})
    pages = min(_LAST_PAGE, -(-result.total // SIZE))
    return {
        "q": text,
        "result": result,
        "found": [_found(visit, h) for h in result.hits],
        "facets": _facets(text, chosen, result),
        "chosen": chosen,
        "any_chosen": any(chosen.values()),
        "first": asked.offset + 1,
        "number": number,
        "pages": pages,
        "before": _address(text, chosen, number - 1) if number > 1 else "",
        "after": _address(text, chosen, number + 1) if number < pages else "",
        "cleared": f"/search{query(q=text)}",
        "suggested": _address(result.suggestion, chosen, 1) if result.suggestion else "",
    }


def _address(text: str, chosen: dict[str, tuple[str, ...]], page: int) -> str:
    return f"/search{query(q=text, **chosen, page=page if page > 1 else '')}"


def _facets(text: str, chosen: dict[str, tuple[str, ...]], result: SearchResult) -> list[tuple[str, str, list[Choice]]]:
    """Facets with something to choose, each value with its count; what was chosen stays to be taken back."""
    found = []
    for facet in _ORDER:
        counts = dict(result.facets.get(facet, ()))
        if not chosen[facet] and set(counts) <= _ALONE:
            continue
        shown = list(dict.fromkeys((*chosen[facet], *list(counts)[:_FACET_VALUES])))
        values = [Choice(v, counts.get(v, 0), v in chosen[facet], _toggled(text, chosen, facet, v)) for v in shown]
        found.append((facet, _TITLES[facet], values))
    return found


def _toggled(text: str, chosen: dict[str, tuple[str, ...]], facet: str, value: str) -> str:
    have = chosen[facet]
    now = tuple(v for v in have if v != value) if value in have else (*have, value)
    return _address(text, {**chosen, facet: now}, 1)


def _found(visit: Visit, hit: Hit) -> Found:
    product = visit.sight.product(parse_product(hit.product)) if hit.product else None
    state = visit.catalogue.states().get(hit.product) if product is not None and hit.kind == "product" else None
    state = visit.told(state) if state is not None else None
    badges = (status(state), quality(state), freshness(state, product)) if state is not None else ()
    return Found(hit, _href(hit, product), product, tuple(b for b in badges if b is not None))


def _href(hit: Hit, product: Product | None) -> str:
    """Where a hit leads: a column to its line in the schema, a term to what it means; empty for what has no page."""
    match hit.kind:
        case "domain":
            return f"/domains/{quote(hit.address)}"
        case "product":
            return link(product.address) if product is not None else ""
        case "port" | "column" if product is not None:
            return _part(product.address, hit.address)
        case "term":
            return term_link(hit.address.removeprefix("term:"))
        case _:
            return ""


def _part(product: ProductName, address: str) -> str:
    try:
        named = parse(address)
    except ValueError:
        return link(product, "schema")
    match named:
        case ColumnName():
            port = str(named.port.port) + (f"@{named.major}" if named.major is not None else "")
            return link(product, "schema", port=port) + f"#column-{quote(named.column, safe='')}"
        case PortMajor():
            return link(product, "schema", port=f"{named.name.port}@{named.major}")
        case PortName():
            return link(product, "schema", port=named.port)
        case _:
            return link(product, "schema")


PAGES = (Page("/search", search), Page("/search/hits", hits))
