"""Every kind of node that a query may hold, by its place in DuckDB's tree, with the fields that each may have.

DuckDB writes its parse tree as JSON. What is not listed here is refused, so that a node or a field of a later DuckDB is met with
a refusal, never with trust. A *shape* is what stands in a place: a query, a table, an expression, or one of their untagged parts.
"""

from collections.abc import Mapping

LEAF = "leaf"
"""A text, number or truth value, or lists of these: never an object."""

Fields = Mapping[str, str]


def _leaves(names: str) -> Fields:
    return dict.fromkeys(names.split(), LEAF)


_PLACE = {"query_location": LEAF, "query_location_length": LEAF}
_QUERY = {"type": LEAF, "modifiers": "modifier", "cte_map": "cte_map"}
_TABLE = {"type": LEAF, "alias": LEAF, "sample": "sample", "column_name_alias": LEAF, **_PLACE}
_EXPRESSION = {"class": LEAF, "type": LEAF, "alias": LEAF, **_PLACE}
_FUNCTION = {
    **_EXPRESSION,
    **_leaves("function_name schema catalog"),
    "qualified_name": "qualified_name",
    "arguments": "argument",
    **_leaves("distinct is_operator export_state"),
    "filter": "expression",
    "order_bys": "modifier",
}
_WINDOW = {
    **_EXPRESSION,
    **_leaves("function_name schema catalog"),
    "qualified_name": "qualified_name",
    "arguments": "argument",
    "partitions": "expression",
    "orders": "order",
    "arg_orders": "order",
    "filter_expr": "expression",
    **_leaves("start end exclude_clause"),
    "start_expr": "expression",
    "end_expr": "expression",
    "offset_expr": "expression",
    "default_expr": "expression",
    **_leaves("ignore_nulls has_ignore_nulls distinct"),
}
_COMPARISON = {**_EXPRESSION, "left": "expression", "right": "expression"}
_CHILDREN = {**_EXPRESSION, "children": "expression"}
_ORDER = {"type": LEAF, "null_order": LEAF, "expression": "expression"}

_COMPARISONS = ("EQUAL", "NOTEQUAL", "LESSTHAN", "GREATERTHAN", "LESSTHANOREQUALTO", "GREATERTHANOREQUALTO")
_OPERATORS = (
    *("OPERATOR_NOT", "OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL", "OPERATOR_COALESCE", "OPERATOR_UNPACK", "OPERATOR_TRY"),
    *("COMPARE_IN", "COMPARE_NOT_IN", "GROUPING_FUNCTION"),
    *("ARRAY_CONSTRUCTOR", "ARRAY_EXTRACT", "ARRAY_SLICE", "STRUCT_EXTRACT"),
)
_WINDOWS = (
    *("AGGREGATE", "ROW_NUMBER", "RANK", "RANK_DENSE", "PERCENT_RANK", "CUME_DIST", "NTILE"),
    *("FIRST_VALUE", "LAST_VALUE", "NTH_VALUE", "LEAD", "LAG", "FILL"),
)

