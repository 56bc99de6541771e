"""What clients of PostgreSQL find in the catalogue: what the reader may discover, as common tools ask for it."""

import asyncio
import os
import shutil
import subprocess
from typing import Any

import asyncpg
import psycopg
import pyarrow as pa
import pytest
import sqlalchemy as sa
from psycopg.types import TypeInfo
from sqlalchemy.ext.asyncio import create_async_engine

from hansa.gateway.flight.shown import ShownTable
from hansa.gateway.postgres.catalogue.describing import Facts, rows_of
from hansa.gateway.postgres.catalogue.relations import RELATIONS

COLUMNS = ["id", "name", "email", "age", "region", "joined"]

# As the driver of PostgreSQL for JDBC asks, in `getTables` and `getColumns`.
JDBC_TABLES = """SELECT NULL AS TABLE_CAT, n.nspname AS TABLE_SCHEM, c.relname AS TABLE_NAME,
 CASE n.nspname ~ '^pg_' OR n.nspname = 'information_schema' WHEN true THEN 'SYSTEM TABLE'
 WHEN false THEN CASE c.relkind WHEN 'r' THEN 'TABLE' WHEN 'v' THEN 'VIEW' ELSE NULL END ELSE NULL END AS TABLE_TYPE,
 d.description AS REMARKS, '' as TYPE_CAT FROM pg_catalog.pg_namespace n, pg_catalog.pg_class c
 LEFT JOIN pg_catalog.pg_description d ON (c.oid = d.objoid AND d.objsubid = 0 and d.classoid = 'pg_class'::regclass)
 WHERE c.relnamespace = n.oid AND n.nspname LIKE 'cust%' ORDER BY TABLE_TYPE,TABLE_SCHEM,TABLE_NAME"""
JDBC_COLUMNS = """SELECT * FROM (SELECT current_database() AS current_database, n.nspname,c.relname,a.attname,a.atttypid,
 a.attnotnull OR (t.typtype = 'd' AND t.typnotnull) AS attnotnull,a.atttypmod,a.attlen,t.typtypmod,
 row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum) AS attnum, nullif(a.attidentity, '') as attidentity,
 pg_catalog.pg_get_expr(def.adbin, def.adrelid) AS adsrc,dsc.description,t.typbasetype,t.typtype
 FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_class c ON (c.relnamespace = n.oid)
 JOIN pg_catalog.pg_attribute a ON (a.attrelid=c.oid) JOIN pg_catalog.pg_type t ON (a.atttypid = t.oid)
 LEFT JOIN pg_catalog.pg_attrdef def ON (a.attrelid=def.adrelid AND a.attnum = def.adnum)
 LEFT JOIN pg_catalog.pg_description dsc ON (c.oid=dsc.objoid AND a.attnum = dsc.objsubid)
 LEFT JOIN pg_catalog.pg_class dc ON (dc.oid=dsc.classoid AND dc.relname='pg_class')
 WHERE c.relkind in ('r','p','v','f','m') and a.attnum > 0 AND NOT a.attisdropped AND n.nspname LIKE 'customer'
 AND c.relname LIKE 'people') c WHERE true ORDER BY nspname,c.relname,attnum"""
# As Npgsql asks when it connects, for Power BI among others.
NPGSQL_TYPES = """SELECT ns.nspname, typ.oid, typ.typname,
 CASE WHEN proc.proname='array_recv' THEN 'a' ELSE typ.typtype END AS typtype
 FROM pg_type AS typ LEFT JOIN pg_class AS cls ON (cls.oid = typ.typrelid) LEFT JOIN pg_proc AS proc ON proc.oid = typ.typreceive
 LEFT JOIN pg_range ON (pg_range.rngtypid = typ.oid) JOIN pg_namespace AS ns ON (ns.oid = typ.typnamespace)
 WHERE typ.typname IN ('int8', '_int8') ORDER BY typ.oid"""


