"""Bearer tokens of an OpenID Connect issuer, against a provider that runs."""

import base64
import json
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from hansa.access.identity import Authenticator, Cause, NotAuthenticated, UserChange, add_user, change_user
from hansa.ledger.memory import MemoryLedger
from hansa.model import Mesh, Principal, PrincipalKind

# The provider is older than the libraries that it is made of.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def refused(authenticator: Authenticator, token: str) -> NotAuthenticated:
    with pytest.raises(NotAuthenticated) as found:
        authenticator.authenticate(token)
    assert found.value.troubles[0].code == "H780"
    return found.value


def test_somebody_who_logged_in_at_the_issuer_has_the_teams_that_the_groups_stand_for(
    provider: Any, ledger: MemoryLedger, mesh: Mesh
) -> None:
    # The provider signs by the true time, so this authenticator has the true clock, too.
    authenticator = Authenticator(lambda: mesh, ledger, provider.settings)
    token = provider.login("eve", {"groups": ["analysts", "unheard-of", "insights"]})
    assert authenticator.authenticate(token) == Principal("eve", teams=("insights",), way=f"oidc:{provider.issuer}")
    nobody = authenticator.authenticate(provider.login("mallory", {"groups": ["insights", "orders", "administrators"]}))
    assert (nobody.teams, nobody.administrator) == ((), False)


def test_a_group_can_stand_for_administrators(with_issuer: Authenticator, provider: Any, clock: Any) -> None:
    assert with_issuer.authenticate(provider.token(clock.now(), groups=["keepers"])).administrator
    assert with_issuer.authenticate(provider.token(clock.now(), groups="keepers")).administrator
    for said in ({"keepers": True}, [["keepers"]], None, 7, "keepers,analysts"):
        found = with_issuer.authenticate(provider.token(clock.now(), groups=said))
        assert (found.administrator, found.teams) == (False, ())


def test_the_directory_adds_what_it_knows_and_can_disable(
    with_issuer: Authenticator, provider: Any, clock: Any, ledger: MemoryLedger, mesh: Mesh
) -> None:
    found = with_issuer.authenticate(provider.token(clock.now(), sub="ada"))
    assert found.teams == ("insights", "orders")
    add_user(ledger, mesh, "eve", UserChange(attributes=(("region", "north"),)), now=clock.now())
    clock.passed += 2.1
    token = provider.token(clock.now())
    assert with_issuer.authenticate(token).attributes == (("region", "north"),)
    change_user(ledger, mesh, "eve", UserChange(disabled=True), now=clock.now())
    clock.passed += 2.1
    assert refused(with_issuer, token).cause is Cause.DISABLED


def test_a_machine_is_a_service_by_its_own_token_or_by_the_directory(
    with_issuer: Authenticator, provider: Any, clock: Any
) -> None:
    for claims in ({"sub": "exporter", "client_id": "exporter"}, {"sub": "exporter", "azp": "exporter"}, {"sub": "nightly"}):
        assert with_issuer.authenticate(provider.token(clock.now(), **claims)).kind is PrincipalKind.SERVICE
    assert with_issuer.authenticate(provider.token(clock.now(), azp="web")).kind is PrincipalKind.USER


def test_rotated_keys_are_found_and_withdrawn_ones_are_not_believed(
    with_issuer: Authenticator, provider: Any, clock: Any
) -> None:
    before = provider.token(clock.now())
    with_issuer.authenticate(before)
    provider.rotate()
    clock.passed += 11
    assert with_issuer.authenticate(provider.token(clock.now())).name == "eve"
    # The withdrawn key is gone with the look-up of the new one.
    assert refused(with_issuer, before).cause is Cause.SIGNATURE


def test_invented_key_ids_make_no_flood_for_the_issuer(with_issuer: Authenticator, provider: Any, clock: Any) -> None:
    with_issuer.authenticate(provider.token(clock.now()))
    asked = len(provider.requests)
    for number in range(30):
        refused_or_throttled(with_issuer, provider.token(clock.now(), headers={"kid": f"k{number}"}), source=str(number))
    assert len(provider.requests) == asked
    clock.passed += 11
    for number in range(30):
        refused_or_throttled(with_issuer, provider.token(clock.now(), headers={"kid": f"k{number}"}), source=str(number))
    assert provider.requests[asked:] == ["/.well-known/openid-configuration", "/jwks"]


