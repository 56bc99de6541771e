"""The name of an output column that nobody named."""

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
    if isinstance(inner, exp.Count) and isinstance(inner.this, exp.Star) and dialect == "duckdb":
        return "count_star()"
    text = item.sql(dialect or None, comments=False)
    if isinstance(inner, exp.Func) and text.split("(")[0].isidentifier():
        name, parenthesis, rest = text.partition("(")
        return name.lower() + parenthesis + rest
    return text
