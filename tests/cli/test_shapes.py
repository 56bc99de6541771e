"""The public documents of commands: their keys and types, as docs/reference/json.md lists them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

Hansa = Callable[..., Any]

AUDIT = {"passed": int, "failed": int, "warned": int, "errors": int, "skipped": int, "quarantined": int}
PLACE = {"file": str, "line": int, "column": int, "note": str}
TROUBLE = {"code": str, "severity": str, "summary": str, "places": [PLACE], "mend": str}
PORT = {"name": str, "version": str, "snapshot": int, "rows": int, "bytes": int, "audit": AUDIT}
CHECK = {"valid": bool, "troubles": [TROUBLE], "products": int, "columns": int, "seconds": float}
CONSUMER = {"kind": str, "name": str, "model": str, "column": str, "owner": str, "learnt": str}
CHANGE = {"subject": str, "change": str, "impact": str, "breaking": bool, "consumers": [CONSUMER]}
STEP = {"product": str, "action": str, "reason": str}
PLAN = {"changes": [CHANGE], "violations": list, "steps": [STEP], "fingerprint": str, "blocked": bool}
RUN_PRODUCT = {"name": str, "status": str, "reason": str, "seconds": float, "ports": [PORT]}
RUN = {"run": str, "status": str, "products": [RUN_PRODUCT]}
STATE = {
    "name": str, "state": str, "version": int, "published": str, "ageSeconds": int, "freshness": str, "rows": int, "bytes": int,
    "checks": dict, "lastRun": str, "note": str, "owner": str,
    "ports": [{"name": str, "version": str, "snapshot": int, "rows": int}],
}  # fmt: skip
COLUMN = {"name": str, "type": str, "required": bool, "key": bool, "classification": str, "description": str}
OUTPUT = {"name": str, "major": int, "contract": str, "version": str, "refresh": str, "columns": [COLUMN], "serviceLevels": list}
PAGE = STATE | {"outputs": [OUTPUT], "inputs": [{"name": str, "contract": str, "from": str}], "readers": list, "readme": str}
PAGE |= {"history": [{"version": int, "published": str, "run": str, "changes": list}], "title": str, "purpose": str}
MOVE = {"product": str, "environment": str, "from": int, "to": int, "ports": list}
GARBAGE = {"dryRun": bool, "versions": list, "files": int, "bytes": int, "snapshots": int}


def assert_shape(document: Any, shape: Any, at: str = "$") -> None:
    """Every key of the shape is there with its type; more keys may be."""
    match shape:
        case dict():
            assert isinstance(document, dict), at
            for key, part in shape.items():
                assert key in document, f"{at}.{key}"
                assert_shape(document[key], part, f"{at}.{key}")
        case [part]:
            assert isinstance(document, list), at
            for number, each in enumerate(document):
                assert_shape(each, part, f"{at}[{number}]")
        case type():
            assert isinstance(document, shape), f"{at} is {document!r}"
            assert shape is bool or not isinstance(document, bool), at
        case _:
            raise AssertionError(f"{shape!r} is no shape")


def test_scaffolds_list_what_they_made(hansa: Hansa) -> None:
    assert_shape(hansa("init", "shop", "--json").json, {"mesh": str, "files": [str]})
    for arguments in (("domain", "a"), ("product", "a/p"), ("port", "a.p", "more"), ("contract", "a.p", "other")):
        made = hansa("new", *arguments, "--mesh", "shop", "--json").json
        assert_shape(made, {"created": [str]})
        assert all((Path("shop") / f).is_file() for f in made["created"])


def test_check(hansa: Hansa, mesh: Path) -> None:
    assert_shape(hansa("check", "--json").json, CHECK)
    (mesh / "domains/customer/profiles/models/profiles.sql").write_text("SELECT nothing FROM profiles_source")
    wrong = hansa("check", "--json", code=1).json
    assert_shape(wrong, CHECK)
    assert wrong["valid"] is False
    assert wrong["troubles"][0]["places"][0]["line"] == 1


def test_plan_run_and_moving_the_pointer(hansa: Hansa, mesh: Path) -> None:
    plan = hansa("plan", "--json").json
    assert_shape(plan, PLAN)
    assert plan["changes"]
    (mesh / "plan.json").write_text(hansa("plan", "--json").out)
    outcome = hansa("run", "--plan", "plan.json", "--json").json
    assert_shape(outcome, RUN)
    assert outcome["products"][0]["ports"][0]["audit"]["passed"] > 0
    assert "H402" in hansa("run", "--plan", "plan.json", code=2).err, "the plan is stale now"
    with (mesh / "data.csv").open("a") as data:
        data.write("4,Dora,1999-09-09,4\n")
    hansa("run", "-q")
    moves = hansa("rollback", "customer.profiles", "--json").json
    assert_shape(moves, {"moves": [MOVE]})
    hansa("run", "--env", "pr-1", "--force", "-q")
    promoted = hansa("promote", "--from", "pr-1", "--json").json
    assert_shape(promoted, {"moves": [MOVE]})
    assert_shape(hansa("gc", "--keep", "0", "--dry-run", "--json").json, GARBAGE)
    removed = hansa("gc", "--keep", "0", "--json").json
    assert_shape(removed, GARBAGE)
    assert removed["versions"]
    withdrawn = hansa("withdraw", "customer.profiles", "--json").json["moves"]
    assert withdrawn[0]["to"] is None


def test_status_and_describe(hansa: Hansa, shared: Path) -> None:
    assert_shape(hansa("status", "--mesh", shared, "--json").json, {"products": [STATE]})
    assert_shape(hansa("describe", "customer.profiles", "--mesh", shared, "--json").json, PAGE)


def test_explain(hansa: Hansa) -> None:
    assert_shape(hansa("explain", "h214", "--json").json, {"code": str, "title": str, "page": str})
    assert hansa("explain", "all", "--json").json["H214"]


def test_a_run_with_failures_says_each_check(hansa: Hansa, mesh: Path) -> None:
    contract = mesh / "domains/customer/profiles/contracts/profiles.odcs.yaml"
    rule = "    quality:\n      - {name: enough, metric: rowCount, mustBeGreaterThan: 1000}\n"
    contract.write_text(contract.read_text().replace("\nteam:", f"{rule}\nteam:"))
    outcome = hansa("run", "--json", code=1).json
    assert_shape(outcome, {"run": str, "status": str, "products": [{"name": str, "status": str, "reason": str}]})
    (failure,) = outcome["products"][0]["failures"]
    assert_shape(failure, {"subject": str, "check": str, "status": str, "column": str, "threshold": str, "message": str})
    assert (failure["status"], failure["measured"]) == ("fail", 3)
