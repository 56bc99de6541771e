"""The server for agents over the governed mesh, listening as it does in `hansa serve`, and the SDK's own client."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from hansa.serving import Serving
from hansa.wiring import Workplace

FOR_LETTERS = {"X-Hansa-Consumer": "campaign", "X-Hansa-Purpose": "letters"}


@dataclass(frozen=True, slots=True)
class Listening:
    """An application that listens. `mia` reads for the campaign, `carla` for her own team, `nick` for nobody."""

    url: str
    serving: Serving
    agents: Any
    token: Callable[[str], str]

    @asynccontextmanager
    async def client(self, who: str, mode: str = "auto", **headers: str) -> AsyncIterator[Client]:
        told = {"Authorization": f"Bearer {self.token(who)}", **headers}
        async with (
            httpx2.AsyncClient(headers=told, timeout=60) as http,
            Client(streamable_http_client(f"{self.url}/mcp", http_client=http), mode=mode) as client,
        ):
            yield client

    def post(self, body: Any, **headers: str) -> httpx2.Response:
        accepted = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
        return httpx2.post(f"{self.url}/mcp", json=body, headers={**accepted, **headers}, timeout=30)


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 60))


@pytest.fixture
def carried_out() -> Callable[[Coroutine[Any, Any, None]], None]:
    return run


@pytest.fixture(scope="session")
def listening_over(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Listening]]:
    """Lets the application listen over the mesh of a folder; all of them end together. `around` stands before the agents."""

    with ExitStack() as opened:

        def over(root: Path, **options: Any) -> Listening:
            workplace = opened.enter_context(Workplace(root, {"PATH": "/usr/bin"}))
            serving = opened.enter_context(Serving.live(workplace))
            return opened.enter_context(_listening(serving, tmp_path_factory.mktemp("state"), **options))

        yield over


@pytest.fixture(scope="session")
def listening(governed_mesh: Path, listening_over: Callable[..., Listening]) -> Listening:
    return listening_over(governed_mesh)


@contextmanager
def _listening(serving: Serving, state: Path, **options: Any) -> Iterator[Listening]:
    from hansa.server import Backing, InProcess, create_app
    from hansa.server.agents import Agents
    from hansa.server.catalogue import Catalogue

    answering, ledger = serving.gateway(), serving.workplace.ledger
    backing = Backing(
        serving.authenticator, serving.decider, ledger, serving.mesh, answering, InProcess(answering), serving.clock
    )
    around = options.pop("around", lambda app: app)
    agents = Agents(Catalogue.over(backing, state), options.pop("oidc", None), **options)
    tokens: dict[str, str] = {}

    def token(who: str) -> str:
        if who not in tokens:
            tokens[who], _ = serving.authenticator.issue_token(who)
        return tokens[who]

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(backing, agents=around(agents)),
            port=port,
            lifespan="off",
            log_level="warning",
            timeout_graceful_shutdown=2,
        )
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.02)
    try:
        yield Listening(f"http://127.0.0.1:{port}", serving, agents, token)
    finally:
        server.should_exit = True
        thread.join(10)
