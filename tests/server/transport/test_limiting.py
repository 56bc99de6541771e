"""How many requests one caller may make, and what they are told about it."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from hansa.server.transport import Limits
from hansa.server.transport.limiting import Buckets, Taken, source_of
from hansa.serving import Serving


class Seconds:
    passed = 0.0

    def __call__(self) -> float:
        return self.passed


def taken(buckets: Buckets, key: str) -> Taken:
    found = buckets.take(key)
    assert found is not None
    return found


def test_a_minute_s_worth_is_let_through_at_once_and_then_as_time_goes_on() -> None:
    clock = Seconds()
    buckets = Buckets("principal", 60, clock)
    assert [taken(buckets, "mia").wait for _ in range(60)] == [0] * 60
    refused = taken(buckets, "mia")
    assert (refused.wait, refused.left) == (1, 0)
    assert taken(buckets, "nick").wait == 0
    clock.passed = 1.0
    assert taken(buckets, "mia").wait == 0
    assert taken(buckets, "mia").wait == 1
    clock.passed = 3600.0
    assert taken(buckets, "mia").left == 59  # never more than a minute's worth


def test_memory_is_bounded_whoever_comes() -> None:
    buckets = Buckets("source", 2, Seconds(), most=100)
    for n in range(1000):
        buckets.take(f"10.0.0.{n}")
    assert len(buckets._kept) == 100


def test_no_limit_is_no_limit() -> None:
    assert Buckets("source", 0, Seconds()).take("x") is None
    assert Limits.of(0) == Limits(0, 0)


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("10.1.2.3", "10.1.2.3"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:10.1.2.3", "10.1.2.3"),
        ("", ""),
        ("testclient", "testclient"),
    ],
)
def test_one_subscriber_is_one_source(address: str, source: str) -> None:
    assert source_of(address) == source


@pytest.fixture
def client(api: "object", request: pytest.FixtureRequest) -> Iterator[tuple[TestClient, "object"]]:
    from hansa.server import Backing, InProcess, create_app

    serving: Serving = api.serving  # type: ignore[attr-defined]
    answering = serving.gateway()
    inquiring = InProcess(answering)
    ledger = serving.workplace.ledger
    backing = Backing(serving.authenticator, serving.decider, ledger, serving.mesh, answering, inquiring, serving.clock)
    with TestClient(create_app(backing, limits=request.param), raise_server_exceptions=False) as made:
        yield made, api


@pytest.mark.parametrize("client", [Limits(3, 100)], indirect=True)
def test_a_principal_has_a_limit_of_their_own_and_is_told_what_is_left(client: tuple[TestClient, "object"]) -> None:
    made, api = client
    mia = {"Authorization": f"Bearer {api.token('mia')}"}  # type: ignore[attr-defined]
    nick = {"Authorization": f"Bearer {api.token('nick')}"}  # type: ignore[attr-defined]
    answers = [made.get("/api/v1/me", headers=mia) for _ in range(4)]
    assert [a.status_code for a in answers] == [200, 200, 200, 429]
    assert answers[0].headers["ratelimit-policy"] == '"principal";q=3;w=60'
    assert answers[0].headers["ratelimit"] == '"principal";r=2;t=20'
    refused = answers[3]
    assert (refused.json()["code"], refused.headers["content-type"]) == ("H840", "application/problem+json")
    assert 1 <= int(refused.headers["retry-after"]) <= 20
    assert refused.headers["x-request-id"]
    assert made.get("/api/v1/me", headers=nick).status_code == 200


@pytest.mark.parametrize("client", [Limits(100, 3)], indirect=True)
def test_a_source_has_a_limit_whoever_it_says_that_it_is(client: tuple[TestClient, "object"]) -> None:
    made, _ = client
    answers = [made.get("/api/v1/me") for _ in range(4)]
    assert [a.status_code for a in answers] == [401, 401, 401, 429]
    assert answers[0].headers["ratelimit"].startswith('"source";r=2;')
    assert answers[3].json()["code"] == "H840"
    assert made.get("/healthz").status_code == 200  # whoever watches the server is not kept out


@pytest.mark.parametrize("client", [Limits(0, 0)], indirect=True)
def test_without_limits_nothing_is_said_of_them(client: tuple[TestClient, "object"]) -> None:
    made, api = client
    answer = made.get("/api/v1/me", headers={"Authorization": f"Bearer {api.token('mia')}"})  # type: ignore[attr-defined]
    assert answer.status_code == 200
    assert "ratelimit" not in answer.headers
