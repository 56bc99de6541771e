"""Calls that DuckDB cannot stop are given bounded texts, and nothing else of a query changes."""

from typing import Any

import pytest


def test_a_text_that_is_too_long_is_told_of_at_once(bench: Any) -> None:
    for call in (
        "levenshtein(repeat('a', 100000), name)",
        "damerau_levenshtein(name, repeat(name, 1000))",
        "EditDist3('', t)",
        "jaro_similarity(repeat('a', 5001), t, 0.5)",
    ):
        trouble = bench.refusal(f"SELECT {call} FROM customer.people, (SELECT repeat('a', 1000) AS t)")
        assert trouble.code == "H720", call


def test_texts_of_usual_lengths_are_compared_and_columns_keep_their_names(bench: Any) -> None:
    (row,) = bench.rows("SELECT levenshtein(name, 'Name'), levenshtein(NULL, 'a') AS none FROM customer.people WHERE id = 12")
    assert row == {"levenshtein(\"name\", 'Name')": 2, "none": None} or row == {"levenshtein(name, 'Name')": 2, "none": None}


@pytest.mark.parametrize("size", [499, 500])
def test_the_bound_itself_is_allowed(bench: Any, size: int) -> None:
    assert bench.rows(f"SELECT levenshtein(repeat('a', {size}), repeat('b', {size})) AS d") == [{"d": size}]
    assert bench.rows("SELECT list_transform([name], lambda n: levenshtein(n, 'x'))[1] AS d FROM customer.people LIMIT 1")
