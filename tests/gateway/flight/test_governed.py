"""Flight SQL over the real thing: a published mesh, identities and policies of its own, the gateway, and the record of reads."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.flight as fl
import pytest
from adbc_driver_flightsql import dbapi as driver

import hansa
from hansa.access.identity import Authenticator
from hansa.access.record.past import entries
from hansa.backing import backing
from hansa.gateway.flight import FlightSqlServer
from hansa.gateway.flight.messages import StatementQuery, wrapped
from hansa.ledger import UserKept
from hansa.model import ReadOutcome, UserRecord
from hansa.trouble import TroubleError
from hansa.wiring import Workplace, now

dbapi: Any = driver


@dataclass
class Standing:
    """A served mesh: the tokens of an owner and of a stranger."""

    root: Path
    port: int
    owner: str
    stranger: str

    def connect(self, token: str) -> Any:
        options = {"adbc.flight.sql.authorization_header": f"Bearer {token}"}
        return dbapi.connect(f"grpc://127.0.0.1:{self.port}", options, autocommit=True)

    def recorded(self) -> list[tuple[str, ReadOutcome]]:
        with Workplace(self.root, dict(os.environ)) as workplace:
            return [(e.record.principal, e.record.outcome) for e in entries(workplace.ledger)]


@pytest.fixture(scope="module")
def standing(mesh: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with Workplace(mesh, dict(os.environ)) as workplace:
        compiled = workplace.compiled.mesh
        owner = next(d.owner for d in compiled.domains if str(d.name) == "customer")
        workplace.ledger.apply((UserKept(UserRecord("olga", teams=(owner,))), UserKept(UserRecord("stefan"))))
        people = Authenticator(lambda: compiled, workplace.ledger, None, now)
        tokens = [people.issue_token(name)[0] for name in ("olga", "stefan")]
    behind = backing(mesh, dict(os.environ))
    server = FlightSqlServer(behind)
    try:
        yield Standing(mesh, server.port, *tokens)
    finally:
        server.drain(0)
        behind.close()


def test_the_owner_reads_by_the_names_that_tools_write(standing: Standing) -> None:
    with standing.connect(standing.owner) as connection, connection.cursor() as cursor:
        for name in ("customer.people", "customer.people.people", '"customer"."people"."people"'):
            cursor.execute(f"SELECT count(*) FROM {name}")
            assert cursor.fetchall() == [(20,)]
        cursor.execute("SELECT name FROM customer.people WHERE id = ? AND region = ?", (3, "north"))
        assert cursor.fetchall() == [("Name3",)]
        cursor.execute("SELECT ? AS given", (7,))
        assert cursor.fetchall() == [(7,)]


def test_what_is_discovered_is_what_can_be_read(standing: Standing) -> None:
    with standing.connect(standing.owner) as connection:
        catalogs = connection.adbc_get_objects(depth="all", catalog_filter="customer").read_all().to_pylist()
        (schema,) = catalogs[0]["catalog_db_schemas"]
        tables = {t["table_name"]: [c["column_name"] for c in t["table_columns"]] for t in schema["db_schema_tables"]}
        assert set(tables) == {"people", "people_v1"}
        assert tables["people"] == ["id", "name", "email", "age", "region", "joined"]
        with connection.cursor() as cursor:
            for name in tables:
                cursor.execute(f'SELECT * FROM "customer"."people"."{name}"')
                assert cursor.fetch_arrow_table().column_names == tables[name]


def test_a_stranger_finds_the_product_and_none_of_its_columns(standing: Standing) -> None:
    with standing.connect(standing.stranger) as connection:
        schema = connection.adbc_get_table_schema("people", catalog_filter="customer", db_schema_filter="people")
        assert len(schema) == 0


def test_a_refusal_is_told_with_its_mend_and_on_record(standing: Standing) -> None:
    before = standing.recorded().count(("stefan", ReadOutcome.REFUSED))
    with standing.connect(standing.stranger) as connection, connection.cursor() as cursor:
        with pytest.raises(dbapi.Error, match=r"(?s)H7\d\d.*mend:") as refused:
            cursor.execute("SELECT * FROM customer.people")
        assert "Name3" not in str(refused.value)
        assert "Traceback" not in str(refused.value)
    assert standing.recorded().count(("stefan", ReadOutcome.REFUSED)) == before + 1


def test_hostile_sql_reads_nothing_outside(standing: Standing) -> None:
    with standing.connect(standing.owner) as connection, connection.cursor() as cursor:
        for text in ("SELECT * FROM read_csv('/etc/passwd')", "COPY (SELECT 1) TO '/tmp/x'", "ATTACH 'x'", "SELECT 1; SELECT 2"):
            with pytest.raises(dbapi.Error, match=r"H7\d\d"):
                cursor.execute(text)


def test_a_read_is_on_record_when_its_rows_are_there(standing: Standing) -> None:
    before = standing.recorded().count(("olga", ReadOutcome.BEGUN))
    with standing.connect(standing.owner) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT * FROM customer.people")
        cursor.fetchall()
        assert standing.recorded().count(("olga", ReadOutcome.BEGUN)) == before + 1


def test_what_the_reader_should_know_and_the_name_on_record_come_with_the_flight_info(standing: Standing) -> None:
    headers = [(b"authorization", f"Bearer {standing.owner}".encode())]
    with fl.connect(f"grpc://127.0.0.1:{standing.port}") as client:
        options = fl.FlightCallOptions(headers=headers)
        command = wrapped("CommandStatementQuery", StatementQuery("SELECT id FROM customer.people.people_v1 LIMIT 1"))
        info = client.get_flight_info(fl.FlightDescriptor.for_command(command), options)
        said = json.loads(info.app_metadata)
        assert said["notices"] == ["customer.people.people@1 is not the newest: customer.people.people is at major 2"]
        client.do_get(info.endpoints[0].ticket, options).read_all()
    with Workplace(standing.root, dict(os.environ)) as workplace:
        assert said["query"] in {e.record.query for e in entries(workplace.ledger)}


def test_names_of_values_are_not_passed_over(standing: Standing) -> None:
    with hansa.connect(f"grpc://127.0.0.1:{standing.port}", token=standing.owner, environ={}) as connection:
        assert connection.query("SELECT $a AS a, $b AS b", {"b": 2, "a": 1}).arrow().to_pylist() == [{"a": 1, "b": 2}]
        for values in ({"c": 1, "d": 2}, {"a": 1}, {"a": 1, "b": 2, "c": 3}):
            with pytest.raises(TroubleError, match="H735"):
                connection.query("SELECT $a AS a, $b AS b", values)
        with pytest.raises(TroubleError, match="H716"):
            connection.query("SELECT ? AS a", [[1, "x"]])
        assert connection.query("SELECT ? AS a", [2**70]).arrow().to_pylist() == [{"a": 2**70}]


def test_a_claim_that_no_header_can_hold_is_told(standing: Standing) -> None:
    for claim in ("wahl\nkampf", "büro", "x" * 20_000):
        with (
            hansa.connect(f"grpc://127.0.0.1:{standing.port}", token=standing.owner, consumer=claim, environ={}) as connection,
            pytest.raises(TroubleError, match="H740"),
        ):
            connection.query("SELECT 1")
