"""How the columns in an expression take part in its value, by its shape: the expression with `t.c0`, `t.c1`, … for its columns.

Expressions of one shape differ in nothing but their columns, so what is found for one of them holds for all.
"""

import re
from functools import lru_cache
from typing import Final

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from hansa.compile.lineage.expressions import ROW_FUNCTIONS
from hansa.compile.lineage.statements import lineage_of
from hansa.model import Subtype

MAKES_ROWS: Final = ROW_FUNCTIONS | {"columns"}
"""Functions that make several rows or columns of one."""
MOST: Final = 2_000
_PLACEHOLDER = re.compile(r"\bt\.c(\d+)\b")
_PLACEHOLDERS = tuple(f"t.c{n}" for n in range(32))


def placeholder(number: int) -> str:
    """What stands in a shape for its columns, from 0."""
    return _PLACEHOLDERS[number] if number < len(_PLACEHOLDERS) else f"t.c{number}"


@lru_cache(maxsize=4096)
def ways_of(shape: str) -> tuple[tuple[int, Subtype], ...] | None:
    """The number of each column that takes part in the value, and how it does; None for what is no expression of DuckDB's dialect
    that by itself says all of it."""
    if len(shape) > MOST:
        return None
    try:
        tree = sqlglot.parse_one(f"SELECT {shape} AS k FROM t", read="duckdb")
    except (SqlglotError, RecursionError):
        return None
    said = {key for key, value in tree.args.items() if value}
    if not isinstance(tree, exp.Select) or said != {"expressions", "from_"} or len(tree.expressions) != 1:
        return None
    if tree.expressions[0].alias != "k":
        return None
    names = [f"c{n}" for n in sorted({int(found[1]) for found in _PLACEHOLDER.finditer(shape)})]
    found = lineage_of(tree, {"t": names})
    if found.rows or found.unresolved or len(found.columns) != 1:
        return None
    return tuple((int(read.column[1:]), read.subtype) for read in found.columns[0].reads)
