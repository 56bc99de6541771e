"""The page that queries as it is served: over a socket, with the gateway behind Flight SQL, and in a browser."""

import dataclasses
import http.client
import re
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import uvicorn

ENDLESS = "SELECT count(*) FROM range(100000000000) a, range(100) b"
FLOWING = "SELECT range AS n, repeat('x', 200) AS text FROM range(50000000)"
CHROMIUM = shutil.which("chromium") or ""


@pytest.fixture(scope="module")
def flown(governed_mesh: Path, site: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The site whose queries go to a gateway behind Flight SQL, as `hansa serve` has it."""
    from hansa.backing import backing
    from hansa.client import FlightWay
    from hansa.gateway.flight import FlightSqlServer
    from hansa.server import Backing, OverFlight, create_app
    from hansa.server.pages import Catalogue, create_pages

    behind = backing(governed_mesh, {"PATH": "/usr/bin"})
    server = FlightSqlServer(behind)
    way = FlightWay(f"grpc://127.0.0.1:{server.port}")
    serving = site.serving
    over = Backing(
        serving.authenticator,
        serving.decider,
        serving.workplace.ledger,
        serving.mesh,
        behind.answering,
        OverFlight(way),
        serving.clock,
    )
    catalogue = Catalogue.over(over, tmp_path_factory.mktemp("flown"))
    try:
        yield dataclasses.replace(site, app=create_app(over, create_pages(catalogue, site.sessions)))
    finally:
        way.close()
        server.drain(0)
        behind.close()


@pytest.fixture(scope="module")
def address(flown: Any) -> Iterator[tuple[str, int]]:
    """Where the site listens."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(flown.app, lifespan="off", log_level="warning", timeout_graceful_shutdown=2))
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    yield listening.getsockname()
    server.should_exit = True
    thread.join(10)


def outcome(site: Any, words: str) -> str:
    """What became of the latest query of pages whose statement has some words, once it ended."""
    deadline = time.monotonic() + 10
    while True:
        log = site.serving.workplace.ledger.audit_log(limit=50, newest=True)
        found = [str(e.record.outcome) for e in log if e.record.way == "pages" and words in e.record.statement]
        if (found and found[0] != "begun") or time.monotonic() > deadline:
            return found[0] if found else "nothing"
        time.sleep(0.05)


class Page:
    """A browser that is no more than a connection, which can be closed at any time."""

    def __init__(self, site: Any, address: tuple[str, int], who: str) -> None:
        token, _ = site.serving.authenticator.issue_token(who)
        self.address, self.cookie = address, ""
        fields = dict(re.findall(r'<input[^>]*name="(\w+)"[^>]*value="([^"]*)"', self.get("/sign-in")))
        answer = self.send("/sign-in", {**fields, "token": token})
        assert answer.status == 303, answer.read()
        self.keep(answer)
        found = re.search(r'name="csrf" value="([^"]+)"', self.get("/query"))
        assert found is not None
        self.csrf = found[1]

    def keep(self, answer: http.client.HTTPResponse) -> None:
        for cookie in answer.headers.get_all("set-cookie") or ():
            self.cookie = "; ".join(filter(None, (self.cookie, cookie.partition(";")[0])))

    def get(self, path: str) -> str:
        connection = http.client.HTTPConnection(*self.address, timeout=20)
        connection.request("GET", path, headers={"Cookie": self.cookie})
        answer = connection.getresponse()
        self.keep(answer)
        return answer.read().decode()

    def send(self, path: str, form: dict[str, str]) -> http.client.HTTPResponse:
        self.connection = http.client.HTTPConnection(*self.address, timeout=20)
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        self.connection.request("POST", path, urlencode(form), headers)
        return self.connection.getresponse()

    def begin(self, sql: str, path: str = "/query/rows", reading: str = "campaign|letters") -> socket.socket:
        """Ask, and do not wait for the answer."""
        body = urlencode({"csrf": self.csrf, "sql": sql, "for": reading}).encode()
        made = socket.create_connection(self.address)
        head = f"POST {path} HTTP/1.1\r\nHost: {self.address[0]}:{self.address[1]}\r\nCookie: {self.cookie}\r\n"
        kind = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        made.sendall((head + kind).encode() + body)
        return made


@pytest.mark.parametrize("path", ["/query/rows", "/query", "/query/download"])
def test_whoever_goes_away_ends_the_query_at_the_gateway(path: str, flown: Any, address: tuple[str, int]) -> None:
    page = Page(flown, address, "mia")
    gone = page.begin(ENDLESS, path)
    time.sleep(1)
    gone.close()
    assert outcome(flown, "range") == "cancelled"
    answer = page.send("/query/rows", {"csrf": page.csrf, "sql": "SELECT 1 AS still_there", "for": "campaign|letters"})
    assert b'[["1"]]' in answer.read()


def test_rows_come_before_the_query_ends_and_wait_for_a_slow_browser(flown: Any, address: tuple[str, int]) -> None:
    page = Page(flown, address, "mia")
    slow = page.begin(FLOWING)
    slow.settimeout(10)
    first = b""
    while b'"columns"' not in first:
        first += slow.recv(1_000)
    time.sleep(1)  # nobody reads meanwhile
    log = flown.serving.workplace.ledger.audit_log(limit=5, newest=True)
    assert next(str(e.record.outcome) for e in log if "repeat" in e.record.statement) == "begun"
    slow.close()
    assert outcome(flown, "repeat") == "cancelled"


def test_one_session_cannot_stop_what_another_runs(flown: Any, address: tuple[str, int]) -> None:
    mia, carla = Page(flown, address, "mia"), Page(flown, address, "carla")
    other = carla.begin(ENDLESS, reading="|")
    mine = mia.send("/query/rows", {"csrf": mia.csrf, "sql": "SELECT range AS mine FROM range(30000)", "for": "campaign|letters"})
    mine.read(1000)
    other.close()
    assert b'{"rows":30000,"more":""}' in mine.read()
    for path in ("/query/cancel", "/query/stop"):
        assert mia.send(path, {"csrf": mia.csrf}).status in (404, 405)


def test_masks_and_their_reasons_come_from_a_gateway_elsewhere_too(flown: Any) -> None:
    mia = flown.browser("mia")
    answer = mia.post(
        "/query/rows", {"csrf": mia.csrf, "sql": "SELECT name FROM customer.profiles LIMIT 1", "for": "campaign|letters"}
    )
    assert '"masks":[{"port":"customer.profiles.profiles@1","column":"name","mask":"show-first-4"}]' in answer.text
    assert outcome(flown, "LIMIT") == "done"


def test_a_gateway_that_is_gone_is_told_and_nothing_is_lost(site: Any, tmp_path: Path) -> None:
    from hansa.client import FlightWay
    from hansa.server import Backing, OverFlight, create_app
    from hansa.server.pages import Catalogue, create_pages

    with socket.create_server(("127.0.0.1", 0)) as free:
        nobody = free.getsockname()[1]
    serving, way = site.serving, FlightWay(f"grpc://127.0.0.1:{nobody}")
    answering = serving.gateway()
    over = Backing(
        serving.authenticator,
        serving.decider,
        serving.workplace.ledger,
        serving.mesh,
        answering,
        OverFlight(way),
        serving.clock,
    )
    app = create_app(over, create_pages(Catalogue.over(over, tmp_path), site.sessions))
    mia = dataclasses.replace(site, app=app).browser("mia")
    form = {"csrf": mia.csrf, "sql": "SELECT 1 AS kept", "for": "campaign|letters"}
    shown = mia.post("/query", form)
    assert (shown.status_code, "H952" in shown.text, "SELECT 1 AS kept" in shown.text) == (502, True, True)
    assert mia.post("/query/rows", form).json()["code"] == "H952"
    way.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if not CHROMIUM:
        pytest.skip("there is no Chromium")
    options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=options)
        yield browser
        browser.close()


