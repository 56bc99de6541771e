"""What the type-checker keeps between calls is never seen by another query."""

from collections.abc import Iterator

import pytest

from hansa.engines import QueryRefused
from hansa.engines.duckdb.describe import Describer
from hansa.model import Column, Schema
from hansa.model.types import Integer, String

ONE = Schema((Column("a", Integer()),))
TWO = Schema((Column("a", String()), Column("b", Integer())))


@pytest.fixture
def describer() -> Iterator[Describer]:
    made = Describer()
    yield made
    made.close()


def test_a_table_of_an_earlier_call_is_not_there(describer: Describer) -> None:
    describer.describe("SELECT a FROM secret", {"secret": ONE})
    for spelt in ("secret", "Secret", '"SECRET"', "temp.secret"):
        with pytest.raises(QueryRefused):
            describer.describe(f"SELECT a FROM {spelt}", {"other": ONE})


def test_a_table_of_an_earlier_call_is_not_proposed(describer: Describer) -> None:
    describer.describe("SELECT a FROM payments", {"payments": ONE})
    with pytest.raises(QueryRefused) as refused:
        describer.describe("SELECT a FROM paiments", {"other": ONE})
    assert "payments" not in f"{refused.value} {refused.value.candidates}"


def test_a_name_may_mean_another_schema_in_the_next_call(describer: Describer) -> None:
    assert describer.describe("SELECT * FROM given", {"given": ONE}).names == ("a",)
    assert describer.describe("SELECT * FROM given", {"GIVEN": TWO}).names == ("a", "b")
    assert describer.describe("SELECT * FROM given", {"given": ONE}) == ONE


def test_names_that_are_no_words_are_cleared_too(describer: Describer) -> None:
    describer.describe('SELECT * FROM "odd name"', {"odd name": ONE})
    with pytest.raises(QueryRefused):
        describer.describe('SELECT * FROM "odd name"', {})


def test_a_refused_query_leaves_the_next_call_alone(describer: Describer) -> None:
    with pytest.raises(QueryRefused):
        describer.describe("SELECT nothing FROM given", {"given": ONE})
    assert describer.describe("SELECT a FROM given", {"given": ONE}) == ONE
