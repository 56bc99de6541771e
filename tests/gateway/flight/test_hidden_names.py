"""Over Flight SQL, what a reader may not discover is answered as what never was, asked or prepared, and is in no list."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from adbc_driver_flightsql import dbapi as driver

from hansa.access.identity import Authenticator
from hansa.backing import backing
from hansa.gateway.flight import FlightSqlServer
from hansa.wiring import Workplace, now

dbapi: Any = driver


@pytest.fixture(scope="module")
def connect(secretive_mesh: Path) -> Iterator[Any]:
    with Workplace(secretive_mesh, dict(os.environ)) as workplace:
        mesh = workplace.compiled.mesh
        people = Authenticator(lambda: mesh, workplace.ledger, None, now)
        tokens = {who: people.issue_token(who)[0] for who in ("carla", "nick")}
    behind = backing(secretive_mesh, dict(os.environ))
    server = FlightSqlServer(behind)

    def connected(who: str) -> Any:
        options = {"adbc.flight.sql.authorization_header": f"Bearer {tokens[who]}"}
        return dbapi.connect(f"grpc://127.0.0.1:{server.port}", options, autocommit=True)

    try:
        yield connected
    finally:
        server.drain(0)
        behind.close()


def told(connection: Any, sql: str, *, prepared: bool) -> str:
    with connection.cursor() as cursor:
        said = cursor.adbc_prepare if prepared else cursor.execute
        with pytest.raises(dbapi.Error) as refused:
            said(sql)
    return re.sub(r"\b[0-9a-f-]{20,}\b", "ID", str(refused.value))


@pytest.mark.parametrize("prepared", [False, True], ids=["asked", "prepared"])
@pytest.mark.parametrize(
    "rest", ["keys", "keys.keys_v1", "keys AT (VERSION => 1)", "keys AT (VERSION => 77)", "keys WHERE id = ?"]
)
def test_what_is_hidden_is_answered_as_what_never_was(connect: Any, rest: str, prepared: bool) -> None:
    with connect("nick") as connection:
        hidden, never = (told(connection, f"SELECT * FROM {name}.{rest}", prepared=prepared) for name in ("vault", "nihil"))
        close = told(connection, "SELECT * FROM vaul.keys", prepared=prepared)
    assert "H703" in hidden
    assert hidden.replace("vault", "nihil") == never
    assert "vault" not in close


def test_what_is_hidden_is_in_no_list(connect: Any) -> None:
    def listed(who: str) -> set[str]:
        with connect(who) as connection:
            return {c["catalog_name"] for c in connection.adbc_get_objects(depth="catalogs").read_all().to_pylist()}

    assert "vault" in listed("carla")
    assert "vault" not in listed("nick")
