"""Which columns a query can look at, by DuckDB's own tree of it; whenever that is in doubt, all of them.

Every text of the tree counts as a name, whatever it is: that loads a column too many now and then, and never one too few. What
can reach columns without naming them is a star, a position, a natural join, a pivot, a row taken as a whole, and new names for
the columns of a table.
"""

from collections.abc import Iterator
from typing import Any

_WHOLE_TABLES = frozenset({"PIVOT", "SHOW_REF"})
_BARE_EXISTS = frozenset({"type", "cte_map", "select_list", "from_table", "where_clause", "aggregate_handling"})


def walk(node: Any) -> Iterator[dict[str, Any]]:
    """Every object of the tree, parents first; without recursion, which long chains of operators would exhaust."""
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            yield each
            waiting.extend(reversed(each.values()))
        elif isinstance(each, list):
            waiting.extend(reversed(each))


def words(statement: Any) -> frozenset[str] | None:
    """All texts of a query's tree in lower case; None when it can look at columns that it does not name."""
    found: set[str] = set()
    tables: set[str] = set()
    last: set[str] = set()
    harmless: set[int] = set()
    for node in walk(statement):
        if _reaches_unnamed(node) and id(node) not in harmless:
            return None
        star = _star_of_exists(node)
        if star is not None:
            harmless.add(id(star))
        if node.get("type") == "BASE_TABLE":
            tables |= {str(node.get("table_name", "")).lower(), str(node.get("alias", "")).lower()}
        if node.get("class") == "COLUMN_REF":
            last |= {str(name).lower() for name in node.get("column_names", ())[-1:]}
        for value in node.values():
            texts = value if isinstance(value, list) else (value,)
            found.update(text.lower() for text in texts if isinstance(text, str))
    # A table's own name, where a column could stand, is its row as a whole; `rowid` is no column of ours.
    return None if last & tables or "rowid" in found else frozenset(found)


def _reaches_unnamed(node: dict[str, Any]) -> bool:
    return (
        node.get("class") in ("STAR", "POSITIONAL_REFERENCE")
        or str(node.get("type")) in _WHOLE_TABLES
        or node.get("ref_type") == "NATURAL"
        or (node.get("type") == "BASE_TABLE" and bool(node.get("column_name_alias")))
    )


def _star_of_exists(node: dict[str, Any]) -> dict[str, Any] | None:
    """The star of `EXISTS (FROM … WHERE …)`, for which it does not matter what the columns hold."""
    if node.get("subquery_type") != "EXISTS":
        return None
    query = node.get("subquery", {}).get("node", {})
    match query.get("select_list"):
        case [{"class": "STAR", "columns": False} as star] if query.keys() <= _BARE_EXISTS and query["type"] == "SELECT_NODE":
            found: dict[str, Any] = star
            return found
        case _:
            return None
