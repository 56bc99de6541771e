"""Nodes of trees that the gateway writes itself, in the form that DuckDB gives its own."""

from hansa.gateway.tree import Node


def constant(kind: str, text: str) -> Node:
    """A literal; `kind` is DuckDB's word, such as INTEGER or STRING."""
    return {"class": "CONSTANT", "type": "VALUE_CONSTANT", "literal": {"kind": kind, "text": text}}


def call(name: str, *arguments: Node) -> Node:
    return {
        "class": "FUNCTION",
        "type": "FUNCTION",
        "function_name": name,
        "qualified_name": {"path": [name]},
        "order_bys": {"type": "ORDER_MODIFIER"},
        "arguments": [{"expression": argument} for argument in arguments],
    }


def cast(child: Node, to: Node) -> Node:
    return {"class": "CAST", "type": "OPERATOR_CAST", "child": child, "try_cast": False, "type_expr": to}


def type_of(name: str, *children: Node) -> Node:
    named: Node = {"class": "TYPE", "type": "TYPE", "type_name": name, "qualified_name": {"path": [name]}}
    return {**named, "children": list(children)} if children else named


def more(number: Node, most: int) -> Node:
    """Whether a number is more than another."""
    right = constant("INTEGER", str(most))
    return {"class": "COMPARISON", "type": "COMPARE_GREATERTHAN", "left": number, "right": right}


def when(condition: Node, value: Node, otherwise: Node) -> Node:
    return {
        "class": "CASE",
        "type": "CASE_EXPR",
        "case_checks": [{"when_expr": condition, "then_expr": value}],
        "else_expr": otherwise,
    }


def select(expression: Node, source: Node) -> Node:
    """A query for one expression over a source, to which further parts can be added."""
    return {
        "type": "SELECT_NODE",
        "cte_map": {},
        "select_list": [expression],
        "from_table": source,
        "aggregate_handling": "STANDARD_HANDLING",
    }
