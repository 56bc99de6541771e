"""Files that are not what they were said to be, and the partitions of those that are."""

import dataclasses
import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyiceberg.table import Table

from hansa.lake import Append, Lake, LakeRefused, Replace, Rewrite
from hansa.model import Column, DataFile, RunId, Schema, types
from hansa.names import PortMajor

Write = Callable[..., DataFile]
People = Callable[..., DataFile]
Outside = Callable[[], Table]
IDS = Schema((Column("id", types.Integer(64)),))


def refusal(lake: Lake, port: PortMajor, schema: Schema, *files: DataFile, **how: Any) -> str:
    given = {"change": Append(), "base": None, "environment": "prod", **how}
    with pytest.raises(LakeRefused) as refused:
        lake.commit(port, files, schema, **given)
    assert refused.value.troubles[0].code == "H426"
    return refused.value.troubles[0].summary


def test_a_file_that_is_cut_short_is_refused(lake: Lake, port: PortMajor, schema: Schema, people: People) -> None:
    file = people(1000)
    path = Path(file.path)
    path.write_bytes(path.read_bytes()[:-100])
    assert "not whole Parquet" in refusal(lake, port, schema, file)
    path.unlink()
    assert "it is gone" in refusal(lake, port, schema, file)


def test_a_file_of_another_size_than_announced_is_refused(lake: Lake, port: PortMajor, schema: Schema, people: People) -> None:
    file = people(10)
    assert "announced were 11" in refusal(lake, port, schema, dataclasses.replace(file, rows=11))
    assert "announced were 10 in 5" in refusal(lake, port, schema, dataclasses.replace(file, bytes=5))


def test_a_file_twice_in_a_table_is_refused(lake: Lake, port: PortMajor, schema: Schema, people: People) -> None:
    file = people(10)
    assert "twice" in refusal(lake, port, schema, file, file)
    first = lake.commit(port, [file], schema, change=Replace(), base=None, environment="prod")
    assert "twice" in refusal(lake, port, schema, file, base=first.id)


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("SELECT 1::INTEGER AS id", '"id" is stored as INTEGER, not as BIGINT'),
        ("SELECT 1::BIGINT AS ident", 'surplus columns "ident"'),
        ("SELECT 1::BIGINT AS id, 2 AS more", 'surplus columns "more"'),
        ("SELECT 1::UTINYINT AS id", ""),
        ("SELECT TIMESTAMP_NS '2024-01-01' AS id", ""),
    ],
)
def test_a_file_with_other_columns_is_refused(lake: Lake, port: PortMajor, write: Write, sql: str, reason: str) -> None:
    assert reason in refusal(lake, port, IDS, write(sql))


def test_a_file_that_lacks_a_column_is_refused(lake: Lake, port: PortMajor, schema: Schema, write: Write) -> None:
    assert 'it lacks "name"' in refusal(lake, port, schema, write("SELECT 1::BIGINT AS id"))


def test_a_file_with_ids_of_another_table_is_refused(lake: Lake, port: PortMajor, write: Write) -> None:
    field = pa.field("id", pa.int64(), metadata={"PARQUET:field_id": "9"})
    assert "field ids" in refusal(lake, port, IDS, write(pa.table({"id": [1]}, schema=pa.schema([field]))))


def test_columns_may_have_any_name(lake: Lake, port: PortMajor, write: Write, outside: Outside) -> None:
    names = ("Straße", "a.b", 'say "hi"', "with space", "list", "ELEMENT", "日本")
    schema = Schema(tuple(Column(n, types.List(types.Integer(32))) for n in names))
    select = ", ".join(f"""[{i}::INTEGER] AS "{n.replace('"', '""')}" """ for i, n in enumerate(names))
    lake.commit(port, [write(f"SELECT {select}")], schema, change=Replace(), base=None, environment="prod")
    assert outside().scan().to_arrow().to_pylist() == [{n: [i] for i, n in enumerate(names)}]


DAYS = Schema((Column("id", types.Integer(64)), Column("day", types.Date()), Column("shop", types.String())))


