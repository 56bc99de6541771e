"""One expression, as DuckDB's own parser reads it, and what DuckDB says of a predicate over columns; no row is read.

Nothing here judges what an expression may say: whoever allows it knows why.
"""

import json
from functools import lru_cache
from typing import Any

import duckdb

from hansa.engines.duckdb.errors import refusal, said
from hansa.engines.duckdb.session import Limits, instance
from hansa.engines.protocol import QueryRefused
from hansa.model import Schema, quoted
from hansa.model.types import sql

_BEFORE = "SELECT\n"
_SERIALISE = "SELECT json_serialize_sql(?, skip_null := true, skip_empty := true)::VARCHAR"
_PLAIN = frozenset({"type", "cte_map", "aggregate_handling"})


@lru_cache(maxsize=512)
def expression_tree(text: str) -> str:
    """DuckDB's tree of one expression as JSON text. Raises `QueryRefused` for a text that is none, or more than that."""
    with instance(Limits(threads=1)) as connection:
        try:
            (serialised,) = connection.execute(_SERIALISE, [_BEFORE + text]).fetchone() or ("",)
            tree = json.loads(serialised)
        except duckdb.Error as error:
            raise refusal(said(error), text) from None
        except RecursionError:
            raise QueryRefused("it is nested too deeply") from None
    if tree.get("error"):
        raise QueryRefused(str(tree.get("error_message", "it cannot be read")).splitlines()[0])
    match tree["statements"]:
        case [{"node": {"select_list": [expression], "from_table": {"type": "EMPTY"}, **rest} as node}] if (
            set(rest) <= _PLAIN and not node.get("cte_map") and "alias" not in expression
        ):
            return json.dumps(expression)
        case _:
            raise QueryRefused("it is more than one expression")


def text_offset(node: dict[str, Any]) -> int:
    """The byte of the expression's text at which a node stands; -1 where DuckDB does not say."""
    offset = node.get("query_location", -1)
    return offset - len(_BEFORE) if isinstance(offset, int) and len(_BEFORE) <= offset < 2**62 else -1


def refuse_unbound(predicate: str, schema: Schema) -> None:
    """Raise `QueryRefused` for a predicate that DuckDB cannot compute over columns, and for one that is no condition."""
    columns = ", ".join(f"{quoted(c.name)} {sql(c.type)}" for c in schema)
    with instance(Limits(threads=1)) as connection:
        try:
            connection.execute(f"CREATE TEMP TABLE rows ({columns})")
            ((_, type_, *_),) = connection.execute(f"DESCRIBE SELECT ({predicate}) AS predicate FROM rows").fetchall()
        except duckdb.Error as error:
            raise QueryRefused(said(error).line) from None
    if type_ not in ("BOOLEAN", '"NULL"'):
        raise QueryRefused(f"it is a {type_} and not a condition")
