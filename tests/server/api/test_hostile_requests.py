"""Malformed and huge requests, requests that stop half-way, a server that ends in the middle: a clear answer and no harm."""

import contextlib
import gc
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import anyio
import pytest
import uvicorn

from hansa.server.app import Requests
from hansa.server.transport import Patient
from hansa.server.transport.patience import PatientProtocol

NAMES = (
    "..", "../..", "%2e%2e", "..%2f..%2fetc%2fpasswd", "%2F", "a%2Fb", "customer.profiles%2F..", "%00", "a%00b", "%ff%fe", "💥",
    "a" * 5000, "customer.", ".profiles", "customer..profiles", "customer.profiles@99999999", "customer.profiles.profiles@x",
    "'; DROP TABLE runs --", "<script>alert(1)</script>", "%0d%0aX-Evil:%201", "#", "{product}", "source:x",
)  # fmt: skip
PLACES = (
    "/products/{}", "/products/{}/checks", "/domains/{}", "/contracts/{}", "/contracts/{}/versions", "/ports/{}",
    "/ports/{}/data",
    "/runs/{}", "/policies/{}", "/terms/{}", "/consumers/{}", "/access/requests/{}", "/lineage?about={}", "/columns?port={}",
)  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_no_name_leads_anywhere_else(place: str, web: Any) -> None:
    for name in NAMES:
        response = web.ask("GET", place.format(name).replace("#", "%23"), "carla")
        assert response.status_code in (400, 404, 405), f"{name}: {response.status_code} {response.text[:200]}"
        assert response.headers["content-type"] == "application/problem+json", name
        assert "x-evil" not in response.headers
        assert len(response.text) < 3000


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"sql":' * 5000, "application/json", 400),
        (b'{"sql": "\xff\xfe"}', "application/json", 400),
        (b'{"sql": "\\ud800"}', "application/json", 400),
        (b'{"sql": "SELECT \\u0000"}', "application/json", 400),
        (b'{"sql": 1e999}', "application/json", 400),
        (b'{"sql": "SELECT 1", "limit": 1e400}', "application/json", 400),
        (b'{"sql": "x", "sql": {"a": 1}}', "application/json", 400),
        (b'{"sql": "SELECT 1", "constructor": 1}', "application/json", 400),
        (b'{"sql": "' + b"x" * 1_000_001 + b'"}', "application/json", 413),
        (b'{"sql": "SELECT 1"}', "text/plain", 415),
        (b'{"sql": "SELECT 1"}', "application/json\xff", 415),
        (b"sql=SELECT+1", "application/x-www-form-urlencoded", 415),
    ],
)
def test_a_body_that_is_none_is_refused_with_the_reason(body: bytes, kind: str, status: int, web: Any) -> None:
    response = web.ask("POST", "/query", content=body, headers={"Content-Type": kind.encode("latin-1")})
    assert response.status_code == status, response.text
    assert response.json()["mend"]


@pytest.mark.parametrize("path", ["/access/requests", "/access/requests/req-1/approve", "/access/requests/req-1/renew"])
def test_texts_of_the_workflow_are_bounded(path: str, web: Any) -> None:
    for body in ({"reason": "x" * 20_000}, {"reason": "a\0b"}, {"expires": "99999-01-01T00:00:00Z"}, {"port": ["a"]}):
        response = web.ask("POST", path, "carla", json={"port": "a.b", "consumer": "c", **body} if "req-" not in path else body)
        assert response.status_code == 400, response.text
        assert response.json()["code"] == "H740"


def test_other_sites_are_told_nothing(web: Any) -> None:
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "GET"}
    for method in ("GET", "OPTIONS"):
        response = web.ask(method, "/mesh", headers=asked)
        assert not [h for h in response.headers if h.startswith("access-control-")]


def test_methods_that_an_address_does_not_have_are_refused(web: Any) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE", "TRACE"):
        response = web.ask(method, "/products")
        assert (response.status_code, response.json()["code"]) == (405, "H746")


def test_a_head_asks_for_no_rows(web: Any) -> None:
    reading = {"X-Hansa-Consumer": "campaign", "X-Hansa-Purpose": "letters"}
    got = web.ask("HEAD", "/ports/customer.profiles/data", headers=reading)
    assert (got.status_code, got.content) == (200, b"")
    assert got.headers["etag"]


