"""Documents of an issuer: only from where they may come, in time and of a bearable size."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from hansa.access.identity import fetching
from hansa.access.identity.fetching import NotFetched, fetch_keys
from hansa.model import OidcSettings, is_trustworthy

JSON = Callable[[Any, object], None]


@pytest.mark.parametrize(
    ("url", "trusted"),
    [
        ("https://id.shop.example", True),
        ("https://id.shop.example:8443/realms/shop", True),
        ("http://localhost:8080", True),
        ("http://127.0.0.1:8080/x", True),
        ("http://[::1]:8080", True),
        ("http://id.shop.example", False),
        ("http://localhost.evil.example", False),
        ("http://127.0.0.1@evil.example", False),
        ("http://evil.example#localhost", False),
        ("https://user:secret@id.shop.example", False),
        ("ftp://localhost/x", False),
        ("file:///etc/passwd", False),
        ("https://", False),
        ("https://a b", False),
        ("https://a\nb", False),
        ("http://[::1", False),
        ("", False),
    ],
)
def test_only_tls_or_this_machine_is_trusted(url: str, trusted: bool) -> None:
    assert is_trustworthy(url) is trusted


def settings(url: str, jwks: bool = True) -> OidcSettings:
    return OidcSettings(url, ("hansa",), jwks_url=f"{url}/keys" if jwks else "")


def test_keys_come_from_where_the_discovery_document_says(serve: Any, answer_json: JSON) -> None:
    found: list[str] = []

    def answer(handler: Any) -> None:
        found.append(handler.path)
        document = (
            {"issuer": url, "jwks_uri": f"{url}/somewhere"} if "well-known" in handler.path else {"keys": [{"kty": "x"}, 5]}
        )
        answer_json(handler, document)

    url = serve(answer)
    assert fetch_keys(settings(url, jwks=False)) == [{"kty": "x"}]
    assert found == ["/.well-known/openid-configuration", "/somewhere"]


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "https://evil.example", "jwks_uri": "https://evil.example/keys"},
        {"jwks_uri": "https://id.example/keys"},
        {"issuer": "URL"},
        {"issuer": "URL", "jwks_uri": "http://id.example/keys"},
        {"issuer": "URL", "jwks_uri": "file:///etc/passwd"},
        {"issuer": "URL", "jwks_uri": ["https://id.example"]},
        [],
        7,
    ],
)
def test_a_discovery_document_that_misleads_is_not_followed(document: Any, serve: Any, answer_json: JSON) -> None:
    def answer(handler: Any) -> None:
        assert "well-known" in handler.path
        said = {k: url if v == "URL" else v for k, v in document.items()} if isinstance(document, dict) else document
        answer_json(handler, said)

    url = serve(answer)
    with pytest.raises(NotFetched):
        fetch_keys(settings(url, jwks=False))


def test_redirects_are_not_followed(serve: Any, answer_json: JSON) -> None:
    asked = []

    def elsewhere(handler: Any) -> None:
        asked.append(handler.path)
        answer_json(handler, {"keys": []})

    target = serve(elsewhere)

    def answer(handler: Any) -> None:
        handler.send_response(302)
        handler.send_header("Location", f"{target}/keys")
        handler.end_headers()

    with pytest.raises(NotFetched):
        fetch_keys(settings(serve(answer)))
    assert asked == []


def test_an_answer_that_is_too_large_is_given_up(serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MOST_BYTES", 1000)

    def answer(handler: Any) -> None:
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(b'{"keys": [' + b" " * 100_000 + b"]}")

    with pytest.raises(NotFetched, match="too large"):
        fetch_keys(settings(serve(answer)))


@pytest.mark.parametrize("silent", [True, False])
def test_an_answer_that_never_comes_or_drips_is_given_up(silent: bool, serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "PATIENCE", 0.3)
    given_up = threading.Event()
    asked = []

    def answer(handler: Any) -> None:
        asked.append(handler.path)
        handler.send_response(200)
        handler.end_headers()
        for _ in range(600):
            if given_up.wait(0.05):
                return
            if not silent:
                handler.wfile.write(b" ")
        asked.append("to the end")

    with pytest.raises(NotFetched):
        fetch_keys(settings(serve(answer)))
    given_up.set()
    assert "to the end" not in asked
    assert asked


@pytest.mark.parametrize("body", [b"", b"<html>", b"[" * 100_000, b'{"keys": 5}', b"{}", b"\xff\xfe\x00"])
def test_what_is_no_key_set_is_refused(body: bytes, serve: Any) -> None:
    def answer(handler: Any) -> None:
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(body)

    with pytest.raises(NotFetched):
        fetch_keys(settings(serve(answer)))


def test_an_issuer_that_is_not_there_is_told_without_its_address() -> None:
    with pytest.raises(NotFetched) as found:
        fetch_keys(settings("http://127.0.0.1:9"))
    assert "127.0.0.1" not in str(found.value)
