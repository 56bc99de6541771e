"""Plain data is written as PyYAML's dumper would write it, whatever the data is."""

from hypothesis import given, settings
from hypothesis import strategies as st

from hansa.declare.emitting import WIDTH, text_of
from hansa.declare.write import dumped

TEXTS = (
    *("measure_001", "The measure, as its source says it.", "yes", "No", "null", "on", "y", "12", "1.5", "2020-01-01", "x: y"),
    *("x #y", "it's", '"q"', "- a", "@b", "%c", "", "  lead", "trail ", "line\nbreak", "line\n\n  two\n", "ü ß", "tab\tx"),
    *("\x85", "\u2028", "[a]", "{b}", "a, b", "?", "*x", "long " * 40, "x" * 130, "key:", "http://x/y", "~", "<<", "!t", "&a"),
    *("0x1F", "1_000", ".5", "1e5", "a  b", "😀", "#c", "1:20", "|", ">", "!", "Infinity", "-", "---", "..."),
)
KEYS = st.sampled_from(("name", "description", "x-y", "1", "yes", "é", "logicalType", "a b", "enum", "n"))
SCALARS = st.one_of(
    st.sampled_from(TEXTS),
    st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=30),
    st.lists(st.sampled_from(TEXTS), max_size=30).map(" ".join),
    st.booleans(),
    st.none(),
    st.integers(),
    st.floats(allow_nan=False),
)
DATA = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=20)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(KEYS, DATA, max_size=4))
def test_the_text_is_that_of_the_dumper(data: dict[str, object]) -> None:
    assert text_of(data, dumped) == dumped(data, WIDTH)


def test_a_line_that_just_fits_is_not_folded() -> None:
    for length in range(90, 125):
        data = {"schema": [{"properties": [{"description": ("word " * 40)[:length].strip()}]}]}
        assert text_of(data, dumped) == dumped(data, WIDTH)
