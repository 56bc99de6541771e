"""Inputs as they really are: several files, other types, CSV by its header, JSON, databases, and each one's failures."""

import gzip
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hansa.engines import EngineFailed
from hansa.engines.duckdb import DuckDbEngine
from hansa.engines.duckdb.scan import select
from hansa.model import Column, CsvFiles, DuckDbTable, JsonFiles, ParquetFiles, Relation, Schema
from hansa.model.types import Binary, Boolean, Date, Decimal, Float, Integer, List, String, Timestamp

MakeSchema = Callable[..., Schema]


def rows(engine: DuckDbEngine, relation: Relation, columns: str = "*") -> list[tuple[object, ...]]:
    (answer,) = engine.measure([f"SELECT {columns} FROM t ORDER BY ALL"], {"t": relation})
    if isinstance(answer, Exception):
        raise answer
    return answer


def parquet(path: Path, **columns: object) -> str:
    pq.write_table(pa.table(columns), path)
    return str(path)


def failure(engine: DuckDbEngine, relation: Relation) -> EngineFailed:
    with pytest.raises(EngineFailed) as caught:
        rows(engine, relation)
    return caught.value


def test_parquet_columns_match_by_name_and_missing_ones_are_null(
    engine: DuckDbEngine, schema: MakeSchema, tmp_path: Path
) -> None:
    path = parquet(tmp_path / "a.parquet", b=["x"], A=pa.array([1], pa.int16()), more=[True])
    relation = ParquetFiles((path,), schema(a=Integer(64), b=String(), c=Float()))
    assert rows(engine, relation) == [(1, "x", None)]


def test_what_is_stored_just_so_is_read_without_casts_and_other_orders_and_types_with_them(
    schema: MakeSchema, tmp_path: Path
) -> None:
    files = (parquet(tmp_path / "a.parquet", n=pa.array([1], pa.int64()), x=["x"]),)

    def selected(declared: Schema, **more: tuple[tuple[str, str], ...]) -> tuple[str, list[tuple[object, ...]]]:
        with duckdb.connect() as connection:
            text = select(connection, ParquetFiles(files, declared, **more), "")
            return text, connection.execute(text).fetchall()

    text, found = selected(schema(n=Integer(64), x=String()))
    assert (text.startswith("SELECT * FROM"), found) == (True, [(1, "x")])
    for declared, wanted in (
        (schema(x=String(), n=Integer(64)), ("x", 1)),
        (schema(n=Integer(32), x=String()), (1, "x")),
        (schema(N=Integer(64), x=String()), (1, "x")),
        (schema(n=Integer(64)), (1,)),
        (schema(n=Integer(64), x=String(), more=String()), (1, "x", None)),
    ):
        text, found = selected(declared)
        assert ("CAST" in text, found) == (True, [wanted])
    text, found = selected(schema(x=String(), n=String()), renamed=(("x", "n"), ("n", "x")))
    assert ("CAST" in text, found) == (True, [("1", "x")])


def test_parquet_files_of_different_schemas_are_united(engine: DuckDbEngine, schema: MakeSchema, tmp_path: Path) -> None:
    old = parquet(tmp_path / "a.parquet", n=pa.array([1], pa.int32()))
    new = parquet(tmp_path / "b.parquet", more=["x"], n=pa.array([2**40], pa.int64()))
    assert rows(engine, ParquetFiles((old, new), schema(n=Integer(64), more=String()))) == [(1, None), (2**40, "x")]


def test_a_column_called_schema_is_a_column(engine: DuckDbEngine, schema: MakeSchema, tmp_path: Path) -> None:
    paths = (parquet(tmp_path / "a.parquet", schema=["s"], n=[1]), parquet(tmp_path / "b.parquet", n=[2]))
    assert rows(engine, ParquetFiles(paths, schema(n=Integer(), schema=String()))) == [(1, "s"), (2, None)]


def test_renamed_columns_are_read_under_their_own_name(engine: DuckDbEngine, schema: MakeSchema, tmp_path: Path) -> None:
    path = parquet(tmp_path / "a.parquet", household_id=[7], **{"Unit price": [1.5]})
    relation = ParquetFiles(
        (path,), schema(household=Integer(), price=Decimal(9, 2)), (("household", "household_id"), ("price", "Unit price"))
    )
    assert [(h, str(p)) for h, p in rows(engine, relation)] == [(7, "1.50")]


def test_folders_named_like_partitions_add_no_columns(engine: DuckDbEngine, schema: MakeSchema, tmp_path: Path) -> None:
    folder = tmp_path / "day=2026-01-01"
    folder.mkdir()
    path = parquet(folder / "o'neill [1].parquet", n=[1], day=["stored"])
    assert rows(engine, ParquetFiles((path,), schema(n=Integer(), day=String()))) == [(1, "stored")]


