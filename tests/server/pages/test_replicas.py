"""Several servers over one ledger, one of them killed, all started again: sessions hold, and end, everywhere."""

import datetime as dt
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from hansa.ledger import Ledger, SessionUsed
from hansa.serving import Serving
from hansa.wiring import Workplace

Start = Callable[[], Any]


@pytest.fixture
def replicas(governed_mesh: Path, tmp_path: Path) -> Iterator[Start]:
    """Starts one more replica over the mesh, with a workplace and everything else of its own."""
    from tests.server.pages.conftest import site_over

    with ExitStack() as opened:
        numbers = iter(range(9))

        def start() -> Any:
            workplace = opened.enter_context(Workplace(governed_mesh, {"PATH": "/usr/bin"}))
            serving = opened.enter_context(Serving.live(workplace))
            return site_over(tmp_path / f"state{next(numbers)}", serving)

        yield start


def moved(browser: Any, to: Any) -> Any:
    """The same browser, whose next requests go to another replica."""
    other = to.browser()
    for name, value in browser.client.cookies.items():
        other.client.cookies.set(name, value, domain="hansa.example")
    return other


def test_a_session_holds_on_every_replica_and_over_restarts(replicas: Start) -> None:
    one, other = replicas(), replicas()
    browser = one.browser("mia")
    there = moved(browser, other)
    assert there.get("/").status_code == 200
    # What proves a form is the same everywhere, also that of a page which another replica showed.
    assert there.csrf == browser.csrf
    restarted = replicas()
    after = moved(browser, restarted)
    assert after.get("/settings").status_code == 200
    assert after.post("/settings/tokens", {"csrf": browser.csrf, "days": "1", "scopes": "read"}).status_code == 200


def test_the_form_of_one_replica_is_taken_by_another(replicas: Start) -> None:
    one, other = replicas(), replicas()
    browser = one.browser()
    fields = {str(f["name"]): str(f.get("value") or "") for f in browser.page("/sign-in").all("input")}
    token, _ = other.serving.authenticator.issue_token("mia")
    there = moved(browser, other)
    assert there.post("/sign-in", {**fields, "token": token}).status_code == 303


def test_signing_out_anywhere_is_signing_out_everywhere_within_two_seconds(replicas: Start) -> None:
    one, other = replicas(), replicas()
    browser = one.browser("mia")
    there = moved(browser, other)
    assert there.get("/").status_code == 200
    assert browser.post("/sign-out", {"csrf": browser.csrf}).status_code == 303
    time.sleep(2.0)
    assert there.get("/").status_code == 303
    assert there.get("/api/v1/me").status_code == 401


