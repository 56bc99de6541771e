"""Bounds on values that only the data knows: put around the arguments of functions that DuckDB cannot stop half-way.

The distance of two texts takes as many steps as the product of their lengths, for 2,048 rows at a time; a regular expression
may take as many as the product of its own size and the text's length; a repeated text is as large as its number says. So what is
too large raises an error, of which the reader is told by its own trouble, H720.
"""

import re
from collections.abc import Mapping, Sequence

from hansa.engines.duckdb.mentioned import walk
from hansa.gateway.functions import COUNTED, LARGEST
from hansa.gateway.making import call, cast, constant, more, select, type_of, when
from hansa.gateway.tree import Node, Parser, called
from hansa.trouble import Trouble, TroubleError

LONGEST = {
    "levenshtein": 500,
    "editdist3": 500,
    "damerau_levenshtein": 250,
    "jaro_similarity": 5_000,
    "jaro_winkler_similarity": 5_000,
}
"""Characters of each of the two texts that these functions compare."""

SEARCHED = frozenset(
    {
        "regexp_extract",
        "regexp_extract_all",
        "regexp_full_match",
        "regexp_matches",
        "regexp_replace",
        "regexp_split_to_array",
        "str_split_regex",
        "string_split_regex",
    }
)
"""Functions of a text and a regular expression; `SIMILAR TO` and `~` are calls of them."""

LONGEST_SEARCHED = 10_000
"""Characters of the text that a regular expression is looked for in."""

LARGEST_PATTERN = 250
"""Characters of a regular expression, and the sum of the counts in it: `(a{20}b){3}` has 23."""

_COUNTS = r"\{(?:\d*,)?(\d{1,9})"
_SAID = "hansa: a value is too large for its function"


def bound(nodes: Sequence[Node], parser: Parser) -> None:
    """Bound what the calls of a checked tree are given, in the tree itself; columns are called as if nothing had been bound.

    Raises TroubleError when a regular expression that is written in the query is too large.
    """
    calls = [node for node in nodes if _is_bounded(node)]
    if not calls:
        return
    for item in (each for node in nodes for each in node.get("select_list", ())):
        held = list(walk(item))
        if "alias" not in item and any(map(_is_bounded, held)) and not any(each.get("class") == "STAR" for each in held):
            item["alias"] = _text_of(item, parser)
    for node in calls:
        for place, argument in enumerate(node.get("arguments", ())[:2]):
            argument["expression"] = _bounded(called(node), place, argument["expression"])


def trouble_of_bound(message: str) -> Trouble | None:
    """The trouble of an error that a bound raised."""
    return _TOO_LARGE if _SAID in message else None


_TOO_LARGE = Trouble(
    "H720",
    "a text or a number is too large for the function that it is given to",
    mend=f"sizes are at most {LARGEST:,}; cut a text with left(…, n): "
    + ", ".join(f"`{name}` {longest:,}" for name, longest in LONGEST.items())
    + f", texts of regular expressions {LONGEST_SEARCHED:,}, patterns {LARGEST_PATTERN:,}",
)


def _is_bounded(node: Node) -> bool:
    name = called(node)
    if name in COUNTED:
        arguments = node.get("arguments", ())
        return len(arguments) > 1 and arguments[1]["expression"].get("class") != "CONSTANT"
    return name in LONGEST or name in SEARCHED


def _bounded(function: str, place: int, given: Node) -> Node:
    """What becomes of the argument of a function in its first or second place."""
    if function in COUNTED:
        return _no_more(given) if place else given
    text = _as_text(given)
    if function in SEARCHED:
        return _pattern(text) if place else _at_most(text, LONGEST_SEARCHED)
    return _at_most(text, LONGEST[function])


def _text_of(expression: Node, parser: Parser) -> str:
    """The text by which DuckDB calls a column without a name."""
    return parser.unparse({"node": select(expression, {"type": "EMPTY"})}).removeprefix("SELECT ")


def _as_text(node: Node) -> Node:
    """A parameter has no type before it has a value, and `length` is a function of several types."""
    return cast(node, type_of("VARCHAR")) if node.get("class") == "PARAMETER" else node


def _at_most(text: Node, most: int) -> Node:
    """The text, or an error; cut as well, since chance may give another text than the one that was measured."""
    return call("left", _unless(more(call("length", text), most), text), constant("INTEGER", str(most)))


def _no_more(number: Node) -> Node:
    """The number, or an error; cut as well, since chance may give another number than the one that was looked at."""
    bounded = call("least", _unless(more(number, LARGEST), number, _RAISED), constant("INTEGER", str(LARGEST)))
    return cast(bounded, type_of("INTEGER"))


def _pattern(pattern: Node) -> Node:
    """A regular expression, or an error. One that is written in the query is measured now, and stays as it is."""
    written = _text(pattern)
    if written is not None:
        if len(written) > LARGEST_PATTERN or sum(map(int, re.findall(_COUNTS, written))) > LARGEST_PATTERN:
            raise TroubleError(_TOO_LARGE)
        return pattern
    counts = call("regexp_extract_all", pattern, constant("STRING", _COUNTS), constant("INTEGER", "1"))
    return _at_most(
        _unless(more(call("list_sum", cast(counts, type_of("list", type_of("BIGINT")))), LARGEST_PATTERN), pattern),
        LARGEST_PATTERN,
    )


def _text(node: Node) -> str | None:
    literal = node.get("literal")
    if isinstance(literal, Mapping) and literal.get("kind") == "STRING":
        return str(literal.get("text", ""))
    return None


def _unless(over: Node, value: Node, raised: Node | None = None) -> Node:
    """The value, or an error of its type when it is over its bound."""
    return when(over, raised or _RAISED_TEXT, value)


_RAISED = cast(constant("STRING", _SAID), type_of("INTEGER"))
"""An error in the place of a number."""

_RAISED_TEXT = cast(_RAISED, type_of("VARCHAR"))