@pytest.mark.parametrize("damage", ["vanished", "truncated", "other"])
def test_a_broken_parquet_file_is_an_input_failure_that_names_the_table(
    engine: DuckDbEngine, schema: MakeSchema, tmp_path: Path, damage: str
) -> None:
    path = tmp_path / "a.parquet"
    parquet(path, n=list(range(1000)))
    match damage:
        case "vanished":
            path.unlink()
        case "truncated":
            path.write_bytes(path.read_bytes()[:200])
        case _:
            path.write_text("not parquet at all")
    failed = failure(engine, ParquetFiles((str(path),), schema(n=Integer())))
    assert (failed.kind, failed.table) == ("input", "t")
    assert "a.parquet" in failed.reason


def test_a_parquet_file_damaged_in_the_middle_is_found_while_reading(
    engine: DuckDbEngine, schema: MakeSchema, tmp_path: Path
) -> None:
    path = tmp_path / "a.parquet"
    parquet(path, n=[f"value {i}" for i in range(100_000)])
    data = bytearray(path.read_bytes())
    data[1000:60_000] = bytes(59_000)
    path.write_bytes(data)
    failed = failure(engine, ParquetFiles((str(path),), schema(n=String())))
    assert (failed.kind, failed.table) == ("input", "t")


def test_a_value_of_an_input_that_does_not_fit_its_declared_type_names_the_table(
    engine: DuckDbEngine, schema: MakeSchema, tmp_path: Path
) -> None:
    path = parquet(tmp_path / "a.parquet", n=["1", "two"])
    failed = failure(engine, ParquetFiles((path,), schema(n=Integer())))
    assert (failed.kind, failed.table) == ("input", "t")
    assert "two" in failed.reason


