"""Uploading a manifest: whatever a server answers, and however it ends, is told as a trouble."""

import json
import socketserver
import threading
from collections.abc import Callable, Iterator

import pytest

from hansa.cli.uploading import upload
from hansa.client.manifests import Uploaded, manifests_of
from hansa.model import Domain, Mesh
from hansa.names import DomainName
from hansa.trouble import TroubleError

TOKEN = {"HANSA_TOKEN": "t"}
NOTHING_THERE = b'HTTP/1.1 200 OK\r\nETag: "0"\r\nContent-Length: 2\r\n\r\n{}'
Serve = Callable[..., str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a server that gives some answers, one after the other, and ends each connection then; its address."""
    started: list[socketserver.TCPServer] = []

    def of(*answers: bytes) -> str:
        left = list(answers)

        class Answering(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                length = 0
                while line := self.rfile.readline().strip():
                    name, _, value = line.partition(b":")
                    length = int(value) if name.lower() == b"content-length" else length
                self.rfile.read(length)
                self.wfile.write(left.pop(0))

        server = socketserver.TCPServer(("127.0.0.1", 0), Answering)
        started.append(server)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return f"http://127.0.0.1:{server.server_address[1]}"

    yield of
    for server in started:
        server.shutdown()
        server.server_close()


def accepted(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


def test_what_became_of_it_is_what_the_server_says(serve: Serve) -> None:
    said = json.dumps({"domain": "people", "version": 3, "unchanged": False, "changes": [{"subject": "x"}]})
    url = serve(NOTHING_THERE, accepted(said.encode()))
    assert manifests_of(url, TOKEN).upload("people", "{}") == Uploaded("people", 3, False, ({"subject": "x"},))


def test_an_answer_that_breaks_off_is_told(serve: Serve) -> None:
    url = serve(NOTHING_THERE, b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{")
    with pytest.raises(TroubleError, match="H952"):
        manifests_of(url, TOKEN).upload("people", "{}")


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"nonsense", b"[" * 100_000, b'{"domain": "d", "version": Infinity, "unchanged": true, "changes": []}', b"\xff"],
)
@pytest.mark.parametrize("status", [b"200 OK", b"500 Oh", b"422 No", b"302 Found"])
def test_an_answer_of_another_server_cannot_be_used(serve: Serve, body: bytes, status: bytes) -> None:
    url = serve(NOTHING_THERE, accepted(body).replace(b"200 OK", status))
    with pytest.raises(TroubleError, match="H749"):
        manifests_of(url, TOKEN).upload("people", "{}")


@pytest.mark.parametrize(
    "url", ["http://a..b/", f"http://{'x' * 70}/", "http://here/größe", "http://here/a b", "http://here?a=b", "http://here#a", ""]
)
def test_an_address_that_is_none_is_refused_before_anything_is_sent(url: str) -> None:
    with pytest.raises(TroubleError, match="H953"):
        manifests_of(url, TOKEN)


@pytest.mark.parametrize("as_json", [True, False])
def test_what_was_uploaded_before_the_server_was_gone_is_told(
    serve: Serve, as_json: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HANSA_TOKEN", "t")
    said = json.dumps({"domain": "people", "version": 3, "unchanged": True, "changes": []})
    url = serve(NOTHING_THERE, accepted(said.encode()), b"")
    domains = (Domain(DomainName("people")), Domain(DomainName("sales")))
    with pytest.raises(TroubleError, match="H952"):
        upload(Mesh("shop", domains, ()), domains, url, json=as_json)
    assert "people: version 3" in capsys.readouterr().err
