"""The corpus of attacks over the PostgreSQL wire: what is hidden stays hidden in rows, errors, notices and catalogue."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.bad_day.hostile_sql.conftest import LIMITS, MARK
from tests.bad_day.hostile_sql.test_hostile_sql import ALL, Statement

from hansa.gateway.discovering import Discovery
from hansa.gateway.postgres import Behind, PostgresServer
from hansa.model import Principal
from hansa.serving import Serving
from hansa.wiring import Workplace

TOKEN = "a-token-of-mallory"
OTHERWISE = frozenset({"several", "catalogue"})
"""Here several statements may be sent at once, and a catalogue of its own answers some."""

OF_THE_SESSION = frozenset({"BEGIN", "COMMIT", "ROLLBACK", "RESET ALL"})
"""Commands that change nothing but what the client is told of its session."""


@pytest.fixture(scope="module")
def wire(clinic_mesh: Path) -> Iterator["psycopg.Connection[Any]"]:
    with Workplace(clinic_mesh, {}) as workplace, Serving(workplace) as serving:
        gateway = serving.gateway(LIMITS)

        def authenticate(credential: str, origin: str) -> Principal:
            assert credential == TOKEN
            return serving.reader("mallory").principal

        shown = Discovery(serving.mesh, workplace.ledger, serving.decider, gateway, serving.clock)
        server = PostgresServer(Behind(gateway, authenticate, shown))
        try:
            with psycopg.connect(
                host="127.0.0.1", port=server.port, user="mallory", password=TOKEN, dbname="study/research", autocommit=True
            ) as connection:
                yield connection
        finally:
            server.drain(0)


def heard(connection: "psycopg.Connection[Any]", text: str) -> tuple[bool, str]:
    """Whether a statement was refused, and all that came of it."""
    told: list[str] = []

    def hear(notice: Any) -> None:
        told.append(str(notice.message_primary))

    connection.add_notice_handler(hear)
    try:
        cursor = connection.execute(text.encode())
        rows = cursor.fetchall() if cursor.description else []
        return False, f"{cursor.description}\n{rows}\n{told}"
    except psycopg.Error as wrong:
        said = wrong.diag
        return True, f"{wrong}\n{said.message_detail}\n{said.message_hint}\n{said.sqlstate}\n{told}"
    finally:
        connection.remove_notice_handler(hear)


def unexpected(statement: Statement, *, refused: bool, text: str) -> Iterator[str]:
    if leaked := set(MARK.findall(text)) - set(MARK.findall(statement.text)):
        yield f"{statement} leaks {leaked}: {statement.text}\n    {text[:300]}"
    if "XX000" in text:
        yield f"{statement} was not foreseen: {statement.text}\n    {text[:300]}"
    if statement.category in OTHERWISE or statement.expected == "either" or statement.text in OF_THE_SESSION:
        return
    if refused != (statement.expected == "refused"):
        yield f"{statement} was {'refused' if refused else 'answered'}: {statement.text}\n    {text[:300]}"


@pytest.mark.parametrize("category", sorted({s.category for s in ALL} - {"bombs"}))
def test_what_is_hidden_stays_hidden_over_this_wire_too(wire: "psycopg.Connection[Any]", category: str) -> None:
    wrong: list[str] = []
    for statement in (s for s in ALL if s.category == category and "\0" not in s.text):
        refused, text = heard(wire, statement.text)
        wrong += unexpected(statement, refused=refused, text=text)
    assert not wrong, "\n".join(wrong)
