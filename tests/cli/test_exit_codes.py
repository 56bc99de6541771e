"""0: done and good. 1: done, and the answer is no. 2: could not be done. With --json, stdout is one document in all three."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Hansa = Callable[..., Any]

IMPOSSIBLE = [
    (("frobnicate",), "H907", "no such command 'frobnicate'"),
    (("quer", "SELECT 1"), "H907", "did you mean 'query'"),
    (("check", "--nope"), "H907", "--nope"),
    (("describe",), "H907", "NAME"),
    (("query", "SELECT 1", "--format", "xml"), "H907", "'xml' is not one of"),
    (("gc", "--keep", "-1"), "H907", "keep"),
    (("rollback", "customer.profiles", "--to", "x"), "H907", "hansa rollback --help"),
    (("check", "--mesh", "/nowhere"), "H901", "hansa init"),
    (("check", "nowhere"), "H908", "nowhere"),
    (("explain", "H999"), "H903", "explain all"),
    (("run", "nobody"), "H301", "customer.profiles"),
    (("run", ""), "H301", "leave it out for all"),
    (("plan", " , "), "H301", "leave it out for all"),
    (("run", "--env", ""), "H907", "leave --env out"),
    (("policy", "log", "--limit", "9" * 24), "H907", "--limit"),
    (("audit-log", "--limit", "9" * 24), "H907", "--limit"),
    (("policy", "query", "SELECT 1", "--limit", "9" * 24), "H907", "--limit"),
    (("status", "--env", "a b"), "H907", "`a b` cannot name an environment"),
    (("policy", "list", "--env", "x" * 101), "H907", "in one word"),
    (("lineage", "customer"), "H935", "name one of its products: `customer.profiles`"),
    (("policy", "log", "customer.profils"), "H905", "did you mean `customer.profiles`?"),
    (("feedback", "customer.profils"), "H905", "did you mean `customer.profiles`?"),
    (("policy", "scorecard", "customer.profils"), "H905", "did you mean `customer.profiles`"),
    (("run", "--resume", "never"), "H403", "never"),
    (("run", "--plan", "missing.json"), "H904", "plan --json"),
    (("describe", "customer.profils"), "H905", "did you mean `customer.profiles`?"),
    (("describe", "a b"), "H905", "status"),
    (("new", "product", "custmer/x"), "H917", "did you mean `customer`?"),
    (("new", "product", "x"), "H916", "DOMAIN/NAME"),
    (("new", "domain", "Bad Name"), "H916", "bad_name"),
    (("new", "port", "customer.profils", "x"), "H905", "did you mean `customer.profiles`?"),
    (("init", "x", "--template", "retial"), "H915", "did you mean `retail`?"),
    (("query", "SELECT * FROM customer.profils"), "H703", "did you mean `customer.profiles`?"),
]


@pytest.mark.parametrize(("arguments", "code", "said"), IMPOSSIBLE, ids=[" ".join(a) for a, _, _ in IMPOSSIBLE])
def test_what_cannot_be_done_is_2_with_a_trouble_and_its_mend(
    arguments: tuple[str, ...], code: str, said: str, hansa: Hansa, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HANSA_MESH", str(shared))
    human = hansa(*arguments, code=2)
    assert human.out == ""
    assert f"[{code}]" in human.err
    assert said in human.err
    assert "Traceback" not in human.err
    machine = hansa(*arguments, "--json", code=2)
    (trouble,) = machine.json["error"]["troubles"]
    assert trouble["code"] == code
    assert trouble["mend"] or trouble["places"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("check",),
        ("check", "--mesh"),
        ("lineage", "columns", "--schema"),
        ("contract", "diff", "a.yaml"),
        ("policy", "test"),
        ("policy", "rehearse"),
        ("new", "product", "customer/x", "--from"),
    ],
    ids=" ".join,
)
def test_a_name_that_is_too_long_for_any_file_is_the_name_of_none(
    arguments: tuple[str, ...], hansa: Hansa, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HANSA_MESH", str(shared))
    said = hansa(*arguments, "x" * 5_000, code=2)
    assert "Traceback" not in said.err
    assert "H900" not in said.err
    assert "mend:" in said.err


def test_no_is_1(hansa: Hansa, mesh: Path) -> None:
    (mesh / "domains/customer/profiles/models/profiles.sql").write_text("SELEC")
    assert hansa("check", "--json", code=1).json["valid"] is False
    assert hansa("plan", "--json", code=1).json["blocked"] is True
    (product,) = hansa("run", "--json", code=1).json["products"]
    assert product["status"] == "blocked"
    assert "hansa check" in hansa("run", "-q", code=1).out


def test_a_mistake_of_ours_is_2_and_says_so(hansa: Hansa, shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("profiles")

    monkeypatch.setattr("hansa.catalog.states", broken)
    said = hansa("status", "--mesh", shared, "--json", code=2)
    assert said.json["error"]["troubles"][0]["code"] == "H900"
    assert "Traceback" in said.err


def test_progress_goes_to_stderr_as_json_lines_and_stdout_is_one_document(hansa: Hansa, mesh: Path) -> None:
    said = hansa("run", "--json")
    assert said.json["status"] == "succeeded"
    events = [json.loads(line) for line in said.err.splitlines()]
    assert [events[0]["event"], events[-1]["event"]] == ["RunBegan", "RunFinished"]
    assert hansa("run", "--json", "--quiet", "--force").err == ""


def test_check_of_a_path_tells_only_what_lies_below_it(hansa: Hansa, mesh: Path) -> None:
    hansa("new", "product", "customer/other")
    (mesh / "domains/customer/profiles/models/profiles.sql").write_text("SELEC")
    hansa("check", code=1)
    assert hansa("check", "domains/customer/other", "--json").json["troubles"] == []
    assert hansa("check", "domains/customer/profiles", "--json", code=1).json["troubles"]
