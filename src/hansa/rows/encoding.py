"""Batches of rows as the bytes of a format, written as they come."""

import enum
import io
import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from hansa.rows.moments import beyond, values
from hansa.rows.values import as_dicts, plain

if TYPE_CHECKING:
    import pyarrow as pa
    from _typeshed import ReadableBuffer


class Format(enum.StrEnum):
    """What rows are written as. `json` is one list, `ndjson` a row a line, `arrow` a stream of Arrow IPC."""

    CSV = "csv"
    JSON = "json"
    NDJSON = "ndjson"
    ARROW = "arrow"
    PARQUET = "parquet"


def encode(schema: "pa.Schema", batches: "Iterable[pa.RecordBatch]", form: Format) -> Iterator[bytes]:
    """The bytes of all rows, some for each batch and some at the end; no batch is asked for before the last one's were taken."""
    match form:
        case Format.CSV:
            return _csv(schema, batches)
        case Format.JSON:
            return _json(schema, batches)
        case Format.NDJSON:
            return _ndjson(schema, batches)
        case Format.ARROW:
            return _arrow(schema, batches)
        case Format.PARQUET:
            return _parquet(schema, batches)


def flat(batch: "pa.RecordBatch") -> "pa.RecordBatch":
    """A batch whose columns CSV can hold: nested values as JSON, bytes as Base64, intervals and endless moments as text."""
    import pyarrow as pa

    return pa.record_batch([_flat(c) for c in batch.columns], names=batch.schema.names)


def _flat(column: "pa.Array") -> "pa.Array":
    import pyarrow as pa

    unwritable = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_interval, pa.types.is_duration)
    kind = column.type
    if pa.types.is_nested(kind):
        texts = [None if v is None else json.dumps(plain(v), ensure_ascii=False) for v in values(column)]
        return pa.array(texts, pa.string())
    if isinstance(kind, pa.BaseExtensionType) or any(is_kind(kind) for is_kind in unwritable) or beyond(column):
        return pa.array([None if v is None else str(plain(v)) for v in values(column)], pa.string())
    return column


class _Taken(io.RawIOBase):
    """Where writers of files write to; what they wrote is taken out between batches."""

    def __init__(self) -> None:
        self._written: list[bytes] = []
        self._size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: "ReadableBuffer") -> int:
        written = bytes(data)
        self._written.append(written)
        self._size += len(written)
        return len(written)

    def tell(self) -> int:
        return self._size

    def take(self) -> bytes:
        written, self._written = b"".join(self._written), []
        return written


def _csv(schema: "pa.Schema", batches: "Iterable[pa.RecordBatch]") -> Iterator[bytes]:
    import pyarrow as pa
    from pyarrow import csv

    empty = flat(pa.record_batch([pa.array([], f.type) for f in schema], schema=schema))
    taken = _Taken()
    with csv.CSVWriter(taken, empty.schema) as writer:
        for batch in batches:
            told = flat(batch)
            if told.schema == empty.schema:
                writer.write_batch(told)
            else:  # a date or moment that is written as text
                csv.write_csv(told, taken, csv.WriteOptions(include_header=False))
            yield taken.take()
    yield taken.take()


def _json(schema: "pa.Schema", batches: "Iterable[pa.RecordBatch]") -> Iterator[bytes]:
    before = "[\n  "
    for batch in batches:
        parts = []
        for row in as_dicts((batch,), schema):
            parts += [before, json.dumps(row, ensure_ascii=False, allow_nan=False)]
            before = ",\n  "
        yield "".join(parts).encode()
    yield b"[]\n" if before.startswith("[") else b"\n]\n"


def _ndjson(schema: "pa.Schema", batches: "Iterable[pa.RecordBatch]") -> Iterator[bytes]:
    for batch in batches:
        yield "".join(json.dumps(r, ensure_ascii=False, allow_nan=False) + "\n" for r in as_dicts((batch,), schema)).encode()


def _arrow(schema: "pa.Schema", batches: "Iterable[pa.RecordBatch]") -> Iterator[bytes]:
    import pyarrow as pa

    taken = _Taken()
    with pa.ipc.new_stream(taken, schema) as stream:
        for batch in batches:
            stream.write_batch(batch)
            yield taken.take()
    yield taken.take()


def _parquet(schema: "pa.Schema", batches: "Iterable[pa.RecordBatch]") -> Iterator[bytes]:
    from pyarrow import parquet

    taken = _Taken()
    with parquet.ParquetWriter(taken, schema, compression="zstd") as file:
        for batch in batches:
            file.write_batch(batch)
            yield taken.take()
    yield taken.take()
