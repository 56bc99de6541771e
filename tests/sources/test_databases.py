"""Databases as sources: real servers and files, landed exactly, read-only, and without a secret in any text."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from hansa.model import Relation, Server, Table
from hansa.model.types import Binary, Boolean, Date, Decimal, Float, Integer, List, String, Timestamp, Uuid
from hansa.sources import Source, SourceFailed, open_source
from hansa.trouble import Trouble

MakeServer = Callable[..., Server]
MakeTable = Callable[..., Table]
Rows = Callable[[Relation], list[tuple[object, ...]]]
Open = Callable[..., Source]


def trouble(source: Source, landing: Path) -> Trouble:
    with pytest.raises(SourceFailed) as caught:
        source.relation(landing)
    assert not landing.exists() or not list(landing.iterdir())
    return caught.value.troubles[0]


@pytest.fixture
def shop(postgres: Any, server: MakeServer, tmp_path: Path) -> Open:
    """A table of the real server, opened with the right credentials unless others are given."""

    def make(table: Table, *, environ: dict[str, str] | None = None, **options: str) -> Source:
        given = {"host": "127.0.0.1", "port": str(postgres.port), "database": "shop", "schema": "public", **options}
        known = {"HANSA_SHOP_1_USER": "owner", "HANSA_SHOP_1_PASSWORD": postgres.password}
        return open_source(server("postgres", **given), table, table.schema(), tmp_path, known if environ is None else environ)

    return make


def test_postgres_types_arrive_exactly(postgres: Any, shop: Open, table: MakeTable, tmp_path: Path, rows: Rows) -> None:
    postgres.execute(
        """DROP TABLE IF EXISTS kinds; CREATE TYPE mood AS ENUM ('glad', 'sad');
        CREATE TABLE kinds (i2 int2, i8 int8, f float8, price numeric(10,2), big numeric, ok bool, "Note" text, c char(3), m mood,
            d date, ts timestamp, tz timestamptz, u uuid, j jsonb, b bytea, tags text[]);
        INSERT INTO kinds VALUES (1, 9007199254740993, 0.1, 12.50, 123456789012345678901234567890, true, 'é', 'ab', 'sad',
            '2026-01-02', '2026-01-02 03:04:05.678901', '2026-01-02 03:04:05+02', '00000000-0000-0000-0000-000000000001',
            '{"a": 1}', '\\x00ff', '{x,y}'), (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
            NULL, NULL)"""
    )
    promised = table(
        "kinds", i2=Integer(32), i8=Integer(64), f=Float(), price=Decimal(10, 2), big=Decimal(38, 0), ok=Boolean(),
        note=(String(), "Note"), m=String(), d=Date(), ts=Timestamp(), tz=Timestamp(zoned=True), u=Uuid(), j=String(), b=Binary(),
        tags=List(String()),
    )  # fmt: skip
    source = shop(promised)
    first, second = rows(source.relation(tmp_path / "landing"))
    assert first[:3] == (1, 9007199254740993, 0.1)
    assert [str(v) for v in first[3:6]] == ["12.50", "123456789012345678901234567890", "True"]
    assert first[6:8] == ("é", "sad")
    assert str(first[8]) == "2026-01-02"
    assert str(first[9]) == "2026-01-02 03:04:05.678901"
    assert "01:04:05" in str(first[10])
    assert str(first[11]).endswith("0001")
    assert first[12:] == ('{"a": 1}', b"\x00\xff", ["x", "y"])
    assert second == (None,) * 15
    found = source.describe()
    assert found is not None
    price = found.find("price")
    assert price is not None
    assert price.type == Decimal(10, 2)
    assert source.version() is None


def test_a_postgres_table_is_found_by_its_physical_name_and_an_empty_one_is_empty(
    postgres: Any, shop: Open, table: MakeTable, tmp_path: Path, rows: Rows
) -> None:
    postgres.execute('CREATE SCHEMA IF NOT EXISTS s; DROP TABLE IF EXISTS s."Line items"; CREATE TABLE s."Line items" (id int8)')
    assert rows(shop(table("items", "s.Line items", id=Integer())).relation(tmp_path / "a")) == []
    postgres.execute('INSERT INTO s."Line items" SELECT generate_series(1, 100000)')
    source = shop(table("items", "Line items", id=Integer()), schema="s")
    assert len(rows(source.relation(tmp_path / "a"))) == 100_000


def test_a_missing_postgres_table_or_column_is_told_with_the_near_one(
    postgres: Any, shop: Open, table: MakeTable, tmp_path: Path
) -> None:
    postgres.execute("CREATE TABLE IF NOT EXISTS invoices (id int8)")
    gone = trouble(shop(table("invoice", id=Integer())), tmp_path / "a")
    assert gone.code == "H504"
    assert "did you mean `invoices`" in gone.mend
    assert trouble(shop(table("invoices", idd=Integer())), tmp_path / "a").code == "H505"


def test_wrong_credentials_are_told_without_them(postgres: Any, shop: Open, table: MakeTable, tmp_path: Path) -> None:
    wrong = {"HANSA_SHOP_1_USER": "owner", "HANSA_SHOP_1_PASSWORD": "wr0ng päss"}
    refused = trouble(shop(table("t", id=Integer()), environ=wrong), tmp_path / "a")
    assert refused.code == "H507"
    assert "HANSA_SHOP_1_PASSWORD" in refused.mend
    assert "wr0ng" not in str(refused)


def test_credentials_fall_back_to_those_of_postgres(
    postgres: Any, shop: Open, table: MakeTable, tmp_path: Path, rows: Rows
) -> None:
    postgres.execute("DROP TABLE IF EXISTS ones; CREATE TABLE ones AS SELECT 1::int8 AS id")
    source = shop(table("ones", id=Integer()), environ={"PGUSER": "owner", "PGPASSWORD": postgres.password})
    assert rows(source.relation(tmp_path / "a")) == [(1,)]


def test_a_table_that_may_not_be_seen_is_told(postgres: Any, shop: Open, table: MakeTable, tmp_path: Path) -> None:
    postgres.execute(
        "DROP TABLE IF EXISTS hidden; CREATE TABLE hidden (id int8); "
        "DROP ROLE IF EXISTS guest; CREATE ROLE guest LOGIN PASSWORD 'g'"
    )
    guest = {"HANSA_SHOP_1_USER": "guest", "HANSA_SHOP_1_PASSWORD": "g"}
    refused = trouble(shop(table("hidden", id=Integer()), environ=guest), tmp_path / "a")
    assert refused.code == "H507"
    assert "permission denied" in refused.summary


def test_a_server_that_is_not_there_is_told(server: MakeServer, table: MakeTable, tmp_path: Path) -> None:
    pytest.importorskip("adbc_driver_postgresql")
    promised = table("t", id=Integer())
    options = {"host": "127.0.0.1", "port": "1", "database": "shop", "schema": "public"}
    environ = {"HANSA_SHOP_1_USER": "owner", "HANSA_SHOP_1_PASSWORD": "very secret"}
    gone = trouble(open_source(server("postgres", **options), promised, promised.schema(), tmp_path, environ), tmp_path / "a")
    assert gone.code == "H503"
    assert "very" not in str(gone)


@pytest.fixture
def sqlite(tmp_path: Path, server: MakeServer) -> Open:
    path = tmp_path / "shop.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE sales (id INTEGER, price DECIMAL(10,2), day TEXT, weight REAL, raw BLOB, note)")
        many = [(n, 12.5, "2026-01-02", 0.1, b"\x00", None) for n in range(60_000)]
        connection.executemany("INSERT INTO sales VALUES (?, ?, ?, ?, ?, ?)", many)
        connection.execute("INSERT INTO sales VALUES (60000, 0.1, NULL, NULL, NULL, 'late text')")
    connection.close()

    def make(table: Table) -> Source:
        return open_source(server("custom", driver="sqlite", database="shop.sqlite"), table, table.schema(), tmp_path, {})

    return make


def test_sqlite_values_arrive_whatever_type_they_have(sqlite: Open, table: MakeTable, tmp_path: Path, rows: Rows) -> None:
    promised = table(id=Integer(), price=Decimal(10, 2), day=Date(), weight=Float(), raw=Binary(), note=String())
    source = sqlite(promised)
    found = rows(source.relation(tmp_path / "landing"))
    assert len(found) == 60_001
    assert (str(found[0][1]), str(found[0][2]), *found[0][3:]) == ("12.50", "2026-01-02", 0.1, b"\x00", None)
    assert (str(found[-1][1]), *found[-1][2:]) == ("0.10", None, None, None, "late text")
    before = source.version()
    with sqlite3.connect(tmp_path / "shop.sqlite") as connection:
        connection.execute("DELETE FROM sales WHERE id > 5")
    connection.close()
    assert source.version() != before


def test_sqlite_troubles_are_told(sqlite: Open, table: MakeTable, tmp_path: Path) -> None:
    gone = trouble(sqlite(table("sale", id=Integer())), tmp_path / "l")
    assert gone.code == "H504"
    assert "did you mean `sales`" in gone.mend
    assert trouble(sqlite(table(idd=Integer())), tmp_path / "l").code == "H505"
    assert trouble(sqlite(table(day=Float())), tmp_path / "l").code == "H506"
    (tmp_path / "shop.sqlite").write_text("this is no database, it only says so " * 100)
    assert trouble(sqlite(table(id=Integer())), tmp_path / "l").code == "H502"
    (tmp_path / "shop.sqlite").unlink()
    assert trouble(sqlite(table(id=Integer())), tmp_path / "l").code == "H501"


def test_a_duckdb_table_is_read_in_place(server: MakeServer, table: MakeTable, tmp_path: Path, rows: Rows) -> None:
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as connection:
        connection.execute("CREATE SCHEMA s; CREATE TABLE s.sales AS SELECT 1 AS id, 'x' AS label")
    promised = table(id=Integer(), name=(String(), "label"))
    source = open_source(server("duckdb", database="shop.duckdb", schema="s"), promised, promised.schema(), tmp_path, {})
    assert rows(source.relation(tmp_path / "l")) == [(1, "x")]
    assert source.version() == source.version()
    (tmp_path / "shop.duckdb").unlink()
    assert trouble(source, tmp_path / "l").code == "H501"
