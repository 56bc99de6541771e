"""Rows that Arrow reads out of Parquet files: what the engine would give, or nothing at all."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hansa.gateway.row_groups import HELD_BYTES, RowGroups, Stored, stored

# By the type in DuckDB: a value for each row number `i`. What is constant, what repeats, and what never does are stored in
# different ways.
FLAT = {
    "BOOLEAN": "i % 3 = 0",
    "INTEGER": "CASE WHEN i = 7 THEN -2147483648 ELSE i - 2000 END",
    "BIGINT": "CASE WHEN i = 7 THEN 9223372036854775807 ELSE hash(i) % 1000000007 END",
    "FLOAT": "CASE i % 5 WHEN 0 THEN 'nan' WHEN 1 THEN 'inf' WHEN 2 THEN '-0.0' ELSE (i / 7)::VARCHAR END",
    "DOUBLE": "CASE i % 5 WHEN 0 THEN 'nan' WHEN 1 THEN '-inf' WHEN 2 THEN '-0.0' ELSE (i / 7)::VARCHAR END",
    "DECIMAL(4,1)": "i % 1000 / 10 - 40",
    "DECIMAL(9,2)": "i / 100 - 40",
    "DECIMAL(18,4)": "i * 1000003 / 10000 - 40",
    "DECIMAL(38,6)": "hash(i)::DECIMAL(38,6) * -1000000",
    "DATE": "CASE i % 50 WHEN 0 THEN 'infinity' WHEN 1 THEN '0044-03-15 (BC)' ELSE (DATE '1999-01-01' + i::INT)::VARCHAR END",
    "TIME": "TIME '00:00:00' + to_microseconds(i * 7919)",
    "TIMESTAMP": "CASE i % 50 WHEN 0 THEN '-infinity' ELSE (TIMESTAMP '1969-01-01' + to_microseconds(i * 86399999983))::TEXT END",
    "TIMESTAMPTZ": "CASE i % 50 WHEN 0 THEN 'infinity' ELSE (TIMESTAMP '2024-03-31' + to_seconds(i * 61))::VARCHAR || '+01' END",
    "VARCHAR": "CASE i % 7 WHEN 0 THEN '' WHEN 1 THEN 'grün 漢字 🙂' || chr(0) ELSE 'shelf ' || i % 90 END",
    "TEXT": "CASE i % 3 WHEN 0 THEN 'DE' WHEN 1 THEN 'ü' ELSE 'FR' END",
    "CHAR(1)": "chr(65 + (i % 20)::INT)",
    "BYTEA": "CASE i % 3 WHEN 0 THEN '\\xFF\\x00\\x01' ELSE 'abc' END",
    "BLOB": "CASE i % 7 WHEN 0 THEN '' ELSE '\\xFF\\x00' || i % 90 END",
}
FORMS = {
    "many": "{}",
    "nulls": "CASE WHEN i % 4 = 0 THEN NULL ELSE {} END",
    "one": "first({}) OVER (ORDER BY i)",
    "none": "CASE WHEN i < 0 THEN {} END",
}
OTHER = {
    "UUID": "md5(i::VARCHAR)",
    "INTERVAL": "to_days(i::INT)",
    "INTEGER[]": "[i, i + 1]",
    "STRUCT(a INTEGER)": "{'a': i}",
    "MAP(INTEGER, VARCHAR)": "MAP {i: 'x'}",
}

Write = Callable[..., str]


@pytest.fixture
def engine() -> Any:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'; SET threads = 2")
        yield connection


@pytest.fixture
def write(engine: Any, tmp_path: Path) -> Write:
    """Write a file as the engine of a mesh does, from the numbers `i` of rows."""

    def written(select: str, rows: int = 5_000, options: str = "ROW_GROUP_SIZE 2048, COMPRESSION zstd", name: str = "a") -> str:
        path = tmp_path / f"{name}.parquet"
        engine.execute(f"COPY (SELECT {select} FROM range({rows}) AS t(i)) TO '{path}' (FORMAT parquet, {options})")
        return str(path)

    return written


def by_engine(engine: Any, *paths: str, columns: str = "*") -> pa.Table:
    return engine.sql(f"SELECT {columns} FROM read_parquet({list(paths)})").to_arrow_table()


def found(engine: Any, *paths: str, columns: tuple[str, ...] = ()) -> Stored | None:
    asked = ", ".join(f'"{c}"' for c in columns) or "*"
    schema = engine.sql(f"SELECT {asked} FROM read_parquet({list(paths)}) LIMIT 0").to_arrow_table().schema
    return stored(paths, columns or tuple(schema.names), schema)


def rows(known: Stored | None, *, threads: int = 2, most: int = 1000) -> pa.Table:
    assert known is not None
    reader = RowGroups(known, threads, most)
    try:
        batches = list(reader)
    finally:
        reader.close()
    assert all(0 < batch.num_rows <= most for batch in batches)
    return pa.Table.from_batches(batches, known.schema)


def same(ours: pa.Table, theirs: pa.Table) -> bool:
    """Equal to the bit: NaN is NaN, and -0.0 is not 0.0."""
    return ours.schema.equals(theirs.schema) and all(
        _bits(ours.column(n).combine_chunks()) == _bits(theirs.column(n).combine_chunks()) for n in range(theirs.num_columns)
    )


def _bits(column: pa.Array) -> object:
    if pa.types.is_floating(column.type):
        return column.is_null().to_pylist(), column.view(pa.int64() if column.type == pa.float64() else pa.int32()).to_pylist()
    if pa.types.is_temporal(column.type):
        # Python's own dates hold neither infinity nor what was before the year 1.
        return column.view(pa.int32() if pa.types.is_date32(column.type) else pa.int64()).to_pylist()
    return column.to_pylist()


@pytest.mark.parametrize("version", ["V1", "V2"])
@pytest.mark.parametrize("form", FORMS)
def test_every_flat_type_is_what_the_engine_gives(engine: Any, write: Write, form: str, version: str) -> None:
    values = [f"CAST({FORMS[form].format(f'({value})')} AS {type_}) AS c{n}" for n, (type_, value) in enumerate(FLAT.items())]
    path = write(", ".join(values), options=f"ROW_GROUP_SIZE 2048, COMPRESSION zstd, PARQUET_VERSION {version}")
    known = found(engine, path)
    if known is None:
        assert version == "V2", "its ways to store are not read here"
        return
    assert len(known.groups) == 3
    assert same(rows(known), by_engine(engine, path))


@pytest.mark.parametrize("type_", OTHER)
def test_a_type_that_arrow_reads_otherwise_is_for_the_engine(engine: Any, write: Write, type_: str) -> None:
    path = write(f"CAST({OTHER[type_]} AS {type_}) AS a, i AS b")
    assert found(engine, path) is None
    assert same(rows(found(engine, path, columns=("b",))), by_engine(engine, path, columns="b"))


def test_several_files_are_read_in_their_order(engine: Any, write: Write) -> None:
    paths = [write(f"i + {n * 10_000} AS a, 'x' || i % 7 AS b", name=f"f{n}") for n in (3, 1, 2)]
    for threads in (1, 2, 7):
        assert rows(found(engine, *paths), threads=threads).equals(by_engine(engine, *paths))


def test_columns_come_as_they_are_asked_for(engine: Any, write: Write) -> None:
    path = write('i AS a, \'x\' || i % 7 AS b, i * 2 AS "a.b", i AS "from"')
    for columns in (("b", "a"), ("a.b",), ("a",), ("from", "a.b", "b"), ("a", "b", "a")):
        asked = ", ".join(f'"{c}"' for c in columns)
        assert rows(found(engine, path, columns=columns)).equals(by_engine(engine, path, columns=asked))


def test_no_rows_are_no_batches(engine: Any, write: Write) -> None:
    path = write("i AS a, 'x' AS b", rows=0)
    assert rows(found(engine, path)).equals(by_engine(engine, path))


def test_a_column_that_a_file_lacks_or_holds_otherwise_is_for_the_engine(engine: Any, write: Write) -> None:
    path = write("i AS a, i::INTEGER AS b")
    for schema in ([("A", pa.int64())], [("c", pa.int64())], [("b", pa.int64())], [("a", pa.decimal128(19, 0))]):
        assert stored([path], (schema[0][0],), pa.schema(schema)) is None
    other = write("i AS a, i AS b", name="other")
    assert stored([path, other], ("a", "b"), pa.schema([("a", pa.int64()), ("b", pa.int32())])) is None
    assert stored([path, other], ("a",), pa.schema([("a", pa.int64())])) is not None


def test_files_that_others_wrote_are_for_the_engine(tmp_path: Path) -> None:
    """A text in them may be no text, for one: the engine refuses such a file."""
    table = pa.table({"a": [1, 2]})
    path = tmp_path / "others.parquet"
    pq.write_table(table, path)
    assert stored([str(path)], ("a",), table.schema) is None


def test_a_file_that_is_gone_or_damaged_is_for_the_engine(engine: Any, write: Write, tmp_path: Path) -> None:
    schema = pa.schema([("a", pa.int64())])
    assert stored([str(tmp_path / "gone.parquet")], ("a",), schema) is None
    damaged = Path(write("i AS a"))
    damaged.write_bytes(damaged.read_bytes()[:-6])
    assert stored([str(damaged)], ("a",), schema) is None


def test_a_file_that_is_damaged_since_is_an_error(engine: Any, write: Write) -> None:
    path = Path(write("hash(i)::VARCHAR AS a"))
    known = found(engine, str(path))
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises((pa.ArrowException, OSError)):
        rows(known)


def test_a_code_that_is_in_no_dictionary_is_an_error(engine: Any, write: Write) -> None:
    """Three codes are numbered with two bits, which can hold a fourth number: what lies behind the dictionary is nobody's."""
    path = Path(write("['DE', 'FR', 'IT'][1 + (hash(i) % 3)::INT] AS a", options="COMPRESSION uncompressed"))
    known = found(engine, str(path))
    assert rows(known).equals(by_engine(engine, str(path)))
    chunk = pq.read_metadata(path).row_group(0).column(0)
    assert set(chunk.encodings) == {"PLAIN_DICTIONARY"}
    end = chunk.dictionary_page_offset + chunk.total_compressed_size
    held = path.read_bytes()
    for place in range(end - 200, end - 60, 20):
        path.write_bytes(held[:place] + b"\xff" * 4 + held[place + 4 :])
        with pytest.raises((pa.ArrowException, OSError)):
            rows(known)


