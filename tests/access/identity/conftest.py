"""What the tests of identities share: a clock that tests move, a directory, and a provider of OpenID Connect."""

import datetime as dt
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from hansa.access.identity import Authenticator
from hansa.ledger.memory import MemoryLedger
from hansa.model import Mesh, OidcSettings, ServiceAccount, Team

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


@dataclass
class Clock:
    """Both clocks of an authenticator: of the day, and of seconds that pass."""

    passed: float = 0.0

    def now(self) -> dt.datetime:
        return NOON + dt.timedelta(seconds=self.passed)

    def seconds(self) -> float:
        return self.passed


MESH = Mesh(
    "shop",
    (),
    (),
    teams=(Team("insights", ("ada", "bob"), delegates=("dee",)), Team("orders", ("ada",))),
    services=(ServiceAccount("nightly", "Nightly exports", ("orders",), (("region", "north"),)),),
    administrators=("bob",),
)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def mesh() -> Mesh:
    return MESH


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


@pytest.fixture
def authenticator(clock: Clock, ledger: MemoryLedger) -> Authenticator:
    return Authenticator(lambda: MESH, ledger, None, clock.now, clock.seconds)


@dataclass
class Provider:
    """A running provider of OpenID Connect: the one of `oidc-provider-mock`, with its own key, which a test may replace."""

    issuer: str
    storage: Any
    requests: list[str]
    settings: OidcSettings
    claims: dict[str, object] = field(default_factory=dict)

    @property
    def kid(self) -> str:
        return str(self.storage.jwk.as_dict(add_kid=True)["kid"])

    def private_pem(self) -> bytes:
        return bytes(self.storage.jwk.as_pem(is_private=True))

    def public_pem(self) -> bytes:
        return bytes(self.storage.jwk.as_pem(is_private=False))

    def rotate(self) -> None:
        """Sign with a new key from now on, and publish only that."""
        self.storage.jwk = type(self.storage.jwk).generate_key(is_private=True)

    def standard(self, now: dt.datetime) -> dict[str, Any]:
        times = {"iat": int(now.timestamp()), "exp": int(now.timestamp()) + 600}
        return {"iss": self.issuer, "aud": "hansa", "sub": "eve", "groups": ["analysts"], **times}

    def token(self, now: dt.datetime, *, headers: dict[str, Any] | None = None, leave: str = "", **changed: object) -> str:
        """A token as the provider would sign it, with some claims changed and one left out."""
        claims = {k: v for k, v in {**self.standard(now), **changed}.items() if k != leave}
        signing = {"kid": self.kid, **(headers or {})}
        return jwt.PyJWS().encode(json.dumps(claims).encode(), self.private_pem(), "RS256", headers=signing)

    def login(self, subject: str, claims: dict[str, object]) -> str:
        """An identity token by the way of a browser: authorisation, then the code against the token."""
        import httpx2

        with httpx2.Client(base_url=self.issuer) as client:
            client.put(f"/users/{subject}", json=claims).raise_for_status()
            asked = {"client_id": "hansa", "redirect_uri": "http://localhost/back", "response_type": "code", "scope": "openid"}
            answer = client.post("/oauth2/authorize", params=asked, data={"sub": subject})
            code = httpx2.URL(answer.headers["location"]).params["code"]
            form = {"grant_type": "authorization_code", "code": code, "redirect_uri": "http://localhost/back"}
            told = client.post("/oauth2/token", data={**form, "client_id": "hansa", "client_secret": "any"})
            return str(told.raise_for_status().json()["id_token"])


@pytest.fixture(scope="module")
def _running() -> Iterator[Provider]:
    import flask
    import oidc_provider_mock  # type: ignore[import-untyped]

    with oidc_provider_mock.run_server_in_thread() as server:
        issuer = f"http://localhost:{server.server_port}"
        settings = OidcSettings(issuer, ("hansa",), teams=(("analysts", "insights"),), administrators=("keepers",))
        provider = Provider(issuer, None, [], settings)

        def note() -> None:
            provider.storage = flask.g.oidc_provider_mock_storage
            provider.requests.append(flask.request.path)

        server.app.before_request(note)
        import urllib.request

        urllib.request.urlopen(f"{issuer}/jwks").close()
        yield provider


@pytest.fixture
def provider(_running: Provider) -> Provider:
    _running.requests.clear()
    return replace(_running, claims={})


@pytest.fixture
def with_issuer(clock: Clock, ledger: MemoryLedger, provider: Provider) -> Authenticator:
    return Authenticator(lambda: MESH, ledger, provider.settings, clock.now, clock.seconds)


Serve = Callable[[Callable[[Any], None]], str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a small HTTP server that answers every GET by a function of its handler; yields its address."""
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    running = []

    def start(answer: Callable[[Any], None]) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                answer(self)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        running.append(server)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


@pytest.fixture
def answer_json() -> Callable[[Any, object], None]:
    def answer(handler: Any, document: object) -> None:
        body = json.dumps(document).encode()
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


@pytest.fixture(scope="session")
def other_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)
