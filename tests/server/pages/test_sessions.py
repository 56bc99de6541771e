"""Who comes in, how long they stay, and what nobody can do in their name."""

import datetime as dt
import time
from pathlib import Path
from typing import Any

import pytest

from hansa.access.identity import IDLE, LIFETIME, Basis, revoke_token
from hansa.ledger.memory import MemoryLedger
from hansa.ledger.opening import open_ledger
from hansa.server.pages import Sessions
from hansa.server.pages.sessions import INVITED, MOST_EACH, session_of
from hansa.server.pages.visit import local

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> dt.datetime:
        return self.now


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


@pytest.mark.parametrize(
    "path", ["/", "/search?q=x", "/products/customer.profiles", "/domains/nothing", "/nothing", "/requests/req-1"]
)
def test_without_a_session_there_is_nothing_but_the_door(path: str, site: Any) -> None:
    response = site.browser().get(path)
    assert response.status_code == 303
    assert response.headers["location"].startswith("/sign-in")
    assert "customer" not in site.browser().get("/sign-in").text


def test_a_token_opens_a_session_and_leads_to_what_was_wished(site: Any) -> None:
    browser = site.browser()
    token, _ = site.serving.authenticator.issue_token("mia")
    response = browser.sign_in(token, next="/products/customer.profiles?x=1")
    assert (response.status_code, response.headers["location"]) == (303, "/products/customer.profiles?x=1")
    cookie = next(c for c in response.headers.get_list("set-cookie") if c.startswith("hansa_session="))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert token not in cookie
    assert "mia" in browser.page("/").text


def test_a_wrong_token_opens_nothing(site: Any) -> None:
    response = site.browser().sign_in("hansa_nonsense")
    assert response.status_code == 401
    assert "hansa_session" not in str(response.headers)


@pytest.mark.parametrize(
    "address", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/\t/evil.example", ""]
)
def test_signing_in_leads_nowhere_else(address: str, site: Any) -> None:
    assert local(address) == "/"
    token, _ = site.serving.authenticator.issue_token("mia")
    assert site.browser().sign_in(token, next=address).headers["location"] == "/"


def test_a_planted_session_is_not_used(site: Any) -> None:
    victim, attacker = site.browser(), site.browser("nick")
    planted = attacker.client.cookies["hansa_session"]
    victim.client.cookies.set("hansa_session", planted, domain="hansa.example")
    token, _ = site.serving.authenticator.issue_token("mia")
    response = victim.sign_in(token)
    assert planted not in response.headers["set-cookie"]
    assert site.sessions.find(planted) is None  # what the attacker holds is worth nothing now
    made_up = site.browser()
    made_up.client.cookies.set("hansa_session", "x" * 43, domain="hansa.example")
    assert made_up.get("/").status_code == 303


def test_the_form_is_for_the_browser_that_it_was_shown_in(site: Any) -> None:
    token, _ = site.serving.authenticator.issue_token("mia")
    seal = next(f["value"] for f in site.browser().page("/sign-in").all("input") if f["name"] == "seal")
    other = site.browser()
    other.get("/sign-in")
    assert other.post("/sign-in", {"seal": seal, "token": token}).status_code == 403


def test_without_its_proof_a_form_does_nothing(site: Any) -> None:
    browser = site.browser("mia")
    for form in ({"next": "/"}, {"csrf": "x"}, {"csrf": site.browser("nick").csrf}):
        assert browser.post("/sign-out", form).status_code == 403
        assert browser.post("/products/customer.profiles/request", {**form, "reading": "campaign|letters"}).status_code == 403
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        assert browser.post("/sign-out", {"csrf": browser.csrf}, headers=headers).status_code == 403
    assert browser.get("/").status_code == 200


def test_signing_out_ends_the_session_at_the_server(site: Any) -> None:
    browser = site.browser("mia")
    kept = browser.client.cookies["hansa_session"]
    assert browser.post("/sign-out", {"csrf": browser.csrf}, headers={"Origin": "http://hansa.example"}).status_code == 303
    browser.client.cookies.set("hansa_session", kept, domain="hansa.example")
    assert browser.get("/").status_code == 303


