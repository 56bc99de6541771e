"""Words are compared and found the same way, however quickly."""

from hypothesis import given
from hypothesis import strategies as st

from hansa.catalog.search.marking import snippet
from hansa.catalog.search.wanted import marks_of, units_of
from hansa.catalog.search.words import distance, first_of, folded, spans, words

LETTERS = st.text("abcde", max_size=8)


def plainly(first: str, second: str) -> int:
    """The distance by its definition, for words of a few letters."""
    if not first or not second:
        return len(first) + len(second)
    ways = [
        plainly(first[1:], second[1:]) + (first[0] != second[0]),
        plainly(first[1:], second) + 1,
        plainly(first, second[1:]) + 1,
    ]
    if len(first) > 1 and len(second) > 1 and first[0] == second[1] and first[1] == second[0]:
        ways.append(plainly(first[2:], second[2:]) + 1)
    return min(ways)


@given(st.text("abcd", max_size=5), st.text("abcd", max_size=5), st.integers(0, 3))
def test_a_distance_is_told_up_to_the_most(first: str, second: str, most: int) -> None:
    assert distance(first, second, most) == min(plainly(first, second), most + 1)


@given(st.text("aB c_1Ü.", max_size=60))
def test_the_first_of_some_words_is_where_it_stands(text: str) -> None:
    every = list(spans(text, lambda _: True))
    for span in every:
        place = first_of(text, [span.word])
        assert place in (-1, min(s.start for s in every if s.word == span.word))
    assert first_of(text, ["zzz"]) == -1


@given(st.text("aB c_1Ü.", max_size=60))
def test_words_stand_where_they_are_said_to_stand(text: str) -> None:
    found = list(spans(text, lambda _: True))
    assert [s.word for s in found] == words(text)
    assert [folded(text[s.start : s.end]) for s in found] == words(text)
    assert list(spans(text, "a".__eq__)) == [s for s in found if s.word == "a"]


@given(st.lists(st.sampled_from(("orders", "lineTotal", "HTTPServer", "of", "last", "week,", "Straße", "x" * 70)), max_size=60))
def test_a_snippet_marks_what_was_asked_for_and_nothing_else(said: list[str]) -> None:
    text = " ".join(said)
    found = snippet([text], marks_of(units_of("orders total ", {})))
    assert all(set(words(s.text)) <= {"orders", "order", "total", "totals"} for s in found if s.found)
    if {"orders", "lineTotal"} & set(said):
        assert any(s.found for s in found)
    else:
        assert not any(s.found for s in found)
