"""The values of a PIVOT that names none: asked for over the governed views, and put into the tree that runs."""

import copy

import duckdb

from hansa.gateway.asking import Query
from hansa.gateway.making import cast, constant, select, type_of
from hansa.gateway.planned import Planned, is_open
from hansa.gateway.rewriting import checked_text
from hansa.gateway.tree import Node, Parser
from hansa.trouble import Trouble, TroubleError

MOST = 1_000
"""Values, and so columns, that a pivot may have."""


def opened_pivots(connection: duckdb.DuckDBPyConnection, parser: Parser, planned: Planned, query: Query) -> str:
    """The text of a query whose pivots all have values. Raises `duckdb.Error`, and TroubleError (H719) for too many values."""
    statement = copy.deepcopy(planned.statement)
    views = {p.named.view for p in planned.ports}
    # The innermost come last in the walk, and the pivots around them are over their columns.
    for node, entries in reversed(_pivots(planned, statement)):
        for pivot in node["pivots"]:
            if any(is_open(entry) for entry in pivot["entries"]):
                asked = {"node": _values_of(node["source"], pivot["pivot_expressions"], entries)}
                text = checked_text(parser, asked, views)
                rows = connection.execute(text).fetchmany(MOST + 1)
                if len(rows) > MOST:
                    mend = "name them: … ON column IN (value, …)"
                    raise TroubleError(Trouble("H719", f"a pivot has more than {MOST:,} values here", mend=mend))
                pivot["entries"] = [_entry(value) for (value,) in rows if value is not None]
    return checked_text(parser, statement, views)


def _pivots(planned: Planned, statement: Node) -> list[tuple[Node, tuple[Node, ...]]]:
    """The pivots of a copy of the planned tree, found as they were found when it was checked."""
    from hansa.gateway.checking import check

    return check(statement, "").pivots


def _values_of(source: Node, expressions: list[Node], entries: tuple[Node, ...]) -> Node:
    (expression,) = expressions
    by_value = {"type": "ORDER_DEFAULT", "null_order": "ORDER_DEFAULT", "expression": constant("INTEGER", "1")}
    return {
        **select(cast(expression, type_of("VARCHAR")), source),
        "modifiers": [{"type": "DISTINCT_MODIFIER"}, {"type": "ORDER_MODIFIER", "orders": [by_value]}],
        "cte_map": {"map": list(entries)} if entries else {},
    }


def _entry(value: str) -> Node:
    return {"star_expr": constant("STRING", value)}
