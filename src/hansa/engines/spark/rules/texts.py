"""Functions of text. Positions must be constants where the engines read zero and negative ones differently."""

import re
from typing import Any

from sqlglot import exp

from hansa.engines.spark.inference import BIGINT, known, typed
from hansa.engines.spark.rules.numbers import is_constant
from hansa.engines.spark.spelling import call, cast, number, refused
from hansa.model.types import Boolean, Float, List, Map, String, Struct, Timestamp

TEXT = String()


def as_text(node: exp.Expr, whole: exp.Expr) -> exp.Expr:
    """A part of a concatenation as text."""
    type_ = known(node)
    if type_ == TEXT or isinstance(node, exp.Null):
        return node
    if type_ is None or isinstance(type_, Float | List | Map | Struct) or type_ == Timestamp(zoned=True):
        raise refused(whole, "a part of it is not text, and Spark would write it differently; cast it")
    return cast(node, TEXT)


def joined(node: exp.DPipe) -> exp.Expr:
    node.set("this", as_text(node.this, node))
    node.set("expression", as_text(node.expression, node))
    return typed(node, TEXT)


def concatenated(node: exp.Concat) -> exp.Expr:
    """CONCAT skips NULLs in DuckDB; in Spark one NULL makes the whole NULL."""
    empty = exp.Literal.string("")
    parts = [call("COALESCE", as_text(p, node), empty.copy()) for p in node.expressions]
    return call("CONCAT", *parts, type_=TEXT)


def concatenated_with(node: exp.ConcatWs) -> exp.Expr:
    return call("CONCAT_WS", *[as_text(p, node) for p in node.expressions], type_=TEXT)


def length(node: exp.Length) -> exp.Expr:
    name = {List: "SIZE", String: "LENGTH"}.get(type(known(node.this)))
    if name is None:
        raise refused(node, "its argument is not known to be text or a list; cast it")
    return cast(call(name, node.this), BIGINT)


def part(node: exp.Substring) -> exp.Expr:
    start, size = node.args.get("start"), node.args.get("length")
    if start is None or not is_constant(start, 1) or (size is not None and not is_constant(size, 0)):
        raise refused(node, "a part of a text is translated with constant positions from 1")
    return _text(node)


def end(node: exp.Left | exp.Right) -> exp.Expr:
    if not is_constant(node.expression, 0):
        raise refused(node, "it is translated with a constant number of characters, 0 or more")
    return _text(node)


def padded(node: exp.Pad) -> exp.Expr:
    if node.args.get("fill_pattern") is None or not is_constant(node.expression, 0):
        raise refused(node, "padding is translated with a constant width and fill")
    return _text(node)


def trimmed(node: exp.Trim) -> exp.Expr:
    if node.expression is not None:
        raise refused(node, "trimming is translated for spaces only; use regexp_replace")
    return _text(node)


def split(node: exp.Split) -> exp.Expr:
    if not isinstance(node.expression, exp.Literal) or not node.expression.name:
        raise refused(node, "a text is split at a constant separator only")
    # Spark splits at a regular expression.
    return call("SPLIT", _subject(node), exp.Literal.string(re.escape(node.expression.name)), type_=List(TEXT))


def split_part(node: exp.SplitPart) -> exp.Expr:
    at, index = node.args["delimiter"], node.args["part_index"]
    if not is_constant(index, 1) or not isinstance(at, exp.Literal) or not at.name:
        raise refused(node, "split_part is translated with a constant separator and a constant part from 1")
    return call("SPLIT_PART", _subject(node), at, index, type_=TEXT)


def like(node: exp.Like | exp.ILike) -> exp.Expr:
    """Spark's LIKE has `\\` as escape without being told, DuckDB's has none."""
    pattern = node.expression
    if not isinstance(pattern, exp.Literal) or "\\" in pattern.name:
        raise refused(node, "LIKE is translated with a constant pattern without backslashes")
    _subject(node)
    return typed(node, Boolean())


def matches(node: exp.RegexpLike) -> exp.Expr:
    return call("REGEXP_LIKE", _subject(node), _pattern(node), type_=Boolean())


def matches_whole(node: exp.RegexpFullMatch) -> exp.Expr:
    pattern = exp.Literal.string(f"^(?:{_pattern(node).name})$")
    return call("REGEXP_LIKE", _subject(node), pattern, type_=Boolean())


def replaced_pattern(node: exp.RegexpReplace) -> exp.Expr:
    new, modifiers = node.args.get("replacement"), node.args.get("modifiers")
    if not isinstance(new, exp.Literal) or "\\" in new.name or "$" in new.name:
        raise refused(node, "regexp_replace is translated with a constant replacement without groups")
    if modifiers is None or modifiers.name != "g":
        raise refused(node, "Spark replaces every match; say so with the option 'g'")
    return call("REGEXP_REPLACE", _subject(node), _pattern(node), new, type_=TEXT)


def extracted(node: exp.RegexpExtract) -> exp.Expr:
    group = node.args.get("group") or number(0)
    if not is_constant(group, 0) or node.args.get("parameters") is not None:
        raise refused(node, "regexp_extract is translated with a constant group and no options")
    return call("REGEXP_EXTRACT", _subject(node), _pattern(node), group, type_=TEXT)


def _pattern(node: exp.Expr) -> exp.Expr:
    pattern = node.expression
    if not isinstance(pattern, exp.Literal):
        raise refused(node, "regular expressions are translated when they are constant")
    if node.args.get("flag") is not None:
        raise refused(node, "options of regular expressions are not translated; write (?i) in the pattern")
    return pattern


def position(node: exp.StrPosition) -> exp.Expr:
    if node.args.get("position") is not None or node.args.get("occurrence") is not None:
        raise refused(node, "it is translated with a text and what to find only")
    return cast(call("LOCATE", node.args["substr"], _subject(node)), BIGINT)


def contains(node: exp.Func) -> exp.Expr:
    _subject(node)
    return typed(node, Boolean())


def _text(node: exp.Expr) -> exp.Expr:
    _subject(node)
    return typed(node, TEXT)


def _subject(node: exp.Expr) -> exp.Expr:
    subject: exp.Expr = node.this
    if known(subject) != TEXT:
        raise refused(node, "its argument is not known to be text; cast it")
    return subject


RULES: dict[type[exp.Expr], Any] = {
    exp.DPipe: joined,
    exp.Concat: concatenated,
    exp.ConcatWs: concatenated_with,
    exp.Length: length,
    exp.Substring: part,
    **dict.fromkeys((exp.Left, exp.Right), end),
    exp.Pad: padded,
    exp.Trim: trimmed,
    exp.Split: split,
    exp.SplitPart: split_part,
    **dict.fromkeys((exp.Like, exp.ILike), like),
    exp.RegexpLike: matches,
    exp.RegexpFullMatch: matches_whole,
    exp.RegexpReplace: replaced_pattern,
    exp.RegexpExtract: extracted,
    exp.StrPosition: position,
    **dict.fromkeys((exp.Contains, exp.StartsWith, exp.EndsWith), contains),
    **dict.fromkeys((exp.Upper, exp.Lower, exp.Replace, exp.Reverse, exp.Repeat, exp.MD5, exp.SHA2), _text),
}
