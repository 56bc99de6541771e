"""The PostgreSQL wire over the real thing: a published mesh, identities, policies, the gateway, and the record of reads."""

import os
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from hansa.access.identity import Authenticator
from hansa.access.record.past import entries
from hansa.backing import backing
from hansa.gateway.postgres import Behind, Connections, PostgresServer
from hansa.ledger import UserKept
from hansa.model import ReadRecord, UserRecord
from hansa.wiring import Workplace, now


@dataclass
class Standing:
    """A served mesh: the tokens of an owner and of a stranger."""

    root: Path
    server: PostgresServer
    owner: str
    stranger: str

    def connect(self, user: str = "olga", **options: Any) -> "psycopg.Connection[Any]":
        password = self.owner if user == "olga" else self.stranger
        given = {"host": "127.0.0.1", "port": self.server.port, "user": user, "password": password, "dbname": "hansa", **options}
        return psycopg.connect(autocommit=given.pop("autocommit", True), **given)

    def recorded(self) -> list[ReadRecord]:
        with Workplace(self.root, dict(os.environ)) as workplace:
            return [e.record for e in entries(workplace.ledger)]


@contextmanager
def serving(mesh: Path, connections: Connections | None = None, tls: ssl.SSLContext | None = None) -> Iterator[Standing]:
    with Workplace(mesh, dict(os.environ)) as workplace:
        compiled = workplace.compiled.mesh
        owner = next(d.owner for d in compiled.domains if str(d.name) == "customer")
        workplace.ledger.apply((UserKept(UserRecord("olga", teams=(owner,))), UserKept(UserRecord("stefan"))))
        people = Authenticator(lambda: compiled, workplace.ledger, None, now)
        tokens = [people.issue_token(name)[0] for name in ("olga", "stefan")]
    behind = backing(mesh, dict(os.environ))
    wire = Behind(behind.answering, behind.postgres or behind.authenticate, behind.shown)
    server = PostgresServer(wire, connections=connections, tls=tls)
    try:
        yield Standing(mesh, server, *tokens)
    finally:
        server.drain(0)
        behind.close()


@pytest.fixture(scope="module")
def standing(mesh: Path) -> Iterator[Standing]:
    with serving(mesh) as it:
        yield it


@pytest.fixture
def serve(mesh: Path) -> Callable[..., Any]:
    """Serves with other settings, within a `with`."""
    return lambda **settings: serving(mesh, **settings)
