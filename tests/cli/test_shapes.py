"""The public documents of commands are what docs/reference/json.md says: each key, each type, and no key that it does not say."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

Hansa = Callable[..., Any]

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "json.md"
SHAPES = {
    name.strip(): json.loads(block)
    for names, block in re.findall(
        r"^## (.+?)\n(?:(?!^## )[\s\S])*?```json\n([\s\S]+?)```", PAGE.read_text("utf-8"), re.MULTILINE
    )
    for name in names.split(",")
}
TYPES: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "scalar": (str, int, float, bool, type(None)),
}


def assert_shape(document: Any, shape: Any, at: str = "$") -> None:
    match shape:
        case "…":
            return
        case dict():
            assert isinstance(document, dict), at
            assert document.keys() == shape.keys(), at
            for key, part in shape.items():
                assert_shape(document[key], part, f"{at}.{key}")
        case []:
            assert document == [], at
        case [part]:
            assert isinstance(document, list), at
            for number, each in enumerate(document):
                assert_shape(each, part, f"{at}[{number}]")
        case str():
            known = TYPES[shape.removesuffix("?")] + ((type(None),) if shape.endswith("?") else ())
            assert isinstance(document, known), f"{at} is {document!r}"
            assert bool in known or not isinstance(document, bool), at
        case _:
            raise AssertionError(f"{shape!r} is no shape")


def assert_documented(document: Any, name: str) -> Any:
    assert_shape(document, SHAPES[name], name)
    return document


def test_scaffolds_list_what_they_made(hansa: Hansa) -> None:
    assert_documented(hansa("init", "shop", "--json").json, "init")
    for arguments in (("domain", "a"), ("product", "a/p"), ("port", "a.p", "more"), ("contract", "a.p", "other")):
        made = assert_documented(hansa("new", *arguments, "--mesh", "shop", "--json").json, "new")
        assert all((Path("shop") / f).is_file() for f in made["created"])


def test_check(hansa: Hansa, mesh: Path) -> None:
    assert_documented(hansa("check", "--json").json, "check")
    (mesh / "domains/customer/profiles/models/profiles.sql").write_text("SELECT nothing FROM profiles_source")
    wrong = assert_documented(hansa("check", "--json", code=1).json, "check")
    assert wrong["valid"] is False
    assert wrong["troubles"][0]["places"][0]["line"] == 1


def test_plan_run_and_moving_the_pointer(hansa: Hansa, mesh: Path) -> None:
    plan = hansa("plan", "--json")
    assert assert_documented(plan.json, "plan")["changes"]
    (mesh / "plan.json").write_text(plan.out)
    outcome = assert_documented(hansa("run", "--plan", "plan.json", "--json").json, "run")
    assert outcome["products"][0]["ports"][0]["audit"]["passed"] > 0
    assert "H402" in hansa("run", "--plan", "plan.json", code=2).err, "the plan is stale now"
    with (mesh / "data.csv").open("a") as data:
        data.write("4,Dora,1999-09-09,4\n")
    hansa("run", "-q")
    assert assert_documented(hansa("rollback", "customer.profiles", "--json").json, "rollback")["moves"]
    hansa("run", "--env", "pr_1", "--force", "-q")
    assert assert_documented(hansa("promote", "--from", "pr_1", "--json").json, "promote")["moves"]
    assert_documented(hansa("gc", "--keep", "0", "--dry-run", "--json").json, "gc")
    assert assert_documented(hansa("gc", "--keep", "0", "--json").json, "gc")["versions"]
    withdrawn = assert_documented(hansa("withdraw", "customer.profiles", "--json").json, "withdraw")
    assert withdrawn["moves"][0]["to"] is None


def test_status_and_describe(hansa: Hansa, shared: Path, mesh: Path) -> None:
    for where in (shared, mesh):  # published, and not published yet
        assert assert_documented(hansa("status", "--mesh", where, "--json").json, "status")["products"]
        assert_documented(hansa("describe", "customer.profiles", "--mesh", where, "--json").json, "describe")


def test_lineage(hansa: Hansa, shared: Path) -> None:
    for name in ("customer.profiles", "customer.profiles.profiles", "customer.profiles#id"):
        assert assert_documented(hansa("lineage", name, "--mesh", shared, "--json").json, "lineage")["edges"]


def test_explain(hansa: Hansa) -> None:
    assert_documented(hansa("explain", "h214", "--json").json, "explain")
    assert hansa("explain", "all", "--json").json["H214"]


def test_errors(hansa: Hansa) -> None:
    for arguments in (("check",), ("frobnicate",), ("explain", "H000")):
        assert_documented(hansa(*arguments, "--json", code=2).json, "error")


def test_a_run_with_failures_says_each_check(hansa: Hansa, mesh: Path) -> None:
    contract = mesh / "domains/customer/profiles/contracts/profiles.odcs.yaml"
    rule = "    quality:\n      - {name: enough, metric: rowCount, mustBeGreaterThan: 1000}\n"
    contract.write_text(contract.read_text().replace("\nteam:", f"{rule}\nteam:"))
    outcome = assert_documented(hansa("run", "--json", code=1).json, "run")
    (failure,) = outcome["products"][0]["failures"]
    assert (failure["status"], failure["measured"]) == ("fail", 3)


def test_a_run_that_cannot_read_its_source_says_the_trouble(hansa: Hansa, mesh: Path) -> None:
    (mesh / "data.csv").unlink()
    outcome = assert_documented(hansa("run", "--json", code=1).json, "run")
    assert outcome["products"][0]["troubles"][0]["mend"]


def test_people_and_tokens(mesh: Path, hansa: Hansa) -> None:
    assert_documented(hansa("user", "add", "ada", "--json").json, "user")
    issued = assert_documented(hansa("token", "issue", "ada", "--json").json, "token")
    assert issued["revoked"] is None
