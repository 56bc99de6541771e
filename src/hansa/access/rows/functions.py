"""What a row filter may call: operators and functions that make the same of the same row, and never much of little."""

INFIX = {
    "+": "+",
    "-": "-",
    "*": "*",
    "/": "/",
    "//": "//",
    "%": "%",
    "||": "||",
    "~~": "LIKE",
    "!~~": "NOT LIKE",
    "~~*": "ILIKE",
    "!~~*": "NOT ILIKE",
}
"""Operators of two operands, as DuckDB's tree names them and as they are written."""

FUNCTIONS = frozenset(
    {
        *("lower", "upper", "trim", "ltrim", "rtrim", "length", "strlen", "left", "right", "substring", "substr", "replace"),
        *("starts_with", "ends_with", "prefix", "suffix", "contains", "position", "split_part", "like_escape", "not_like_escape"),
        *("regexp_matches", "regexp_full_match"),
        *("abs", "sign", "round", "floor", "ceil", "ceiling", "trunc", "mod", "greatest", "least", "nullif"),
        *("year", "quarter", "month", "week", "day", "hour", "isodow", "date_part", "date_trunc", "date_diff", "last_day"),
        *("list_contains", "list_value", "list_has_any", "list_has_all", "len", "cardinality"),
    }
)

COMPARISONS = {
    "COMPARE_EQUAL": "=",
    "COMPARE_NOTEQUAL": "<>",
    "COMPARE_LESSTHAN": "<",
    "COMPARE_GREATERTHAN": ">",
    "COMPARE_LESSTHANOREQUALTO": "<=",
    "COMPARE_GREATERTHANOREQUALTO": ">=",
    "COMPARE_DISTINCT_FROM": "IS DISTINCT FROM",
    "COMPARE_NOT_DISTINCT_FROM": "IS NOT DISTINCT FROM",
}

TYPES = {
    "BOOLEAN": "BOOLEAN",
    "BOOL": "BOOLEAN",
    "INTEGER": "INTEGER",
    "INT": "INTEGER",
    "BIGINT": "BIGINT",
    "DOUBLE": "DOUBLE",
    "VARCHAR": "VARCHAR",
    "TEXT": "VARCHAR",
    "STRING": "VARCHAR",
    "DATE": "DATE",
    "TIMESTAMP": "TIMESTAMP",
    "TIMESTAMPTZ": "TIMESTAMP WITH TIME ZONE",
    "UUID": "UUID",
}
"""The types that a row filter may cast to."""
