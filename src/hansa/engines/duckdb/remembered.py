"""What DuckDB said of items and of joins before: queries that are made of nothing else need not be bound again.

The type of an item hangs on nothing but its words and the types of its columns; and tables can be joined by some conditions or
cannot, whatever they are called. Promises: a query is told from memory only where DuckDB would bind it, and as DuckDB would.
What calls other functions than plain ones is never remembered, since an aggregate may stand only where nothing else does; nor is
an item whose type has parts, which may be a row as a whole.
"""

import re
from typing import Final

from hansa.engines.duckdb.shortening import IN_ITEMS, IN_JOINS, Shape, Shortened
from hansa.model import Column, DataType, Schema
from hansa.model.types import List, Map, Struct

_MOST: Final = 20_000
"""Shapes that are remembered at once: people write some hundreds."""
_WORDS = re.compile(r"'[^']*'|([A-Za-z_][A-Za-z0-9_]*)")


FUNCTIONS: Final = frozenset(
    {
        *(
            "abs",
            "ceil",
            "ceiling",
            "concat",
            "contains",
            "date_diff",
            "date_part",
            "date_trunc",
            "day",
            "dayofweek",
            "exp",
            "floor",
        ),
        *(
            "greatest",
            "hour",
            "instr",
            "isnan",
            "least",
            "left",
            "length",
            "ln",
            "log",
            "lower",
            "lpad",
            "ltrim",
            "md5",
            "minute",
        ),
        *(
            "mod",
            "month",
            "power",
            "quarter",
            "regexp_extract",
            "regexp_matches",
            "regexp_replace",
            "replace",
            "reverse",
            "right",
        ),
        *("round", "rpad", "rtrim", "second", "sign", "sqrt", "starts_with", "strftime", "strptime", "strlen"),
        *("substr", "substring", "trim", "trunc", "upper", "week", "year"),
    }
)
"""Functions of single values, as which DuckDB knows nothing else by these names."""
_KNOWN_WORDS = IN_ITEMS | IN_JOINS | FUNCTIONS


class Remembered:
    """The types of items and the joins that were bound, by their shapes."""

    def __init__(self) -> None:
        self._types: dict[Shape, DataType] = {}
        self._joins: set[Shape] = set()

    def schema(self, short: Shortened) -> Schema | None:
        """What a shortened query results in; None where anything of it is new."""
        if short.joins is None or short.joins not in self._joins:
            return None
        columns: list[Column] = []
        for item in short.items:
            if not isinstance(item, Column):
                type_ = self._types.get(item[1]) if item is not None else None
                if item is None or type_ is None:
                    return None
                item = Column(item[0], type_)
            columns.append(item)
        return Schema(tuple(columns))

    def learn(self, short: Shortened, found: Schema) -> None:
        """DuckDB bound a shortened query to this."""
        if len(found) != len(short.items):
            return
        if len(self._types) + len(self._joins) >= _MOST:
            self._types.clear()
            self._joins.clear()
        for item, column in zip(short.items, found, strict=True):
            if isinstance(item, tuple) and not isinstance(column.type, List | Map | Struct) and _is_known(item[1]):
                self._types[item[1]] = column.type
        if short.joins is not None and _is_known(short.joins):
            self._joins.add(short.joins)


def _is_known(shape: Shape) -> bool:
    words = (word.lower() for part in shape if isinstance(part, str) for word in _WORDS.findall(part) if word)
    return all(word in _KNOWN_WORDS for word in words)