def refused_or_throttled(authenticator: Authenticator, token: str, source: str) -> None:
    with pytest.raises(NotAuthenticated):
        authenticator.authenticate(token, source=source)


CLAIMS: dict[str, tuple[dict[str, object], str]] = {
    "another audience": ({"aud": "other"}, "audience"),
    "audiences of which none is ours": ({"aud": ["other", "hansa2"]}, "audience"),
    "no text as audience": ({"aud": 5}, "audience"),
    "an audience in an object": ({"aud": {"hansa": 1}}, "audience"),
    "an audience beside no text": ({"aud": ["hansa", 5]}, "audience"),
    "several audiences, for another client": ({"aud": ["hansa", "other"], "azp": "other"}, "several audiences"),
    "several audiences, for nobody": ({"aud": ["hansa", "other"]}, "several audiences"),
    "another issuer": ({"iss": "https://evil.example"}, "issuer"),
    "the issuer with a stroke more": ({"iss": "http://localhost/"}, "issuer"),
    "no text as issuer": ({"iss": ["http://localhost"]}, "issuer"),
    "ended": ({"exp": -61}, "expired"),
    "ends in a thousand years": ({"exp": 10**10}, "too late"),
    "ends at a huge number": ({"exp": 10**400}, "no number"),
    "ends at a text": ({"exp": "tomorrow"}, "no number"),
    "ends at true": ({"exp": True}, "no number"),
    "begins later": ({"nbf": 61}, "not good yet"),
    "begins at a text": ({"nbf": "0"}, "no number"),
    "issued later": ({"iat": 61}, "future"),
    "bound to a key": ({"cnf": {"jkt": "x"}}, "bound"),
    "of a logout": ({"events": {}}, "event"),
    "names an operator": ({"sub": "operator:root"}, "account"),
    "names nobody": ({"sub": ""}, "account"),
    "names a number": ({"sub": 7}, "account"),
    "names with a line end": ({"sub": "ada\n"}, "account"),
    "names what looks like another": ({"sub": "\u0430da"}, "account"),
}
TIMES = {"exp", "nbf", "iat"}


@pytest.mark.parametrize("case", CLAIMS)
def test_a_signed_token_that_does_not_hold_here_is_refused(
    case: str, with_issuer: Authenticator, provider: Any, clock: Any
) -> None:
    changed, why = CLAIMS[case]
    now = int(clock.now().timestamp())
    near = {k: v + now for k, v in changed.items() if k in TIMES and type(v) is int and abs(v) < 1000}
    error = refused(with_issuer, provider.token(clock.now(), **{**changed, **near}))
    assert error.cause is (Cause.EXPIRED if why == "expired" else Cause.CLAIMS)
    assert why in error.detail


@pytest.mark.parametrize("missing", ["iss", "aud", "exp", "sub"])
def test_nothing_that_matters_may_be_missing(missing: str, with_issuer: Authenticator, provider: Any, clock: Any) -> None:
    assert refused(with_issuer, provider.token(clock.now(), leave=missing)).cause is Cause.CLAIMS


def test_clocks_may_differ_by_a_minute(with_issuer: Authenticator, provider: Any, clock: Any) -> None:
    now = int(clock.now().timestamp())
    for near in ({"exp": now - 59}, {"nbf": now + 59}, {"iat": now + 59}):
        assert with_issuer.authenticate(provider.token(clock.now(), **near)).name == "eve"


def test_a_token_ends_while_it_is_remembered(with_issuer: Authenticator, provider: Any, clock: Any) -> None:
    token = provider.token(clock.now(), exp=int(clock.now().timestamp()) - 59)
    with_issuer.authenticate(token)
    clock.passed += 1
    assert refused(with_issuer, token).cause is Cause.EXPIRED


@pytest.mark.parametrize(
    ("claims", "good"), [({"azp": "web"}, True), ({"client_id": "web"}, True), ({"azp": "x"}, False), ({}, False)]
)
def test_a_mesh_may_name_the_clients_that_tokens_are_issued_to(
    claims: dict[str, object], good: bool, provider: Any, clock: Any, mesh: Mesh
) -> None:
    settings = replace(provider.settings, clients=("web",))
    authenticator = Authenticator(lambda: mesh, MemoryLedger(), settings, clock.now, clock.seconds)
    token = provider.token(clock.now(), **claims)
    if good:
        assert authenticator.authenticate(token).name == "eve"
    else:
        assert "another client" in refused(authenticator, token).detail


