"""What GetSqlInfo answers: the gateway as SQL clients want it described, numbers and meanings from `FlightSql.proto`."""

from collections.abc import Collection, Mapping
from importlib.metadata import PackageNotFoundError, version

import pyarrow as pa

from hansa.gateway.flight.schemas import SQL_INFO, SQL_INFO_VALUES

Value = str | bool | int | tuple[str, ...] | Mapping[int, tuple[int, ...]]


def _version() -> str:
    try:
        return version("hansa")
    except PackageNotFoundError:
        return "0"


# Words that DuckDB reserves and SQL:2003 does not: what a client has to quote besides the standard's own.
_KEYWORDS = (
    *(
        "ANALYSE",
        "ANALYZE",
        "ANTI",
        "ASOF",
        "ATTACH",
        "COLUMNS",
        "DESC",
        "DESCRIBE",
        "DETACH",
        "FREEZE",
        "GLOB",
        "ILIKE",
        "INSTALL",
    ),
    *("ISNULL", "LIMIT", "MACRO", "MAP", "NOTNULL", "OFFSET", "PIVOT", "PIVOT_LONGER", "PIVOT_WIDER", "POSITIONAL", "PRAGMA"),
    *("QUALIFY", "SEMI", "SHOW", "STRUCT", "SUMMARIZE", "TABLESAMPLE", "UNPIVOT", "VARIADIC"),
)
_NUMERIC = (
    *("ABS", "ACOS", "ASIN", "ATAN", "ATAN2", "CEILING", "COS", "COT", "DEGREES", "EXP", "FLOOR", "LOG", "LOG10", "MOD", "PI"),
    *("POWER", "RADIANS", "ROUND", "SIGN", "SIN", "SQRT", "TAN", "TRUNC"),
)
_STRING = (
    *("ASCII", "CHR", "CONCAT", "CONTAINS", "ENDS_WITH", "LCASE", "LEFT", "LENGTH", "LOWER", "LPAD", "LTRIM", "POSITION"),
    *(
        "REGEXP_MATCHES",
        "REGEXP_REPLACE",
        "REPLACE",
        "REVERSE",
        "RIGHT",
        "RPAD",
        "RTRIM",
        "SPLIT_PART",
        "STARTS_WITH",
        "SUBSTRING",
    ),
    *("TRIM", "UCASE", "UPPER"),
)
_SYSTEM = ("COALESCE", "IFNULL", "NULLIF", "TYPEOF")
_TIME = (
    *("DATE_DIFF", "DATE_PART", "DATE_TRUNC", "DAY", "DAYNAME", "DAYOFWEEK", "DAYOFYEAR", "EPOCH", "EXTRACT", "HOUR", "MINUTE"),
    *("MONTH", "MONTHNAME", "QUARTER", "SECOND", "STRFTIME", "STRPTIME", "WEEK", "YEAR"),
)

# SqlSupportsConvert: what CAST can make of what.
_BIGINT, _BINARY, _BIT, _CHAR, _DATE, _DECIMAL, _FLOAT, _INTEGER = range(8)
_NUMERIC_TYPE, _REAL, _SMALLINT, _TIME_TYPE, _TIMESTAMP, _TINYINT, _VARBINARY, _VARCHAR = 12, 13, 14, 15, 16, 17, 18, 19
_NUMBERS = (_BIGINT, _BIT, _DECIMAL, _FLOAT, _INTEGER, _NUMERIC_TYPE, _REAL, _SMALLINT, _TINYINT)
_TEXTS = (_CHAR, _VARCHAR)
_CONVERTS: Mapping[int, tuple[int, ...]] = {
    **dict.fromkeys(_NUMBERS, (*_NUMBERS, *_TEXTS)),
    **dict.fromkeys(_TEXTS, (*_NUMBERS, *_TEXTS, _DATE, _TIME_TYPE, _TIMESTAMP, _BINARY, _VARBINARY)),
    **dict.fromkeys((_BINARY, _VARBINARY), (_BINARY, _VARBINARY, *_TEXTS)),
    _DATE: (_DATE, _TIMESTAMP, *_TEXTS),
    _TIME_TYPE: (_TIME_TYPE, *_TEXTS),
    _TIMESTAMP: (_TIMESTAMP, _DATE, _TIME_TYPE, *_TEXTS),
}