@pytest.fixture
def tab(chromium: Any, flown: Any, address: tuple[str, int]) -> Iterator[Callable[[str], Any]]:
    """A tab of somebody who is signed in; what its scripts complain about fails the test."""
    context = chromium.new_context(base_url=f"http://{address[0]}:{address[1]}")
    wrong: list[str] = []

    def opened(who: str) -> Any:
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: wrong.append(f"a dialog: {dialog.message}"))
        token, _ = flown.serving.authenticator.issue_token(who)
        page.goto("/sign-in")
        page.fill("input[name=token]", token)
        page.click("main button, form .button")
        return page

    yield opened
    context.close()
    assert wrong == []


@pytest.mark.slow
def test_a_person_writes_runs_and_reads_with_the_keyboard(tab: Callable[[str], Any], flown: Any) -> None:
    page = tab("mia")
    page.goto("/query?for=campaign%7Cletters")
    page.wait_for_selector("[data-ports] summary")
    page.focus("#sql")
    page.keyboard.type("SELECT i")
    page.wait_for_timeout(50)
    page.keyboard.press("Escape")
    page.keyboard.press("Control+A")
    page.keyboard.type("SELECT id, name FROM customer.pro")
    page.wait_for_selector("#suggestions [role=option]")
    page.keyboard.press("Tab")
    assert page.input_value("#sql") == "SELECT id, name FROM customer.profiles"
    page.keyboard.type(" p WHERE p.na")
    page.wait_for_selector("#suggestions [role=option]")
    page.keyboard.press("ArrowDown")
    assert page.get_attribute("#sql", "aria-activedescendant") == "suggestion-0"
    page.keyboard.press("Enter")
    page.keyboard.type(" <> ''")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("[data-result][aria-busy=false] .grid td")
    assert page.inner_text("[data-query-said]").startswith("2\u202f500 rows")
    assert page.locator(".grid tbody tr").count() < 100
    assert "q=SELECT" in page.url
    page.focus(".grid table")
    page.keyboard.press("Control+End")
    page.wait_for_selector("#cell-2499-1.here")
    page.keyboard.press("Enter")
    assert page.inner_text("dialog pre").startswith("Zoë x")
    page.keyboard.press("Escape")
    assert page.locator("[data-told] a").get_attribute("href").startswith("/access/explain?port=")
    assert page.locator("[data-history] li").count() == 1
    page.reload()
    assert page.inner_text("[data-rows]").startswith("Nothing was run yet")
    assert page.locator("[data-history] li").count() == 1


