"""The access workflow over HTTP: asked for, decided about, used, ended; each word in the caller's own name."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.server.conftest import application

from hansa.serving import Serving

REQUESTS = "/api/v1/access/requests"
ASKED = {"port": "customer.profiles", "consumer": "campaign", "purpose": "letters", "reason": "Letters in spring."}
Call = Callable[..., Any]


@pytest.fixture
def call(house: Serving) -> Iterator[Call]:
    """Call as somebody: `call("mia", "POST", "", {...})`. `scopes` limits the token."""

    def call(who: str, method: str, path: str, body: object = None, scopes: tuple[str, ...] = ()) -> Any:
        token, _ = house.authenticator.issue_token(who, scopes=scopes)
        return client.request(method, path, json=body, headers={"Authorization": f"Bearer {token}"})

    with TestClient(application(house), raise_server_exceptions=False) as client:
        yield call


def rows(call: Call) -> int:
    body = {"sql": "SELECT id FROM customer.profiles LIMIT 1", "consumer": "campaign", "purpose": "letters"}
    status: int = call("mia", "POST", "/api/v1/query", body).status_code
    return status


def test_what_is_asked_for_and_approved_can_be_read_until_it_is_revoked(call: Call) -> None:
    assert rows(call) == 403
    asked = call("mia", "POST", REQUESTS, ASKED)
    assert (asked.status_code, asked.json()["status"]) == (201, "requested"), asked.text
    number = asked.json()["request"]
    assert [r["request"] for r in call("carla", "GET", REQUESTS).json()["requests"]] == [number]
    granted = call("carla", "POST", f"{REQUESTS}/{number}/approve", {"reason": "Fine.", "columns": ["id", "born"]})
    assert (granted.status_code, granted.json()["status"]) == (200, "granted"), granted.text
    assert granted.json()["terms"]["columns"] == ["id", "born"]
    assert [s["actor"] for s in granted.json()["steps"]][:2] == ["mia", "carla"]
    assert rows(call) == 200
    ended = call("carla", "POST", f"{REQUESTS}/{number}/revoke", {"reason": "Over."})
    assert (ended.status_code, ended.json()["status"]) == (200, "revoked"), ended.text
    assert rows(call) == 403


def test_nobody_approves_what_they_asked_for_and_nobody_else_s_request_is_seen(call: Call) -> None:
    number = call("mia", "POST", REQUESTS, ASKED).json()["request"]
    assert call("mia", "POST", f"{REQUESTS}/{number}/approve", {}).status_code in (403, 409)
    assert call("nick", "POST", f"{REQUESTS}/{number}/approve", {}).status_code in (403, 404, 409)
    assert call("nick", "GET", REQUESTS).json() == {"requests": [], "total": 0, "next": None}
    unseen, unknown = call("nick", "GET", f"{REQUESTS}/{number}"), call("nick", "GET", f"{REQUESTS}/req-00000000")
    assert (unseen.status_code, unknown.status_code) == (404, 404)
    assert unseen.json()["code"] == unknown.json()["code"], "whether there is one is nothing to tell"
    assert call("nick", "POST", REQUESTS, ASKED).status_code in (403, 409), "they are not of the consumer's team"
    assert call("mia", "GET", f"{REQUESTS}/{number}").json()["status"] == "requested"


@pytest.mark.parametrize(("step", "who", "status"), [("deny", "carla", "denied"), ("withdraw", "mia", "withdrawn")])
def test_a_request_ends_without_a_grant(step: str, who: str, status: str, call: Call) -> None:
    number = call("mia", "POST", REQUESTS, ASKED).json()["request"]
    ended = call(who, "POST", f"{REQUESTS}/{number}/{step}", {"reason": "Not now."})
    assert (ended.status_code, ended.json()["status"]) == (200, status), ended.text
    again = call(who, "POST", f"{REQUESTS}/{number}/{step}", {"reason": "Not now."})
    assert (again.status_code, again.headers["content-type"]) == (409, "application/problem+json"), again.text
    assert rows(call) == 403


def test_a_token_is_good_for_its_scopes_alone(call: Call) -> None:
    assert call("mia", "POST", REQUESTS, ASKED, scopes=("read",)).json()["code"] == "H752"
    number = call("mia", "POST", REQUESTS, ASKED, scopes=("request",)).json()["request"]
    for step in ("approve", "deny"):
        refused = call("carla", "POST", f"{REQUESTS}/{number}/{step}", {"reason": "x"}, scopes=("request", "read"))
        assert (refused.status_code, refused.json()["code"]) == (403, "H752")


@pytest.mark.parametrize(
    "body",
    [
        {**ASKED, "expires": "tomorrow"},
        {**ASKED, "expires": "2030-01-01T00:00:00"},
        {**ASKED, "port": 7},
        {**ASKED, "actor": "carla"},
        {"port": "customer.profiles"},
        [],
    ],
)
def test_a_request_that_is_none_is_refused(body: object, api: Any) -> None:
    refused = api.ask("POST", REQUESTS, json=body)
    assert (refused.status_code, refused.json()["code"]) == (400, "H740"), refused.text


def test_what_is_not_there_cannot_be_asked_for(api: Any) -> None:
    before = api.ask("GET", REQUESTS).json()
    for changed in ({"port": "customer.nothing"}, {"consumer": "nobody"}, {"purpose": "resale"}, {"columns": ["nothing"]}):
        refused = api.ask("POST", REQUESTS, json={**ASKED, **changed})
        assert refused.status_code in (400, 404, 409), refused.text
        assert refused.json()["mend"]
    assert api.ask("GET", REQUESTS).json() == before
