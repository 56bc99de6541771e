"""What words find: names before texts, whatever is misspelt, and any text without an error."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hansa.catalog.search import FACETS, Gate, SearchIndex, SearchQuery
from hansa.model import Mesh
from hansa.names import PortMajor, ProductName
from hansa.trouble import TroubleError

Find = Callable[..., list[str]]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("profiles", "customer.profiles"),
        ("Profiles", "customer.profiles"),
        ("profile", "customer.profiles"),
        ("prof", "customer.profiles"),
        ("porfiles", "customer.profiles"),
        ("proflies", "customer.profiles"),
        ("profils customer", "customer.profiles"),
        ("history order", "orders.order_history"),
        ("order history", "orders.order_history"),
        ("orderHistory", "orders.order_history"),
        ("orderhistory", "orders.order_history"),
        ("customer.profiles", "customer.profiles"),
        ("customer.profiles.facts#email_address", "customer.profiles.facts#email_address"),
        ("email", "customer.profiles.facts#email_address"),
        ("adress", "customer.profiles.facts#email_address"),
        ("emailaddress", "customer.profiles.facts#email_address"),
        ("amount net", "orders.baskets.facts#amountNet"),
        ("amount_net", "orders.baskets.facts#amountNet"),
        ("http status", "orders.baskets.facts#HTTPStatus"),
        ("nettobetrag", "orders.baskets.facts#amountNet"),
        ("postcodes", "customer.profiles.facts#postcode"),
        ("muller", "customer.profiles"),
        ("Mueller", "customer.profiles"),
        ("MÜLLER", "customer.profiles"),
        ("angstrom", "customer.profiles"),
        ("strassburg", "customer.profiles"),
        ("shopper", "term:household"),
        ("loyalty cards", "term:household"),
        ("churn", "use-case:churn_report"),
        ("hr", "hr"),
        ("basket what was bought", "orders.baskets"),
    ],
)
def test_words_find_what_is_meant_first(find: Find, text: str, found: str) -> None:
    assert find(text)[:1] == [found]


def test_synonyms_find_columns_that_mean_the_term(find: Find) -> None:
    assert "customer.profiles.facts#customer_id" in find("shopper", "column")


def test_a_term_leads_to_a_product_whose_column_means_it(index: SearchIndex) -> None:
    (hit,) = index.search(SearchQuery("household", kinds=("term",))).hits
    assert (hit.title, hit.product) == ("Household", "customer.profiles")


def test_a_word_that_is_found_as_written_is_not_taken_for_a_typo(find: Find) -> None:
    assert find("order", "product") == ["orders.order_history", "orders.baskets"]


def test_what_is_found_is_marked(index: SearchIndex) -> None:
    (hit,) = index.search(SearchQuery("muler", kinds=("product",))).hits
    assert [s.text for s in hit.snippet if s.found] == ["Müller"]
    assert "Ångström live" in hit.said


def test_markup_in_texts_stays_text(made: Callable[..., object], mesh_from: Callable[..., Mesh], folder: object) -> None:
    index = SearchIndex.open(folder)  # type: ignore[arg-type]
    index.refresh(mesh_from(made("a.b", purpose="<script>alert('bought')</script> <b>bought</b>")))
    (hit,) = index.search(SearchQuery("bought", kinds=("product",))).hits
    assert hit.said == "<script>alert('bought')</script> <b>bought</b>"
    assert [s.text for s in hit.snippet if s.found] == ["bought", "bought"]


@pytest.mark.parametrize(
    ("text", "meant"), [("porfiles", "profiles"), ("customer postcde", "customer postcode"), ("bskts", "baskets")]
)
def test_a_misspelt_text_is_told_as_it_was_meant(index: SearchIndex, text: str, meant: str) -> None:
    assert index.search(SearchQuery(text)).suggestion == meant


def test_words_that_are_never_together_find_what_has_any_of_them(index: SearchIndex) -> None:
    found = index.search(SearchQuery("postcode salary"))
    assert found.widened
    assert {"customer.profiles.facts#postcode", "hr.salaries.facts#salary_gross"} <= {h.address for h in found.hits}


def test_facets_that_leave_nothing_are_no_typo(index: SearchIndex) -> None:
    found = index.search(SearchQuery("postcode", {"domain": ("orders",)}))
    assert (found.total, found.suggestion, found.hits) == (0, "", ())


def test_nothing_finds_all_products_the_best_first(find: Find) -> None:
    assert find("")[-1] == "orders.order_history"  # deprecated
    assert len(find("  ?! ")) == 4


@pytest.mark.parametrize("text", ["", "orders", "email", "a", "who", "profils"])
def test_facets_count_what_each_of_their_values_finds(index: SearchIndex, text: str) -> None:
    whole = index.search(SearchQuery(text, limit=100))
    assert len(whole.hits) == whole.total
    assert set(whole.facets) == set(FACETS)
    assert sum(count for _, count in whole.facets["kind"]) == whole.total
    for facet, values in whole.facets.items():
        for value, count in values:
            assert index.search(SearchQuery(text, {facet: (value,)}, kinds=("product",) if not text else ())).total == count


def test_pages_hold_each_hit_once(index: SearchIndex) -> None:
    whole = index.search(SearchQuery("o", limit=100)).hits
    paged = [h for at in range(0, len(whole), 3) for h in index.search(SearchQuery("o", limit=3, offset=at)).hits]
    assert [h.address for h in paged] == [h.address for h in whole]


HIDDEN = ("salaries", "salary", "zebra", "salry", "zebar", "email", "who earns", "hr", "", "gross", "salary postcode")


@pytest.mark.parametrize("text", HIDDEN)
def test_what_a_viewer_may_not_discover_is_in_nothing_that_is_told(
    index: SearchIndex, shop: Mesh, mesh_from: Callable[..., Mesh], folder: object, text: str
) -> None:
    """The answer is the very one of a mesh in which the hidden domain is not."""

    def may_discover(gate: Gate) -> bool:
        return not str(gate).startswith("hr")

    known = [p for p in shop.products if p.address.domain != "hr"]
    without = SearchIndex.open(folder)  # type: ignore[arg-type]
    without.refresh(mesh_from(*known, terms=shop.governance.terms, cases=shop.governance.consumers))
    seen, expected = index.search(SearchQuery(text), may_discover), without.search(SearchQuery(text))
    assert seen.hits == expected.hits
    assert (seen.total, seen.facets, seen.suggestion) == (expected.total, expected.facets, expected.suggestion)


def test_a_port_can_be_hidden_in_a_product_that_is_not(index: SearchIndex) -> None:
    viewer = index.visible_to(lambda gate: not isinstance(gate, PortMajor))
    found = index.search(SearchQuery("email"), viewer)
    assert {h.kind for h in found.hits} <= {"product"}


def test_ports_of_a_hidden_product_are_not_asked_about(index: SearchIndex) -> None:
    asked: list[Gate] = []

    def may_discover(gate: Gate) -> bool:
        asked.append(gate)
        return not isinstance(gate, ProductName)

    assert index.search(SearchQuery("email"), index.visible_to(may_discover)).total == 0
    assert not any(isinstance(gate, PortMajor) for gate in asked)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=60), offset=st.integers(-5, 2000), limit=st.integers(-5, 50))
def test_any_text_has_an_answer(index: SearchIndex, text: str, offset: int, limit: int) -> None:
    found = index.search(SearchQuery(text, offset=offset, limit=limit))
    assert len(found.hits) <= max(0, limit)
    for hit in found.hits:
        assert "".join(s.text for s in hit.heading) == hit.title


@pytest.mark.parametrize(
    "text",
    ['"', "a AND (", "name:*", "+-&&||!(){}[]^\"~*?:\\/", "🦊", "x" * 10_000, "wo " * 5_000, "مرحبا", "שלום profiles", "日本語",
     "\ud800", "\x00", "[a TO z]", "/.*/", "'; DROP TABLE", "%00", "customer." * 40, "ﬁ", "İ"],
)  # fmt: skip
def test_no_sign_is_an_operator(index: SearchIndex, text: str) -> None:
    assert index.search(SearchQuery(text)).took < 5


@pytest.mark.parametrize(
    ("query", "word"), [(SearchQuery(facets={"domian": ("x",)}), "domain"), (SearchQuery(kinds=("tabel",)), "kind")]
)
def test_what_nothing_can_be_searched_by_is_refused(index: SearchIndex, query: SearchQuery, word: str) -> None:
    with pytest.raises(TroubleError) as refused:
        index.search(query)
    assert [t.code for t in refused.value.troubles] == ["H813"]
    assert word in str(refused.value)


def test_an_excerpt_of_a_readme_has_its_words_without_the_signs_of_markdown(
    folder: Path, made: Callable[..., object], mesh_from: Callable[..., Mesh]
) -> None:
    readme = "# Sales\n\n> Since 2020\n\n| Port | Holds |\n|---|:--|\n| `rows` | **every** walrus |\n\n```sql\nSELECT 1\n```\n"
    index = SearchIndex.open(folder)
    index.refresh(mesh_from(made("a.sales", readme=readme)), ())
    (hit,) = index.search(SearchQuery("walrus")).hits
    said = "".join(s.text for s in hit.snippet)
    assert "walrus" in said
    assert not set("#|`*>") & set(said)
    assert "---" not in said
