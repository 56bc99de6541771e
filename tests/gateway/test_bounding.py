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


@pytest.mark.parametrize(
    "call",
    [
        "regexp_matches(repeat('a', 10001), 'a')",
        "regexp_matches('a', repeat('a', 251))",
        "regexp_replace(name, repeat(name, 200), '')",
        "name SIMILAR TO '(a?){200}a{200}b'",
        "name ~ '(a?){1000}'",
        "regexp_extract(name, name || '(a?){200}a{,200}b')",
        "string_split_regex(repeat('ab', 10000), 'a.')",
    ],
)
def test_a_regular_expression_that_could_take_for_ever_is_refused(bench: Any, call: str) -> None:
    assert bench.refusal(f"SELECT {call} FROM customer.people").code == "H720"
    assert bench.refusal(f"SELECT count(*) FROM customer.people WHERE ({call})::VARCHAR <> ''").code == "H720"


def test_usual_regular_expressions_answer_as_ever(bench: Any) -> None:
    rows = bench.rows(
        r"""
        SELECT '2026-01-31' ~ '\d{4}-\d{2}-\d{2}' AS date, regexp_extract('a1', '([a-z])(\d)', ['l', 'd']) AS named,
            regexp_replace('aa', 'a', 'b', 'g') AS all, regexp_extract_all('a1b2', '\d') AS digits,
            name ~ ('^' || name || '$') AS whole, '10.0.0.1' SIMILAR TO '(\d{1,3}\.){3}\d{1,3}' AS address,
            regexp_matches(NULL, name) AS none, regexp_matches(name, NULL) AS no_pattern
        FROM customer.people WHERE id = 12
        """
    )
    assert rows == [
        {
            "date": True,
            "named": {"l": "a", "d": "1"},
            "all": "bb",
            "digits": ["1", "2"],
            "whole": True,
            "address": True,
            "none": None,
            "no_pattern": None,
        }
    ]
    assert bench.rows("SELECT unnest(regexp_split_to_array('a b', ' ')) AS word") == [{"word": "a"}, {"word": "b"}]


def test_a_size_may_come_from_the_data_up_to_its_bound(bench: Any) -> None:
    assert bench.rows("SELECT repeat('-', id), lpad('x', id, '.') AS p FROM customer.people WHERE id = 3") == [
        {"repeat('-', id)": "---", "p": "..x"}
    ]
    for size in ("id * 100001", "CASE WHEN random() < 0.5 THEN 1 ELSE 4000000000 END"):
        for call in (f"repeat('a', {size})", f"rpad('a', {size}, 'b')", f"list_resize([1], {size})"):
            asked = f"SELECT max(length({call})) FROM customer.people, range(100)"
            assert bench.refusal(asked).code == "H720", asked