@pytest.mark.slow
def test_a_person_cancels_draws_and_meets_hostile_values(tab: Callable[[str], Any], flown: Any) -> None:
    page = tab("mia")
    page.goto("/query?for=campaign%7Cletters")

    def run(sql: str) -> None:
        page.fill("#sql", sql)
        page.press("#sql", "Control+Enter")

    run(ENDLESS)
    page.wait_for_timeout(600)
    page.click("[data-cancel]")
    page.wait_for_selector("[data-result][aria-busy=false]")
    assert page.inner_text("[data-query-said]") == "Cancelled."
    assert outcome(flown, "range") == "cancelled"
    run("SELECT grosse AS g, count(*) AS many FROM customer.profiles GROUP BY ALL ORDER BY 1")
    page.click("text=Show as a chart")
    assert page.locator("svg.chart[role=img] rect").count() == 30
    assert "30 points" in str(page.get_attribute("svg.chart", "aria-label"))
    hostile = "<img src=x onerror=alert(1)>"
    run(f"SELECT '{hostile}' AS \"{hostile}\", NULL AS n, '' AS e")
    page.wait_for_selector("td >> text=onerror")
    assert page.locator("main img").count() == 0
    assert [page.inner_text(f"#cell-0-{n}") for n in (1, 2)] == ["NULL", "empty"]
    run("SELECT id,\n  nope FROM customer.profiles")
    page.click("text=line 2, column 3")
    selected = page.evaluate(
        "() => { const a = document.querySelector('#sql'); return a.value.slice(a.selectionStart, a.selectionEnd) }"
    )
    assert selected == "nope"
    assert page.locator(".numbers .marked").inner_text() == "2"
    run(ENDLESS.replace("count(*)", "count(*) AS left_behind"))
    page.wait_for_timeout(600)
    page.goto("/")  # leaving stops it
    assert outcome(flown, "left_behind") == "cancelled"
