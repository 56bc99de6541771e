"""`/products/{product}/feedback`: said once, by whoever may, seen by whoever may, and never counted of what is hidden."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from hansa.access.identity import UserChange, add_user, change_user
from hansa.ledger import ReadsRecorded
from hansa.model import PortRead, ReadOutcome, ReadRecord
from hansa.names import PortMajor, parse
from hansa.server.events.telling import Teller, Wanted
from hansa.serving import Serving
from hansa.wiring import Workplace

AT = "/api/v1/products/customer.profiles/feedback"
RULES = (
    '@id("eve-is-blind")\nforbid (principal == User::"eve", action, resource) when { resource in Domain::"customer" };\n'
    '@id("hal-is-half-blind")\nforbid (principal == User::"hal", action == Action::"describe", resource);\n'
)
QUESTION = {"kind": "question", "text": "Of which year?"}


@dataclass(frozen=True, slots=True)
class Talk:
    """Calls of the API as somebody. `mia` may read, `carla` owns, `nick` may not read, `eve` discovers nothing, `hal` no more."""

    client: TestClient
    serving: Serving
    app: Any

    def ask(
        self, who: str, method: str, path: str = "", body: object = None, *, scopes: tuple[str, ...] = (), **headers: str
    ) -> httpx2.Response:
        token, _ = self.serving.authenticator.issue_token(who, scopes=scopes)
        sent = {"Authorization": f"Bearer {token}", **{k.replace("_", "-"): v for k, v in headers.items()}}
        response: httpx2.Response = self.client.request(method, f"{AT}{path}", json=body, headers=sent)
        return response

    def give(self, who: str, **body: object) -> dict[str, Any]:
        response = self.ask(who, "POST", body=body)
        assert response.status_code == 201, response.text
        said: dict[str, Any] = response.json()
        return said

    def list(self, who: str = "carla", query: str = "") -> dict[str, Any]:
        response = self.ask(who, "GET", query)
        assert response.status_code == 200, response.text
        told: dict[str, Any] = response.json()
        return told

    @property
    def steps(self) -> int:
        return self.serving.workplace.ledger.last_feedback_step()


@pytest.fixture
def talk(governed_mesh: Path, tmp_path: Path) -> Iterator[Talk]:
    from tests.server.conftest import application

    root = tmp_path / "mesh"
    shutil.copytree(governed_mesh, root, ignore=shutil.ignore_patterns(".hansa"))
    (root / "governance/access").mkdir(exist_ok=True)
    (root / "governance/access/feedback.cedar").write_text(RULES)
    with Workplace(root, {"PATH": "/usr/bin"}) as workplace, Serving.live(workplace) as serving:
        for name in ("nick", "eve", "hal"):
            add_user(workplace.ledger, serving.mesh(), name, UserChange(), now=serving.clock())
        app = application(serving)
        with TestClient(app, raise_server_exceptions=False) as client:
            yield Talk(client, serving, app)


def code(response: httpx2.Response, status: int) -> str:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    document = response.json()
    assert document["mend"]
    found: str = document["code"]
    return found


def test_a_problem_goes_from_its_author_to_the_owner_and_back(talk: Talk) -> None:
    given = talk.ask(
        "mia", "POST", body={"kind": "problem", "text": "Some are born in 1900.", "port": "profiles", "column": "BORN"}
    )
    said = given.json()
    assert (given.status_code, given.headers["location"]) == (201, f"{AT}/{said['feedback']}"), given.text
    assert (said["status"], said["column"], said["port"], said["who"]) == (
        "open", "born", "customer.profiles.profiles@1", "mia",
    )  # fmt: skip
    assert said["may"] == ["change", "withdraw"]
    seen = talk.ask("carla", "GET", f"/{said['feedback']}").json()
    assert seen["may"] == ["answer", "resolve"]
    answered = talk.ask("carla", "POST", f"/{said['feedback']}/answer", {"text": "A default of the source."})
    assert (answered.status_code, answered.json()["status"]) == (200, "answered"), answered.text
    resolved = talk.ask("carla", "POST", f"/{said['feedback']}/resolve", {}).json()
    assert [(r["kind"], r["who"], r["text"]) for r in resolved["replies"]] == [
        ("answered", "carla", "A default of the source."), ("resolved", "carla", ""),
    ]  # fmt: skip
    assert talk.list(query="?kind=problem&status=open")["items"] == []
    again = talk.ask("mia", "POST", f"/{said['feedback']}/change", {"text": "They still are."}).json()
    assert (again["status"], again["text"], again["changed"] is not None) == ("open", "They still are.", True)


def test_ratings_are_counted_once_a_person_and_only_of_those_who_may_read(talk: Talk) -> None:
    assert code(talk.ask("nick", "POST", body={"kind": "rating", "stars": 1}), 403) == "H883"
    assert code(talk.ask("carla", "POST", body={"kind": "rating", "stars": 5}), 403) == "H883"
    talk.give("mia", kind="rating", stars=2)
    second = talk.give("mia", kind="rating", stars=5, text="Better.")
    told = talk.list()
    assert told["ratings"] == {"average": 5.0, "count": 1, "distribution": [0, 0, 0, 0, 1], "earlier": 0}
    assert [i["feedback"] for i in told["items"]] == [second["feedback"]], "what was replaced is shown no more"
    talk.ask("mia", "POST", f"/{second['feedback']}/withdraw", {})
    assert talk.list()["ratings"]["distribution"] == [0, 1, 0, 0, 0]


def test_who_has_read_is_told_from_the_record_of_reads(talk: Talk) -> None:
    port = parse("customer.profiles.profiles@1")
    assert isinstance(port, PortMajor)
    before = talk.give("nick", **QUESTION)
    assert before["hasRead"] is False
    for outcome, who in ((ReadOutcome.REFUSED, "hal"), (ReadOutcome.BEGUN, "nick")):
        record = ReadRecord(f"q-{who}", talk.serving.clock(), outcome, who, ports=(PortRead(port, 1),))
        talk.serving.workplace.ledger.apply([ReadsRecorded((record,))])
    assert talk.give("nick", kind="rating", stars=3)["hasRead"] is True
    assert all(i["hasRead"] for i in talk.list()["items"]), "what was said before is by a reader now, too"
    assert talk.give("hal", **QUESTION)["hasRead"] is False, "who was refused has not read"


def test_lists_come_in_pages_with_tags(talk: Talk) -> None:
    given = [talk.give("mia", kind="question", text=f"Why {n}?")["feedback"] for n in range(5)]
    first = talk.list(query="?limit=2")
    assert ([i["feedback"] for i in first["items"]], first["total"]) == ([given[4], given[3]], 5)
    talk.give("nick", **QUESTION)
    second = talk.list(query=f"?limit=2&cursor={first['next']}")
    assert [i["feedback"] for i in second["items"]] == [given[2], given[1]], "what came meanwhile shifts nothing"
    told = talk.ask("carla", "GET")
    assert talk.ask("carla", "GET", If_None_Match=told.headers["etag"]).status_code == 304
    talk.give("mia", **QUESTION)
    assert talk.ask("carla", "GET", If_None_Match=told.headers["etag"]).status_code == 200
    assert code(talk.ask("carla", "GET", "?cursor=x"), 400) == "H742"
    assert code(talk.ask("carla", "GET", "?kinds=problem"), 400) == "H855"


def test_sent_again_it_is_answered_as_before_and_said_once(talk: Talk) -> None:
    first = talk.ask("mia", "POST", body=QUESTION, Idempotency_Key="k1")
    again = talk.ask("mia", "POST", body=QUESTION, Idempotency_Key="k1")
    assert (first.status_code, again.status_code, again.headers["idempotency-replayed"]) == (201, 201, "true")
    assert again.json() == first.json()
    assert code(talk.ask("mia", "POST", body={**QUESTION, "text": "Other?"}, Idempotency_Key="k1"), 422) == "H856"
    number = first.json()["feedback"]
    for _ in range(2):
        answered = talk.ask("carla", "POST", f"/{number}/resolve", {"text": "Of 2026."}, Idempotency_Key="k2")
        assert (answered.status_code, answered.json()["status"]) == (200, "resolved"), answered.text
    assert talk.steps == 2


def test_what_may_not_be_discovered_is_as_what_never_was(talk: Talk) -> None:
    number = talk.give("mia", kind="problem", text="It broke.")["feedback"]
    calls: list[tuple[str, str, object]] = [("GET", "", None), ("POST", "", QUESTION), ("GET", f"/{number}", None)]
    calls += [
        ("POST", f"/{number}/{w}", {"text": "x"} if w in ("answer", "change", "resolve") else {})
        for w in ("answer", "change", "resolve", "withdraw")
    ]
    for method, path, body in calls:
        hidden = talk.ask("eve", method, path, body)
        assert code(hidden, 404) == "H857", (method, path)
        unknown = talk.client.request(
            method, hidden.request.url.path.replace("customer.profiles", "customer.nothing"), json=body,
            headers={"Authorization": hidden.request.headers["authorization"]},
        )  # fmt: skip
        assert code(unknown, 404) == "H857"
        differing = {k for k in hidden.json() if hidden.json()[k] != unknown.json()[k]}
        assert differing <= {"requestId", "detail"}
    assert talk.steps == 1, "nothing was recorded"
    assert talk.list("hal")["items"] == [], "who only knows that it is there sees nothing of others"
    assert code(talk.ask("hal", "GET", f"/{number}"), 404) == "H881"
    assert code(talk.ask("hal", "POST", f"/{number}/withdraw", {}), 404) == "H881"
    own = talk.give("hal", **QUESTION)
    assert [i["feedback"] for i in talk.list("hal")["items"]] == [own["feedback"]]


def test_what_was_withdrawn_is_for_its_author_alone(talk: Talk) -> None:
    number = talk.give("mia", **QUESTION)["feedback"]
    gone = talk.ask("mia", "POST", f"/{number}/withdraw", {})
    assert (gone.status_code, gone.json()["status"], gone.json()["may"]) == (200, "withdrawn", [])
    assert talk.list("mia")["items"] == talk.list("carla")["items"] == []
    assert talk.ask("mia", "GET", f"/{number}").json()["status"] == "withdrawn"
    assert code(talk.ask("carla", "GET", f"/{number}"), 404) == "H881"
    assert code(talk.ask("mia", "POST", f"/{number}/change", {"text": "x"}), 409) == "H884"


def test_nobody_speaks_without_a_name_or_beyond_their_token(talk: Talk) -> None:
    for method in ("GET", "POST"):
        assert talk.client.request(method, AT, json=QUESTION).status_code == 401
    assert code(talk.ask("mia", "POST", body=QUESTION, scopes=("read",)), 403) == "H752"
    number = talk.ask("mia", "POST", body=QUESTION, scopes=("request",)).json()["feedback"]
    for word, body in (("answer", {"text": "x"}), ("resolve", {})):
        assert code(talk.ask("carla", "POST", f"/{number}/{word}", body, scopes=("request", "read")), 403) == "H752"
        assert code(talk.ask("nick", "POST", f"/{number}/{word}", body), 403) == "H883"
    assert code(talk.ask("nick", "POST", f"/{number}/change", {"text": "x"}), 403) == "H883"
    assert talk.steps == 1


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ({"kind": "complaint", "text": "x"}, "H740"),
        ({"kind": "question"}, "H882"),
        ({"kind": "question", "text": "x" * 4001}, "H740"),
        ({"kind": "question", "text": "x" * 2001}, "H882"),
        ({"kind": "question", "text": "x\x00y"}, "H740"),
        ({"kind": "question", "text": "x\x1b[2Jy"}, "H882"),
        ({"kind": "rating", "stars": 0}, "H882"),
        ({"kind": "rating", "stars": 9}, "H740"),
        ({"kind": "rating", "stars": 5, "author": "carla"}, "H740"),
        ({"kind": "problem", "text": "x", "port": "nothing"}, "H887"),
        ({"kind": "problem", "text": "x", "port": "profiles", "column": "nothing"}, "H887"),
        ([], "H740"),
        (None, "H740"),
    ],
)
def test_what_is_none_is_refused(body: object, wanted: str, talk: Talk) -> None:
    refused = talk.ask("mia", "POST", body=body) if body is not None else talk.ask("mia", "POST", body="x")
    assert code(refused, 400) == wanted
    assert talk.steps == 0


def test_links_lead_to_what_is_of_the_product(talk: Talk) -> None:
    number = talk.give("mia", **QUESTION)["feedback"]
    for link in ({"run": "nothing"}, {"version": 7}):
        assert code(talk.ask("carla", "POST", f"/{number}/answer", {"text": "See.", **link}), 400) == "H888"


def test_who_says_too_much_has_to_wait(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    from hansa.feedback import desk

    monkeypatch.setattr(desk, "MOST_AN_HOUR", 3)
    for _ in range(3):
        talk.give("mia", **QUESTION)
    assert code(talk.ask("mia", "POST", body=QUESTION), 429) == "H885"
    talk.give("nick", **QUESTION)


def test_whose_account_has_ended_stays_as_somebody_who_left(talk: Talk) -> None:
    talk.give("nick", **QUESTION)
    ledger, serving = talk.serving.workplace.ledger, talk.serving
    change_user(ledger, serving.mesh(), "nick", UserChange(disabled=True), now=serving.clock())
    serving.authenticator._directory = None  # or wait two seconds for it to be read anew
    (shown,) = talk.list()["items"]
    assert (shown["who"], shown["text"]) == ("somebody who left", "Of which year?")
    assert "nick" not in json.dumps(shown)


def test_streams_tell_of_it_without_the_words_to_those_who_may_see_it(talk: Talk) -> None:
    talk.give("mia", kind="problem", text="Quite secret words.", port="profiles")
    backing, sights = talk.app.state.backing, talk.app.state.catalogue.sights

    def told(who: str, **wanted: str) -> str:
        principal = talk.serving.authenticator.user(who)
        sight: Callable[[], Any] = lambda: sights.of(talk.serving.mesh(), principal, talk.serving.clock())  # noqa: E731
        return Teller(backing, principal, sight, Wanted(**wanted)).told(backing.ledger.events())

    heard = told("carla", product="customer.profiles")
    assert "event: feedback.step" in heard
    assert '"step":"given"' in heard
    assert "secret" not in heard
    assert told("mia") == heard
    for who in ("eve", "hal"):
        assert "feedback" not in told(who)
    assert "feedback" not in told("carla", run="r1")
