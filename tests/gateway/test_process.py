"""The gateway in a process of its own: starting, dying, stopping. Behind it stands the small gateway of `flight/`."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pyarrow.flight as fl
import pytest
from adbc_driver_flightsql import dbapi as driver

from hansa.gateway.flight.messages import StatementQuery, wrapped
from hansa.gateway.process import Event, GatewayProcess, GatewaySettings, TlsFiles
from hansa.trouble import TroubleError

dbapi: Any = driver
ROOT = Path(__file__).parents[2]
FACTORY = "tests.gateway.flight.conftest:backing"
ENVIRON = {**os.environ, "PYTHONPATH": str(ROOT)}


def _until(true: Callable[[], object], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def _ended(pid: int) -> bool:
    """Gone, or waiting for somebody to ask how it ended, as orphans do where nobody does."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _ask(gateway: GatewayProcess) -> int:
    options = {"adbc.flight.sql.authorization_header": "Bearer token-anna"}
    with dbapi.connect(gateway.location, options, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM customer.profiles.profiles")
        (row,) = cursor.fetchall()
        return int(row[0])


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[GatewayProcess]:
    with GatewayProcess(GatewaySettings(str(tmp_path), factory=FACTORY, drain=2), ENVIRON) as running:
        yield running


def test_it_answers_and_ends_without_a_trace(tmp_path: Path) -> None:
    running = GatewayProcess(GatewaySettings(str(tmp_path), factory=FACTORY), ENVIRON)
    running.start()
    assert _ask(running) == 1000
    pid = running.pid
    running.stop()
    assert _ended(pid)
    running.stop()


def test_what_fails_beside_its_start_ends_it_and_is_all_that_is_told(tmp_path: Path) -> None:
    heard: list[Event] = []
    keepers: list[int] = []
    others = {child.pid for child in psutil.Process().children()}  # of tests that ran before in this process

    def beside() -> None:
        keepers.extend(child.pid for child in psutil.Process().children() if child.pid not in others)
        time.sleep(2)
        raise ValueError("beside")

    for factory in (FACTORY, "nowhere:made"):
        running = GatewayProcess(GatewaySettings(str(tmp_path), factory=factory), ENVIRON, heard.append, beside=beside)
        with pytest.raises(ValueError, match="beside"):
            running.start()
    assert [event.kind for event in heard if event.kind != "ready"] == []
    assert len(keepers) >= 2  # one of each start
    assert all(map(_ended, keepers))


def test_killed_it_is_back_within_a_second_at_the_same_port(gateway: GatewayProcess) -> None:
    port = gateway.port
    for _ in range(2):
        killed = gateway.pid
        began = time.monotonic()
        os.kill(killed, signal.SIGKILL)
        _until(lambda: gateway.pid not in (0, killed))  # noqa: B023 - it is over before the next round
        assert time.monotonic() - began < 1.5
        assert _ask(gateway) == 1000
    assert gateway.port == port
    assert gateway.starts == 3


def test_a_keeper_that_is_killed_is_replaced_and_leaves_no_gateway_behind(gateway: GatewayProcess) -> None:
    assert gateway._keeper is not None
    port, orphan = gateway.port, gateway.pid
    os.kill(gateway._keeper.pid, signal.SIGKILL)
    _until(lambda: gateway.pid not in (0, orphan))
    _until(lambda: _ended(orphan), 2)
    assert gateway.port == port
    assert _ask(gateway) == 1000


def test_the_port_is_nobody_elses_while_it_is_down(gateway: GatewayProcess) -> None:
    with socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(("127.0.0.1", gateway.port))


def test_a_gateway_that_cannot_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "broken").touch()
    with pytest.raises(TroubleError, match=r"H737.*there is no mesh here"):
        GatewayProcess(GatewaySettings(str(tmp_path), factory=FACTORY), ENVIRON).start()
    with pytest.raises(TroubleError, match=r"H737.*No module named 'nowhere'"):
        GatewayProcess(GatewaySettings(str(tmp_path), factory="nowhere:backing"), ENVIRON).start()


def test_one_that_breaks_later_is_tried_again_with_pauses(tmp_path: Path) -> None:
    heard: list[Event] = []
    with GatewayProcess(GatewaySettings(str(tmp_path), factory=FACTORY, drain=0), ENVIRON, heard.append) as running:
        (tmp_path / "broken").touch()
        os.kill(running.pid, signal.SIGKILL)
        _until(lambda: [e.kind for e in heard].count("failed") >= 3)
        assert [e.kind for e in heard].count("failed") < 6, "it is not tried without end"
        (tmp_path / "broken").unlink()
        _until(lambda: running.pid)
        assert _ask(running) == 1000


def test_all_end_when_the_process_above_is_killed(tmp_path: Path) -> None:
    code = f"""
import os, sys, time
from pathlib import Path
from hansa.gateway.flight.messages import StatementQuery, wrapped
from hansa.gateway.process import GatewayProcess, GatewaySettings
running = GatewayProcess(GatewaySettings({str(tmp_path)!r}, factory={FACTORY!r}, drain=0), dict(os.environ))
running.start()
print(running.pid, running._keeper.pid, flush=True)
time.sleep(60)
"""
    above = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=ENVIRON, cwd=ROOT)
    assert above.stdout is not None
    below = [int(pid) for pid in above.stdout.readline().split()]
    above.kill()
    above.wait()
    above.stdout.close()
    _until(lambda: all(_ended(pid) for pid in below))


def test_an_ending_gateway_lets_queries_end(gateway: GatewayProcess) -> None:
    options = fl.FlightCallOptions(headers=[(b"authorization", b"Bearer token-anna")])
    query = StatementQuery("SELECT i, repeat('x', 1000) AS wide FROM range(100000) t(i)")
    with fl.connect(gateway.location) as client:
        info = client.get_flight_info(fl.FlightDescriptor.for_command(wrapped("CommandStatementQuery", query)), options)
        stream = client.do_get(info.endpoints[0].ticket, options)
        first = stream.read_chunk().data
        os.kill(gateway.pid, signal.SIGTERM)
        assert first.num_rows + stream.read_all().num_rows == 100_000


def test_settings_travel_whole() -> None:
    settings = GatewaySettings("/mesh", "::1", 8815, "a:b", TlsFiles("c.pem", "k.pem", "ca.pem"), 3.5)
    assert GatewaySettings.from_json(settings.to_json()) == settings
    assert GatewayProcess(settings, {}).location == "grpc+tls://[::1]:8815"


def test_one_that_hangs_without_dying_is_replaced(tmp_path: Path) -> None:
    heard: list[Event] = []
    with GatewayProcess(GatewaySettings(str(tmp_path), factory=FACTORY, drain=0, silence=1.5), ENVIRON, heard.append) as running:
        time.sleep(2.5)
        hung = running.pid
        assert [e.kind for e in heard] == ["ready"], "one that answers is left alone"
        os.kill(hung, signal.SIGSTOP)
        _until(lambda: running.pid not in (0, hung), 8)
        assert _ended(hung)
        assert [e.reason for e in heard if e.kind == "died"] == ["it answered nobody for 1.5 s"]
        assert _ask(running) == 1000