def test_a_one_time_link_is_good_once_over_all_replicas_whoever_is_first(replicas: Start) -> None:
    sites = [replicas(), replicas()]
    for turn in range(3):
        link = f"/open/{sites[turn % 2].sessions.invite('carla')}"
        browsers = [site.browser() for site in (*sites, *sites)]
        barrier = threading.Barrier(len(browsers))
        answers: list[int] = []

        def come(browser: Any, barrier: threading.Barrier = barrier, answers: list[int] = answers, link: str = link) -> None:
            barrier.wait()
            answers.append(browser.get(link).status_code)

        threads = [threading.Thread(target=come, args=(b,)) for b in browsers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [303, 410, 410, 410]


class Counting:
    """A ledger that counts what is written into it and how often sessions are asked for."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.asked = ledger, 0
        self.written: list[SessionUsed] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.ledger, name)

    def apply(self, changes: Any, conditions: Any = ()) -> Any:
        self.written += [c for c in changes if isinstance(c, SessionUsed)]
        return self.ledger.apply(changes, conditions)

    def session(self, id_: str) -> Any:
        self.asked += 1
        return self.ledger.session(id_)


def test_pages_write_nothing_of_a_session_but_once_a_minute(replicas: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    site = replicas()
    browser = site.browser("mia")
    authenticator, clock = site.serving.authenticator, site.serving.clock
    counting = Counting(site.serving.workplace.ledger)
    monkeypatch.setattr(authenticator, "_ledger", counting)
    began = time.monotonic()
    for _ in range(30):
        assert browser.get("/sign-in").status_code == 200
        assert browser.get("/settings").status_code == 200
    assert counting.written == []
    assert counting.asked <= (time.monotonic() - began) + 1.5  # no more often than once a second
    for minutes in (1.5, 1.6, 3.0):
        monkeypatch.setattr(authenticator, "_clock", lambda minutes=minutes: clock() + dt.timedelta(minutes=minutes))
        authenticator.ended(browser.client.cookies["hansa_session"])  # as after a second
        assert browser.get("/settings").status_code == 200
    assert len(counting.written) == 2


def test_a_session_that_is_used_goes_on_and_one_that_is_not_ends(replicas: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    site = replicas()
    used, idle = site.browser("mia"), site.browser("carla")
    authenticator, clock = site.serving.authenticator, site.serving.clock
    for hours in (1.5, 3.0, 4.5):
        monkeypatch.setattr(authenticator, "_clock", lambda hours=hours: clock() + dt.timedelta(hours=hours))
        authenticator.ended(used.client.cookies["hansa_session"])
        assert authenticator.session(used.client.cookies["hansa_session"]) is not None, hours
        if hours > 2:
            authenticator.ended(idle.client.cookies["hansa_session"])
            assert authenticator.session(idle.client.cookies["hansa_session"]) is None
    monkeypatch.setattr(authenticator, "_clock", lambda: clock() + dt.timedelta(hours=12.01))
    authenticator.ended(used.client.cookies["hansa_session"])
    assert authenticator.session(used.client.cookies["hansa_session"]) is None


_SERVE = """
import sys, uvicorn
from pathlib import Path
from tests.server.pages.conftest import site_over
from hansa.serving import Serving
from hansa.wiring import Workplace
import socket
listening = socket.create_server(("127.0.0.1", 0))
workplace = Workplace(Path(sys.argv[1]), {"PATH": "/usr/bin"})
site = site_over(Path(sys.argv[2]), Serving.live(workplace))
print(listening.getsockname()[1], flush=True)
uvicorn.Server(uvicorn.Config(site.app, log_level="error", lifespan="off")).run([listening])
"""


@pytest.mark.slow
def test_a_replica_that_is_killed_takes_no_session_along(governed_mesh: Path, tmp_path: Path, replicas: Start) -> None:
    def start(state: str) -> tuple[subprocess.Popen[str], str]:
        line = [sys.executable, "-c", _SERVE, str(governed_mesh), str(tmp_path / state)]
        root = Path(__file__).parents[3]
        environ = {**os.environ, "PYTHONPATH": os.pathsep.join((str(root), os.environ.get("PYTHONPATH", "")))}
        process = subprocess.Popen(line, stdout=subprocess.PIPE, text=True, env=environ)
        assert process.stdout is not None
        return process, f"http://127.0.0.1:{process.stdout.readline().strip()}"

    (one, here), (other, there) = start("one"), start("other")
    try:
        token, _ = replicas().serving.authenticator.issue_token("mia")
        with httpx.Client() as client:
            seal = re.search(r'name="seal" value="([^"]+)"', client.get(f"{here}/sign-in").text)
            assert seal is not None
            opened = client.post(f"{here}/sign-in", data={"seal": seal[1], "token": token})
            assert opened.status_code == 303
            one.send_signal(signal.SIGKILL)
            one.wait()
            # Cookies know no ports: the browser sends them to whoever answers there now.
            assert client.get(f"{there}/settings").status_code == 200
            other.send_signal(signal.SIGKILL)
            other.wait()
            again, back = start("again")
            try:
                assert client.get(f"{back}/settings").status_code == 200
            finally:
                again.kill()
                again.wait()
    finally:
        for process in (one, other):
            process.kill()
            process.wait()
