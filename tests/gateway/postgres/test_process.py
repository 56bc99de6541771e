"""The PostgreSQL wire in the gateway's own process: beside Flight SQL, back at its port when that dies, gone in order."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from hansa.gateway.process import GatewayProcess, GatewaySettings, TlsFiles

ROOT = Path(__file__).parents[3]
FACTORY = "tests.gateway.flight.conftest:backing"
ENVIRON = {**os.environ, "PYTHONPATH": str(ROOT)}
ENDLESS = "SELECT a.household FROM customer.profiles.profiles a, customer.profiles.profiles b, customer.profiles.profiles c"


def connect(running: GatewayProcess, **options: Any) -> "psycopg.Connection[Any]":
    given = {"host": "127.0.0.1", "port": running.postgres, "user": "anna", "password": "token-anna", "dbname": "hansa"}
    return psycopg.connect(**{**given, "autocommit": True, "connect_timeout": 5, **options})


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[GatewayProcess]:
    with GatewayProcess(GatewaySettings(str(tmp_path), factory=FACTORY, drain=2, postgres=0), ENVIRON) as running:
        yield running


def asked(running: GatewayProcess) -> Any:
    with connect(running) as connection:
        return connection.execute("SELECT count(*) FROM customer.profiles.profiles").fetchall()


def test_killed_it_is_back_within_a_second_at_the_same_port(gateway: GatewayProcess) -> None:
    port, address = gateway.postgres, gateway.postgres_location
    assert asked(gateway) == [(1000,)]
    began = time.monotonic()
    os.kill(gateway.pid, signal.SIGKILL)
    while True:
        try:
            assert asked(gateway) == [(1000,)]
        except psycopg.OperationalError:
            assert time.monotonic() - began < 20
            time.sleep(0.02)
        else:
            break
    assert (gateway.postgres, gateway.postgres_location) == (port, address)
    while gateway.starts < 2:
        time.sleep(0.02)


def test_sessions_are_told_that_it_ends_and_queries_may_end_first(tmp_path: Path) -> None:
    running = GatewayProcess(GatewaySettings(str(tmp_path), factory=FACTORY, drain=1, postgres=0), ENVIRON)
    running.start()
    idle, busy = connect(running), connect(running)
    heard: list[Exception] = []

    def ask() -> None:
        try:
            busy.execute(ENDLESS)
        except psycopg.Error as wrong:
            heard.append(wrong)

    asking = threading.Thread(target=ask)
    asking.start()
    time.sleep(0.5)
    running.stop()
    asking.join(10)
    assert [type(wrong) for wrong in heard] == [psycopg.errors.AdminShutdown]
    with pytest.raises(psycopg.errors.AdminShutdown):
        idle.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError):
        connect(running)


def test_with_a_certificate_tokens_are_taken_over_tls_only(tmp_path: Path) -> None:
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2"]
    subprocess.run(
        [*made, "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate], check=True, capture_output=True
    )
    files = TlsFiles(str(certificate), str(key))
    with GatewayProcess(GatewaySettings(str(tmp_path), factory=FACTORY, tls=files, postgres=0), ENVIRON) as running:
        assert (running.postgres_location or "").endswith("?sslmode=require")
        with connect(running, sslmode="verify-full", sslrootcert=str(certificate)) as connection:
            assert connection.execute("SELECT 1").fetchall() == [(1,)]
            assert connection.pgconn.ssl_in_use
        with pytest.raises(psycopg.OperationalError, match="over TLS only"):
            connect(running, sslmode="disable")


def test_without_a_port_nothing_listens(tmp_path: Path) -> None:
    with GatewayProcess(GatewaySettings(str(tmp_path), factory=FACTORY), ENVIRON) as running:
        assert (running.postgres, running.postgres_location) == (None, None)
