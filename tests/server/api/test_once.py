"""`Idempotency-Key`: sent again, a request is answered as before, by whichever server, and nothing is done twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.server.conftest import application

from hansa.ledger import AccessStepped
from hansa.serving import Serving

REQUESTS = "/api/v1/access/requests"
ASKED = {"port": "customer.profiles", "consumer": "campaign", "purpose": "letters", "reason": "Letters in spring."}
Call = Callable[..., Any]


@pytest.fixture
def call(house: Serving) -> Call:
    """Call one of two servers over one ledger: `call("mia", "key", "", ASKED, server=1)`."""
    tokens = {who: house.authenticator.issue_token(who)[0] for who in ("mia", "carla")}
    servers = [TestClient(application(house), raise_server_exceptions=False) for _ in range(2)]

    def call(who: str, key: str | None, path: str, body: object, server: int = 0) -> Any:
        headers = {"Authorization": f"Bearer {tokens[who]}", **({"Idempotency-Key": key} if key is not None else {})}
        return servers[server].post(f"{REQUESTS}{path}", json=body, headers=headers)

    return call


def test_sent_again_a_request_is_answered_as_before_by_any_server(call: Call, house: Serving) -> None:
    first, again = call("mia", "k-1", "", ASKED), call("mia", "k-1", "", ASKED, server=1)
    assert (first.status_code, again.status_code) == (201, 201), again.text
    assert again.json() == first.json()
    assert ("idempotency-replayed" in first.headers, again.headers["idempotency-replayed"]) == (False, "true")
    number = first.json()["request"]
    approved = call("carla", "k-2", f"/{number}/approve", {"reason": "Fine."})
    assert approved.json()["status"] == "granted", approved.text
    call("carla", "k-3", f"/{number}/revoke", {"reason": "Over."})
    # Much has happened since; the answers are those of then.
    assert call("carla", "k-2", f"/{number}/approve", {"reason": "Fine."}, server=1).json() == approved.json()
    assert call("mia", "k-1", "", ASKED).json() == first.json()
    assert len(house.workplace.ledger.access_steps()) == 4


def test_a_key_with_another_body_is_refused(call: Call) -> None:
    call("mia", "k-1", "", ASKED)
    other = call("mia", "k-1", "", {**ASKED, "reason": "Something else."}, server=1)
    assert (other.status_code, other.json()["code"]) == (422, "H856")


def test_without_a_key_or_with_another_one_it_is_another_request(call: Call) -> None:
    call("mia", "k-1", "", ASKED)
    for key in (None, "k-2"):
        repeated = call("mia", key, "", ASKED)
        assert (repeated.status_code, repeated.json()["code"]) == (409, "H757")


def test_what_was_refused_leaves_the_key_free(call: Call) -> None:
    refused = call("mia", "k-1", "", {**ASKED, "consumer": "nobody"})
    assert refused.status_code == 400, refused.text
    assert call("mia", "k-1", "", ASKED).status_code == 201


@pytest.mark.parametrize("key", ["", " ", "ä", "x" * 256, "a b"])
def test_what_cannot_be_a_key_is_refused(key: str, call: Call) -> None:
    response = call("mia", key.encode("latin-1"), "", ASKED)
    assert (response.status_code, response.json()["code"]) == (400, "H859")


def test_of_many_at_once_one_is_carried_out(call: Call, house: Serving) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: call("mia", "k-1", "", ASKED, server=n % 2), range(8)))
    assert {a.status_code for a in answers} <= {201, 409}
    assert {a.json()["code"] for a in answers if a.status_code == 409} <= {"H863"}
    assert len({a.json()["request"] for a in answers if a.status_code == 201}) == 1
    assert len(house.workplace.ledger.access_steps()) == 1


def test_a_server_that_is_killed_in_between_leaves_what_is_found_again(
    call: Call, house: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = house.workplace.ledger
    apply = ledger.apply

    def killed(changes: Any, conditions: Any = ()) -> Any:
        done = apply(changes, conditions)
        if any(isinstance(c, AccessStepped) for c in changes):
            raise KeyboardInterrupt
        return done

    with monkeypatch.context() as dying:
        dying.setattr(ledger, "apply", killed)
        with pytest.raises(BaseException):  # noqa: B017
            call("mia", "k-1", "", ASKED)
    again = call("mia", "k-1", "", ASKED, server=1)
    assert again.status_code == 201, again.text
    assert len(ledger.access_steps()) == 1
