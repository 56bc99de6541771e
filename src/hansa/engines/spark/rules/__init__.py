"""One rule a kind of SQL node: what Spark calls it, and the type that DuckDB gives it.

A node without a rule is refused. So the family of what is translated is positive: nothing passes because nobody thought of it.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sqlglot import exp

from hansa.engines.spark.rules import aggregates, dates, nested, numbers, operators, texts

RULES: Mapping[type[exp.Expr], Callable[[Any], exp.Expr]] = {
    **operators.RULES,
    **numbers.RULES,
    **texts.RULES,
    **dates.RULES,
    **nested.RULES,
    **aggregates.RULES,
}

__all__ = ["RULES"]
