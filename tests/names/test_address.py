"""Addresses: one type each, one parser, one text form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.names import (
    ColumnName,
    DomainName,
    PortMajor,
    PortName,
    ProductName,
    Version,
    is_word,
    parse,
    parse_port,
    parse_product,
    unpinned,
    word_like,
)

words = st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True)
majors = st.integers(min_value=0, max_value=999_999)
columns = st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), min_size=1, max_size=40).filter(
    lambda text: text == text.strip()
)


@given(words, words, words, majors, columns)
def test_every_address_is_read_back_from_its_text(domain: str, product: str, port: str, major: int, column: str) -> None:
    name = PortName(domain, product, port)
    for address in (
        DomainName(domain),
        ProductName(domain, product),
        name,
        PortMajor(name, major),
        ColumnName(name, column),
        ColumnName(name, column, major),
    ):
        assert parse(str(address)) == address


@given(words, majors)
def test_the_sql_form_of_a_major_is_read_back(word: str, major: int) -> None:
    assert unpinned(f"{word}_v{major}") == (word, major)


@pytest.mark.parametrize(
    "text", ["", "Customer", "a.b.c.d", "a..b", "a.b@1", "a.b.c@", "a.b.c@x", "a.b#c", "a b", "a.b.c@1234567", "1a", "a-b"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse(text)


def test_a_refused_word_comes_with_the_nearest_valid_one() -> None:
    with pytest.raises(ValueError, match="`customer_360` can"):
        DomainName("Customer-360")


@given(st.text(max_size=80))
def test_the_nearest_word_is_a_word_or_nothing(text: str) -> None:
    near = word_like(text)
    assert near == "" or is_word(near)


def test_products_are_read_with_a_slash_as_on_the_command_line() -> None:
    assert parse_product("customer/profiles") == ProductName("customer", "profiles")
    with pytest.raises(ValueError, match="does not name a product"):
        parse_product("customer")


def test_ports_are_read_with_and_without_major() -> None:
    assert parse_port("a.b.c") == PortName("a", "b", "c")
    assert parse_port("a.b.c@2") == PortMajor(PortName("a", "b", "c"), 2)
    with pytest.raises(ValueError, match="does not name a port"):
        parse_port("a.b")


@pytest.mark.parametrize(
    ("text", "version"),
    [("1.2.3", Version(1, 2, 3)), ("v2", Version(2)), ("1.0", Version(1, 0)), ("1.0.0-rc.1", Version(1, 0, 0, "rc.1"))],
)
def test_versions_are_read_in_short_and_long_form(text: str, version: Version) -> None:
    assert Version.parse(text) == version


def test_a_release_comes_after_its_candidates_and_numbers_count_as_numbers() -> None:
    texts = ["1.0.0-alpha", "1.0.0-alpha.2", "1.0.0-alpha.10", "1.0.0-beta", "1.0.0", "1.0.1", "1.10.0", "2.0.0"]
    versions = [Version.parse(t) for t in texts]
    mixed = [versions[i] for i in (4, 2, 7, 0, 6, 1, 5, 3)]
    assert sorted(mixed) == versions


@pytest.mark.parametrize("text", ["", "one", "1.2.3.4", "1..2", "-1"])
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a version"):
        Version.parse(text)