class _Long(int):
    """A whole number that the standard wants as `bigint_value`."""


def _server(statement_seconds: float) -> dict[int, Value]:
    return {
        0: "Hansa",
        1: _version(),
        2: pa.__version__,
        3: True,  # read-only
        4: True,  # SQL
        5: False,  # Substrait
        8: 0,  # SQL_SUPPORTED_TRANSACTION_NONE
        9: True,  # cancel
        100: int(statement_seconds * 1000),
        101: 0,
    }


def _syntax() -> dict[int, Value]:
    booleans = {500: False, 501: False, 502: False, 506: False, 515: True, 516: True, 518: True, 519: False, 520: True}
    booleans |= {521: True, 523: True, 524: True, 527: False, 532: True, 536: False, 537: False, 539: True, 556: False}
    booleans |= {563: False, 565: False, 566: True, 572: False, 573: False, 574: True, 575: False, 576: False}
    return {
        **booleans,
        503: 1,  # identifiers are compared without regard to case
        504: '"',
        505: 1,
        507: 3,  # nulls stand at the end
        508: _KEYWORDS,
        509: _NUMERIC,
        510: _STRING,
        511: _SYSTEM,
        512: _TIME,
        513: "\\",
        514: "",
        517: _CONVERTS,
        522: 0b11,  # GROUP BY what is not selected, and more than is selected
        525: 0b111,  # minimum, core and extended grammar
        526: 0b001,  # entry level of SQL-92
        528: 2,  # full outer joins
        529: "data product",  # the term for a schema
        530: "",
        531: "domain",  # the term for a catalogue
        533: 0,
        534: 0,
        535: 0,
        538: 0b1111,  # subqueries in comparisons, EXISTS, IN and with quantifiers
        540: 0b11,  # UNION and UNION ALL
        562: 0,  # SQL_TRANSACTION_NONE
        564: 0b1,
        567: 0b10,  # results are read forward
        568: 0b10,
        569: 0b10,
        570: 0,
        571: 0,
        **{number: _Long(0) for number in range(541, 562) if number != 556},  # no limit, or none that is known
    }


def sql_info(wanted: Collection[int], statement_seconds: float) -> pa.Table:
    """The information of these numbers, all when there are none; what is not known is left out."""
    known = {**_server(statement_seconds), **_syntax()}
    chosen = {number: known[number] for number in sorted(set(wanted) or known) if number in known}
    names = pa.array(chosen, pa.uint32())
    return pa.Table.from_arrays([names, _union(list(chosen.values()))], schema=SQL_INFO)


def _union(values: list[Value]) -> pa.UnionArray:
    kinds = [_kind(value) for value in values]
    by_kind: list[list[object]] = [[] for _ in SQL_INFO_VALUES]
    offsets = []
    for kind, value in zip(kinds, values, strict=True):
        offsets.append(len(by_kind[kind]))
        by_kind[kind].append(list(value.items()) if isinstance(value, Mapping) else value)
    children = [pa.array(each, field.type) for each, field in zip(by_kind, SQL_INFO_VALUES, strict=True)]
    fields = [field.name for field in SQL_INFO_VALUES]
    return pa.UnionArray.from_dense(pa.array(kinds, pa.int8()), pa.array(offsets, pa.int32()), children, fields)


def _kind(value: Value) -> int:
    """The place of a value's type in the union."""
    match value:
        case str():
            return 0
        case bool():
            return 1
        case _Long():
            return 2
        case int():
            return 3
        case tuple():
            return 4
        case _:
            return 5