def psql(standing: Any, *commands: str, user: str = "olga") -> str:
    told = f"host=127.0.0.1 port={standing.server.port} user={user} dbname=hansa"
    done = subprocess.run(
        ["psql", "-X", "-A", "-t", told, *(part for command in commands for part in ("-c", command))],
        env={**os.environ, "PGPASSWORD": standing.owner if user == "olga" else standing.stranger},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


needs_psql = pytest.mark.skipif(shutil.which("psql") is None, reason="there is no psql here")


@needs_psql
def test_psql_lists_schemas_tables_and_columns(standing: Any) -> None:
    assert psql(standing, r"\dn").splitlines() == ["customer|hansa", "public|hansa", "sales|hansa"]
    assert psql(standing, r"\dt").splitlines() == [
        "customer|people|table|hansa", "customer|people.people_v1|table|hansa", "sales|orders|table|hansa",
    ]  # fmt: skip
    assert psql(standing, r"\dt customer.p*e").splitlines() == ["customer|people|table|hansa"]
    columns = [line.split("|")[:2] for line in psql(standing, r"\d customer.people").splitlines()]
    assert columns == [
        ["id", "bigint"],
        ["name", "text"],
        ["email", "text"],
        ["age", "bigint"],
        ["region", "text"],
        ["joined", "date"],
    ]
    assert [line.split("|")[0] for line in psql(standing, r'\d customer."people.people_v1"').splitlines()] == COLUMNS


@needs_psql
@pytest.mark.parametrize(
    "command", [r"\d", r"\d+ customer.people", r"\dv", r"\di", r"\dm", r"\ds", r"\df", r"\l", r"\du", r"\dp", r"\dx"]
)
def test_psql_asks_other_things_in_vain_and_without_an_error(command: str, standing: Any) -> None:
    psql(standing, command)


@needs_psql
def test_psql_completes_names(standing: Any) -> None:
    # As psql 15 asks after a tab behind `FROM cu` and `FROM customer.`.
    text = """SELECT pg_catalog.quote_ident(c.relname) FROM pg_catalog.pg_class c WHERE c.relkind IN ('r', 'v')
 AND substring(pg_catalog.quote_ident(c.relname),1,3)='peo' AND pg_catalog.pg_table_is_visible(c.oid)
 UNION SELECT pg_catalog.quote_ident(n.nspname) || '.' FROM pg_catalog.pg_namespace n
 WHERE substring(pg_catalog.quote_ident(n.nspname) || '.',1,2)='cu' LIMIT 1000"""
    assert sorted(psql(standing, text).splitlines()) == ["customer.", "people"]


def test_every_name_that_is_listed_can_be_read_as_it_is_put_together(standing: Any) -> None:
    with standing.connect() as connection:
        listed = connection.execute("SELECT table_schema, table_name FROM information_schema.tables").fetchall()
        assert sorted(listed) == [("customer", "people"), ("customer", "people.people_v1"), ("sales", "orders")]
        for schema, table in (t for t in listed if t[0] == "customer"):
            cursor = connection.execute(f'SELECT * FROM "{schema}"."{table}"')
            asked = "SELECT column_name FROM information_schema.columns WHERE table_schema = %s AND table_name = %s"
            columns = connection.execute(f"{asked} ORDER BY ordinal_position", (schema, table)).fetchall()
            assert [c.name for c in cursor.description or ()] == [name for (name,) in columns] == COLUMNS


def test_what_may_not_be_read_has_no_columns(standing: Any) -> None:
    with standing.connect() as connection:
        asked = "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'sales'"
        assert connection.execute(asked).fetchall() == [(0,)]


def test_the_queries_of_jdbc_and_npgsql_are_answered(standing: Any) -> None:
    with standing.connect() as connection:
        tables = [row[1:4] for row in connection.execute(JDBC_TABLES).fetchall()]
        assert tables == [("customer", "people", "TABLE"), ("customer", "people.people_v1", "TABLE")]
        columns = connection.execute(JDBC_COLUMNS).fetchall()
        assert [(row[0], row[3], row[9]) for row in columns] == [("hansa", c, n) for n, c in enumerate(COLUMNS, start=1)]
        types = connection.execute(NPGSQL_TYPES).fetchall()
        assert types == [("pg_catalog", 20, "int8", "b"), ("pg_catalog", 1016, "_int8", "a")]
        info = TypeInfo.fetch(connection, "int8")
        assert info is not None
        assert (info.oid, info.array_oid) == (20, 1016)
        assert TypeInfo.fetch(connection, "hstore") is None


@pytest.mark.parametrize("driver", ["psycopg", "pg8000"])
def test_sqlalchemy_reads_and_reflects(driver: str, standing: Any) -> None:
    engine = sa.create_engine(
        f"postgresql+{driver}://olga:{standing.owner}@127.0.0.1:{standing.server.port}/hansa", pool_pre_ping=True
    )
    try:
        inspector = sa.inspect(engine)
        assert "customer" in inspector.get_schema_names()
        assert sorted(inspector.get_table_names(schema="customer")) == ["people", "people.people_v1"]
        assert inspector.get_foreign_keys("people", schema="customer") == []
        people = sa.Table("people", sa.MetaData(), autoload_with=engine, schema="customer")
        assert people.columns.keys() == COLUMNS
        assert isinstance(people.c.joined.type, sa.Date)
        with engine.connect() as connection:
            assert connection.execute(sa.select(people.c.name).where(people.c.id == 3)).scalars().all() == ["Name3"]
    finally:
        engine.dispose()


def test_sqlalchemy_reads_over_asyncpg(standing: Any) -> None:
    async def asked() -> None:
        engine = create_async_engine(f"postgresql+asyncpg://olga:{standing.owner}@127.0.0.1:{standing.server.port}/hansa")
        async with engine.connect() as connection:
            counted = await connection.execute(sa.text("SELECT count(*) FROM customer.people WHERE id > :least"), {"least": 3})
            assert counted.scalar() == 17
        await engine.dispose()

    asyncio.run(asked())


def test_a_pool_of_asyncpg_resets_its_sessions(standing: Any) -> None:
    async def asked() -> None:
        given = {
            "host": "127.0.0.1",
            "port": standing.server.port,
            "user": "olga",
            "password": standing.owner,
            "database": "hansa",
        }
        async with asyncpg.create_pool(**given, min_size=1, max_size=2) as pool:
            await pool.execute("SET hansa.purpose = 'letters'")
            found = await asyncio.gather(*(pool.fetchval("SHOW hansa.purpose") for _ in range(6)))
            assert set(found) == {""}

    asyncio.run(asked())


SESSION = (
    ("SELECT current_database()", "current_database", "hansa"),
    ("SELECT current_user", "current_user", "olga"),
    ("SELECT current_schema()", "current_schema", "public"),
    ("SELECT pg_catalog.current_setting('server_version_num')", "current_setting", "160004"),
    ("SELECT 'customer.people'::regclass::oid = to_regclass('customer.people') AS same", "same", True),
    ("SELECT format_type(1700, 655366)", "format_type", "numeric(10,2)"),
)


@pytest.mark.parametrize(("text", "name", "value"), SESSION, ids=[text for text, _, _ in SESSION])
def test_functions_tell_of_the_session_under_their_own_name(text: str, name: str, value: object, standing: Any) -> None:
    with standing.connect() as connection:
        cursor = connection.execute(text)
        assert [c.name for c in cursor.description or ()] == [name]
        assert cursor.fetchall() == [(value,)]


REFUSED = (
    "SELECT * FROM pg_catalog.pg_stat_activity",
    "SELECT * FROM pg_shadow",
    "SELECT c.relname, p.name FROM pg_class c, customer.people p",
    "SELECT pg_read_file('/etc/passwd') FROM pg_class",
    "SELECT * FROM pg_class, read_csv('/etc/passwd')",
    "SELECT getenv('HOME'), version()",
    "SELECT * FROM pg_class, duckdb_settings()",
    "SELECT * FROM cat.pg_class",
    "SELECT version() FROM information_schema.nothing",
)


@pytest.mark.parametrize("text", REFUSED)
def test_what_the_catalogue_does_not_have_is_refused_and_not_answered_wrongly(text: str, standing: Any) -> None:
    with standing.connect() as connection, pytest.raises(psycopg.Error) as wrong:
        connection.execute(text)
    assert wrong.value.sqlstate in ("0A000", "42P01")


def test_queries_of_the_catalogue_are_not_on_record_and_reach_no_data(standing: Any) -> None:
    before = len(standing.recorded())
    with standing.connect() as connection:
        connection.execute("SELECT * FROM information_schema.tables").fetchall()
        connection.execute("SELECT version()").fetchall()
    assert len(standing.recorded()) == before


def test_a_product_that_is_called_like_a_relation_of_the_catalogue_is_still_data(standing: Any) -> None:
    with standing.connect() as connection, pytest.raises(psycopg.errors.UndefinedTable):
        connection.execute("SELECT * FROM customer.pg_class")


def test_numbers_of_tables_are_the_same_each_time_and_each_has_its_own() -> None:
    tables = tuple(ShownTable("d", f"p{n}", f"p{n}", main=True) for n in range(2000))

    def numbers(shown: tuple[ShownTable, ...]) -> dict[str, int]:
        facts = Facts("hansa", "olga", shown, lambda _: pa.schema([]), {})
        return {row["relname"]: row["oid"] for row in rows_of(facts, "pg_class")}

    assert len(set(numbers(tables).values())) == 2000
    assert numbers(tables)["p7"] == numbers(tables[5:9])["p7"]


def test_every_relation_can_be_made() -> None:
    import duckdb

    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA cat; CREATE SCHEMA info")
        for relation in RELATIONS.values():
            connection.execute(relation.made)
