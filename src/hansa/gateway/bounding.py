"""Bounds on values that only the data knows: put around the arguments of functions that DuckDB cannot stop half-way.

The distance of two texts takes as many steps as the product of their lengths, for 2,048 rows at a time. So a text that is too
long raises an error, of which the reader is told by its own trouble, H720.
"""

from collections.abc import Sequence

from hansa.engines.duckdb.mentioned import walk
from hansa.gateway.tree import Node, Parser
from hansa.trouble import Trouble

LONGEST = {
    "levenshtein": 500,
    "editdist3": 500,
    "damerau_levenshtein": 250,
    "jaro_similarity": 5_000,
    "jaro_winkler_similarity": 5_000,
}
"""Characters of each of the two texts that these functions compare."""

_SAID = "hansa: a text is too long for its distance to another"


def bound(nodes: Sequence[Node], parser: Parser) -> None:
    """Bound what the calls of a checked tree are given, in the tree itself; columns are called as if nothing had been bound."""
    calls = [node for node in nodes if _most(node)]
    if not calls:
        return
    for item in (each for node in nodes for each in node.get("select_list", ())):
        held = list(walk(item))
        if "alias" not in item and any(map(_most, held)) and not any(each.get("class") == "STAR" for each in held):
            item["alias"] = _text_of(item, parser)
    for call in calls:
        for argument in call.get("arguments", ())[:2]:
            argument["expression"] = _at_most(argument["expression"], _most(call))


def trouble_of_bound(message: str) -> Trouble | None:
    """The trouble of an error that a bound raised."""
    if _SAID not in message:
        return None
    most = ", ".join(f"`{name}` {longest:,}" for name, longest in LONGEST.items())
    return Trouble("H720", "a text is too long for the function that it is given to", mend=f"cut it with left(…, n): {most}")


def _most(node: Node) -> int:
    return LONGEST.get(str(node.get("function_name", "")).lower(), 0)


def _text_of(expression: Node, parser: Parser) -> str:
    """The text by which DuckDB calls a column without a name."""
    select = {"type": "SELECT_NODE", "cte_map": {}, "select_list": [expression], "from_table": {"type": "EMPTY"}}
    return parser.unparse({"node": {**select, "aggregate_handling": "STANDARD_HANDLING"}}).removeprefix("SELECT ")


def _at_most(text: Node, most: int) -> Node:
    """The text, or an error; cut as well, since chance may give another text than the one that was measured."""
    raised = _cast(_cast(_constant("STRING", _SAID), "INTEGER"), "VARCHAR")
    longer = {
        "class": "COMPARISON",
        "type": "COMPARE_GREATERTHAN",
        "left": _call("length", text),
        "right": _constant("INTEGER", str(most)),
    }
    checked = {
        "class": "CASE",
        "type": "CASE_EXPR",
        "case_checks": [{"when_expr": longer, "then_expr": raised}],
        "else_expr": text,
    }
    return _call("left", checked, _constant("INTEGER", str(most)))


def _call(name: str, *arguments: Node) -> Node:
    return {
        "class": "FUNCTION",
        "type": "FUNCTION",
        "function_name": name,
        "qualified_name": {"path": [name]},
        "order_bys": {"type": "ORDER_MODIFIER"},
        "arguments": [{"expression": argument} for argument in arguments],
    }


def _cast(child: Node, type_: str) -> Node:
    named = {"class": "TYPE", "type": "TYPE", "type_name": type_, "qualified_name": {"path": [type_]}}
    return {"class": "CAST", "type": "OPERATOR_CAST", "child": child, "try_cast": False, "type_expr": named}


def _constant(kind: str, text: str) -> Node:
    return {"class": "CONSTANT", "type": "VALUE_CONSTANT", "literal": {"kind": kind, "text": text}}
