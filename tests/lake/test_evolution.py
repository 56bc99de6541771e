"""How a table's schema may change inside one major, with files as DuckDB and Arrow write them."""

import datetime as dt
import decimal
import uuid
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from pyiceberg.table import Table

from hansa.lake import Append, Lake, LakeRefused, Replace
from hansa.model import Column, DataFile, DataType, Schema, types
from hansa.names import PortMajor

Write = Callable[..., DataFile]
Outside = Callable[[], Table]
LONG, INT, TEXT = types.Integer(64), types.Integer(32), types.String()


def columns(**types_: DataType) -> Schema:
    return Schema(tuple(Column(name, type_) for name, type_ in types_.items()))


def commit(lake: Lake, port: PortMajor, schema: Schema, *files: DataFile, **how: Any) -> int:
    given = {"change": Append(), "base": None, "environment": "prod", **how}
    return lake.commit(port, files, schema, **given).id


def table_rows(table: Table, snapshot: int | None = None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = table.scan(snapshot_id=snapshot).to_arrow().to_pylist()
    return sorted(found, key=repr)


def test_a_new_column_is_null_in_older_files(lake: Lake, port: PortMajor, write: Write, outside: Outside) -> None:
    first = commit(lake, port, columns(id=LONG), write("SELECT 1::BIGINT AS id"))
    wider = columns(name=TEXT, id=LONG)
    second = commit(lake, port, wider, write("SELECT 'b' AS name, 2::BIGINT AS id"), base=first)
    table = outside()
    assert table_rows(table) == [{"name": "b", "id": 2}, {"name": None, "id": 1}]
    assert table.schema().column_names == ["name", "id"]
    assert table.schema().find_field("id").field_id == 1
    assert lake.relation(port, second).schema == wider
    assert lake.schema(port, first) == columns(id=LONG)
    assert table_rows(table, first) == [{"id": 1}]


def test_numbers_may_widen(lake: Lake, port: PortMajor, write: Write, outside: Outside) -> None:
    narrow = columns(a=INT, b=types.Float(32), c=types.Decimal(6, 2))
    wide = columns(a=LONG, b=types.Float(64), c=types.Decimal(12, 2))
    first = commit(lake, port, narrow, write("SELECT 1::INTEGER AS a, 1.5::FLOAT AS b, 2.25::DECIMAL(6,2) AS c"))
    commit(lake, port, wide, write("SELECT 5000000000 AS a, 0.1::DOUBLE AS b, 9999999999.25::DECIMAL(12,2) AS c"), base=first)
    assert table_rows(outside()) == [
        {"a": 1, "b": 1.5, "c": decimal.Decimal("2.25")},
        {"a": 5000000000, "b": 0.1, "c": decimal.Decimal("9999999999.25")},
    ]
    assert table_rows(outside(), first) == [{"a": 1, "b": 1.5, "c": decimal.Decimal("2.25")}]


@pytest.mark.parametrize("change", [Append(), Replace()])
def test_a_retyped_column_is_a_new_major(lake: Lake, port: PortMajor, write: Write, change: object, outside: Outside) -> None:
    first = commit(lake, port, columns(id=LONG, at=types.Date()), write("SELECT 1::BIGINT AS id, DATE '2024-01-01' AS at"))
    file = write("SELECT '1' AS id, DATE '2024-01-01' AS at")
    with pytest.raises(LakeRefused) as refused:
        commit(lake, port, columns(id=TEXT, at=types.Date()), file, base=first, change=change)
    trouble = refused.value.troubles[0]
    assert trouble.code == "H425"
    assert "`id` is BIGINT there and would become VARCHAR" in trouble.summary
    assert "new major" in trouble.mend
    assert len(outside().metadata.snapshots) == 1


def test_a_column_never_narrows(lake: Lake, port: PortMajor, write: Write) -> None:
    first = commit(lake, port, columns(id=LONG), write("SELECT 1::BIGINT AS id"))
    with pytest.raises(LakeRefused, match="BIGINT there and would become INTEGER"):
        commit(lake, port, columns(id=INT), write("SELECT 1::INTEGER AS id"), base=first, change=Replace())


def test_a_column_may_leave_and_come_back(lake: Lake, port: PortMajor, write: Write, outside: Outside) -> None:
    both = columns(id=LONG, note=TEXT)
    first = commit(lake, port, both, write("SELECT 1::BIGINT AS id, 'x' AS note"))
    second = commit(lake, port, columns(id=LONG), write("SELECT 2::BIGINT AS id"), base=first)
    assert table_rows(outside()) == [{"id": 1}, {"id": 2}]
    commit(lake, port, both, write("SELECT 3::BIGINT AS id, 'z' AS note"), base=second)
    assert table_rows(outside()) == [{"id": 1, "note": "x"}, {"id": 2, "note": None}, {"id": 3, "note": "z"}]
    assert len(outside().metadata.schemas) == 2


def test_a_retyped_column_of_a_version_that_nobody_kept_starts_anew(
    lake: Lake, port: PortMajor, write: Write, outside: Outside
) -> None:
    commit(lake, port, columns(id=LONG), write("SELECT 1::BIGINT AS id"))
    commit(lake, port, columns(id=TEXT), write("SELECT 'a' AS id"), base=None, change=Replace())
    assert table_rows(outside()) == [{"id": "a"}]


def test_what_another_environment_shows_is_not_retyped(lake: Lake, port: PortMajor, write: Write) -> None:
    commit(lake, port, columns(id=LONG), write("SELECT 1::BIGINT AS id"))
    with pytest.raises(LakeRefused, match="new major"):
        commit(lake, port, columns(id=TEXT), write("SELECT 'a' AS id"), environment="dev")


def test_another_environments_schema_does_not_show_on_main(lake: Lake, port: PortMajor, write: Write, outside: Outside) -> None:
    first = commit(lake, port, columns(id=LONG), write("SELECT 1::BIGINT AS id"))
    wide = columns(id=LONG, extra=TEXT)
    trial = commit(lake, port, wide, write("SELECT 2::BIGINT AS id, 'e' AS extra"), base=first, environment="dev")
    assert outside().schema().column_names == ["id"]
    assert table_rows(outside()) == [{"id": 1}]
    assert table_rows(outside(), trial) == [{"id": 1, "extra": None}, {"id": 2, "extra": "e"}]
    lake.set_head(port, trial, "prod")
    assert outside().schema().column_names == ["id", "extra"]
    assert len(table_rows(outside())) == 2


def test_nested_parts_may_be_added_and_keep_their_ids(lake: Lake, port: PortMajor, write: Write, outside: Outside) -> None:
    old = types.Struct((types.Field("street", TEXT),))
    new = types.Struct((types.Field("street", TEXT), types.Field("zip", TEXT)))
    first = commit(lake, port, columns(a=old, t=types.List(TEXT)), write("SELECT {'street': 's'} AS a, ['u'] AS t"))
    wanted = columns(a=new, t=types.List(TEXT))
    commit(lake, port, wanted, write("SELECT {'street': 'r', 'zip': '9'} AS a, ['v', NULL] AS t"), base=first)
    assert table_rows(outside()) == [
        {"a": {"street": "r", "zip": "9"}, "t": ["v", None]},
        {"a": {"street": "s", "zip": None}, "t": ["u"]},
    ]


def test_required_stays_a_promise_of_the_platform_when_files_do_not_declare_it(
    lake: Lake, port: PortMajor, write: Write, outside: Outside
) -> None:
    promised = Schema((Column("id", LONG, required=True),))
    first = commit(lake, port, promised, write(pa.table({"id": [1]})))
    assert not outside().schema().find_field("id").required
    assert lake.schema(port, first) == promised
    for listing in lake.warehouse.glob("*/*/*/listings/*"):
        listing.unlink()
    assert lake.schema(port, first) == promised


def test_required_is_iceberg_s_promise_too_when_every_file_declares_it(
    lake: Lake, port: PortMajor, write: Write, outside: Outside
) -> None:
    promised = Schema((Column("id", LONG, required=True),))
    strict = pa.schema([pa.field("id", pa.int64(), nullable=False)])
    first = commit(lake, port, promised, write(pa.table({"id": [1]}, schema=strict)))
    assert outside().schema().find_field("id").required
    second = commit(lake, port, promised, write(pa.table({"id": [2]}, schema=strict)), base=first)
    assert outside().schema().find_field("id").required
    commit(lake, port, promised, write(pa.table({"id": [3]})), base=second)
    assert not outside().schema().find_field("id").required
    assert [r["id"] for r in table_rows(outside())] == [1, 2, 3]


def test_every_type_is_written_by_duckdb_and_read_by_iceberg(lake: Lake, port: PortMajor, write: Write, outside: Outside) -> None:
    wanted = columns(
        b=types.Boolean(),
        i=INT,
        l=LONG,
        d=types.Decimal(10, 2),
        big=types.Decimal(38, 4),
        f=types.Float(32),
        g=types.Float(64),
        s=TEXT,
        x=types.Binary(),
        day=types.Date(),
        t=types.Time(),
        ts=types.Timestamp(False),
        tz=types.Timestamp(True),
        u=types.Uuid(),
        m=types.Map(TEXT, LONG),
        v=types.List(types.Uuid()),
        n=types.List(types.Struct((types.Field("k", INT),))),
    )
    file = write(
        """SELECT true AS b, 1::INTEGER AS i, 2::BIGINT AS l, 3.25::DECIMAL(10,2) AS d, 4.5::DECIMAL(38,4) AS big,
        'nan'::FLOAT AS f, 2.5::DOUBLE AS g, 'é' AS s, '\\xAA'::BLOB AS x, DATE '2024-02-29' AS day, TIME '12:34:56.5' AS t,
        TIMESTAMP '2024-01-02 03:04:05' AS ts, TIMESTAMPTZ '2024-01-02 03:04:05+00' AS tz,
        '12345678-1234-5678-1234-567812345678'::UUID AS u, MAP {'a': 1::BIGINT} AS m, [{'k': 7::INTEGER}] AS n,
        ['12345678-1234-5678-1234-567812345678'::UUID] AS v"""
    )
    snapshot = commit(lake, port, wanted, file)
    (row,) = table_rows(outside())
    assert row.pop("f") != row.get("g")
    assert row == {
        "b": True,
        "i": 1,
        "l": 2,
        "d": decimal.Decimal("3.25"),
        "big": decimal.Decimal("4.5000"),
        "g": 2.5,
        "s": "é",
        "x": b"\xaa",
        "day": dt.date(2024, 2, 29),
        "t": dt.time(12, 34, 56, 500000),
        "ts": dt.datetime(2024, 1, 2, 3, 4, 5),
        "tz": dt.datetime(2024, 1, 2, 3, 4, 5, tzinfo=dt.UTC),
        "u": uuid.UUID("12345678-1234-5678-1234-567812345678"),
        "m": [("a", 1)],
        "n": [{"k": 7}],
        "v": [uuid.UUID("12345678-1234-5678-1234-567812345678")],
    }
    for listing in lake.warehouse.glob("*/*/*/listings/*"):
        listing.unlink()
    assert lake.schema(port, snapshot) == wanted
    assert len(outside().scan(row_filter="l = 2 and day = '2024-02-29' and s = 'é'").to_arrow()) == 1
    assert len(list(outside().scan(row_filter="l = 3").plan_files())) == 0
