"""Rows as Parquet files hold them, decoded by Arrow: row group after row group, several at a time, in their order.

Arrow decodes straight into the buffers that are sent, and texts out of their dictionaries, for less than half of the work that
the engine has with reading, handing over and converting them. Only files that DuckDB wrote are read so, and columns whose type is
the very one that DuckDB gives them in Arrow: what stands in these is known. Everything else is for the engine.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from itertools import chain
from operator import sub
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hansa.frozen import dataclass

HELD_BYTES = 64 << 20
"""Of decoded rows that one scan holds at once, beside what its reader has taken."""

_THREADS = 4  # more decode faster than anything is sent
_WRITER = "DuckDB version "
_PAGES = frozenset({"PLAIN", "PLAIN_DICTIONARY", "RLE_DICTIONARY", "RLE"})
_CODED = frozenset({"PLAIN_DICTIONARY", "RLE_DICTIONARY"})
_FEW = 1000  # texts of a dictionary that are looked at one by one


class _Unlike(Exception):
    """A file holds something else than is read here."""


@dataclass(frozen=True, slots=True)
class _Group:
    """A row group of a file, the columns of texts that it holds as dictionaries, and its bytes when it is read like that."""

    path: str
    metadata: Any  # pyarrow's FileMetaData, which has no types
    number: int
    coded: tuple[str, ...]
    size: int


@dataclass(frozen=True, slots=True)
class Stored:
    """What is to be read: row groups in order, and columns in the order of `schema`, in which they may have other names."""

    groups: tuple[_Group, ...]
    columns: tuple[str, ...]
    schema: pa.Schema


def stored(paths: Sequence[str], columns: tuple[str, ...], schema: pa.Schema) -> Stored | None:
    """These columns of these files as `schema` has them; None when they are for the engine, or cannot be read."""
    if len(columns) != len(schema) or not all(_is_flat(field.type) for field in schema):
        return None
    try:
        groups = tuple(group for path in paths for group in _groups(path, columns, schema))
    except (pa.ArrowException, OSError, _Unlike):
        # What is wrong with a file is told by the engine, which comes upon it as well.
        return None
    return Stored(groups, columns, schema)


class RowGroups(Iterator[pa.RecordBatch]):
    """The rows, in batches of at most `rows`. Decodes no further ahead than `HELD_BYTES`. Raises what Arrow raises."""

    def __init__(self, found: Stored, threads: int, rows: int) -> None:
        self.schema = found.schema
        self._found, self._rows = found, rows
        self._left = iter(found.groups)
        self._most = max(1, min(threads + 2, HELD_BYTES // max((group.size for group in found.groups), default=1)))
        self._ahead: deque[Future[Iterator[pa.RecordBatch]]] = deque()
        self._batches: Iterator[pa.RecordBatch] = iter(())
        self._names = list(dict.fromkeys(found.columns))
        self._files = _Files()
        # Nearly all row groups have the same number of rows.
        self._begins = lru_cache(4)(_begins)
        self._threads = ThreadPoolExecutor(min(threads, _THREADS), "hansa-gateway-scan")

    def __next__(self) -> pa.RecordBatch:
        while (batch := next(self._batches, None)) is None:
            while len(self._ahead) < self._most and (group := next(self._left, None)) is not None:
                self._ahead.append(self._threads.submit(self._read, group))
            if not self._ahead:
                raise StopIteration
            self._batches = self._ahead.popleft().result()
        return batch

    def close(self) -> None:
        self._left, self._batches = iter(()), iter(())
        self._ahead.clear()
        self._threads.shutdown(cancel_futures=True)
        self._files.close()

    def _read(self, group: _Group) -> Iterator[pa.RecordBatch]:
        with self._files.lent(group) as file:
            batches = file.read_row_group(group.number, columns=self._names, use_threads=False).to_batches()
        return chain.from_iterable([self._pieces(batch) for batch in batches])

    def _pieces(self, batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        """A batch in pieces. Its texts are written out at once; where they could be too long for that, as they are taken."""
        texts = {n: _Texts.of(c.dictionary) for n, c in enumerate(batch.columns) if pa.types.is_dictionary(c.type)}
        # With the bytes that say where each text stands.
        longest = sum(4 + each.longest for each in texts.values())
        share = HELD_BYTES // self._most
        if longest * batch.num_rows <= share:
            return _sliced(self._written(batch, texts), self._rows)
        pieces = _sliced(batch, max(1, min(self._rows, share // longest)))
        return (self._written(piece, texts) for piece in pieces)

    def _written(self, batch: pa.RecordBatch, texts: Mapping[int, "_Texts"]) -> pa.RecordBatch:
        values = [texts[n].taken(column, self._begins) if n in texts else column for n, column in enumerate(batch.columns)]
        by_name = dict(zip(batch.schema.names, values, strict=True))
        return pa.RecordBatch.from_arrays([by_name[name] for name in self._found.columns], schema=self.schema)


@dataclass(frozen=True, slots=True)
class _Texts:
    """The texts of a dictionary: the bytes of the longest, and where all are as long as each other, as codes are, their bytes."""

    longest: int
    codes: pa.Array | None

    @classmethod
    def of(cls, texts: pa.Array) -> "_Texts":
        if 0 < len(texts) <= _FEW:
            return cls._of_few(texts)
        found = pc.min_max(pc.binary_length(texts)).as_py()
        longest = found["max"] or 0
        return cls(longest, texts.cast(pa.binary(longest)) if found["min"] == longest > 0 else None)

    @classmethod
    def _of_few(cls, texts: pa.Array) -> "_Texts":
        """As `of`, without Arrow's functions: threads that read wait for each other before and after each of these."""
        _, places, data = texts.buffers()
        ends = memoryview(places)[4 * texts.offset : 4 * (texts.offset + len(texts) + 1)].cast("i").tolist()
        lengths = list(map(sub, ends[1:], ends))
        longest = max(lengths)
        if min(lengths) != longest or not longest:
            return cls(longest, None)
        data = data.slice(ends[0], longest * len(texts))
        return cls(longest, pa.Array.from_buffers(pa.binary(longest), len(texts), [None, data]))

    def taken(self, column: pa.Array, begins: Callable[[int, int], pa.Buffer]) -> pa.Array:
        """A column without its dictionary. Codes are taken as numbers are: that is ten times as quick, since where each of them
        begins needs not be found out."""
        if self.codes is None or column.null_count:
            return column.dictionary_decode()
        # Arrow looks at each index for longer than it takes to find the largest.
        taken = pc.take(self.codes, column.indices, boundscheck=not _within(column.indices, len(self.codes)))
        places = begins(len(column), self.longest)
        return pa.Array.from_buffers(column.type.value_type, len(column), [None, places, taken.buffers()[1]])