def by_day(lake: Lake, port: PortMajor) -> list[DataFile]:
    """Files as DuckDB writes them by partition, announced by the text of their folders."""
    folder = lake.staging(port, RunId("r1"))
    folder.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute(
            f"""COPY (SELECT range AS id, DATE '2024-01-01' + (range % 3)::INTEGER AS day,
            CASE WHEN range % 2 = 0 THEN 'a b' END AS shop FROM range(12)) TO '{folder}'
            (FORMAT parquet, PARTITION_BY (day, shop), WRITE_PARTITION_COLUMNS true)"""
        )
    found = []
    for path in sorted(folder.rglob("*.parquet")):
        day, shop = (part.partition("=")[2] for part in path.relative_to(folder).parts[:2])
        named = shop.replace("%20", " ")
        partition = (("day", day), ("shop", named if named == "a b" else None))
        found.append(DataFile(str(path), pq.read_metadata(path).num_rows, path.stat().st_size, partition))
    return found


@pytest.mark.parametrize("announced", [True, False])
def test_partitions_are_what_was_announced_or_what_the_footer_proves(
    lake: Lake, port: PortMajor, outside: Outside, announced: bool
) -> None:
    files = by_day(lake, port)
    assert len(files) == 6
    given = files if announced else [dataclasses.replace(f, partition=()) for f in files]
    first = lake.commit(port, given, DAYS, change=Replace(), base=None, environment="prod", partition_by=("day", "shop"))
    assert set(lake.files(port, first.id)) == set(files)
    for listing in lake.warehouse.glob("*/*/*/listings/*"):
        listing.unlink()
    assert set(lake.files(port, first.id)) == set(files)
    table = outside()
    assert [f.name for f in table.spec().fields] == ["day", "shop"]
    scan = table.scan(row_filter="day = '2024-01-02' and shop is null")
    assert len(list(scan.plan_files())) == 1
    assert {r["day"] for r in scan.to_arrow().to_pylist()} == {dt.date(2024, 1, 2)}
    assert len(table.scan().to_arrow()) == 12


def test_a_partition_is_rewritten_alone(lake: Lake, port: PortMajor, outside: Outside) -> None:
    files = by_day(lake, port)
    how: dict[str, Any] = {"environment": "prod", "partition_by": ("day", "shop")}
    first = lake.commit(port, files, DAYS, change=Replace(), base=None, **how)
    gone = tuple(f.path for f in files if f.partition[0] == ("day", "2024-01-02"))
    lake.commit(port, (), DAYS, change=Rewrite(gone), base=first.id, **how)
    assert len(gone) == 2
    assert {r["day"].day for r in outside().scan().to_arrow().to_pylist()} == {1, 3}


def test_new_files_may_be_partitioned_otherwise_than_old_ones(
    lake: Lake, port: PortMajor, write: Write, outside: Outside
) -> None:
    first = lake.commit(
        port,
        [write("SELECT 1::BIGINT AS id, DATE '2024-01-01' AS day, 's' AS shop")],
        DAYS,
        change=Replace(),
        base=None,
        environment="prod",
    )
    second = lake.commit(
        port,
        [write("SELECT 2::BIGINT AS id, DATE '2024-01-02' AS day, 't' AS shop")],
        DAYS,
        change=Append(),
        base=first.id,
        environment="prod",
        partition_by=("shop",),
    )
    assert {f.partition for f in lake.files(port, second.id)} == {(), (("shop", "t"),)}
    assert [r["id"] for r in outside().scan(row_filter="shop = 't'").to_arrow().to_pylist()] == [2]
    lake.commit(port, (), DAYS, change=Replace(), base=second.id, environment="prod", partition_by=("shop",))
    assert len(outside().scan().to_arrow()) == 0


def test_a_file_of_several_partitions_is_refused(lake: Lake, port: PortMajor, write: Write) -> None:
    mixed = write("SELECT range AS id FROM range(2)")
    assert "partition column `id`" in refusal(lake, port, IDS, mixed, partition_by=("id",))
    half = write("SELECT 1::BIGINT AS id UNION ALL SELECT NULL")
    assert "partition column `id`" in refusal(lake, port, IDS, half, partition_by=("id",))
    with pytest.raises(LakeRefused, match="cannot be partitioned by `nope`"):
        lake.commit(port, (), IDS, change=Append(), base=None, environment="prod", partition_by=("nope",))
