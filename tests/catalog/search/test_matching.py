"""Words as queries: what is left out of a query because it can change nothing does change nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest
import tantivy

from hansa.catalog.search import SearchIndex
from hansa.catalog.search.keeping import Shelf, read_synonyms
from hansa.catalog.search.matching import TIERS, WITH_PATH, Matching, Tier, all_of, any_of
from hansa.catalog.search.storing import use_words
from hansa.catalog.search.wanted import groups_of, units_of
from hansa.model import Mesh

APART = Tier(WITH_PATH.fields, loose=True, alike=True)
"""As the last tier of several words is, but for each word by itself."""


@pytest.mark.parametrize("misspelt", [False, True])
@pytest.mark.parametrize(
    "text",
    ["customer email", "orders amount", "email customer", "orders baskets", "email letters", "salary hr", "where letters go",
     "customer shopper", "order cust", "profiles emai", "customer orders", "email nowhere", "customerId card"],
)  # fmt: skip
def test_one_of_several_words_is_found_elsewhere_than_by_where_something_is(
    folder: Path, shop: Mesh, text: str, misspelt: bool
) -> None:
    SearchIndex.open(folder).refresh(shop)
    current = Shelf(folder).current()
    assert current is not None
    opened = use_words(tantivy.Index.open(str(current)))
    searcher = opened.searcher()
    matching = Matching(opened.schema, searcher)
    units = units_of(text, groups_of(read_synonyms(current)))
    units = tuple(u.misspelt() for u in units) if misspelt else units

    def found(query: tantivy.Query | None) -> set[tuple[int, int]]:
        assert query is not None
        return {(a.segment_ord, a.doc) for _, a in searcher.search(query, 1000).hits}

    each = [q for u in units if (q := matching.of_tier((u,), APART)) is not None]
    elsewhere = [q for u in units if (q := matching.of_tier((u,), TIERS[-1])) is not None]
    assert found(matching.of_tier(units, WITH_PATH)) == found(all_of([*each, any_of(elsewhere)]))
    assert found(matching.of_tier(units, WITH_PATH)) <= found(all_of(each))


def test_where_something_is_does_not_find_it_alone(find: Callable[..., list[str]]) -> None:
    assert "orders.baskets.facts#amountNet" in find("orders amount")
    assert "orders.baskets.facts#HTTPStatus" not in find("orders baskets")
