"""Rows of a query as text and bytes: the same in every way of reading them.

Promises: each kind of value has one form in JSON, in CSV and in a table; rows are written as they come, a batch at a time. Does
not: load Arrow before the first rows are written, or know where they go.
"""

from hansa.rows.encoding import Format, encode, flat
from hansa.rows.moments import values
from hansa.rows.values import as_dicts, as_text, distinct, plain, shown

__all__ = ["Format", "as_dicts", "as_text", "distinct", "encode", "flat", "plain", "shown", "values"]
