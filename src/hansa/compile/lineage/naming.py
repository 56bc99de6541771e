"""The name of an output column that nobody named."""

import re
from typing import Final

from sqlglot import exp

# Engines that call `CAST(a AS INT)` by its column's name.
_CASTS_KEEP_NAMES: Final = frozenset({"", "postgres", "redshift", "spark", "databricks"})


def output_name(item: exp.Expr, dialect: str) -> str:
    """The alias, the column's name, or the expression's own text, which is near to what engines call it."""
    if isinstance(item, exp.Alias):
        return str(item.alias)
    inner = item.unnest() if isinstance(item, exp.Paren) else item
    if isinstance(inner, exp.Cast) and dialect in _CASTS_KEEP_NAMES and isinstance(inner.this, exp.Column | exp.Cast):
        return output_name(inner.this, dialect)
    if isinstance(inner, exp.Column):
        return inner.name
    if isinstance(inner, exp.Dot) and isinstance(inner.expression, exp.Identifier):
        return inner.expression.name
    if dialect == "duckdb":
        return _in_duckdb(inner)
    text = item.sql(dialect or None, comments=False)
    if isinstance(inner, exp.Func) and text.split("(")[0].isidentifier():
        name, parenthesis, rest = text.partition("(")
        return name.lower() + parenthesis + rest
    return text


def _in_duckdb(item: exp.Expr) -> str:
    """The text by which DuckDB calls most expressions: each operation in parentheses, functions in small letters."""
    root = exp.Alias(this=item.copy())
    nodes = list(root.walk())
    for node in reversed(nodes) if len(nodes) < _LONG else ():
        match node:
            case exp.Paren():
                node.replace(node.this)
            case exp.Count(this=exp.Star()):
                node.replace(exp.Anonymous(this="count_star"))
            case exp.Connector() if type(node.parent) is type(node):
                pass  # a chain of ANDs is one operation
            case exp.Dot() | exp.Bracket() | exp.PropertyEQ() | exp.Kwarg():
                pass
            case exp.Binary() | exp.In() | exp.Between() | exp.Not() | exp.Neg():
                node.replace(bracket := exp.Paren())
                bracket.set("this", node)
            case _:
                pass
    text: str = root.this.sql("duckdb", comments=False, normalize_functions="lower")
    for pattern, spelled in _WORDS:
        text = pattern.sub(spelled, text)
    return text


# Brackets in each other this deep would not be read by anybody, and could not be written without deep recursion.
_LONG: Final = 200
_WORDS: Final = (
    (re.compile(r"\b(cast|coalesce)(?=\()"), lambda found: found[0].upper()),
    (re.compile(r"\b(year|month|day|hour|minute|second|left|right|trim|substring|nullif|position)(?=\()"), r'"\1"'),
    (re.compile(r"\bFILTER\("), "FILTER ("),
    (re.compile(r" AS INT\)"), " AS INTEGER)"),
)
