"""Finds products, ports, columns, domains, glossary terms and use cases by any words, and shows each viewer only what is theirs.

It promises an answer to any text in milliseconds; counts, facets and suggestions that say nothing of what a viewer may not
discover; and an index that may be deleted at any time. It reads the mesh and what is told of states and reads, never the
ledger or the data.
"""

from hansa.catalog.search.building import Refreshed
from hansa.catalog.search.index import SearchIndex, Visibility
from hansa.catalog.search.records import (
    FACETS,
    KINDS,
    Gate,
    Hit,
    MayDiscover,
    SearchQuery,
    SearchResult,
    Segment,
    UseCaseName,
)

__all__ = [
    "FACETS",
    "KINDS",
    "Gate",
    "Hit",
    "MayDiscover",
    "Refreshed",
    "SearchIndex",
    "SearchQuery",
    "SearchResult",
    "Segment",
    "UseCaseName",
    "Visibility",
]