@pytest.mark.parametrize("count", [1, 2, 999, 1000, 1001, 3000])
def test_codes_are_what_the_engine_gives_however_many_there_are(engine: Any, write: Write, count: int) -> None:
    """Few codes are looked at one by one, many by Arrow."""
    options = "ROW_GROUP_SIZE 20480, DICTIONARY_SIZE_LIMIT 10_000, COMPRESSION zstd"
    last = f"CASE WHEN i % {count} = {count - 1} THEN 'last' END"
    code = f"printf('%06d', i % {count})"
    path = write(f"{code} AS a, coalesce({last}, {code}) AS b, {code}::BLOB AS c", rows=30_000, options=options)
    known = found(engine, path)
    assert known is not None
    assert all(group.coded == ("a", "b", "c") for group in known.groups), "they are stored as dictionaries"
    assert rows(known, most=20_480).equals(by_engine(engine, path))


def test_no_more_is_read_than_is_asked_for_soon(engine: Any, write: Write) -> None:
    known = found(engine, write("hash(i) % 1000000007 AS a", rows=2_000_000, options="ROW_GROUP_SIZE 20480"))
    assert known is not None
    before = pa.total_allocated_bytes()
    reader = RowGroups(known, 2, 65_536)
    next(reader)
    time.sleep(0.3)
    assert pa.total_allocated_bytes() - before < 2_000_000, "the whole is 16 MB"
    reader.close()
    assert list(reader) == []


def test_long_texts_are_written_out_as_they_are_taken(engine: Any, write: Write) -> None:
    """A dictionary of one text is small, whatever its rows amount to: here to 2 GB."""
    path = write("repeat('x', 100_000) AS a, i AS b", rows=20_480, options="ROW_GROUP_SIZE 20480, COMPRESSION zstd")
    known = found(engine, path)
    assert known is not None
    before = pa.total_allocated_bytes()
    reader = RowGroups(known, 2, 65_536)
    taken = 0
    for batch in reader:
        taken += batch.num_rows
        assert pa.total_allocated_bytes() - before < HELD_BYTES
    reader.close()
    assert taken == 20_480


def test_groups_too_large_to_hold_are_for_the_engine(engine: Any, write: Write) -> None:
    options = "ROW_GROUP_SIZE 4_000_000, COMPRESSION zstd"
    path = write("1::BIGINT AS a, 2::BIGINT AS b, 3::BIGINT AS c", rows=3_000_000, options=options)
    assert found(engine, path) is None
    assert found(engine, path, columns=("a", "b")) is not None
