"""Over HTTP, what a reader may not discover is answered as what never was: the same status, document and suggestions."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from hansa.serving import Serving
from hansa.wiring import Workplace

Ask = Callable[..., tuple[int, str]]
MIA = {"X-Hansa-Consumer": "campaign", "X-Hansa-Purpose": "letters"}


@pytest.fixture(scope="module")
def ask(secretive_mesh: Path) -> Iterator[Ask]:
    """What somebody is answered, without what tells one answer from the other."""
    from hansa.server import Backing, InProcess, create_app

    with Workplace(secretive_mesh, {"PATH": "/usr/bin"}) as workplace, Serving.live(workplace) as serving:
        people, answering = serving.authenticator, serving.gateway()
        app = create_app(
            Backing(people, serving.decider, workplace.ledger, serving.mesh, answering, InProcess(answering), serving.clock)
        )
        tokens = {who: people.issue_token(who)[0] for who in ("mia", "nick", "carla")}
        with TestClient(app, raise_server_exceptions=False) as client:

            def asked(method: str, path: str, who: str = "mia", body: Any = None) -> tuple[int, str]:
                headers = {"Authorization": f"Bearer {tokens[who]}", **(MIA if who == "mia" else {})}
                response = client.request(method, path, json=body, headers=headers)
                found = response.json()
                if isinstance(found, dict):
                    found.pop("requestId", None)
                return response.status_code, json.dumps(found)

            yield asked


@pytest.mark.parametrize("who", ["mia", "nick"])
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/v1/query", {"sql": "SELECT * FROM {}.keys"}),
        ("POST", "/api/v1/query", {"sql": "SELECT * FROM {}.keys.keys_v1 AT (VERSION => 9)"}),
        ("POST", "/api/v1/query", {"sql": "SELECT * FROM {}.key"}),
        ("GET", "/api/v1/ports/{}.keys", None),
        ("GET", "/api/v1/ports/{}.keys.keys@1", None),
        ("GET", "/api/v1/ports/{}.keys.keys/data", None),
        ("POST", "/api/v1/access/requests", {"port": "{}.keys", "consumer": "campaign", "purpose": "letters", "reason": "r"}),
        ("POST", "/api/v1/access/requests", {"port": "{}.keys.kees", "consumer": "campaign", "reason": "r"}),
        ("POST", "/api/v1/access/requests", {"port": "customer.profiles", "consumer": "{}.keys", "reason": "r"}),
        ("POST", "/api/v1/access/requests", {"port": "customer.profiles", "consumer": "{}.kees", "reason": "r"}),
    ],
)
def test_what_is_hidden_is_answered_as_what_never_was(ask: Ask, who: str, method: str, path: str, body: Any) -> None:
    def told(name: str) -> tuple[int, str]:
        said = {k: v.format(name) for k, v in body.items()} if body is not None else None
        return ask(method, path.format(name), who, said)

    (status, hidden), never = told("vault"), told("nihil")
    assert status >= 400
    assert (status, hidden.replace("vault", "nihil")) == never


def test_nothing_hidden_is_suggested(ask: Ask) -> None:
    asked = {"consumer": "campaign", "purpose": "letters", "reason": "r"}
    for path, body in (
        ("/api/v1/query", {"sql": "SELECT * FROM vaul.keys"}),
        ("/api/v1/access/requests", {**asked, "port": "vaul.keys"}),
        ("/api/v1/access/requests", {**asked, "port": "customer.profiles", "consumer": "vaul.keys"}),
    ):
        assert "vault.keys" not in ask("POST", path, "nick", body)[1]
        assert "vault.keys" in ask("POST", path, "carla", body)[1]
