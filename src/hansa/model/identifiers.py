"""Names of columns and tables as people write them in SQL: in quotes only where they have to be."""

import re
from typing import Final

from hansa.model.types import quoted
from hansa.names import PortMajor, PortName, ProductName

_RESERVED = """
    all analyse analyze and anti any array as asc asof asymmetric at authorization binary both by case cast check collate
    collation column columns concurrently constraint create cross default deferrable desc describe distinct do else end except
    false fetch for foreign freeze from full generated glob group having ilike in initially inner intersect into is isnull
    join lambda lateral leading left like limit map natural not notnull null offset on only or order outer overlaps pivot
    pivot_longer pivot_wider placing positional primary qualify references returning right select semi show similar some
    struct summarize symmetric table tablesample then to trailing true try_cast tuple union unique unpack unpivot using
    variadic verbose when where window with
"""
RESERVED: Final = frozenset(_RESERVED.split())
"""Words that DuckDB takes for no name, or not for every kind of name (`duckdb_keywords()`: reserved, type_function)."""
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def written(name: str) -> str:
    """A column's name as SQL: in quotes where it has to be."""
    return name if _PLAIN.fullmatch(name) and name.lower() not in RESERVED else quoted(name)


def table_written(name: ProductName | PortName | PortMajor) -> str:
    """A product, a port or one of its majors as a table of SQL: each of its words in quotes where it has to be."""
    words: tuple[str, ...]
    match name:
        case PortMajor(name=of, major=major):
            words = (of.domain, of.product, f"{of.port}_v{major}")
        case PortName(domain=domain, product=product, port=port):
            words = (domain, product, port)
        case ProductName(domain=domain, product=product):
            words = (domain, product)
    return ".".join(map(written, words))
