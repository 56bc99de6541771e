"""The pages over a governed mesh, as browsers see them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from hansa.serving import Serving
from hansa.wiring import Workplace


class Parsed(HTMLParser):
    """A page as a list of its elements and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += f"{data} "

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def links(self) -> list[str]:
        return [str(a["href"]) for a in self.all("a") if a.get("href")]


@dataclass(frozen=True, slots=True)
class Browser:
    """Somebody's browser. It follows no redirect by itself, so that tests see them."""

    client: TestClient

    def get(self, path: str, **options: Any) -> httpx2.Response:
        response: httpx2.Response = self.client.get(path, follow_redirects=False, **options)
        return response

    def page(self, path: str) -> Parsed:
        response = self.get(path)
        assert response.status_code == 200, f"{path}: {response.status_code} {response.text[:300]}"
        return Parsed(response.text)

    def parsed(self, response: httpx2.Response) -> Parsed:
        return Parsed(response.text)

    def post(self, path: str, form: dict[str, Any], **options: Any) -> httpx2.Response:
        response: httpx2.Response = self.client.post(path, data=form, follow_redirects=False, **options)
        return response

    def sign_in(self, token: str, **form: str) -> httpx2.Response:
        fields = {str(f["name"]): str(f.get("value") or "") for f in self.page("/sign-in").all("input")}
        return self.post("/sign-in", {**fields, "token": token, **form})

    @property
    def csrf(self) -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', self.get("/").text)
        assert found is not None
        return found[1]


@dataclass(frozen=True, slots=True)
class Site:
    """The application over one mesh."""

    app: Any
    serving: Serving
    sessions: Any

    def browser(self, who: str = "") -> Browser:
        """A fresh browser; signed in as somebody unless nobody is named."""
        made = Browser(TestClient(self.app, base_url="http://hansa.example", raise_server_exceptions=False))
        if who:
            token, _ = self.serving.authenticator.issue_token(who)
            assert made.sign_in(token).status_code == 303
        return made


def site_over(root: Path, serving: Serving, login: Any = None, **more: Any) -> Site:
    """The application over one mesh; `more` is what else it stands on."""
    from hansa.server import Backing, InProcess, create_app
    from hansa.server.pages import Catalogue, Sessions, create_pages

    answering = serving.gateway()
    ledger = serving.workplace.ledger
    parts = (serving.authenticator, serving.decider, ledger, serving.mesh, answering, InProcess(answering), serving.clock)
    backing = Backing(*parts, **more)
    sessions = Sessions(ledger, serving.clock)
    catalogue = Catalogue.over(backing, root / "state", "grpc://127.0.0.1:8815")
    return Site(create_app(backing, create_pages(catalogue, sessions, login)), serving, sessions)


@pytest.fixture(scope="session")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Path], Site]]:
    """The application over a mesh in a folder."""
    from contextlib import ExitStack

    with ExitStack() as opened:

        def over(root: Path) -> Site:
            workplace = opened.enter_context(Workplace(root, {"PATH": "/usr/bin"}))
            serving = opened.enter_context(Serving.live(workplace))
            return site_over(tmp_path_factory.mktemp("state"), serving)

        yield over


@pytest.fixture(scope="session")
def site(governed_mesh: Path, sites: Callable[[Path], Site]) -> Site:
    return sites(governed_mesh)
