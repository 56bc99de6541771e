"""`/plan`: what the page of the plan shows, for programs, as far as each may know."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from hansa.model import ChangeKind, ConsumerHit, Fingerprint, Impact, MeshChange, Violation
from hansa.model.governance import PolicyLevel, PolicyMode
from hansa.plan import Block, Plan
from hansa.server import Backing, InProcess, create_app
from hansa.trouble import Place, Severity, Trouble, TroubleError

PLAN = "/api/v1/plan"


@pytest.fixture(scope="module")
def made(web: Any) -> Plan:
    """The plan of the mesh as it is, with a change of a product that nick may know of, which a hidden one reads."""
    plan: Plan = web.serving.plan("prod")
    hits = (
        ConsumerHit("product", "vault.keys", "keys", "id", "customer_team", "lineage", reads="id"),
        ConsumerHit("consumer", "campaign", "", "", "marketing", "grant", reads="id"),
    )
    changes = (
        MeshChange("customer.profiles.profiles@1#id", "column renamed", Impact.MAJOR, True, hits, product="customer.profiles"),
        MeshChange("vault.keys.keys@1", "output port added", Impact.MINOR, kind=ChangeKind.ADD, product="vault.keys"),
    )
    about = {"level": PolicyLevel.GLOBAL, "mode": PolicyMode.ENFORCE, "severity": Severity.ERROR}
    violations = (
        _violation("customer.profiles", "it breaks vault.keys", **about),
        _violation("vault.keys", "it has no title", **about),
    )
    keys = Place("domains/vault/keys/product.odps.yaml", 1, 1)
    warnings = (
        Trouble("H236", "customer.report reads what ends", (keys,), "", Severity.WARNING, "customer.report"),
        Trouble("H236", "vault.keys reads what ends", (), "", Severity.WARNING, "vault.keys"),
        Trouble("H283", "a manifest is away", (), "", Severity.WARNING),
    )
    steps = tuple(Block("vault.keys", "in trouble: H200", ("H200",)) if "vault" in str(_name(s)) else s for s in plan.steps)
    return replace(plan, changes=changes, violations=violations, warnings=warnings, steps=steps, fingerprint=Fingerprint("f"))


def _name(step: Any) -> str:
    from hansa.plan import subject

    return subject(step)


def _violation(product: str, message: str, **about: Any) -> Violation:
    return Violation(policy="titled", subject=product, message=message, product=product, owner="carla", **about)


@pytest.fixture(scope="module")
def asked(web: Any, made: Plan) -> Iterator[Any]:
    with _client(web, lambda: made) as client:
        yield lambda who="mia", headers=None, **params: client.get(
            PLAN, params=params, headers={"Authorization": f"Bearer {web.token(who)}", **(headers or {})}
        )


def _client(web: Any, planner: Any) -> TestClient:
    serving = web.serving
    answering = serving.gateway()
    parts = (serving.authenticator, serving.decider, serving.workplace.ledger, serving.mesh, answering, InProcess(answering))
    return TestClient(create_app(Backing(*parts, serving.clock, planner=planner)), raise_server_exceptions=False)


def test_it_tells_steps_changes_violations_and_warnings(asked: Any) -> None:
    told = asked("olga").json()
    assert told["environment"] == "prod"
    assert (told["counts"], told["blocked"], told["idle"]) == ({"blocked": 1, "keep": 2}, True, False)
    assert [(s["product"], s["action"]) for s in told["steps"]] == [
        ("customer.profiles", "keep"), ("customer.report", "keep"), ("vault.keys", "blocked"),
    ]  # fmt: skip
    breaking, added = told["changes"]
    assert (breaking["breaksReaders"], [c["name"] for c in breaking["consumers"]]) == (True, ["vault.keys", "campaign"])
    assert (added["subject"], added["kind"]) == ("vault.keys.keys@1", "add")
    assert [v["product"] for v in told["violations"]] == ["customer.profiles", "vault.keys"]
    assert [w["summary"] for w in told["warnings"]][-1] == "a manifest is away"


def test_what_is_hidden_is_neither_named_nor_counted(asked: Any) -> None:
    answer = asked("nick")
    assert "vault" not in answer.text
    assert "keys" not in answer.text
    told = answer.json()
    assert (told["counts"], told["total"], told["blocked"], told["idle"]) == ({"keep": 2}, 2, False, True)
    assert [c["name"] for c in told["changes"][0]["consumers"]] == ["campaign"]
    assert [v["message"] for v in told["violations"]] == ["what it says names something that you may not know of"]
    assert [(w["summary"], w["places"]) for w in told["warnings"]] == [("customer.report reads what ends", [])]


def test_what_is_of_the_whole_mesh_is_for_its_administrators(asked: Any) -> None:
    assert "a manifest is away" not in asked("mia").text


def test_it_is_narrowed_and_paged(asked: Any) -> None:
    of_one = asked("olga", product="customer.profiles").json()
    assert ([s["product"] for s in of_one["steps"]], len(of_one["changes"]), len(of_one["violations"])) == (
        ["customer.profiles"],
        1,
        1,
    )
    kept = asked("olga", step="keep", limit=1).json()
    assert (kept["total"], len(kept["steps"]), kept["counts"]["blocked"]) == (2, 1, 1)
    rest = asked("olga", step="keep", limit=1, cursor=kept["next"]).json()
    assert [s["product"] for s in rest["steps"]] == ["customer.report"]
    assert asked("nick", product="vault.keys").status_code == 404
    assert asked("nick", step="dance").status_code == 400


def test_a_plan_that_says_the_same_is_not_sent_again(asked: Any) -> None:
    first = asked("mia")
    assert first.json()["fingerprint"] in first.headers["etag"]
    again = asked("mia", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert asked("nick").headers["etag"] != first.headers["etag"]


def test_while_there_is_none_it_says_why(web: Any) -> None:
    def gone() -> Plan:
        raise TroubleError(Trouble("H450", "the ledger is away", mend="wait"))

    headers = {"Authorization": f"Bearer {web.token('mia')}"}
    with _client(web, gone) as client:
        told = client.get(PLAN, headers=headers)
        assert (told.status_code, told.json()["code"], "troubles" in told.json()) == (503, "H852", False)
        admin = client.get(PLAN, headers={"Authorization": f"Bearer {web.token('olga')}"})
        assert [t["code"] for t in admin.json()["troubles"]] == ["H852", "H450"]
    with _client(web, None) as client:
        assert client.get(PLAN, headers=headers).json()["code"] == "H879"
    assert web.get("/plan").status_code == 404
    assert web.client.get(PLAN).status_code == 401