def test_an_address_names_somebody_only_when_it_was_verified(provider: Any, clock: Any, mesh: Mesh) -> None:
    settings = replace(provider.settings, user_claim="email")
    authenticator = Authenticator(lambda: mesh, MemoryLedger(), settings, clock.now, clock.seconds)
    assert (
        authenticator.authenticate(provider.token(clock.now(), email="eve@shop.example", email_verified=True)).name
        == "eve@shop.example"
    )
    for claims in ({"email": "ada@shop.example"}, {"email": "ada@shop.example", "email_verified": "true"}):
        assert "not verified" in refused(authenticator, provider.token(clock.now(), **claims)).detail


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def part(value: object) -> str:
    return b64(json.dumps(value).encode())


Forge = Callable[[Any, dict[str, Any], Any], str]


def unsigned(alg: object) -> Forge:
    return lambda provider, claims, _: f"{part({'alg': alg, 'kid': provider.kid})}.{part(claims)}."


def confused(provider: Any, claims: dict[str, Any], _: Any) -> str:
    """The public key, which everybody has, as the secret of an HMAC."""
    import hashlib
    import hmac

    head = f"{part({'alg': 'HS256', 'typ': 'JWT', 'kid': provider.kid})}.{part(claims)}"
    return f"{head}.{b64(hmac.digest(provider.public_pem(), head.encode(), hashlib.sha256))}"


def foreign(headers: dict[str, Any]) -> Forge:
    def forge(provider: Any, claims: dict[str, Any], key: Any) -> str:
        given = {k: provider.kid if v == "KID" else v for k, v in headers.items()}
        if "jwk" in given:
            given["jwk"] = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
        return jwt.encode(claims, key, algorithm="RS256", headers=given)

    return forge


def tampered(provider: Any, claims: dict[str, Any], _: Any) -> str:
    head, _body, signature = jwt.encode(claims, provider.private_pem(), "RS256", headers={"kid": provider.kid}).split(".")
    return f"{head}.{part({**claims, 'sub': 'ada'})}.{signature}"


def own(headers: dict[str, Any]) -> Forge:
    """Truly signed by the issuer, with headers that must not be accepted."""

    def forge(provider: Any, claims: dict[str, Any], _: Any) -> str:
        text = json.dumps({"alg": "RS256", "kid": provider.kid, **headers}).encode()
        head = f"{b64(text)}.{part(claims)}"
        key = serialization.load_pem_private_key(provider.private_pem(), None)
        signer = jwt.algorithms.RSAAlgorithm(jwt.algorithms.RSAAlgorithm.SHA256)
        return f"{head}.{b64(signer.sign(head.encode(), key))}"  # type: ignore[arg-type]

    return forge


def elliptic(provider: Any, claims: dict[str, Any], _: Any) -> str:
    return jwt.encode(claims, ec.generate_private_key(ec.SECP256R1()), "ES256", headers={"kid": provider.kid})


def deep(provider: Any, claims: dict[str, Any], _: Any) -> str:
    return f"{b64(b'[' * 5000)}.{part(claims)}.x"


def deep_header(provider: Any, claims: dict[str, Any], _: Any) -> str:
    text = b'{"alg":"RS256","x":' + b"[" * 4000 + b"]" * 4000 + b"}"
    return f"{b64(text)}.{part(claims)}.x"


