"""Columns as the bytes that PostgreSQL would send of them in its binary format, a column at a time."""

import array
import struct
import sys
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from hansa.gateway.postgres.days import counted_dates, counted_moments
from hansa.gateway.postgres.texts import texts
from hansa.gateway.postgres.types import (
    BOOL,
    BYTEA,
    DATE,
    FLOAT4,
    FLOAT8,
    INT2,
    INT4,
    INT8,
    INTERVAL,
    NUMERIC,
    TIME,
    TIMESTAMP,
    TIMESTAMPTZ,
    PgType,
)

_WORDS = {
    INT2: ("h", pa.int16()),
    INT4: ("i", pa.int32()),
    INT8: ("q", pa.int64()),
    FLOAT4: ("I", pa.uint32()),
    FLOAT8: ("Q", pa.uint64()),
}
_NUMERIC, _ARRAY, _INT32 = struct.Struct("!hhHh"), struct.Struct("!iiIii"), struct.Struct("!i")
_NEGATIVE = 0x4000
_DIGITS = 4  # decimal digits in each of PostgreSQL's


def binaries(column: pa.Array, type_: PgType) -> pa.Array:
    """The bytes of a column that was fitted to its type, as a column of `binary`; what is null stays so."""
    if type_.of is not None:
        return pa.array(_arrays(column, type_.of), pa.binary())
    match type_:
        case t if t in _WORDS:
            code, carrier = _WORDS[t]
            return swapped(column.view(carrier), code)
        case t if t == BOOL:
            return pc.if_else(column, pa.scalar(b"\1"), pa.scalar(b"\0"))
        case t if t == DATE:
            return swapped(counted_dates(column), "i")
        case t if t == TIME:
            return swapped(column.view(pa.int64()), "q")
        case t if t in (TIMESTAMP, TIMESTAMPTZ):
            return swapped(counted_moments(column), "q")
        case t if t == BYTEA:
            return column
        case t if t == NUMERIC:
            return pa.array([None if v is None else numeric(v) for v in column.to_pylist()], pa.binary())
        case t if t == INTERVAL:
            return pa.array([None if v is None else _interval(*v) for v in column.to_pylist()], pa.binary())
        case _:
            return pc.cast(texts(column, type_), pa.binary())


def swapped(column: pa.Array, code: str) -> pa.Array:
    """Numbers as bytes with the highest first, each a value of its own. `code` is that of the `array` module."""
    words = array.array(code)
    size = words.itemsize
    data = column.buffers()[1]
    start = column.offset * size
    words.frombytes(memoryview(data)[start : start + len(column) * size])
    if sys.byteorder == "little":
        words.byteswap()
    offsets = array.array("i", range(0, (len(column) + 1) * size, size))
    made = pa.Array.from_buffers(pa.binary(), len(column), [None, pa.py_buffer(offsets), pa.py_buffer(words)])
    return pc.if_else(pc.is_valid(column), made, pa.scalar(None, pa.binary())) if column.null_count else made


def numeric(value: Decimal) -> bytes:
    """A decimal in PostgreSQL's digits, of which each stands for four."""
    sign, digits, exponent = value.as_tuple()
    scale = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    whole = "".join(map(str, digits)) + "0" * (exponent if isinstance(exponent, int) and exponent > 0 else 0)
    whole = whole.rjust(scale + 1, "0")
    left, right = whole[: len(whole) - scale], whole[len(whole) - scale :]
    left, right = left.rjust(-(-len(left) // _DIGITS) * _DIGITS, "0"), right.ljust(-(-len(right) // _DIGITS) * _DIGITS, "0")
    groups = [int((left + right)[at : at + _DIGITS]) for at in range(0, len(left) + len(right), _DIGITS)]
    weight = len(left) // _DIGITS - 1
    while groups and groups[0] == 0:
        groups.pop(0)
        weight -= 1
    while groups and groups[-1] == 0:
        groups.pop()
    head = _NUMERIC.pack(len(groups), weight if groups else 0, _NEGATIVE if sign and groups else 0, scale)
    return head + struct.pack(f"!{len(groups)}h", *groups)


def _interval(months: int, days: int, nanoseconds: int) -> bytes:
    return struct.pack("!qii", nanoseconds // 1000, days, months)


def _arrays(column: pa.Array, element: PgType) -> list[bytes | None]:
    written: list[Any] = binaries(column.flatten(), element).to_pylist()
    found: list[bytes | None] = []
    at = 0
    for size in pc.list_value_length(column).to_pylist():
        if size is None:
            found.append(None)
            continue
        items, at = written[at : at + size], at + size
        body = b"".join(b"\xff\xff\xff\xff" if i is None else _INT32.pack(len(i)) + i for i in items)
        if not size:
            found.append(struct.pack("!iiI", 0, 0, element.oid))
        else:
            found.append(_ARRAY.pack(1, any(i is None for i in items), element.oid, size, 1) + body)
    return found
