"""Footers say what they know and nothing more."""

import datetime as dt
from decimal import Decimal as Exact
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hansa.audit.footers import ColumnFacts, footers_of
from hansa.model import Column, CsvFiles, DataType, ParquetFiles, Schema
from hansa.model.types import Date, Decimal, Float, Integer, List, String, Timestamp


def file(path: Path, *, name: str = "v", **options: Any) -> str:
    values, type_ = options["values"], options["type"]
    pq.write_table(pa.table({name: pa.array(values, type_)}), path, row_group_size=2, write_statistics=options.get("said", True))
    return str(path)


def facts(type_: DataType, *paths: str, renamed: tuple[tuple[str, str], ...] = ()) -> ColumnFacts:
    footers = footers_of(ParquetFiles(paths, Schema((Column("v", type_),)), renamed))
    assert footers is not None
    return footers.of("V")


@pytest.mark.parametrize(
    ("values", "arrow", "type_", "known"),
    [
        ([3, None, 1, 2], pa.int64(), Integer(64), ColumnFacts(1, 1, 3)),
        ([None, None], pa.int64(), Integer(64), ColumnFacts(2)),
        ([], pa.int64(), Integer(64), ColumnFacts(0)),
        ([Exact("1.50")], pa.decimal128(9, 2), Decimal(9, 2), ColumnFacts(0, Exact("1.50"), Exact("1.50"))),
        ([dt.date(2020, 1, 2)], pa.date32(), Date(), ColumnFacts(0, dt.date(2020, 1, 2), dt.date(2020, 1, 2))),
        ([dt.datetime(2020, 1, 2)], pa.timestamp("us", "UTC"), Timestamp(), ColumnFacts(0)),
        ([1.0, float("nan")], pa.float64(), Float(64), ColumnFacts(0)),
        (["a", None], pa.string(), String(), ColumnFacts(1)),
        ([[1], None, [None]], pa.list_(pa.int64()), List(Integer(64)), ColumnFacts()),
    ],
)
def test_nulls_and_bounds_of_one_file(tmp_path: Path, values: Any, arrow: Any, type_: DataType, known: ColumnFacts) -> None:
    assert facts(type_, file(tmp_path / "a.parquet", values=values, type=arrow)) == known


def test_files_are_taken_together_and_an_absent_column_is_null(tmp_path: Path) -> None:
    one = file(tmp_path / "1.parquet", values=[5, 6], type=pa.int64())
    two = file(tmp_path / "2.parquet", values=[1, None, 2], type=pa.int64())
    other = file(tmp_path / "3.parquet", name="w", values=[9], type=pa.int64())
    assert facts(Integer(64), one, two, other) == ColumnFacts(2, 1, 6)
    assert facts(Integer(64), other, renamed=(("v", "w"),)) == ColumnFacts(0, 9, 9)


def test_one_silent_file_silences_all(tmp_path: Path) -> None:
    said = file(tmp_path / "1.parquet", values=[5], type=pa.int64())
    silent = file(tmp_path / "2.parquet", values=[99], type=pa.int64(), said=False)
    assert facts(Integer(64), said, silent) == ColumnFacts()


def test_only_readable_parquet_on_this_machine_has_footers(tmp_path: Path) -> None:
    schema = Schema((Column("v", Integer(64)),))
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"PAR1 and nothing more")
    assert footers_of(ParquetFiles((str(broken),), schema)) is None
    assert footers_of(ParquetFiles((str(tmp_path / "gone.parquet"),), schema)) is None
    assert footers_of(CsvFiles((str(broken),), schema)) is None


@pytest.mark.parametrize(
    ("value", "type_", "kind"),
    [
        ("DATE '0044-03-15 (BC)'", "DATE", Date()),
        ("'infinity'::DATE", "DATE", Date()),
        ("TIMESTAMP '-infinity'", "TIMESTAMP", Timestamp()),
        ("TIMESTAMP '290000-01-01'", "TIMESTAMP", Timestamp()),
    ],
)
def test_days_that_python_does_not_have_leave_the_bounds_unknown(tmp_path: Path, value: str, type_: str, kind: DataType) -> None:
    path = tmp_path / "far.parquet"
    duckdb.connect().execute(f"COPY (SELECT CAST({value} AS {type_}) AS v) TO '{path}' (FORMAT parquet)")
    assert facts(kind, str(path)) == ColumnFacts(0)
