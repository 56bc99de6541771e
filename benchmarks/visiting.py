"""Somebody who looks at pages: the application with its session, decisions, ledger and templates, called without a socket."""

import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from httpx2 import AsyncClient, Response

    from hansa.gateway.asking import Answering
    from hansa.model import Mesh, Principal

VISITOR = "analyst"


@dataclass(frozen=True, slots=True)
class Looked:
    """How long each showing of a page took, the first one apart, on the clock and on the processors; and its bytes."""

    first: float
    seconds: tuple[float, ...]
    processor: tuple[float, ...]
    size: int
    text: str


@dataclass(frozen=True, slots=True)
class Visitor:
    """A browser in which somebody is signed in; who that is, and the gateway that answers their queries."""

    client: "AsyncClient"
    principal: "Principal"
    gateway: "Answering"

    async def look(self, path: str, times: int) -> Looked:
        """Look at a page, once and then `times` again."""
        shown = [await self._showing(path) for _ in range(times + 1)]
        response, again = shown[-1][0], shown[1:]
        return Looked(
            shown[0][1], tuple(s for _, s, _ in again), tuple(p for _, _, p in again), len(response.content), response.text
        )

    async def _showing(self, path: str) -> "tuple[Response, float, float]":
        started, used = time.perf_counter(), time.process_time()
        response = (await self.client.get(path)).raise_for_status()
        return response, time.perf_counter() - started, time.process_time() - used


@contextlib.asynccontextmanager
async def visiting(folder: Path, mesh: "Mesh | None" = None, teams: tuple[str, ...] = ()) -> AsyncIterator[Visitor]:
    """Somebody of these teams, over the mesh of a folder; `mesh` is shown in place of that, with its ledger."""
    import httpx2

    from hansa.access.identity import UserChange, add_user
    from hansa.server import Backing, InProcess, create_app
    from hansa.server.pages import Catalogue, Sessions, create_pages
    from hansa.serving import Serving
    from hansa.wiring import Workplace

    with (
        Workplace(folder, {}) as workplace,
        Serving.live(workplace) if mesh is None else Serving(workplace, lambda: mesh) as serving,
    ):
        ledger, gateway = workplace.ledger, serving.gateway()
        if not any(u.name == VISITOR for u in ledger.users()):
            add_user(ledger, serving.mesh(), VISITOR, UserChange(teams=teams), now=serving.clock())
        token, _ = serving.authenticator.issue_token(VISITOR)
        backing = Backing(
            serving.authenticator, serving.decider, ledger, serving.mesh, gateway, InProcess(gateway), serving.clock
        )
        sessions = Sessions(ledger, serving.clock)
        app = create_app(backing, create_pages(Catalogue.over(backing, workplace.state), sessions))
        transport, cookies = httpx2.ASGITransport(app), {"hansa_session": sessions.open(serving.authenticator.basis(token))}
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost", cookies=cookies) as client:
            yield Visitor(client, serving.authenticator.user(VISITOR), gateway)
