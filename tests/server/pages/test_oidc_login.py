"""Signing in at a running provider of OpenID Connect, as a browser does; and every way in which that goes wrong."""

import base64
import datetime as dt
import hashlib
import json
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import jwt
import pytest

from hansa.access.identity import UserChange, add_user, change_user
from hansa.access.identity.login import IssuerLogin
from hansa.model import OidcSettings
from hansa.serving import Serving
from hansa.trouble import TroubleError
from hansa.wiring import Workplace

Claims = dict[str, Any]
SECRET = "s3cret/with:signs"


@dataclass
class Provider:
    """`twist` changes what it says of somebody before it signs; `sent` are the forms and headers that its token endpoint got."""

    issuer: str
    storage: Any = None
    twist: Callable[[Claims], Claims] | None = None
    header: dict[str, Any] = field(default_factory=dict)
    sent: list[tuple[dict[str, str], str]] = field(default_factory=list)
    described: dict[str, Any] = field(default_factory=dict)
    down: bool = False

    def sign(self, claims: Claims) -> str:
        pem = bytes(self.storage.jwk.as_pem(is_private=True))
        kid = str(self.storage.jwk.as_dict(add_kid=True)["kid"])
        return jwt.PyJWS().encode(json.dumps(claims).encode(), pem, "RS256", headers={"kid": kid, **self.header})


@pytest.fixture(scope="module")
def _running() -> Iterator[Provider]:
    import flask
    import oidc_provider_mock  # type: ignore[import-untyped]

    with oidc_provider_mock.run_server_in_thread() as server:
        provider = Provider(f"http://localhost:{server.server_port}")

        def note() -> Any:
            provider.storage = flask.g.oidc_provider_mock_storage
            if flask.request.path == "/oauth2/token":
                provider.sent.append((flask.request.form.to_dict(), flask.request.headers.get("Authorization", "")))
            return ("out of order", 503) if provider.down else None

        def twisted(response: Any) -> Any:
            if flask.request.path.endswith("openid-configuration") and provider.described:
                response.set_data(json.dumps({**response.get_json(), **provider.described}))
            if flask.request.path == "/oauth2/token" and response.status_code == 200 and provider.twist is not None:
                said = response.get_json()
                claims = jwt.decode(said["id_token"], options={"verify_signature": False})
                response.set_data(json.dumps({**said, "id_token": provider.sign(provider.twist(claims))}))
            return response

        server.app.before_request(note)
        server.app.after_request(twisted)
        httpx.get(f"{provider.issuer}/jwks").raise_for_status()
        yield provider


@pytest.fixture
def provider(_running: Provider) -> Iterator[Provider]:
    _running.sent.clear()
    yield _running
    _running.twist, _running.header, _running.described, _running.down = None, {}, {}, False


@pytest.fixture(scope="module")
def house(
    _running: Provider, governed_mesh: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., tuple[Any, Serving]]]:
    """Makes the pages over a mesh that declares the provider."""
    from tests.server.pages.conftest import site_over

    root = tmp_path_factory.mktemp("house") / "mesh"
    shutil.copytree(governed_mesh, root, ignore=shutil.ignore_patterns(".hansa"))
    declared = {
        "issuer": _running.issuer,
        "audience": "hansa-api",
        "clientId": "hansa",
        "clientSecretVariable": "HANSA_OIDC_SECRET",
        "teams": {"letters": "marketing"},
        "administrators": ["keepers"],
    }
    file = root / "hansa.yaml"
    file.write_text(f"{file.read_text()}\nidentity: {json.dumps({'oidc': declared})}\n")
    workplace = Workplace(root, {"PATH": "/usr/bin"})
    serving = Serving.live(workplace)
    add_user(workplace.ledger, serving.mesh(), "nick", UserChange(), now=serving.clock())

    def made(secret: str = SECRET) -> tuple[Any, Serving]:
        settings = workplace.settings.oidc
        login = IssuerLogin.of(settings, {"HANSA_OIDC_SECRET": secret}, serving.clock)
        return site_over(tmp_path_factory.mktemp("state"), serving, login), serving

    yield made
    serving.close()
    workplace.close()


