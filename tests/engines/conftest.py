"""What engine tests share: small Parquet inputs written with pyarrow, and reading results back with it."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hansa.engines.duckdb import DuckDbEngine
from hansa.model import Column, DataFile, DataType, ParquetFiles, Schema
from hansa.model.types import Decimal, Integer, String

ORDERS = Schema(
    (
        Column("order_id", Integer(64)),
        Column("customer", String()),
        Column("amount", Decimal(10, 2)),
    )
)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[DuckDbEngine]:
    engine = DuckDbEngine(memory_limit="500MB", threads=2, spill=tmp_path / "spill")
    yield engine
    engine.close()


@pytest.fixture
def schema() -> Callable[..., Schema]:
    """A schema from keyword arguments, in order: `schema(id=Integer(), name=String())`."""

    def make(**types: DataType) -> Schema:
        return Schema(tuple(Column(name, type_) for name, type_ in types.items()))

    return make


@pytest.fixture
def orders(tmp_path: Path) -> ParquetFiles:
    """Three orders of two customers, amounts as the contract says."""
    path = tmp_path / "orders.parquet"
    amounts = pa.array([1250, None, 325], pa.int64()).cast(pa.float64())
    table = pa.table(
        {
            "order_id": pa.array([1, 2, 3], pa.int32()),
            "customer": ["ann", "bob", "ann"],
            "amount": pa.compute.divide(amounts, 100.0).cast(pa.decimal128(10, 2)),
        }
    )
    pq.write_table(table, path)
    return ParquetFiles((str(path),), ORDERS)


@pytest.fixture
def read() -> Callable[[Iterable[DataFile]], pa.Table]:
    """The rows of written files, in the order of the files."""

    def rows(files: Iterable[DataFile]) -> pa.Table:
        return pa.concat_tables(pq.ParquetFile(f.path).read() for f in files)

    return rows
