"""The session's cookie at the API: from its own pages alone, and with its proof where something changes."""

from typing import Any

import pytest

PORT = "/api/v1/me"
STEP = "/api/v1/access/requests"


def test_a_session_reads_by_its_cookie_alone(site: Any) -> None:
    browser = site.browser("mia")
    for headers in ({}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Origin": "http://hansa.example"}):
        response = browser.get(PORT, headers=headers)
        assert (response.status_code, response.json()["name"]) == (200, "mia")
        assert response.headers["cross-origin-resource-policy"] == "same-origin"
        assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://hansa.example.evil.example", "Sec-Fetch-Site": "same-origin"},
    ],
)
def test_nobody_else_s_page_reads_or_changes_with_it(site: Any, headers: dict[str, str]) -> None:
    browser = site.browser("mia")
    response = browser.get(PORT, headers=headers)
    assert (response.status_code, response.json()["code"]) == (403, "H842")
    proven = {**headers, "X-Hansa-CSRF": browser.csrf}
    assert browser.client.post(STEP, json={}, headers=proven).status_code == 403


def test_what_changes_something_needs_the_proof_of_this_very_session(site: Any) -> None:
    browser = site.browser("mia")
    for proof in ("", "x", "é", site.browser("mia").csrf):
        headers = {"X-Hansa-CSRF": proof.encode()} if proof else {}
        response = browser.client.post(STEP, json={}, headers=headers)
        assert (response.status_code, response.json()["code"]) == (403, "H842"), proof
    let_through = browser.client.post(STEP, json={}, headers={"X-Hansa-CSRF": browser.csrf})
    assert let_through.status_code == 400  # what is wrong now is the body


def test_a_query_is_answered_for_the_session_s_user(site: Any) -> None:
    browser = site.browser("mia")
    body = {"sql": "SELECT count(*) AS n FROM customer.profiles", "consumer": "campaign", "purpose": "letters"}
    response = browser.client.post("/api/v1/query", json=body, headers={"X-Hansa-CSRF": browser.csrf})
    assert response.status_code == 200, response.text
    assert response.json()["rows"][0]["n"] >= 0


def test_a_session_that_ended_or_was_made_up_establishes_nobody(site: Any) -> None:
    browser = site.browser("mia")
    kept = browser.client.cookies["hansa_session"]
    browser.post("/sign-out", {"csrf": browser.csrf})
    for cookie in (kept, "hansa_nonsense", kept[:-1] + "x", ""):
        browser.client.cookies.set("hansa_session", cookie, domain="hansa.example")
        assert browser.get(PORT).status_code == 401


def test_a_session_is_no_bearer_and_a_wrong_bearer_is_not_made_good_by_a_cookie(site: Any) -> None:
    browser = site.browser("mia")
    kept = browser.client.cookies["hansa_session"]
    for text in (f"Bearer {kept}", "Bearer hansa_wrong", "Basic bWlhOng=", "Bearer "):
        assert browser.get(PORT, headers={"Authorization": text}).status_code == 401, text
    assert site.browser().get(PORT, headers={"Authorization": f"Bearer {kept}"}).status_code == 401