class _Files:
    """The files of a scan: each is opened once for as many threads as read it at the same time."""

    def __init__(self) -> None:
        self._idle: dict[tuple[str, tuple[str, ...]], list[pq.ParquetFile]] = {}

    @contextmanager
    def lent(self, group: _Group) -> Iterator[pq.ParquetFile]:
        """The file of a row group, which nobody else reads meanwhile."""
        idle = self._idle.setdefault((group.path, group.coded), [])
        try:
            file = idle.pop()
        except IndexError:
            file = pq.ParquetFile(group.path, metadata=group.metadata, read_dictionary=group.coded)
        yield file
        idle.append(file)

    def close(self) -> None:
        for file in chain.from_iterable(self._idle.values()):
            file.close()


def _groups(path: str, columns: tuple[str, ...], schema: pa.Schema) -> Iterator[_Group]:
    """The row groups of a file. Raises `_Unlike`, and what Arrow raises."""
    with pq.ParquetFile(path) as file:
        metadata, held = file.metadata, file.schema_arrow
    if not str(metadata.created_by).startswith(_WRITER):
        raise _Unlike
    leaves = [metadata.schema.column(number).path for number in range(metadata.num_columns)]
    wanted = {}
    for name, field in zip(columns, schema, strict=True):
        # The field is -1 when there is none of that name, or more than one.
        at = held.get_field_index(name)
        if at < 0 or leaves.count(name) != 1 or held.field(at).type != field.type:
            raise _Unlike
        wanted[name] = (leaves.index(name), field.type)
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        chunks = [(name, type_, group.column(at)) for name, (at, type_) in wanted.items()]
        if not all(_PAGES.issuperset(chunk.encodings) for _, _, chunk in chunks):
            raise _Unlike
        coded = tuple(name for name, type_, chunk in chunks if _is_text(type_) and _CODED.issuperset(chunk.encodings))
        size = sum(_size(type_, group.num_rows, chunk.total_uncompressed_size) for _, type_, chunk in chunks)
        if size > HELD_BYTES:
            raise _Unlike
        yield _Group(path, metadata, number, coded, size)


def _size(type_: pa.DataType, rows: int, encoded: int) -> int:
    """At most how many bytes a column is: texts are as they are encoded, and four more each for where they stand."""
    return encoded + 4 * rows if _is_text(type_) else rows * (type_.bit_width + 7) // 8


def _within(indices: pa.Array, count: int) -> bool:
    """Whether no index is beyond so many values."""
    found = pc.min_max(indices).as_py()
    return not len(indices) or 0 <= found["min"] <= found["max"] < count


def _begins(count: int, length: int) -> pa.Buffer:
    """Where texts of one length begin, and where the last one ends."""
    return pa.arange(0, count * length + 1, length).cast(pa.int32()).buffers()[1]


def _sliced(batch: pa.RecordBatch, rows: int) -> Iterator[pa.RecordBatch]:
    return (batch.slice(start, rows) for start in range(0, batch.num_rows, rows))


def _is_text(type_: pa.DataType) -> bool:
    return bool(pa.types.is_string(type_) or pa.types.is_binary(type_))


def _is_flat(type_: pa.DataType) -> bool:
    return bool(_is_text(type_) or pa.types.is_primitive(type_) or pa.types.is_decimal128(type_))