@pytest.fixture
def site(house: Callable[..., tuple[Any, Serving]]) -> Any:
    return house()[0]


def there(browser: Any, path: str = "/sign-in/issuer") -> str:
    """Begin to sign in; the address at the issuer."""
    response = browser.get(path)
    assert response.status_code == 303, response.text
    return str(response.headers["location"])


def agreed(provider: Provider, address: str, subject: str, claims: Claims | None = None, **form: str) -> str:
    """What somebody does at the issuer; the address that it sends the browser back to."""
    with httpx.Client(base_url=provider.issuer) as client:
        client.put(f"/users/{subject}", json=claims or {}).raise_for_status()
        answer = client.post(address, data={"sub": subject, **form})
        assert answer.status_code == 302, answer.text
        return str(answer.headers["location"])


def local(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def signed_in(site: Any, provider: Provider, subject: str, claims: Claims | None = None) -> Any:
    browser = site.browser()
    response = browser.get(local(agreed(provider, there(browser), subject, claims)))
    assert response.status_code == 303, response.text
    return browser


def test_people_sign_in_at_the_issuer_and_their_groups_are_teams(site: Any, provider: Provider) -> None:
    browser = site.browser()
    door = browser.get("/sign-in?next=/search%3Fq%3Dx").text
    assert "Continue with localhost" in door.replace("<wbr>", "")
    address = there(browser, "/sign-in/issuer?next=/search%3Fq%3Dx")
    response = browser.get(local(agreed(provider, address, "eve", {"groups": ["letters", "nothing"]})))
    assert (response.status_code, response.headers["location"]) == (303, "/search?q=x")
    me = browser.get("/api/v1/me").json()
    assert (me["name"], me["teams"], me["administrator"]) == ("eve", ["marketing"], False)
    assert [c["name"] for c in me["consumers"]] == ["campaign"]
    assert "by localhost" in browser.get("/settings").text
    keeper = signed_in(site, provider, "kim", {"groups": ["keepers"]})
    assert keeper.get("/api/v1/me").json()["administrator"] is True


def test_the_way_there_is_one_of_a_code_with_pkce_state_and_nonce(site: Any, provider: Provider) -> None:
    browser = site.browser()
    address = there(browser)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert address.startswith(f"{provider.issuer}/oauth2/authorize?")
    assert (asked["response_type"], asked["client_id"], asked["code_challenge_method"]) == ("code", "hansa", "S256")
    assert asked["redirect_uri"] == "http://hansa.example/sign-in/issuer/back"
    assert asked["scope"] == "openid profile email"
    browser.get(local(agreed(provider, address, "eve")))
    form, authorization = provider.sent[-1]
    digest = hashlib.sha256(form["code_verifier"].encode()).digest()
    assert base64.urlsafe_b64encode(digest).decode().rstrip("=") == asked["code_challenge"]
    assert form["redirect_uri"] == asked["redirect_uri"]
    assert "client_secret" not in form
    assert base64.b64decode(authorization.removeprefix("Basic ")).decode() == "hansa:s3cret%2Fwith%3Asigns"
    values = [asked["state"], asked["nonce"], form["code_verifier"], asked["code_challenge"]]
    assert len(set(values)) == 4
    assert all(len(v) >= 43 for v in values)
    # Two browsers, and two tries of one browser, have nothing in common.
    for other in (site.browser(), browser):
        again = parse_qs(urlsplit(there(other)).query)
        assert again["state"][0] != asked["state"]
        assert again["nonce"][0] != asked["nonce"]


def test_the_secret_goes_where_the_issuer_wants_it_and_a_public_client_has_none(
    house: Callable[..., tuple[Any, Serving]], provider: Provider
) -> None:
    provider.described = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    site, serving = house()
    signed_in(site, provider, "eve")
    assert provider.sent[-1][0]["client_secret"] == SECRET
    assert provider.sent[-1][1] == ""
    settings = serving.workplace.settings.oidc
    assert settings is not None
    public = replace(settings, client_secret_variable="")
    assert IssuerLogin.of(public, {}, serving.clock) is not None
    assert IssuerLogin.of(replace(settings, client_id=""), {}, serving.clock) is None
    with pytest.raises(TroubleError, match="H841"):
        IssuerLogin.of(settings, {}, serving.clock)


@pytest.mark.parametrize(
    "wished", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/\t/evil.example"]
)
def test_signing_in_at_the_issuer_leads_nowhere_else(wished: str, site: Any, provider: Provider) -> None:
    browser = site.browser()
    address = there(browser, f"/sign-in/issuer?{urlencode({'next': wished})}")
    assert browser.get(local(agreed(provider, address, "eve"))).headers["location"] == "/"


def failed(response: httpx.Response, code: str, status: int, *words: str) -> None:
    assert response.status_code == status, response.text
    assert code in response.text
    assert "hansa_session" not in str(response.headers.get_list("set-cookie"))
    for word in words:
        assert word in response.text.replace("&#39;", "'")


def test_an_answer_for_another_browser_signs_nobody_in(site: Any, provider: Provider) -> None:
    attacker, victim = site.browser(), site.browser()
    answer = local(agreed(provider, there(attacker), "mallory"))
    failed(victim.get(answer), "H837", 400)
    there(victim)  # a victim who is about to sign in, too
    failed(victim.get(answer), "H837", 400)
    assert victim.get("/").status_code == 303


def test_an_answer_is_good_once(site: Any, provider: Provider) -> None:
    browser = site.browser()
    address = there(browser)
    kept = browser.client.cookies["hansa_login"]
    answer = local(agreed(provider, address, "eve"))
    assert browser.get(answer).status_code == 303
    assert "hansa_login" not in browser.client.cookies
    failed(browser.get(answer), "H837", 400)
    thief = site.browser()
    thief.client.cookies.set("hansa_login", kept, domain="hansa.example")
    failed(thief.get(answer), "H837", 400, "its code was used, or is too old")


def test_answers_that_were_changed_or_mixed_up_sign_nobody_in(site: Any, provider: Provider) -> None:
    browser = site.browser()
    answer = agreed(provider, there(browser), "eve")
    query = {k: v[0] for k, v in parse_qs(urlsplit(answer).query).items()}
    path = urlsplit(answer).path
    for changed in (
        {**query, "state": "x" * 43},
        {**query, "state": query["state"][:-1]},
        {**query, "state": "é"},
        {k: v for k, v in query.items() if k != "state"},
        {k: v for k, v in query.items() if k != "code"},
        {**query, "iss": "https://other.example"},
        {**query, "code": "x" * 5000},
    ):
        failed(browser.get(f"{path}?{urlencode(changed)}"), "H837", 400)
    failed(browser.get(f"{path}?{urlencode(query)}&state={query['state']}"), "H837", 400)
    assert browser.get(f"{path}?{urlencode(query)}&x={'y' * 9000}").status_code == 400
    assert (
        browser.get(f"{path}?{urlencode({**query, 'iss': provider.issuer})}").status_code == 303
    )  # what was not changed still holds


@pytest.mark.parametrize(
    "cookie", ["", "x", "a.b.c", "x" * 43 + ".99999999999.Lw", "x" * 43 + ".1.Lw", "x.1.Lw", "é.1.Lw", "..", "x" * 43 + ".-1.!"]
)
def test_a_cookie_that_we_never_gave_is_no_sign_in(cookie: str, site: Any, provider: Provider) -> None:
    browser = site.browser()
    answer = agreed(provider, there(browser), "eve")
    browser.client.cookies.clear()
    headers = {"Cookie": f"hansa_login={cookie}".encode()}
    failed(browser.get(local(answer), headers=headers), "H837", 400)


def test_who_does_not_agree_is_told_so_and_an_error_s_words_are_not_repeated(site: Any, provider: Provider) -> None:
    browser = site.browser()
    failed(browser.get(local(agreed(provider, there(browser), "eve", action="deny"))), "H835", 403, "did not agree")
    told = browser.get("/sign-in/issuer/back?error=%3Cscript%3E&error_description=call+0900-FRAUD")
    failed(told, "H835", 403)
    assert "FRAUD" not in told.text
    assert "<script>&" not in told.text
    failed(browser.get("/sign-in/issuer/back?error=temporarily_unavailable"), "H836", 502)


def now() -> int:
    return int(time.time())


@pytest.mark.parametrize(
    ("twist", "code", "words"),
    [
        ({"aud": "another"}, "H838", "for another audience"),
        ({"aud": "hansa-api"}, "H838", "for another audience"),  # good for the API as a bearer is not good for a sign-in
        ({"aud": ["hansa", "other"]}, "H838", "several audiences"),
        ({"azp": "other"}, "H838", "issued to another client"),
        ({"iss": "https://other.example"}, "H838", "its issuer is another"),
        ({"nonce": "another"}, "H838", "its nonce is another"),
        ({"nonce": None}, "H838", "its nonce is another"),
        ({"exp": 1}, "H838", "the clocks of the server and of the issuer differ"),
        ({"iat": 99_999_999_999}, "H838", "issued in the future"),
        ({"iat": None}, "H838", "does not say when it was issued"),
        ({"nbf": 99_999_999_999}, "H838", "not good yet"),
        ({"sub": "has spaces"}, "H839", "names no account"),
        ({"sub": None}, "H839", "names no account"),
    ],
)
def test_an_identity_that_does_not_hold_signs_nobody_in(
    twist: Claims, code: str, words: str, site: Any, provider: Provider
) -> None:
    provider.twist = lambda claims: {k: v for k, v in {**claims, **twist}.items() if v is not None}
    browser = site.browser()
    failed(browser.get(local(agreed(provider, there(browser), "eve"))), code, 403, words)


def test_an_identity_signed_otherwise_signs_nobody_in(site: Any, provider: Provider) -> None:
    for header in ({"kid": "another"}, {"typ": "logout+jwt"}, {"crit": ["x"], "x": 1}):
        provider.header, provider.twist = header, lambda claims: claims
        browser = site.browser()
        failed(browser.get(local(agreed(provider, there(browser), "eve"))), "H838", 403)
    provider.header, provider.twist = {}, None
    provider.sign = lambda claims: jwt.encode(claims, "x" * 32, "HS256")  # type: ignore[method-assign]
    provider.twist = lambda claims: claims
    browser = site.browser()
    failed(browser.get(local(agreed(provider, there(browser), "eve"))), "H838", 403, "its algorithm is not allowed")
    del provider.sign


def test_who_is_disabled_here_stays_outside_and_it_is_on_record(site: Any, provider: Provider) -> None:
    serving = site.serving
    ledger = serving.workplace.ledger
    change_user(ledger, serving.mesh(), "nick", UserChange(disabled=True), now=serving.clock())
    time.sleep(1.1)
    browser = site.browser()
    failed(browser.get(local(agreed(provider, there(browser), "nick"))), "H839", 403, "disabled here")
    entry = ledger.audit_log(newest=True, limit=1)[0].record
    assert (entry.way, entry.principal) == ("pages", "")
    assert "about nick" in entry.reason
    change_user(ledger, serving.mesh(), "nick", UserChange(disabled=False), now=serving.clock())


def test_who_is_disabled_later_is_out_within_seconds(site: Any, provider: Provider) -> None:
    serving = site.serving
    browser = signed_in(site, provider, "carla")
    assert browser.get("/").status_code == 200
    change_user(serving.workplace.ledger, serving.mesh(), "carla", UserChange(disabled=True), now=serving.clock())
    time.sleep(2.1)
    assert browser.get("/").status_code == 303
    assert browser.get("/api/v1/me").status_code == 401
    change_user(serving.workplace.ledger, serving.mesh(), "carla", UserChange(disabled=False), now=serving.clock())


def test_a_session_ends_with_the_identity_that_it_rests_on(site: Any, provider: Provider) -> None:
    browser = signed_in(site, provider, "eve")
    record = site.sessions.find(browser.client.cookies["hansa_session"])
    assert record.ends - record.opened <= dt.timedelta(hours=1, seconds=61)  # an hour, and what clocks may differ
    provider.twist = lambda claims: {**claims, "exp": now() - 57}  # three seconds are left by the clocks' skew
    brief = signed_in(site, provider, "eve")
    assert brief.get("/").status_code == 200
    time.sleep(3.1)
    assert brief.get("/").status_code == 303


def test_an_issuer_that_is_down_or_odd_is_told_and_tokens_still_work(
    house: Callable[..., tuple[Any, Serving]], provider: Provider
) -> None:
    provider.down = True
    site, _ = house()
    failed(site.browser().get("/sign-in/issuer"), "H836", 502)
    assert site.browser("mia").get("/").status_code == 200
    provider.down = False
    for described in (
        {"authorization_endpoint": "http://evil.example/authorize"},
        {"authorization_endpoint": None},
        {"issuer": "https://other.example"},
    ):
        provider.described = described
        site, _ = house()
        failed(site.browser().get("/sign-in/issuer"), "H836", 502)
    provider.described = {}
    site, _ = house()
    browser = site.browser()
    answer = local(agreed(provider, there(browser), "eve"))
    provider.down = True
    failed(browser.get(answer), "H836", 502)


def test_no_issuer_elsewhere_sends_us_to_this_machine() -> None:
    settings = OidcSettings("https://id.shop.example", ("hansa",), client_id="hansa")
    login = IssuerLogin(settings, "", lambda: dt.datetime.now(dt.UTC), lambda: 0.0)
    described = {"authorization_endpoint": "http://localhost:1/x", "end_session_endpoint": "http://127.0.0.1:1/x"}
    login._known = (0.0, described)
    with pytest.raises(TroubleError, match="is on this machine"):
        login.begin("https://hansa.example/sign-in/issuer/back", "/")
    assert login.logout("https://hansa.example/sign-in") == ""


def test_signing_out_here_leads_to_signing_out_there(site: Any, provider: Provider) -> None:
    browser = signed_in(site, provider, "eve")
    response = browser.post("/sign-out", {"csrf": browser.csrf})
    assert response.headers["location"] == "/signed-out"
    page = browser.page("/signed-out")
    away = next(link for link in page.links if link.startswith(provider.issuer))
    asked = parse_qs(urlsplit(away).query)
    assert asked == {"client_id": ["hansa"], "post_logout_redirect_uri": ["http://hansa.example/sign-in"]}
    assert httpx.get(away).status_code == 200
    assert browser.get("/").status_code == 303
    # Who came with a token is not asked about the issuer.
    other = site.browser("mia")
    assert other.post("/sign-out", {"csrf": other.csrf}).headers["location"] == "/sign-in"


def test_without_an_issuer_there_is_no_such_way_in(sites: Callable[[Path], Any], governed_mesh: Path) -> None:
    browser = sites(governed_mesh).browser()
    assert "issuer" not in browser.get("/sign-in").text
    for path in ("/sign-in/issuer", "/sign-in/issuer/back?code=x&state=y", "/signed-out"):
        response = browser.get(path)
        assert (response.status_code, response.headers["location"]) == (303, "/sign-in")


def test_a_sign_in_begun_at_one_replica_ends_at_another(house: Callable[..., tuple[Any, Serving]], provider: Provider) -> None:
    one, other = house()[0], house()[0]
    here, elsewhere = one.browser(), other.browser()
    answer = agreed(provider, there(here), "eve")
    elsewhere.client.cookies.set("hansa_login", here.client.cookies["hansa_login"], domain="hansa.example")
    assert elsewhere.get(local(answer)).status_code == 303
    assert elsewhere.get("/api/v1/me").json()["name"] == "eve"


def test_over_tls_the_cookie_of_a_sign_in_is_for_this_host_alone(site: Any) -> None:
    from starlette.testclient import TestClient

    response = TestClient(site.app, base_url="https://hansa.example").get("/sign-in/issuer", follow_redirects=False)
    cookie = response.headers["set-cookie"]
    assert cookie.startswith("__Host-hansa_login=")
    for word in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"):
        assert word in cookie
    assert "https%3A%2F%2Fhansa.example%2Fsign-in%2Fissuer%2Fback" in response.headers["location"]
