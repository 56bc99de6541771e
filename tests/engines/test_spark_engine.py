"""The Spark engine's files, measurements, failures and stops, on a real server."""

import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal as Exact
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

pytest.importorskip("pyspark", reason="the extra `spark` is not installed")
pytest.importorskip("pysail", reason="the extra `spark` is not installed")

from hansa.engines import Cancellation, Cancelled, EngineFailed, Materialisation, PythonQuery, QueryRefused, SqlQuery
from hansa.engines.spark import SparkEngine
from hansa.model import Column, ParquetFiles, Relation, Schema, View
from hansa.model.types import Decimal, Integer, String, Timestamp, Uuid

SALES = Schema((Column("id", Integer(64)), Column("Shop", String()), Column("amount", Decimal(10, 2))))
STORED = Schema((Column("shop", String()), Column("amount", Decimal(18, 2)), Column("id", Integer(32))))


@pytest.fixture(scope="module")
def spark(sail: Callable[[str], str]) -> Iterator[SparkEngine]:
    engine = SparkEngine(sail("local"))
    yield engine
    engine.close()


@pytest.fixture
def sales(tmp_path: Path) -> ParquetFiles:
    table = pa.table(
        {
            "ID": pa.array([3, 1, 2, 5, 4], pa.int32()),
            "place": ["west", "east", None, "", "west"],
            "amount": pa.array([Exact("3.50"), Exact("1.00"), None, Exact("5.25"), Exact("4.75")], pa.decimal128(8, 2)),
        }
    )
    pq.write_table(table, tmp_path / "sales.parquet")
    return ParquetFiles((str(tmp_path / "sales.parquet"),), SALES, renamed=(("Shop", "place"),))


def work(sales: Relation, target: Path, query: str, **more: tuple[str, ...]) -> Materialisation:
    return Materialisation(SqlQuery(query), {"sales": sales}, STORED, target, **more)


def test_a_result_is_stored_in_the_order_and_types_of_its_schema(spark: SparkEngine, sales: ParquetFiles, tmp_path: Path) -> None:
    files = spark.materialise(work(sales, tmp_path / "out", "SELECT id, shop, amount FROM sales", order_by=("id",)))

    [file] = files
    stored = pq.ParquetFile(file.path)
    assert stored.schema_arrow.names == ["shop", "amount", "id"]
    assert stored.schema_arrow.types == [pa.string(), pa.decimal128(18, 2), pa.int32()]
    assert stored.read().column("id").to_pylist() == [1, 2, 3, 4, 5]
    assert stored.metadata.row_group(0).column(0).compression == "ZSTD"
    assert (file.rows, file.bytes) == (5, Path(file.path).stat().st_size)
    assert [p.name for p in (tmp_path / "out").iterdir()] == [Path(file.path).name]


def test_each_file_holds_one_partition_and_null_is_not_the_empty_text(
    spark: SparkEngine, sales: ParquetFiles, tmp_path: Path
) -> None:
    query = "SELECT id, shop, amount FROM sales"
    files = spark.materialise(work(sales, tmp_path / "out", query, order_by=("id",), partition_by=("shop",)))

    held = {f.partition[0][1]: pq.ParquetFile(f.path).read().column("id").to_pylist() for f in files}
    assert held == {"west": [3, 4], "east": [1], "": [5], None: [2]}


def test_a_result_of_no_rows_is_no_files(spark: SparkEngine, sales: ParquetFiles, tmp_path: Path) -> None:
    files = spark.materialise(work(sales, tmp_path / "out", "SELECT id, shop, amount FROM sales WHERE id > 99"))

    assert files == ()
    assert list((tmp_path / "out").iterdir()) == []


def test_models_may_read_models(spark: SparkEngine, sales: ParquetFiles) -> None:
    west = View("SELECT * FROM sales WHERE shop = 'west'")
    tables: dict[str, Relation] = {"sales": sales, "west": west, "total": View("SELECT sum(amount) AS t FROM west")}

    [rows] = spark.measure(["SELECT t FROM total"], tables)
    assert rows == [(Exact("8.25"),)]


@pytest.mark.parametrize(
    ("query", "expected", "reason"),
    [
        ("SELECT id, shop FROM sales", QueryRefused, "lacks the column `amount`"),
        ("SELECT id, shop, amount, 1 AS more FROM sales", QueryRefused, "`more`"),
        ("SELECT id, shop, frobnicate(amount) AS amount FROM sales", QueryRefused, "frobnicate"),
        ("SELECT id + 3000000000 AS id, shop, amount FROM sales", EngineFailed, "Int32"),
        ("SELECT CAST(shop AS INTEGER) AS id, shop, amount FROM sales", EngineFailed, "ast"),
    ],
)
def test_on_failure_nothing_is_left(
    query: str, expected: type[Exception], reason: str, spark: SparkEngine, sales: ParquetFiles, tmp_path: Path
) -> None:
    with pytest.raises(expected, match=reason):
        spark.materialise(work(sales, tmp_path / "out", query))

    assert not (tmp_path / "out").exists()


def test_files_of_others_in_the_target_stay_when_a_result_fails(spark: SparkEngine, sales: ParquetFiles, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "before.parquet").write_bytes(b"x")

    with pytest.raises(EngineFailed):
        spark.materialise(work(sales, tmp_path / "out", "SELECT id // (id - id) AS id, shop, amount FROM sales"))

    assert [p.name for p in (tmp_path / "out").iterdir()] == ["before.parquet"]