SHAPES: Mapping[str, Mapping[str, Fields]] = {
    "statement": {"": {"node": "query", "named_param_map": "parameter"}},
    "parameter": {"": {"key": LEAF, "value": LEAF}},
    "select": {"": {"node": "query", "named_param_map": "parameter"}},
    "query": {
        "SELECT_NODE": {
            **_QUERY,
            "select_list": "expression",
            "from_table": "table",
            "where_clause": "expression",
            "having": "expression",
            **_leaves("group_sets aggregate_handling"),
            "group_expressions": "expression",
            "qualify": "expression",
            "sample": "sample",
        },
        "SET_OPERATION_NODE": {**_QUERY, "setop_type": LEAF, "setop_all": LEAF, "children": "query"},
        "RECURSIVE_CTE_NODE": {
            **_QUERY,
            **_leaves("cte_name union_all aliases"),
            "left": "query",
            "right": "query",
            "key_targets": "expression",
        },
    },
    "cte_map": {"": {"map": "cte_entry"}},
    "cte_entry": {"": {"key": LEAF, "value": "cte"}},
    "cte": {
        "": {
            **_leaves("aliases materialized"),
            "key_targets": "expression",
            "query_node": "query",
            "query": "select",
        }
    },
    "modifier": {
        "ORDER_MODIFIER": {"type": LEAF, "orders": "order"},
        "LIMIT_MODIFIER": {"type": LEAF, "limit": "expression", "offset": "expression", "limit_type": LEAF},
        "DISTINCT_MODIFIER": {"type": LEAF, "distinct_on_targets": "expression"},
    },
    "order": {"ORDER_DEFAULT": _ORDER, "ASCENDING": _ORDER, "DESCENDING": _ORDER},
    "table": {
        "BASE_TABLE": {
            **_TABLE,
            **_leaves("catalog_name schema_name table_name"),
            "qualified_name": "qualified_name",
            "at_clause": "at",
        },
        "SUBQUERY": {**_TABLE, "subquery": "select"},
        "JOIN": {
            **_TABLE,
            **_leaves("using_columns"),
            "left": "table",
            "right": "table",
            "condition": "expression",
            **_leaves("join_type ref_type delim_flipped is_implicit"),
            **_leaves("nearest_count nearest_order_type nearest_approx"),
        },
        "TABLE_FUNCTION": {**_TABLE, "function": "table_function", "with_ordinality": LEAF},
        "EXPRESSION_LIST": {**_TABLE, "values": "expression", "expected_names": LEAF},
        "EMPTY": _TABLE,
        "PIVOT": {
            **_TABLE,
            **_leaves("groups"),
            "source": "table",
            "aggregates": "expression",
            "pivots": "pivot",
            **_leaves("unpivot_names include_nulls"),
        },
        "SHOW_REF": {**_TABLE, "query": "query", "show_type": LEAF, "qualified_name": "qualified_name", "table_name": LEAF},
    },
    "table_function": {"FUNCTION/FUNCTION": _FUNCTION},
    "pivot": {"": {"pivot_expressions": "expression", "entries": "pivot_entry", "unpivot_names": LEAF}},
    "pivot_entry": {"": {"star_expr": "expression", "alias": LEAF}},
    "qualified_name": {"": {"path": LEAF}},
    "at": {"": {"unit": LEAF, "expr": "expression"}},
    "sample": {
        "": {
            **_leaves("is_percentage method seed"),
            "sample_size": "sample_size",
            **_leaves("repeatable sample_rate"),
        }
    },
    "sample_size": {"": {"type": "sample_type", "is_null": LEAF, "value": LEAF}},
    "sample_type": {"": {"id": LEAF}},
    "argument": {"": {"name": LEAF, "expression": "expression"}},
    "case": {"": {"when_expr": "expression", "then_expr": "expression"}},
    "replacement": {"": {"key": LEAF, "value": "expression"}},
    "renaming": {"": {"key": "qualified_column", "value": LEAF}},
    "qualified_column": {"": {"catalog": LEAF, "schema": LEAF, "table": LEAF, "column": LEAF}},
    "literal": {"": {"kind": LEAF, "text": LEAF}},
    "expression": {
        "COLUMN_REF/COLUMN_REF": {**_EXPRESSION, "column_names": LEAF},
        "CONSTANT/VALUE_CONSTANT": {**_EXPRESSION, "literal": "literal"},
        "PARAMETER/VALUE_PARAMETER": {**_EXPRESSION, "identifier": LEAF},
        "POSITIONAL_REFERENCE/POSITIONAL_REFERENCE": {**_EXPRESSION, "index": LEAF},
        "DEFAULT/VALUE_DEFAULT": _EXPRESSION,
        "STAR/STAR": {
            **_EXPRESSION,
            **_leaves("relation_name columns unpacked exclude_list"),
            "expr": "expression",
            "replace_list": "replacement",
            "rename_list": "renaming",
            "qualified_exclude_list": "qualified_column",
        },
        "FUNCTION/FUNCTION": _FUNCTION,
        "LAMBDA/LAMBDA": {**_EXPRESSION, "lhs": "expression", "expr": "expression", "syntax_type": LEAF},
        "CASE/CASE_EXPR": {**_EXPRESSION, "case_checks": "case", "else_expr": "expression"},
        "CAST/OPERATOR_CAST": {**_EXPRESSION, "child": "expression", "try_cast": LEAF, "type_expr": "type"},
        "COLLATE/COLLATE": {**_EXPRESSION, "child": "expression", "collation": LEAF},
        "BETWEEN/COMPARE_BETWEEN": {**_EXPRESSION, "input": "expression", "lower": "expression", "upper": "expression"},
        "SUBQUERY/SUBQUERY": {
            **_EXPRESSION,
            **_leaves("subquery_type comparison_type"),
            "subquery": "select",
            "child": "expression",
        },
        "CONJUNCTION/CONJUNCTION_AND": _CHILDREN,
        "CONJUNCTION/CONJUNCTION_OR": _CHILDREN,
        **{f"COMPARISON/COMPARE_{each}": _COMPARISON for each in (*_COMPARISONS, "DISTINCT_FROM", "NOT_DISTINCT_FROM")},
        **{f"OPERATOR/{each}": _CHILDREN for each in _OPERATORS},
        **{f"WINDOW/WINDOW_{each}": _WINDOW for each in _WINDOWS},
    },
    "type": {
        "TYPE/TYPE": {
            **_EXPRESSION,
            **_leaves("type_name schema catalog"),
            "qualified_name": "qualified_name",
            "children": "type",
        },
        "CONSTANT/VALUE_CONSTANT": {**_EXPRESSION, "literal": "literal"},
    },
}

_TYPES = """
    any array bigint bignum binary bit bitstring blob bool boolean bpchar bytea char date datetime dec decimal double enum
    float float4 float8 hugeint int int1 int128 int16 int2 int32 int4 int64 int8 integer integral interval json list logical
    long map null numeric nvarchar oid real short signed smallint string struct text time timestamp timestamp_ms timestamp_ns
    timestamp_s timestamp_us timestamptz timetz tinyint ubigint uhugeint uint128 uint16 uint32 uint64 uint8 uinteger union
    usmallint utinyint uuid varbinary varchar variant
"""

TYPES = frozenset(_TYPES.split()) | {
    *("timestamp with time zone", "time with time zone", "double precision", "character varying"),
}
"""The types that a query may name, in lower case; no other can exist where a query runs."""

SHOWN = frozenset({"DESCRIBE", "SUMMARY", "SHOW"})
"""What may be asked about a query: its columns, and their summary."""
