"""Replacements and the way back from the new text to the old one."""

from hypothesis import given
from hypothesis import strategies as st

from hansa.gateway.splicing import Splice, splice


@given(st.text(max_size=40), st.lists(st.tuples(st.integers(0, 40), st.integers(0, 6), st.text(max_size=8)), max_size=5))
def test_what_was_not_replaced_is_found_where_it_stood(old: str, wanted: list[tuple[int, int, str]]) -> None:
    splices, end = [], 0
    for start, length, text in sorted(wanted):
        if start >= end and start + length <= len(old):
            splices.append(Splice(start, start + length, text))
            end = start + max(length, 1)
    spliced = splice(old, splices)
    kept = "".join(c for i, c in enumerate(old) if not any(s.start <= i < s.end for s in splices))
    assert len(spliced.new) == len(kept) + sum(len(s.text) for s in splices)
    for offset, character in enumerate(spliced.new):
        back = spliced.back(offset)
        assert (back < len(old) and old[back] == character) or any(s.start == back for s in splices)
