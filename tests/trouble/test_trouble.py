"""Troubles read well, compare by value, and every code is documented."""

import re
from pathlib import Path

import pytest

import hansa
from hansa.trouble import Place, Severity, Trouble, TroubleError, catalogue, did_you_mean, in_order, one_of, render

SOURCE = Path(hansa.__file__).parent


def test_a_trouble_is_rendered_with_code_places_mend_and_where_to_read_more() -> None:
    trouble = Trouble(
        "H214",
        "output port orders.history promises a column its query does not produce",
        (
            Place("orders/history/contracts/history.odcs.yaml", 31, 9, "promised here: customer_id"),
            Place("orders/history/models/history.sql", 4, 1, "produced here: cust_id, basket_id, total"),
        ),
        "promise `cust_id`, or select `cust_id as customer_id`",
    )
    assert render(trouble) == (
        "error[H214] output port orders.history promises a column its query does not produce\n"
        "  orders/history/contracts/history.odcs.yaml:31:9  promised here: customer_id\n"
        "  orders/history/models/history.sql:4:1            produced here: cust_id, basket_id, total\n"
        "  mend: promise `cust_id`, or select `cust_id as customer_id`\n"
        "  more: hansa explain H214"
    )


def test_a_summary_is_always_one_line() -> None:
    assert Trouble("H100", "two\n  lines").summary == "two lines"


def test_errors_come_first_and_nothing_twice() -> None:
    warning = Trouble("H100", "w", severity=Severity.WARNING)
    late, early = Trouble("H100", "e", (Place("b", 1, 1),)), Trouble("H100", "e", (Place("a", 9, 1),))
    assert in_order([warning, late, early, late]) == (early, late, warning)


def test_the_product_files_a_trouble_without_changing_it() -> None:
    trouble = Trouble("H100", "x")
    assert trouble.about("a.b") == trouble
    assert trouble.about("a.b").product == "a.b"


def test_an_error_of_the_rim_says_its_troubles() -> None:
    assert "error[H100] x" in str(TroubleError(Trouble("H100", "x")))


def test_near_names_are_suggested_and_far_ones_are_not() -> None:
    assert did_you_mean("profils", ["profiles", "orders"]) == "did you mean `profiles`?"
    assert did_you_mean("xyz", ["profiles", "orders"]) == ""


def test_long_lists_are_cut_with_their_number() -> None:
    assert one_of([f"p{i:02}" for i in range(20)], most=2) == "`p00`, `p01`, … (20 in all)"


def test_every_code_in_the_source_has_a_page_and_every_page_a_use() -> None:
    used = {c for f in SOURCE.rglob("*.py") for c in re.findall(r'"(H\d{3})"', f.read_text(encoding="utf-8"))}
    documented = set(catalogue.codes())
    assert used - documented == set(), "codes without a page in src/hansa/trouble/catalogue"
    assert documented - used == set(), "pages of codes that nothing raises"


def test_pages_are_found_by_codes_alone() -> None:
    assert catalogue.page(" h214 ") == catalogue.page("H214")
    for none in ("", "H000", "H21", "H2144", "../H214", "H214.md", "README"):
        with pytest.raises(KeyError):
            catalogue.page(none)


def test_every_page_has_a_title_an_example_and_a_mend() -> None:
    for code in catalogue.codes():
        page = catalogue.page(code)
        assert catalogue.title(code), code
        assert "```" in page, f"{code} has no example"
        assert "\n## Mend\n" in page, f"{code} does not say how to mend it"