def test_a_body_that_stops_half_way_is_answered_and_the_connection_ends(web: Any) -> None:
    told: list[Any] = []

    async def receive() -> Any:
        if not told:
            told.append("begun")
            return {"type": "http.request", "body": b'{"sql": "SEL', "more_body": True}
        return await anyio.sleep(60)

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "path": "/api/v1/query",
        "raw_path": b"/api/v1/query", "root_path": "", "scheme": "http", "query_string": b"", "server": ("x", 80),
        "headers": [(b"authorization", f"Bearer {web.token('mia')}".encode()), (b"content-type", b"application/json")],
        "client": ("127.0.0.1", 1), "app": web.app,
    }  # fmt: skip
    anyio.run(lambda: Requests(Patient(web.app, still=0.2))(scope, receive, send))
    headers = dict(sent[0]["headers"])
    assert (sent[0]["status"], headers[b"connection"]) == (408, b"close")
    assert json.loads(sent[1]["body"])["code"] == "H858"


class Hasty(PatientProtocol):
    owed = 0.4
    look = 0.1


@contextmanager
def served(app: Any) -> Iterator[tuple[str, int]]:
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, lifespan="off", log_level="critical", http=Hasty, timeout_graceful_shutdown=5)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield listening.getsockname()
    finally:
        server.should_exit = True
        thread.join(20)
    assert not thread.is_alive(), "a connection kept the server from ending"


def closed_within(connection: socket.socket, seconds: float) -> bytes:
    connection.settimeout(seconds)
    said = b""
    while chunk := connection.recv(65536):  # raises TimeoutError while it is open
        said += chunk
    return said


@pytest.mark.parametrize(
    "sent",
    [b"", b"GE", b"GET /healthz HTTP/1.1\r\nHost: x\r\n", b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc"],
    ids=["nothing", "half a line", "half a head", "half a body that nobody reads"],
)
def test_whoever_sends_half_a_request_is_not_waited_for(sent: bytes, web: Any) -> None:
    with served(web.app) as address, socket.create_connection(address) as connection:
        connection.sendall(sent)
        closed_within(connection, 5)


def test_dripping_bytes_do_not_keep_a_connection(web: Any) -> None:
    with served(web.app) as address, socket.create_connection(address) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\n")
        began = time.monotonic()
        with contextlib.suppress(OSError):
            while time.monotonic() - began < 10:
                connection.sendall(b"X-Drip: 1\r\n")
                time.sleep(0.05)
        assert time.monotonic() - began < 10


def test_requests_one_after_another_on_one_connection_are_all_answered(web: Any) -> None:
    with served(web.app) as address, socket.create_connection(address) as connection:
        for _ in range(8):
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            said = b""
            while b"alive" not in said:
                chunk = connection.recv(65536)
                assert chunk, "the connection was closed between two requests"
                said += chunk
            assert b"200 OK" in said
            time.sleep(0.1)


def test_a_server_that_ends_answers_what_was_asked_before(web: Any) -> None:
    asked = threading.Event()

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        asked.set()
        await anyio.sleep(0.5)
        await web.app(scope, receive, send)

    with socket.socket() as connection:
        with served(slow) as address:
            connection.connect(address)
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert asked.wait(5)
        # The server was told to end while it was at it.
        assert b"200 OK" in closed_within(connection, 5)


def test_after_what_nobody_foresaw_no_other_request_is_sent_over_the_connection(web: Any) -> None:
    """uvicorn closes it then; a client that was not told loses its next request."""
    from starlette.testclient import TestClient

    from hansa.server import Backing, create_app

    nobody: Any = object()
    serving = web.serving
    ledger = serving.workplace.ledger
    broken = Backing(nobody, serving.decider, ledger, serving.mesh, nobody, nobody, serving.clock)
    with TestClient(create_app(broken), raise_server_exceptions=False) as client:
        response = client.get("/api/v1/mesh", headers={"Authorization": "Bearer x"})
    assert (response.status_code, response.json()["code"], response.headers["connection"]) == (500, "H747", "close")


def test_the_first_request_finds_all_routes_built(web: Any) -> None:
    """Built later, they make the first request wait, and two of those at once warn of what means nothing."""
    from fastapi._compat.v2 import ModelField
    from starlette.testclient import TestClient
    from tests.server.conftest import application

    def built() -> int:
        return sum(isinstance(each, ModelField) for each in gc.get_objects())

    with TestClient(application(web.serving), raise_server_exceptions=False) as client:
        before = built()
        assert client.get("/api/v1/me").status_code == 401
        assert client.get("/api/v1/nothing").status_code == 404
        assert built() == before > 100