def test_a_query_that_is_refused_does_not_hinder_the_others(spark: SparkEngine, sales: ParquetFiles) -> None:
    queries = ["SELECT count(*), sum(amount) FROM sales", "SELECT frobnicate(id) FROM sales", "SELECT 1 // (id - id) FROM sales"]
    counted, refused, failed = spark.measure(queries, {"sales": sales})

    assert counted == [(5, Exact("14.50"))]
    assert isinstance(refused, QueryRefused)
    assert isinstance(failed, EngineFailed)
    assert failed.kind == "data"


def test_columns_that_a_file_lacks_read_as_null(spark: SparkEngine, sales: ParquetFiles) -> None:
    wider = ParquetFiles(sales.paths, Schema((*SALES, Column("later", String()))), sales.renamed)

    [rows] = spark.measure(["SELECT count(*), count(later) FROM sales"], {"sales": wider})
    assert rows == [(5, 0)]


def test_files_of_different_columns_and_odd_types_are_read_as_declared(spark: SparkEngine, tmp_path: Path) -> None:
    moment = dt.datetime(2020, 1, 2, 3, 4, 5, 678901)
    small = pa.table({"n": pa.array([200], pa.uint8()), "at": pa.array([moment], pa.timestamp("ns"))})
    pq.write_table(small, tmp_path / "a.parquet")
    pq.write_table(pa.table({"n": pa.array([7], pa.uint8()), "s": pa.array(["x"], pa.large_string())}), tmp_path / "b.parquet")
    schema = Schema((Column("s", String()), Column("n", Integer(32)), Column("at", Timestamp())))
    files = ParquetFiles(tuple(str(tmp_path / name) for name in ("a.parquet", "b.parquet")), schema)

    [rows] = spark.measure(["SELECT s, n, at FROM t ORDER BY n"], {"t": files})
    assert rows == [("x", 7, None), (None, 200, moment)]


def test_a_missing_file_is_a_failure_of_its_input(spark: SparkEngine, tmp_path: Path) -> None:
    gone = ParquetFiles((str(tmp_path / "gone.parquet"),), SALES)

    with pytest.raises(EngineFailed, match=r"gone\.parquet") as failed:
        spark.measure(["SELECT count(*) FROM sales"], {"sales": gone})
    assert (failed.value.kind, failed.value.table) == ("input", "sales")


def test_the_schema_of_files_is_what_they_hold(spark: SparkEngine, sales: ParquetFiles) -> None:
    assert [str(c) for c in spark.schema_of(sales)] == ["ID INTEGER", "Shop VARCHAR", "amount DECIMAL(8,2)"]


def test_concurrent_calls_do_not_see_each_others_tables(spark: SparkEngine, tmp_path: Path) -> None:
    def total(number: int) -> object:
        path = tmp_path / f"{number}.parquet"
        pq.write_table(pa.table({"n": pa.array([number] * 10, pa.int64())}), path)
        [rows] = spark.measure(["SELECT sum(n) FROM t"], {"t": ParquetFiles((str(path),), Schema((Column("n", Integer()),)))})
        return rows

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(total, range(12))) == [[(number * 10,)] for number in range(12)]


def test_a_session_forgets_the_tables_of_its_last_call(spark: SparkEngine, sales: ParquetFiles) -> None:
    spark.measure(["SELECT count(*) FROM sales"], {"sales": sales})

    with pytest.raises(QueryRefused, match="no table sales"):
        spark.describe("SELECT id FROM sales", {})


def test_a_request_to_stop_ends_a_long_query_at_once(spark: SparkEngine, tmp_path: Path) -> None:
    pq.write_table(pa.table({"x": pa.array(range(200_000), pa.int64())}), tmp_path / "x.parquet")
    tables = {"a": ParquetFiles((str(tmp_path / "x.parquet"),), Schema((Column("x", Integer()),)))}
    cancellation = Cancellation()
    stop = threading.Timer(0.5, cancellation.request)
    stop.start()
    started = time.monotonic()

    with pytest.raises(Cancelled):
        spark.measure(["SELECT count(*) FROM a JOIN a AS b ON a.x % 7 < b.x % 11 AND a.x + b.x > 5"], tables, cancellation)
    assert time.monotonic() - started < 10


def test_a_stream_arrives_in_the_types_that_were_described(spark: SparkEngine, sales: ParquetFiles) -> None:
    reader = spark.stream("SELECT Shop, sum(amount) AS total FROM sales GROUP BY Shop ORDER BY Shop", {"sales": sales})

    assert reader.schema == pa.schema([("Shop", pa.string()), ("total", pa.decimal128(38, 2))])
    assert reader.read_all().column("Shop").to_pylist() == ["", "east", "west", None]


def test_nobody_listening_is_said_at_once() -> None:
    started = time.monotonic()

    with pytest.raises(EngineFailed, match=r"no Spark Connect server answers at 127\.0\.0\.1:1") as failed:
        SparkEngine("sc://127.0.0.1:1").describe("SELECT 1 AS x", {})
    assert failed.value.kind == "connection"
    assert time.monotonic() - started < 5


def test_a_result_without_a_name_or_a_type_is_refused(spark: SparkEngine) -> None:
    with pytest.raises(QueryRefused, match="no name"):
        spark.describe("SELECT 1 + 1", {})
    with pytest.raises(QueryRefused, match="NULL"):
        spark.describe("SELECT NULL AS x", {})


def test_what_spark_cannot_store_is_refused(spark: SparkEngine, tmp_path: Path) -> None:
    with pytest.raises(QueryRefused, match="UUID"):
        spark.describe("SELECT id FROM t", {"t": Schema((Column("id", Uuid()),))})
    with pytest.raises(QueryRefused, match="Python models"):
        spark.materialise(Materialisation(PythonQuery("model.py", ()), {}, STORED, tmp_path / "out"))
