"""Real clients of PostgreSQL against the wire: psql, psycopg, asyncpg and pg8000, as people and tools use them."""

import asyncio
import datetime as dt
import os
import shutil
import subprocess
from decimal import Decimal
from typing import Any

import asyncpg
import pg8000.native
import psycopg
import pytest
from psycopg.pq import TransactionStatus

from hansa.model import ReadOutcome

pytestmark = pytest.mark.timeout(120)


def psql(standing: Any, *commands: str, user: str = "olga", code: int = 0, **options: str) -> str:
    named = {"host": "127.0.0.1", "port": standing.server.port, "user": user, "dbname": "hansa", **options}
    password = standing.owner if user == "olga" else standing.stranger
    arguments = [part for command in commands for part in ("-c", command)]
    done = subprocess.run(
        ["psql", "-X", "-A", "-t", " ".join(f"{k}='{v}'" for k, v in named.items()), *arguments],
        env={**os.environ, "PGPASSWORD": password}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


needs_psql = pytest.mark.skipif(shutil.which("psql") is None, reason="there is no psql here")


@needs_psql
def test_psql_reads_a_product(standing: Any) -> None:
    assert psql(standing, "SELECT id, name, joined FROM customer.people WHERE id = 3") == "3|Name3|2026-01-03\n"


@needs_psql
def test_psql_runs_a_script_and_stops_at_what_fails(standing: Any) -> None:
    said = psql(standing, "SELECT 1; SELECT 2; SELECT nope; SELECT 3", code=1)
    assert said.startswith("1\n2\nERROR:")
    assert "nope" in said
    assert "H705" in said
    assert "\n3" not in said


@needs_psql
def test_a_refusal_says_why_and_what_to_do(standing: Any) -> None:
    said = psql(standing, "SELECT * FROM sales.orders", code=1)
    assert "olga may not read sales.orders.orders@1" in said
    assert "HINT:  `hansa access request sales.orders.orders" in said


@needs_psql
def test_for_whom_and_why_is_said_by_the_database_the_options_and_settings(standing: Any) -> None:
    show = ("SHOW hansa.consumer", "SHOW hansa.purpose")
    assert psql(standing, *show) == "\n\n"
    assert psql(standing, *show, dbname="olga") == "\n\n", "what psql takes by itself is no consumer"
    assert psql(standing, *show, dbname="churn") == "churn\n\n"
    assert psql(standing, *show, dbname="churn/letters") == "churn\nletters\n"
    assert psql(standing, *show, dbname="churn/letters", options="-c hansa.purpose=win\\\\ back") == "churn\nwin back\n"
    assert psql(standing, "SET hansa.consumer = churn", "SET hansa.purpose TO DEFAULT", *show).endswith("churn\n\n")
    refused = psql(standing, "SELECT * FROM customer.people", dbname="churn/letters", code=1)
    assert "there is no consumer `churn`" in refused


def test_psycopg_reads_in_text_and_in_binary(standing: Any) -> None:
    expected = [(3, "Name3", "3@example.org", 23, "north", dt.date(2026, 1, 3))]
    with standing.connect() as connection:
        for binary in (False, True):
            found = connection.execute("SELECT * FROM customer.people WHERE id = %s", (3,), binary=binary).fetchall()
            assert found == expected
        for _ in range(8):  # from the fifth on, it is prepared on the server
            assert connection.execute("SELECT id FROM customer.people WHERE id = %s", (3,)).fetchall() == [(3,)]
        assert connection.execute("SELECT id FROM customer.people WHERE joined = %s", (dt.date(2026, 1, 3),)).fetchall() == [(3,)]
        assert connection.execute("SELECT %s, %s, %s", (7, "x", None)).fetchall() == [(7, "x", None)]


VALUES: tuple[tuple[str, object], ...] = (
    ("true", True),
    ("1::TINYINT", 1),
    ("70000::UINTEGER", 70000),
    ("18446744073709551615::UBIGINT", Decimal("18446744073709551615")),
    ("170141183460469231731687303715884105727::HUGEINT", Decimal(2**127 - 1)),
    ("-12345.678::DECIMAL(20,5)", Decimal("-12345.67800")),
    ("0.00000012::DECIMAL(20,10)", Decimal("0.0000001200")),
    ("1.5::FLOAT", 1.5),
    ("1e300::DOUBLE", 1e300),
    ("'-infinity'::DOUBLE", float("-inf")),
    ("'grün \U0001f600'", "grün \U0001f600"),
    ("'\\x00\\xff'::BLOB", b"\x00\xff"),
    ("DATE '2024-02-29'", dt.date(2024, 2, 29)),
    ("TIME '10:00:00.5'", dt.time(10, 0, 0, 500_000)),
    ("TIMESTAMP '1999-12-31 23:59:59.123456'", dt.datetime(1999, 12, 31, 23, 59, 59, 123456)),
    ("TIMESTAMPTZ '2024-01-01 12:00:00+02'", dt.datetime(2024, 1, 1, 10, tzinfo=dt.UTC)),
    ("INTERVAL '2 days 3 seconds'", dt.timedelta(days=2, seconds=3)),
    ("[1, NULL, 3]", [1, None, 3]),
    ("['a b', 'NULL', '\"', '', 'ä']", ["a b", "NULL", '"', "", "ä"]),
    ("[]::INTEGER[]", []),
    ("{'a': 1, 'b': [1.5]}", {"a": 1, "b": [1.5]}),
    ("map {'a': 1}", {"a": 1}),
    ("[[1], [2, 3]]", [[1], [2, 3]]),
    ("NULL", None),
)


@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize(("written", "value"), VALUES, ids=[written for written, _ in VALUES])
def test_every_type_arrives_as_its_value(written: str, value: object, binary: bool, standing: Any) -> None:
    with standing.connect() as connection:
        assert connection.execute(f"SELECT {written} UNION ALL SELECT NULL", binary=binary).fetchall() == [(value,), (None,)]


def test_a_decimal_says_its_precision(standing: Any) -> None:
    with standing.connect() as connection:
        column = (connection.execute("SELECT 1::DECIMAL(12,3) AS amount").description or [])[0]
        assert (column.name, column.type_code, column.precision, column.scale) == ("amount", 1700, 12, 3)


def test_a_transaction_is_a_state_that_clients_are_told_of(standing: Any) -> None:
    with standing.connect(autocommit=False) as connection:
        assert connection.execute("SELECT 1").fetchall() == [(1,)]
        assert connection.info.transaction_status == TransactionStatus.INTRANS
        with pytest.raises(psycopg.errors.UndefinedColumn):
            connection.execute("SELECT nope")
        assert connection.info.transaction_status == TransactionStatus.INERROR
        with pytest.raises(psycopg.errors.InFailedSqlTransaction):
            connection.execute("SELECT 1")
        connection.rollback()
        with connection.transaction(), connection.transaction():
            assert connection.execute("SELECT 2").fetchall() == [(2,)]
        assert connection.info.transaction_status == TransactionStatus.IDLE


ERRORS = (
    ("SELECT * FROM sales.orders", "42501", "H707"),
    ("SELECT * FROM nope.nope", "42P01", "H703"),
    ("SELECT nope FROM customer.people", "42703", "H705"),
    ("SELEC 1", "42601", "H701"),
    ("CREATE TABLE x (a INT)", "25006", "H702"),
    ("SELECT * FROM read_csv('/etc/passwd')", "0A000", "H708"),
    ("SELECT 'x'::INTEGER", "22000", "H706"),
    ("COPY customer.people TO STDOUT", "0A000", "H733"),
    ("SET nope = 1", "42704", "H739"),
)


@pytest.mark.parametrize(("text", "state", "code"), ERRORS, ids=[text for text, _, _ in ERRORS])
def test_errors_have_the_state_that_programs_know_and_our_code(text: str, state: str, code: str, standing: Any) -> None:
    with standing.connect() as connection:
        with pytest.raises(psycopg.Error) as wrong:
            connection.execute(text)
        assert (wrong.value.sqlstate, wrong.value.diag.source_function) == (state, code)
        assert connection.execute("SELECT 1").fetchall() == [(1,)], "the session goes on"


def test_an_error_stands_where_it_is(standing: Any) -> None:
    with standing.connect() as connection, pytest.raises(psycopg.Error) as wrong:
        connection.execute("SELECT id,\n  'ä', nope FROM customer.people")
    assert wrong.value.diag.statement_position == str("SELECT id,\n  'ä', nope".index("nope") + 1)


def test_what_a_reader_should_know_comes_as_notices(standing: Any) -> None:
    heard: list[str] = []
    with standing.connect() as connection:
        connection.add_notice_handler(lambda told: heard.append(str(told.message_primary)))
        connection.execute("SELECT id FROM customer.people.people_v1")
    assert any("not the newest" in text for text in heard)


def test_a_read_is_on_record_with_its_way(standing: Any) -> None:
    with standing.connect() as connection:
        assert len(connection.execute("SELECT id FROM customer.people").fetchall()) == 20
        with pytest.raises(psycopg.Error):
            connection.execute("SELECT * FROM sales.orders")
    ours = [r for r in standing.recorded() if r.way == "postgres" and r.principal == "olga"]
    assert {r.outcome for r in ours} >= {ReadOutcome.BEGUN, ReadOutcome.DONE, ReadOutcome.REFUSED}
    assert any(r.rows == 20 and r.bytes for r in ours)


def test_pg8000_reads_and_prepares(standing: Any) -> None:
    given = {"host": "127.0.0.1", "port": standing.server.port, "user": "olga", "password": standing.owner, "database": "hansa"}
    connection = pg8000.native.Connection(**given)
    try:
        assert connection.run("SELECT id, name FROM customer.people WHERE id = :id", id=3) == [[3, "Name3"]]
        statement = connection.prepare("SELECT id FROM customer.people WHERE region = :region ORDER BY id LIMIT 2")
        assert statement.run(region="north") == [[1], [3]]
        assert statement.run(region="south") == [[2], [4]]
    finally:
        connection.close()


def test_asyncpg_reads_prepares_and_fetches_in_parts(standing: Any) -> None:
    async def asked() -> None:
        given = {"host": "127.0.0.1", "port": standing.server.port, "user": "olga", "password": standing.owner}
        connection = await asyncpg.connect(**given, database="hansa")
        try:
            row = await connection.fetchrow("SELECT id, joined FROM customer.people WHERE id = $1 AND name = $2", 3, "Name3")
            assert tuple(row) == (3, dt.date(2026, 1, 3))
            assert await connection.fetchval("SELECT sum(age) FROM customer.people") == Decimal(610)
            statement = await connection.prepare("SELECT id, name FROM customer.people WHERE id < $1")
            assert [p.name for p in statement.get_parameters()] == ["int8"]
            assert [(a.name, a.type.name) for a in statement.get_attributes()] == [("id", "int8"), ("name", "text")]
            assert len(await statement.fetch(5)) == 4
            async with connection.transaction():
                rows = connection.cursor("SELECT id FROM customer.people ORDER BY id", prefetch=7)
                assert [row["id"] async for row in rows] == list(range(1, 21))
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.fetch("SELECT * FROM sales.orders")
            await connection.execute("SET hansa.purpose = 'letters'")
            assert await connection.fetchval("SHOW hansa.purpose") == "letters"
        finally:
            await connection.close()

    asyncio.run(asked())
