"""ECMA-262 patterns mean in the engine what they mean in ECMA-262, or are refused by the name of what stands in the way."""

import re

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hansa.audit import pattern_trouble
from hansa.audit.pattern import Untranslatable, translated
from hansa.trouble import Place

CONNECTION = duckdb.connect()


def matches(pattern: str, text: str) -> bool:
    re2 = translated(pattern)
    assert isinstance(re2, str), re2
    (row,) = CONNECTION.execute("SELECT regexp_matches(?, ?)", [text, re2]).fetchall()
    return bool(row[0])


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("b", ["abc"], ["a"]),
        ("^b$", ["b"], ["ab", "b\n", "a\nb"]),
        ("^.$", ["a", "é", "\t"], ["\n", "\r", "\u2028", ""]),
        (r"^\s$", [" ", "\t", "\v", "\u00a0", "\ufeff", "\u2003"], ["a", ""]),
        (r"^\S$", ["a", "é"], [" ", "\u00a0"]),
        (r"^[\s]$", ["\u00a0"], ["a"]),
        (r"^[^\s]$", ["a"], ["\u00a0"]),
        (r"^[\S]$", ["a", "\U0001f600"], ["\u00a0", " "]),
        (r"^[\s\S]$", ["a", "\n", "\u00a0"], ["", "ab"]),
        ("^[^]$", ["\n", "a"], [""]),
        ("[]", [], ["", "a"]),
        (r"^\d\w\W\D$", ["1a-x"], ["éa-x"]),
        (r"\bfoo\b", ["a foo b"], ["afoo"]),
        (r"^[\b]$", ["\b"], ["b"]),
        (r"^\u00e9\x41\cJ\0$", ["éA\n\0"], ["e"]),
        (r"^\u{1F600}$", ["\U0001f600"], ["u"]),
        (r"^\p{Lu}\p{Script=Greek}$", ["Aλ"], ["aλ", "Aa"]),
        ("^(?<year>[0-9]{4})-(?:0[1-9])$", ["2020-01"], ["2020-00"]),
        (r"^a\/b\-c\@\.$", ["a/b-c@."], ["a/b-c@x"]),
        (r"^\z\A$", ["zA"], ["z"]),
        ("^a{$", ["a{"], ["a"]),
        ("^{a}]$", ["{a}]"], ["a"]),
        ("^a{,3}$", ["a{,3}"], ["aaa"]),
        ("^a{2,}?$", ["aa", "aaaa"], ["a"]),
        ("^[[:alpha:]]$", ["a]", ":]", "[]"], ["b", "x"]),
        ("^[a-]$", ["a", "-"], ["b"]),
        (r"^[\d-x]$", ["5", "-", "x"], ["a", "w"]),
        (r"^[\]\\^]$", ["]", "\\", "^"], ["a"]),
        ("^(?i)abc$", ["ABC"], ["x"]),
        ("^(a|)$", ["a", ""], ["b"]),
        ("it's", ["it's"], ["its"]),
    ],
)
def test_a_pattern_means_what_ecma_262_says(pattern: str, yes: list[str], no: list[str]) -> None:
    assert [text for text in yes if not matches(pattern, text)] == []
    assert [text for text in no if matches(pattern, text)] == []


@pytest.mark.parametrize(
    ("pattern", "named"),
    [
        ("a(?=b)", "lookahead"),
        ("(?!b)", "negative lookahead"),
        ("(?<=b)a", "lookbehind"),
        ("(?<!b)a", "negative lookbehind"),
        (r"(a)\1", "back reference"),
        (r"(?<x>a)\k<x>", "named back reference"),
        ("(?>a)", "(?>"),
        ("a{1001}", "1000"),
        ("a{3,2}", "ends before it begins"),
        ("[z-a]", "ends before it begins"),
        ("*a", "nothing to repeat"),
        ("a++", "nothing to repeat"),
        ("(a", "not closed"),
        ("a)", "not opened"),
        ("[a", "not closed"),
        ("a\\", "backslash"),
        ("[\\", "backslash"),
        (r"\p{Nonsense}", "property"),
    ],
)
def test_what_cannot_be_translated_is_named(pattern: str, named: str) -> None:
    trouble = pattern_trouble(pattern, Place("c.yaml", 3, 1))
    assert trouble is not None
    assert named in trouble.summary
    assert (trouble.code, str(trouble.places[0])) == ("H384", "c.yaml:3:1")
    assert trouble.mend


def test_a_good_pattern_is_no_trouble() -> None:
    assert pattern_trouble("^[A-Z]{2}[0-9]+$") is None


ATOMS = st.sampled_from(
    ["a", "b", "1", ".", r"\d", r"\w", r"\s", "[ab]", "[^a]", r"[\d_]", "(a|b)", "(?:1)", r"\.", "-", r"\-", "[]]"[:2]]
)
REPEATS = st.sampled_from(["", "", "*", "+", "?", "{2}", "{1,2}", "*?"])
PATTERNS = st.lists(st.tuples(ATOMS.filter(lambda a: a != "[]"), REPEATS), min_size=1, max_size=5).map(
    lambda parts: "".join(a + r for a, r in parts)
)


@settings(max_examples=300, deadline=None)
@given(pattern=PATTERNS, text=st.text("ab1 .-_\n", max_size=6), ends=st.sampled_from(["{}", "^{}", "^{}$", "{}$"]))
def test_patterns_of_the_common_core_match_as_in_python(pattern: str, text: str, ends: str) -> None:
    whole = ends.replace("{}", f"(?:{pattern})")
    assert matches(whole, text) == (re.search(whole.replace("$", r"\Z"), text, re.ASCII) is not None)


@settings(max_examples=500, deadline=None)
@given(st.text("ab01\\()[]{}^$.*+?|-,:<>=!uxcpkdDsSwWbB\n", max_size=12))
def test_any_text_is_translated_to_what_the_engine_reads_or_refused(pattern: str) -> None:
    re2 = translated(pattern)
    if not isinstance(re2, Untranslatable):
        CONNECTION.execute("SELECT regexp_matches('aab', ?)", [re2]).fetchall()
