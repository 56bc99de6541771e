"""Batches of Arrow as rows on the wire: put together a column at a time, so that no row costs the interpreter anything."""

import struct
from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from hansa.gateway.postgres.answers import Column
from hansa.gateway.postgres.binaries import binaries, swapped
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
    NUMERIC,
    TEXT,
    TIME,
    TIMESTAMP,
    TIMESTAMPTZ,
    PgType,
    modifier_of,
    type_of,
)
from hansa.trouble import Trouble, TroubleError

_MOST_ROWS, _MOST_BYTES = 8192, 4 << 20
_CARRIERS = {
    BOOL: pa.bool_(), BYTEA: pa.binary(), INT2: pa.int16(), INT4: pa.int32(), INT8: pa.int64(), FLOAT4: pa.float32(),
    FLOAT8: pa.float64(), DATE: pa.date32(), TIME: pa.time64("us"), TIMESTAMP: pa.timestamp("us"),
    TIMESTAMPTZ: pa.timestamp("us", "UTC"), TEXT: pa.string(),
}  # fmt: skip
_NOTHING = pa.scalar(b"", pa.binary())
_NONE, _LENGTH, _NULL = (pa.scalar(n, pa.int32()) for n in (0, 4, -1))


def columns_of(schema: pa.Schema, formats: Sequence[int] = ()) -> tuple[Column, ...]:
    """The columns of an answer. `formats` are none for text, one for all columns, or one for each."""
    if len(formats) not in (0, 1, len(schema)):
        raise TroubleError(Trouble("H735", f"{len(formats)} formats are asked of {len(schema)} columns", mend="ask one of each"))
    wanted = [bool(formats[0])] * len(schema) if len(formats) == 1 else [bool(f) for f in formats] or [False] * len(schema)
    return tuple(
        Column(field.name, type_of(field.type), modifier_of(field.type), binary)
        for field, binary in zip(schema, wanted, strict=True)
    )


def pieces(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """A batch in slices that are put together and sent at once."""
    fit = max(1, batch.num_rows * _MOST_BYTES // max(batch.nbytes, 1))
    step = min(_MOST_ROWS, fit)
    for start in range(0, batch.num_rows, step):
        yield batch.slice(start, step)


def data_rows(batch: pa.RecordBatch, columns: Sequence[Column]) -> memoryview:
    """The rows of a piece, as messages one behind the other."""
    if not batch.num_rows:
        return memoryview(b"")
    parts: list[pa.Array] = []
    total = pa.array([6] * batch.num_rows, pa.int32())
    for array, column in zip(batch.columns, columns, strict=True):
        fitted = fit(array, column.type)
        value = binaries(fitted, column.type) if column.binary else pc.cast(texts(fitted, column.type), pa.binary())
        size = pc.cast(pc.binary_length(value), pa.int32())
        parts += [swapped(pc.fill_null(size, _NULL), "i"), pc.fill_null(value, _NOTHING)]
        total = pc.add(pc.add(total, _LENGTH), pc.fill_null(size, _NONE))
    lead, count = pa.scalar(b"D", pa.binary()), pa.scalar(struct.pack("!H", len(columns)), pa.binary())
    whole = pc.binary_join_element_wise(lead, swapped(total, "i"), count, *parts, _NOTHING)
    return _bytes_of(whole)


def fit(array: pa.Array, type_: PgType) -> pa.Array:
    """A column in the one form that its type is written from. Raises TroubleError H716 where its values are of another type."""
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if isinstance(array, pa.ExtensionArray):
        array = array.storage
    if type_.of is not None:
        return _fit_lists(array, type_.of)
    if type_ == NUMERIC:
        return array if pa.types.is_decimal(array.type) else pc.cast(array, pa.decimal128(38, 0))
    carrier = _CARRIERS.get(type_)
    if carrier is None or array.type == carrier:
        return array
    if type_ == TEXT and type_of(array.type) != TEXT:
        return texts(fit(array, type_of(array.type)), type_of(array.type))
    try:
        return pc.cast(array, carrier, safe=not pa.types.is_temporal(carrier))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        mend = "say the type of the parameter, as in $1::INTEGER"
        raise TroubleError(Trouble("H716", "the values make the answer of another type than was described", mend=mend)) from None


def _fit_lists(array: pa.Array, element: PgType) -> pa.Array:
    if not (pa.types.is_list(array.type) or pa.types.is_large_list(array.type) or pa.types.is_fixed_size_list(array.type)):
        raise TroubleError(Trouble("H716", "the values make the answer of another type than was described"))
    values = fit(array.flatten(), element)
    offsets, at = [], 0
    for size in pc.list_value_length(array).to_pylist():
        offsets.append(None if size is None else at)
        at += size or 0
    return pa.ListArray.from_arrays(pa.array([*offsets, at], pa.int32()), values)


def _bytes_of(column: pa.Array) -> memoryview:
    _, offsets, data = column.buffers()
    (end,) = struct.unpack_from("=i", memoryview(offsets), (column.offset + len(column)) * 4)
    return memoryview(data)[:end]
