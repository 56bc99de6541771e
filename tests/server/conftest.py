"""The HTTP application over a governed mesh, with the gateway in this process."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient
from tests.copied import copy_mesh

from hansa.serving import Serving
from hansa.wiring import Workplace

MIA = {"X-Hansa-Consumer": "campaign", "X-Hansa-Purpose": "letters"}


@dataclass(frozen=True, slots=True)
class Api:
    """A client of the application. `mia` reads for the campaign, `carla` for her own team, `nick` for nobody."""

    client: TestClient
    token: Callable[[str], str]
    serving: Serving

    def ask(self, method: str, path: str, who: str = "mia", **options: Any) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self.token(who)}", **(MIA if who == "mia" else {}), **options.pop("headers", {})}
        response: httpx2.Response = self.client.request(method, path, headers=headers, **options)
        return response

    def query(self, sql: str, who: str = "mia", headers: dict[str, str] | None = None, **body: object) -> httpx2.Response:
        return self.ask("POST", "/api/v1/query", who, json={"sql": sql, **body}, headers=headers or {})


def application(serving: Serving) -> Any:
    from hansa.server import Backing, InProcess, create_app

    answering, ledger = serving.gateway(), serving.workplace.ledger
    parts = (serving.authenticator, serving.decider, ledger, serving.mesh, answering, InProcess(answering))
    return create_app(Backing(*parts, serving.clock))


@pytest.fixture
def house(unagreed_mesh: Path, tmp_path: Path) -> Iterator[Serving]:
    """A mesh of one test's own, in which nothing is agreed."""
    root = tmp_path / "mesh"
    copy_mesh(unagreed_mesh, root)
    with Workplace(root, {"PATH": "/usr/bin"}) as workplace, Serving.live(workplace) as serving:
        yield serving


@pytest.fixture(scope="session")
def api(governed_mesh: Path) -> Iterator[Api]:
    with Workplace(governed_mesh, {"PATH": "/usr/bin"}) as workplace, Serving.live(workplace) as serving:
        tokens: dict[str, str] = {}

        def token(who: str) -> str:
            if who not in tokens:
                tokens[who], _ = serving.authenticator.issue_token(who)
            return tokens[who]

        with TestClient(application(serving), raise_server_exceptions=False) as client:
            yield Api(client, token, serving)
