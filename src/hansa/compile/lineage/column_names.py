"""Tests of a column's name, by which `COLUMNS(…)` and `* LIKE '…'` choose, as far as they can be told without an engine."""

import re
from collections.abc import Callable
from typing import Final

from sqlglot import exp

NameTest = Callable[[str], bool]


def pattern(text: str) -> NameTest | None:
    """A regular expression that must match somewhere in the name; None when Python does not understand it."""
    try:
        compiled = re.compile(text)
    except re.error:
        return None
    return lambda name: compiled.search(name) is not None


def by_lambda(node: exp.Lambda) -> NameTest | None:
    return condition(node.this, node.expressions[0].name.lower()) if len(node.expressions) == 1 else None


LIKES: Final = (exp.Like, exp.ILike, exp.SimilarTo, exp.RegexpLike, exp.Glob)


def condition(node: exp.Expr, name: str) -> NameTest | None:
    """A test of a column's name, as far as it consists of the usual comparisons with a text; None for others."""
    match node:
        case exp.Paren():
            return condition(node.this, name)
        case exp.Not():
            inner = condition(node.this, name)
            return None if inner is None else lambda text: not inner(text)
        case exp.And() | exp.Or():
            sides = (condition(node.this, name), condition(node.expression, name))
            left, right = sides
            if left is None or right is None:
                return None
            both = isinstance(node, exp.And)
            return lambda text: (left(text) and right(text)) if both else (left(text) or right(text))
        case exp.In():
            wanted = {e.name for e in node.expressions if isinstance(e, exp.Literal)}
            whole = len(wanted) == len(node.expressions) and _subject(node.this, name)
            return (lambda text: text in wanted) if whole else None
        case _:
            return _comparison(node, name)


def _subject(node: exp.Expr, name: str) -> bool:
    return isinstance(node, exp.Star) if not name else isinstance(node, exp.Identifier | exp.Column) and node.name.lower() == name


def _comparison(node: exp.Expr, name: str) -> NameTest | None:
    value = node.args.get("expression")
    if not isinstance(value, exp.Literal) or not _subject(node.this, name):
        return None
    text = value.name
    match node:
        case exp.EQ():
            return lambda given: given == text
        case exp.NEQ():
            return lambda given: given != text
        case exp.Like() | exp.ILike():
            flags = re.DOTALL | (re.IGNORECASE if isinstance(node, exp.ILike) else 0)
            like = re.compile("".join({"%": ".*", "_": "."}.get(c, re.escape(c)) for c in text), flags)
            return lambda given: like.fullmatch(given) is not None
        case exp.StartsWith():
            return lambda given: given.startswith(text)
        case exp.EndsWith():
            return lambda given: given.endswith(text)
        case exp.Contains():
            return lambda given: text in given
        case exp.RegexpLike():
            return pattern(text)
        case exp.SimilarTo():
            return pattern(f"^(?:{text})$")
        case _:
            return None
