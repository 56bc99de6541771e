"""A real warehouse in a temporary folder, and files as engines write them."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.table import Table

from hansa.lake import Lake
from hansa.model import Column, DataFile, RunId, Schema, types
from hansa.names import PortMajor, PortName

Write = Callable[..., DataFile]
"""`write(table, run="r1", partition=())` or, as SQL, `write("select 1 as id")`: one file in a staging folder."""


@pytest.fixture
def port() -> PortMajor:
    return PortMajor(PortName("customer", "profiles", "profiles"), 1)


@pytest.fixture
def schema() -> Schema:
    return Schema((Column("id", types.Integer(64), required=True), Column("name", types.String())))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "warehouse").mkdir()
    return tmp_path


@pytest.fixture
def lake(home: Path) -> Iterator[Lake]:
    lake = Lake(f"sqlite:///{home}/ledger.db", home / "warehouse")
    yield lake
    lake.close()


@pytest.fixture
def write(lake: Lake, port: PortMajor) -> Write:
    def write(
        data: pa.Table | str, run: str = "r1", partition: tuple[tuple[str, Any], ...] = (), to: PortMajor = port
    ) -> DataFile:
        folder = lake.staging(to, RunId(run))
        folder.mkdir(parents=True)
        path = folder / "part-0.parquet"
        if isinstance(data, str):
            with duckdb.connect() as connection:
                connection.execute(f"COPY ({data}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")
        else:
            pq.write_table(data, path)
        return DataFile(str(path), pq.read_metadata(path).num_rows, path.stat().st_size, partition)

    return write


@pytest.fixture
def people(write: Write) -> Callable[..., DataFile]:
    """A file of the fixture `schema`, written by DuckDB: `people(3)` has ids 0, 1, 2."""

    def people(count: int, start: int = 0, run: str = "r1") -> DataFile:
        return write(f"SELECT range AS id, 'n' || range AS name FROM range({start}, {start + count})", run)

    return people


@pytest.fixture
def rows() -> Callable[..., list[tuple[Any, ...]]]:
    """What DuckDB reads over the files of a snapshot, by name, as the platform's readers do."""

    def rows(files: tuple[DataFile, ...], columns: str = "*") -> list[tuple[Any, ...]]:
        paths = ", ".join(f"'{f.path}'" for f in files)
        with duckdb.connect() as connection:
            sql = f"SELECT {columns} FROM read_parquet([{paths}], union_by_name = true) ORDER BY ALL"
            return connection.execute(sql).fetchall()

    return rows


@pytest.fixture
def later() -> dt.datetime:
    """A moment after which nothing has changed yet, for collections that spare nothing for its youth."""
    return dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)


@pytest.fixture
def outside(home: Path) -> Callable[[], Table]:
    """The table as another Iceberg reader finds it, from nothing but the catalogue's address."""

    def outside() -> Table:
        catalog = SqlCatalog("hansa", uri=f"sqlite:///{home}/ledger.db", warehouse=f"file://{home}/warehouse")
        table = catalog.load_table(("customer", "profiles", "profiles_v1"))
        catalog.close()
        return table

    return outside