def test_a_revoked_token_ends_its_session_within_seconds(site: Any) -> None:
    browser = site.browser()
    token, record = site.serving.authenticator.issue_token("mia")
    browser.sign_in(token)
    assert browser.get("/").status_code == 200
    revoke_token(site.serving.workplace.ledger, record.id, now=site.serving.clock())
    time.sleep(2.1)
    assert browser.get("/").status_code == 303


def test_a_one_time_link_lets_in_once(site: Any) -> None:
    browser = site.browser()
    link = f"/open/{site.sessions.invite('carla')}"
    assert browser.get(link).headers["location"] == "/"
    assert "carla" in browser.page("/").text
    stranger = site.browser()
    refused = stranger.get(link)
    assert refused.status_code == 410
    assert "H820" in refused.text
    assert stranger.get("/").status_code == 303
    # Its token was made for the session alone, and ends with it.
    session = site.sessions.find(browser.client.cookies["hansa_session"])
    assert site.serving.workplace.ledger.token(session.token).revoked is None
    browser.post("/sign-out", {"csrf": browser.csrf})
    assert site.serving.workplace.ledger.token(session.token).revoked is not None


def basis(user: str = "ada", **other: Any) -> Basis:
    return Basis(user, NOON + dt.timedelta(days=30), token="t1", **other)


def test_sessions_and_links_end_by_themselves(ledger: MemoryLedger) -> None:
    clock = Clock()
    sessions = Sessions(ledger, clock)
    cookie, code = sessions.open(basis()), sessions.invite("ada")
    assert sessions.find(cookie) is not None
    clock.now += INVITED
    assert sessions.redeem(code) == ""
    clock.now = NOON + IDLE
    assert sessions.find(cookie) is None
    sessions.open(basis("bob"))
    assert [s.user for s in ledger.sessions()] == ["bob"]  # what is over was swept


def test_no_session_outlives_what_it_rests_on_or_its_own_time(ledger: MemoryLedger) -> None:
    clock = Clock()
    sessions = Sessions(ledger, clock)
    short = sessions.find(sessions.open(Basis("ada", NOON + dt.timedelta(minutes=5), issuer="https://id.example")))
    long = sessions.find(sessions.open(basis()))
    assert short is not None
    assert long is not None
    assert (short.ends, long.ends) == (NOON + dt.timedelta(minutes=5), NOON + LIFETIME)


def test_there_are_never_more_sessions_than_may_be_and_nobody_puts_out_those_of_others(ledger: MemoryLedger) -> None:
    clock = Clock()
    sessions = Sessions(ledger, clock, most=3)
    opened = []
    for n in range(5):
        clock.now += dt.timedelta(seconds=1)
        opened.append(sessions.open(basis(f"u{n}")))
    assert [sessions.find(i) is not None for i in opened] == [False, False, True, True, True]
    roomy = Sessions(ledger, clock)
    bob = roomy.open(basis("bob"))
    for _ in range(MOST_EACH + 5):
        clock.now += dt.timedelta(seconds=1)
        roomy.open(basis("eve"))
    assert len(roomy.of("eve")) == MOST_EACH
    assert roomy.find(bob) is not None


def test_of_no_secret_more_than_its_hash_is_kept(tmp_path: Path) -> None:
    ledger = open_ledger("sqlite:///ledger.db", tmp_path)
    sessions = Sessions(ledger, Clock())
    cookie, code = sessions.open(basis()), sessions.invite("ada")
    session = session_of(cookie)
    assert session is not None
    ledger.close()
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert session.id.encode() in kept  # what is looked through is what was written
    for secret in (cookie, cookie.split("_")[2][:43], code, session.csrf):
        assert secret.encode() not in kept


def test_over_tls_the_cookie_is_for_this_host_alone(site: Any) -> None:
    from starlette.testclient import TestClient

    client = TestClient(site.app, base_url="https://hansa.example")
    cookie = client.get(f"/open/{site.sessions.invite('carla')}", follow_redirects=False).headers["set-cookie"]
    assert cookie.startswith("__Host-hansa_session=")
    assert "Secure" in cookie
