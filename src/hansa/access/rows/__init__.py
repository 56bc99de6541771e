"""Which rows a reader sees: predicates written in SQL and rules written in Cedar, both as confined DuckDB expressions.

Promises: an expression is written anew from what was understood, never the reader's or author's own text; it raises for no row,
and a row for which it is not true is not seen, be it for a null, a missing attribute or an error. Does not: read rows, or decide
who has which predicate.
"""

from hansa.access.rows.cedar import ROW_TYPE, compiled, not_in_sql
from hansa.access.rows.predicate import checked_predicate, row_predicate
from hansa.access.rows.values import cedar_type

__all__ = ["ROW_TYPE", "cedar_type", "checked_predicate", "compiled", "not_in_sql", "row_predicate"]
