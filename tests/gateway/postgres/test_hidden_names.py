"""Over the PostgreSQL wire, what a reader may not discover is answered as what never was, and is in no list."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from hansa.access.identity import Authenticator
from hansa.backing import backing
from hansa.gateway.postgres import Behind, PostgresServer
from hansa.wiring import Workplace, now


@pytest.fixture(scope="module")
def connect(secretive_mesh: Path) -> Iterator[Any]:
    with Workplace(secretive_mesh, dict(os.environ)) as workplace:
        mesh = workplace.compiled.mesh
        people = Authenticator(lambda: mesh, workplace.ledger, None, now)
        tokens = {who: people.issue_token(who)[0] for who in ("carla", "nick")}
    behind = backing(secretive_mesh, dict(os.environ))
    server = PostgresServer(Behind(behind.answering, behind.authenticate, behind.shown))

    def connected(who: str) -> Any:
        given: dict[str, Any] = {
            "host": "127.0.0.1",
            "port": server.port,
            "user": who,
            "password": tokens[who],
            "dbname": "hansa",
        }
        return psycopg.connect(**given, autocommit=True)

    try:
        yield connected
    finally:
        server.drain(0)
        behind.close()


def told(connection: Any, sql: str, *parameters: object) -> str:
    with pytest.raises(psycopg.Error) as refused:
        connection.execute(sql, parameters or None, prepare=bool(parameters))
    said = refused.value.diag
    parts = (said.sqlstate, said.message_primary, said.message_detail, said.message_hint, said.source_function)
    return re.sub(r"\b[0-9a-f-]{20,}\b", "ID", str(parts))


@pytest.mark.parametrize("rest", ["keys", "keys.keys_v1", "keys AT (VERSION => 1)", "keys AT (VERSION => 77)"])
def test_what_is_hidden_is_answered_as_what_never_was(connect: Any, rest: str) -> None:
    with connect("nick") as connection:
        hidden, never = (told(connection, f"SELECT * FROM {name}.{rest}") for name in ("vault", "nihil"))
        prepared = told(connection, f"SELECT * FROM vault.{rest} WHERE id = %s", 1)
        close = told(connection, "SELECT * FROM vaul.keys")
    assert "H703" in hidden
    assert hidden.replace("vault", "nihil") == never
    assert prepared.replace("vault", "nihil") == never
    assert "vault" not in close


def test_a_name_with_a_dot_in_it_hides_what_its_parts_hide(connect: Any) -> None:
    with connect("nick") as connection:
        said = told(connection, 'SELECT * FROM "vault.keys"'), told(connection, 'SELECT * FROM "nihil.keys"')
        assert said[0].replace("vault", "nihil") == said[1]
        assert told(connection, 'SELECT * FROM vault."keys.keys"').replace("vault", "nihil") == told(
            connection, 'SELECT * FROM nihil."keys.keys"'
        )


LISTS = (
    "SELECT nspname FROM pg_namespace",
    "SELECT relname, n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace",
    "SELECT attname FROM pg_attribute",
    "SELECT * FROM information_schema.schemata",
    "SELECT * FROM information_schema.tables",
    "SELECT * FROM information_schema.columns",
    "SELECT * FROM information_schema.key_column_usage",
    "SELECT * FROM pg_tables",
)


def test_it_is_in_no_list_and_those_who_may_know_find_it(connect: Any) -> None:
    with connect("nick") as outside, connect("carla") as inside:
        for text in LISTS:
            assert "vault" not in str(outside.execute(text).fetchall()), text
        assert any("vault" in str(inside.execute(text).fetchall()) for text in LISTS)
        assert "vault" not in told(outside, "SELECT 'vault.keys'::regclass").replace("`vault.keys`", "")
        assert outside.execute("SELECT to_regclass('vault.keys')").fetchall() == [(None,)]