def test_csv_is_read_by_its_header_in_the_declared_types(engine: DuckDbEngine, schema: MakeSchema, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('note,"id",zip,amount,day,ok,unused\n"a, ""b""",1,01234,12.50,2026-01-02,true,x\n,2,,,,,y\n')
    relation = CsvFiles(
        (str(path),), schema(id=Integer(), zip=String(), amount=Decimal(9, 2), day=Date(), ok=Boolean(), note=String())
    )
    found = rows(engine, relation, "id, zip, amount::VARCHAR, day::VARCHAR, ok, note")
    assert found == [(1, "01234", "12.50", "2026-01-02", True, 'a, "b"'), (2, None, None, None, None, None)]


def test_csv_files_with_columns_in_another_order_are_read_by_name(
    engine: DuckDbEngine, schema: MakeSchema, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text("id;name\n1;x\n")
    (tmp_path / "b.csv").write_text("name;id\ny;2\n")
    paths = (str(tmp_path / "a.csv"), str(tmp_path / "b.csv"))
    assert rows(engine, CsvFiles(paths, schema(id=Integer(), name=String()), delimiter=";")) == [(1, "x"), (2, "y")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_csv_lines_may_end_as_on_any_system(engine: DuckDbEngine, schema: MakeSchema, tmp_path: Path, end: str) -> None:
    (tmp_path / "a.csv").write_bytes(end.join(["id,name", "1,x", '2,"a b"', ""]).encode())
    relation = CsvFiles((str(tmp_path / "a.csv"),), schema(id=Integer(), name=String()))
    assert rows(engine, relation) == [(1, "x"), (2, "a b")]


@pytest.mark.parametrize("line", ["2", "2,y,z", '2,"y'])
def test_a_ragged_line_of_a_csv_is_a_failure_and_not_guessed_at(
    engine: DuckDbEngine, schema: MakeSchema, tmp_path: Path, line: str
) -> None:
    (tmp_path / "a.csv").write_text(f"id,name\n1,x\n{line}\n3,z\n")
    failed = failure(engine, CsvFiles((str(tmp_path / "a.csv"),), schema(id=Integer(), name=String())))
    assert (failed.kind, failed.table) == ("input", "t")
    assert "a.csv, line 3" in failed.reason


def test_csv_without_a_header_is_read_by_position(engine: DuckDbEngine, schema: MakeSchema, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1,x\n2,y\n")
    relation = CsvFiles((str(tmp_path / "a.csv"),), schema(id=Integer(), name=String()), header=False)
    assert rows(engine, relation) == [(1, "x"), (2, "y")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "iso-8859-1", "utf-16"])
def test_csv_encodings(engine: DuckDbEngine, schema: MakeSchema, tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.csv").write_text("straße\nKöln\n", encoding=encoding)
    relation = CsvFiles((str(tmp_path / "a.csv"),), schema(straße=String()), encoding=encoding)
    assert rows(engine, relation) == [("Köln",)]


def test_csv_in_an_encoding_that_is_not_read_is_a_failure(engine: DuckDbEngine, schema: MakeSchema, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a\n1\n")
    assert "cp1251" in failure(engine, CsvFiles((str(tmp_path / "a.csv"),), schema(a=Integer()), encoding="cp1251")).reason


def test_a_wrong_value_in_a_csv_tells_file_and_line(engine: DuckDbEngine, schema: MakeSchema, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,name\n1,x\n2,y\nthree,z\n")
    failed = failure(engine, CsvFiles((str(path),), schema(id=Integer(), name=String())))
    assert (failed.kind, failed.table) == ("input", "t")
    assert f"{path}, line 4: " in failed.reason
    assert "three" in failed.reason


def test_a_csv_without_a_declared_column_or_any_header_is_a_failure(
    engine: DuckDbEngine, schema: MakeSchema, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,nme\n1,x\n")
    assert "no column `name`" in failure(engine, CsvFiles((str(path),), schema(name=String()))).reason
    path.write_text("id,ID\n1,x\n")
    assert "twice" in failure(engine, CsvFiles((str(path),), schema(id=String()))).reason
    path.write_text("")
    assert "empty" in failure(engine, CsvFiles((str(path),), schema(name=String()))).reason


def test_json_as_an_array_and_by_line(engine: DuckDbEngine, schema: MakeSchema, tmp_path: Path) -> None:
    columns = schema(id=Integer(), tags=List(String()), at=Timestamp())
    (tmp_path / "a.json").write_text('[{"id": 1, "tags": ["x"]}, {"id": 2, "at": "2026-01-02T03:04:05"}]')
    (tmp_path / "a.ndjson").write_text('{"id": 1, "tags": ["x"]}\n{"id": 2, "at": "2026-01-02T03:04:05"}\n')
    array, by_line = JsonFiles((str(tmp_path / "a.json"),), columns), JsonFiles((str(tmp_path / "a.ndjson"),), columns, True)
    assert rows(engine, array, 'id, tags, year("at")') == [(1, ["x"], None), (2, None, 2026)]
    assert rows(engine, by_line, 'id, tags, year("at")') == [(1, ["x"], None), (2, None, 2026)]


@pytest.mark.parametrize(
    "written", ['{"id": 1, "tags": ["x"]}', '{"id": 1, "tags": ["x"]}\n{"id": 2}\n', '[{"id": 1, "tags": ["x"]}]']
)
def test_what_is_called_json_may_have_any_of_its_forms(
    engine: DuckDbEngine, schema: MakeSchema, tmp_path: Path, written: str
) -> None:
    (tmp_path / "a.json").write_text(written)
    relation = JsonFiles((str(tmp_path / "a.json"),), schema(id=Integer(), tags=List(String())))
    assert rows(engine, relation, "id, tags")[0] == (1, ["x"])


def test_a_packed_csv_is_read_by_its_header(engine: DuckDbEngine, schema: MakeSchema, tmp_path: Path) -> None:
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"name,id\nx,1\n"))
    assert rows(engine, CsvFiles((str(tmp_path / "a.csv.gz"),), schema(id=Integer(), name=String())), "id, name") == [(1, "x")]


def test_malformed_json_is_an_input_failure_that_names_the_table(
    engine: DuckDbEngine, schema: MakeSchema, tmp_path: Path
) -> None:
    (tmp_path / "a.ndjson").write_text('{"id": 1}\n{"id": \n')
    failed = failure(engine, JsonFiles((str(tmp_path / "a.ndjson"),), schema(id=Integer()), by_line=True))
    assert (failed.kind, failed.table) == ("input", "t")


def test_a_table_of_a_database_is_read_and_never_written(engine: DuckDbEngine, schema: MakeSchema, tmp_path: Path) -> None:
    path = tmp_path / "shop.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE SCHEMA s; CREATE TABLE s.\"Line items\" AS SELECT 1::SMALLINT AS id, 'x' AS name")
    relation = DuckDbTable(str(path), "Line items", schema(id=Integer(), name=String()), namespace="s")
    assert rows(engine, relation) == [(1, "x")]
    assert engine.schema_of(relation) == schema(id=Integer(32), name=String())
    assert failure(engine, DuckDbTable(str(path), "gone", schema(id=Integer()))).table == "t"
    assert "not there" in failure(engine, DuckDbTable(str(tmp_path / "no.db"), "x", schema(id=Integer()))).reason


def test_the_real_schema_of_files(engine: DuckDbEngine, schema: MakeSchema, tmp_path: Path) -> None:
    nothing = Schema((Column("declared", Binary()),))
    path = parquet(tmp_path / "a.parquet", n=pa.array([1], pa.int8()), at=pa.array([1], pa.timestamp("ns")))
    assert engine.schema_of(ParquetFiles((path,), nothing)) == schema(n=Integer(32), at=Timestamp())
    (tmp_path / "a.csv").write_text("id,name\n1,x\n")
    assert engine.schema_of(CsvFiles((str(tmp_path / "a.csv"),), nothing)) == schema(id=String(), name=String())
    (tmp_path / "a.json").write_text('[{"id": 1, "day": "2026-01-02"}]')
    assert engine.schema_of(JsonFiles((str(tmp_path / "a.json"),), nothing)) == schema(id=Integer(64), day=Date())
    with pytest.raises(EngineFailed):
        engine.schema_of(ParquetFiles((str(tmp_path / "gone.parquet"),), nothing))
