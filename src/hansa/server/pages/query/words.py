"""Words of SQL that the editor offers, and how a column's name is written in SQL."""

import re

from hansa.gateway.discovering import quoted
from hansa.gateway.functions import FUNCTIONS, TABLE_FUNCTIONS

_RESERVED = """
    all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create default deferrable
    desc describe distinct do else end except false fetch for foreign from group having in initially intersect into lambda
    lateral leading limit not null offset on only or order pivot placing primary qualify references returning select show some
    summarize symmetric table then to trailing true union unique unpivot using variadic when where window with anti asof cross
    full inner join left natural positional right semi tablesample
"""
_OFFERED = """
    ALL AND AS ASC ASOF BETWEEN BY CASE CAST CROSS DESC DISTINCT ELSE END EXCEPT EXCLUDE EXISTS FALSE FILTER FIRST FOLLOWING FROM
    FULL GROUP HAVING ILIKE IN INNER INTERSECT INTERVAL IS JOIN LAST LATERAL LEFT LIKE LIMIT NOT NULL NULLS OFFSET ON OR ORDER
    OVER PARTITION PIVOT PRECEDING QUALIFY RANGE RECURSIVE RIGHT ROWS SELECT SEMI THEN TRUE TRY_CAST UNBOUNDED UNION UNPIVOT USING
    VALUES WHEN WHERE WINDOW WITH
"""
RESERVED = frozenset(_RESERVED.split())
"""Words that DuckDB takes for no name, or not for every kind of name."""
KEYWORDS = tuple(_OFFERED.split())
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WORD = re.compile(r"[a-z][a-z0-9_]*")


def functions() -> list[str]:
    """The functions that the gateway lets a query call, by the names that people write."""
    return sorted(f for f in FUNCTIONS | TABLE_FUNCTIONS if _WORD.fullmatch(f))


def written(name: str) -> str:
    """A column's name as SQL: in quotes where it has to be."""
    return name if _PLAIN.fullmatch(name) and name.lower() not in RESERVED else quoted(name)