FORGED: dict[str, Forge] = {
    "none": unsigned("none"),
    "None": unsigned("None"),
    "no algorithm": unsigned(None),
    "an algorithm that is a list": unsigned(["RS256"]),
    "the public key as a secret": confused,
    "another key": foreign({}),
    "another key under the issuer's id": foreign({"kid": "KID"}),
    "a key that it brings along": foreign({"kid": "mine", "jwk": "x"}),
    "a key that it brings along under the issuer's id": foreign({"kid": "KID", "jwk": "x"}),
    "a key to be fetched": foreign({"kid": "mine", "jku": "http://127.0.0.1:1/jwks"}),
    "certificates to be fetched": foreign({"kid": "mine", "x5u": "http://127.0.0.1:1/x"}),
    "a path as key id": foreign({"kid": "../../../../dev/null"}),
    "a query as key id": foreign({"kid": "' union select 'x' --"}),
    "an empty key id": foreign({"kid": ""}),
    "a huge key id": foreign({"kid": "k" * 8000}),
    "changed claims": tampered,
    "a curve's key under the issuer's id": elliptic,
    "a key id that is a number": own({"kid": 7}),
    "a key id that is a list": own({"kid": ["x"]}),
    "a demanded extension": own({"crit": ["exp"], "exp": 1}),
    "a detached content": own({"crit": ["b64"], "b64": False}),
    "a logout token": own({"typ": "logout+jwt"}),
    "a security event": own({"typ": "secevent+jwt"}),
    "a type that is no text": own({"typ": 7}),
    "a deeply nested header": deep_header,
    "a header that never ends": deep,
    "an encrypted token": lambda *_: f"{part({'alg': 'RSA-OAEP', 'enc': 'A256GCM'})}.a.b.c.d",
    "four parts": lambda *_: "a.b.c.d",
    "empty parts": lambda *_: "..",
    "no base64": lambda *_: "!!.!!.!!",
    "a huge token": lambda *_: f"{part({'alg': 'RS256'})}.{'a' * 200_000}.b",
}


@pytest.mark.parametrize("case", FORGED)
def test_a_forged_token_is_refused(case: str, with_issuer: Authenticator, provider: Any, clock: Any, other_key: Any) -> None:
    # The keys are known, so that nothing is refused merely because they could not be looked up.
    with_issuer.authenticate(provider.token(clock.now()))
    token = FORGED[case](provider, provider.standard(clock.now()), other_key)
    assert refused(with_issuer, token).cause in (Cause.SIGNATURE, Cause.MALFORMED)


def test_what_is_signed_may_be_nested_deeply_and_is_refused_for_it(with_issuer: Authenticator, provider: Any, clock: Any) -> None:
    for payload in (b"[" * 5000 + b"]" * 5000, b"[]", b"7", b"null", b'{"exp": NaN}', b"\xff\xfe"):
        token = jwt.PyJWS().encode(payload, provider.private_pem(), "RS256", headers={"kid": provider.kid})
        assert refused(with_issuer, token).cause in (Cause.SIGNATURE, Cause.CLAIMS, Cause.MALFORMED)


def test_an_access_token_and_one_that_names_no_type_or_key_are_good(
    with_issuer: Authenticator, provider: Any, clock: Any
) -> None:
    assert with_issuer.authenticate(provider.token(clock.now(), headers={"typ": "at+jwt"})).name == "eve"
    unnamed = jwt.encode(provider.standard(clock.now()), provider.private_pem(), "RS256", headers={"typ": ""})
    assert "kid" not in jwt.get_unverified_header(unnamed)
    assert with_issuer.authenticate(unnamed).name == "eve"


def test_an_algorithm_that_the_mesh_does_not_name_is_refused(provider: Any, clock: Any, mesh: Mesh) -> None:
    settings = replace(provider.settings, algorithms=("ES256",))
    authenticator = Authenticator(lambda: mesh, MemoryLedger(), settings, clock.now, clock.seconds)
    assert "algorithm" in refused(authenticator, provider.token(clock.now())).detail
    assert provider.requests == []


def test_no_part_of_a_refused_token_is_logged(
    with_issuer: Authenticator, provider: Any, clock: Any, caplog: pytest.LogCaptureFixture, ledger: MemoryLedger
) -> None:
    caplog.set_level(logging.DEBUG)
    token = provider.token(clock.now(), aud="other")
    error = refused(with_issuer, token)
    said = f"{error}{error.detail}{caplog.text}{[e.record.reason for e in ledger.audit_log()]}"
    assert not any(piece in said for piece in token.split("."))


def test_tokens_of_an_issuer_are_refused_by_a_mesh_that_names_none(
    authenticator: Authenticator, provider: Any, clock: Any
) -> None:
    assert refused(authenticator, provider.token(clock.now())).cause is Cause.NO_ISSUER
    assert provider.requests == []
