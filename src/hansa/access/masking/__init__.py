"""Masks as they are computed: a DuckDB expression of a column's own type, and the keys that some of them need.

Promises: the type is kept; no value raises; the meaning is that of Apache Iceberg's actions of the same names; a mask that does
not fit a type replaces with null. Does not: decide which column is masked, or keep the keys out of a text that DuckDB prints.
"""

from hansa.access.masking.keys import KEY_BYTES, KEY_VARIABLE, MaskKeys, mask_key
from hansa.access.masking.sql import fixed, masked
from hansa.model.masks import MASKS, applicable, effective, strictest

__all__ = [
    "KEY_BYTES",
    "KEY_VARIABLE",
    "MASKS",
    "MaskKeys",
    "applicable",
    "effective",
    "fixed",
    "mask_key",
    "masked",
    "strictest",
]
