"""`/search`: any words, narrowed by facets; what is counted and suggested says nothing of what the caller may not know of."""

from typing import Annotated

from fastapi import APIRouter, Query

from hansa.catalog.search import FACETS, KINDS, Hit, SearchQuery
from hansa.server.api import Paged, Resource, Shown, Viewing, example, refusals

router = APIRouter(prefix="/search", tags=["search"], route_class=Resource)
LAST = 1000
"""Hits that anybody can page to."""
Values = list[Annotated[str, Query(max_length=200)]]


class Piece(Shown):
    """A piece of a text, and whether it was looked for."""

    text: str
    found: bool


class HitShown(Shown):
    """Something that was found; `product` is the one that it leads to."""

    address: str
    kind: str
    title: str
    product: str | None
    heading: list[Piece]
    snippet: list[Piece]


class FacetValue(Shown):
    value: str
    count: int


class Found(Shown):
    """A page of hits, the best first, with the facets of all of them.

    `suggestion` is the text as it was probably meant; `widened` says that not all words were found, or not as they were written.
    """

    model_config = example(
        items=[
            {"address": "customer.profiles", "kind": "product", "title": "Profiles", "product": "customer.profiles",
             "heading": [{"text": "Profiles", "found": True}], "snippet": [{"text": "One line a household.", "found": False}]}
        ],
        total=1, next=None, facets={"kind": [{"value": "product", "count": 1}]}, suggestion="", widened=False,
    )  # fmt: skip
    items: list[HitShown]
    total: int
    next: str | None
    facets: dict[str, list[FacetValue]]
    suggestion: str
    widened: bool


@router.get("", responses=refusals("H742", "H813", "H810"))
def search(
    viewer: Viewing,
    pages: Paged,
    q: Annotated[str, Query(max_length=200, description="Any words; without one, everything that the facets leave.")] = "",
    kind: Annotated[Values, Query(max_length=20, description=f"Any of {', '.join(KINDS)}.")] = [],  # noqa: B006 - FastAPI hands out copies
    domain: Annotated[Values, Query(max_length=20)] = [],  # noqa: B006 - FastAPI hands out copies
    class_: Annotated[Values, Query(alias="class", max_length=20)] = [],  # noqa: B006 - FastAPI hands out copies
    owner: Annotated[Values, Query(max_length=20)] = [],  # noqa: B006 - FastAPI hands out copies
    status: Annotated[Values, Query(max_length=20)] = [],  # noqa: B006 - FastAPI hands out copies
    freshness: Annotated[Values, Query(max_length=20)] = [],  # noqa: B006 - FastAPI hands out copies
    tag: Annotated[Values, Query(max_length=20)] = [],  # noqa: B006 - FastAPI hands out copies
    certification: Annotated[Values, Query(max_length=20)] = [],  # noqa: B006 - FastAPI hands out copies
) -> Found:
    """Find products, ports, columns, domains, terms and use cases. Values of one facet are alternatives; facets narrow."""
    given = (domain, class_, owner, status, freshness, tag, kind, certification)
    facets = {name: tuple(v for v in values if v) for name, values in zip(FACETS, given, strict=True) if any(values)}
    offset = min(pages.at(), LAST)
    found = viewer.catalogue.search(SearchQuery(q, facets, limit=pages.limit, offset=offset), viewer.sight)
    following = offset + len(found.hits)
    more = bool(found.hits) and following < min(found.total, LAST)
    return Found(
        items=[_hit(h) for h in found.hits],
        total=found.total,
        next=pages.after(following) if more else None,
        facets={name: [FacetValue(value=v, count=n) for v, n in values] for name, values in found.facets.items()},
        suggestion=found.suggestion,
        widened=found.widened,
    )


def _hit(hit: Hit) -> HitShown:
    return HitShown(
        address=hit.address,
        kind=hit.kind,
        title=hit.title,
        product=hit.product or None,
        heading=[Piece(text=s.text, found=s.found) for s in hit.heading],
        snippet=[Piece(text=s.text, found=s.found) for s in hit.snippet],
    )
