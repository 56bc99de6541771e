"""The tool `search`: what the catalogue has for some words, as far as the caller may know of it."""

from dataclasses import field
from typing import Annotated, Literal

from pydantic import Field

from hansa.catalog.search import SearchQuery
from hansa.frozen import dataclass
from hansa.server.agents.asking import Asking
from hansa.server.agents.texts import CONTENT

MOST = 50
Kind = Literal["product", "domain", "port", "column", "term", "use-case"]


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for."""

    text: Annotated[
        str, Field(max_length=400, description="Words, as a person would type them; empty lists the best products.")
    ] = ""
    kinds: Annotated[list[Kind], Field(max_length=6, description="Only these kinds of things; empty for all.")] = field(
        default_factory=list
    )
    domain: Annotated[str, Field(max_length=200, description="Only of this domain.")] = ""
    limit: Annotated[int, Field(ge=1, le=MOST)] = 10
    offset: Annotated[int, Field(ge=0, le=1000)] = 0


@dataclass(frozen=True, slots=True)
class FoundThing:
    address: Annotated[str, Field(description="Its name: what `describe` and `lineage` take.")]
    kind: str
    title: str
    product: Annotated[str, Field(description="The data product that it belongs to; empty for a domain or use case.")]
    said: Annotated[str, Field(description="A part of what its owner says of it.")]


@dataclass(frozen=True, slots=True)
class Found:
    hits: list[FoundThing]
    total: int
    suggestion: Annotated[str, Field(description="The text as it was probably meant; empty when it was found as written.")]
    note: str = CONTENT


def search(asking: Asking, asked: Search) -> Found:
    facets = {"domain": (asked.domain,)} if asked.domain else {}
    query = SearchQuery(asked.text, facets, tuple(asked.kinds), asked.limit, asked.offset)
    result = asking.catalogue.search(query, asking.sight)
    hits = [FoundThing(h.address, h.kind, h.title, h.product, h.said) for h in result.hits]
    return Found(hits, result.total, result.suggestion)
