"""`policy adopt`, `policy rehearse` and `policy scorecard`: what they say to people and programs, and the codes they end with."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Hansa = Callable[..., Any]

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "json.md"

TITLED = """\
apiVersion: hansa/v1
kind: Policy
id: small-ports
title: No port has more than {most} columns
severity: {severity}
sql: |
  SELECT port AS subject, product, 'it has ' || columns || ' columns' AS message FROM ports WHERE columns > {most}
examples:
  - name: a small port
    expect: {expect}
    rows: {{ports: [{{port: a.b.c@1, product: a.b, columns: 1}}]}}
"""


def documented(command: str) -> dict[str, Any]:
    """The document that docs/reference/json.md shows for a command."""
    _, _, below = PAGE.read_text("utf-8").partition(f"### {command}\n")
    shape: dict[str, Any] = json.loads(below.partition("```json\n")[2].partition("```")[0])
    return shape


@pytest.fixture
def rule(in_folder: Path) -> Callable[..., Path]:
    """Writes a policy beside the mesh: ports of more than `most` columns break it."""

    def write(most: int = 3, severity: str = "error", expect: str = "pass", sql: str = "") -> Path:
        text = TITLED.format(most=most, severity=severity, expect=expect)
        path = in_folder / "small-ports.yaml"
        path.write_text(text if not sql else text[: text.index("sql:")] + f"sql: {sql}\n")
        return path

    return write


def test_a_rule_that_nobody_breaks_ends_with_0(hansa: Hansa, shared: Path, rule: Callable[..., Path]) -> None:
    said = hansa("policy", "rehearse", rule(most=99), "--mesh", shared, code=0)
    assert "Its examples hold: 1." in said.out
    assert "Nobody would fail." in said.out


def test_a_rule_that_somebody_breaks_ends_with_1_and_names_the_subject_and_the_past(
    hansa: Hansa, shared: Path, rule: Callable[..., Path]
) -> None:
    told = hansa("policy", "rehearse", rule(), "--mesh", shared, "--json", code=1).json
    assert (told["policy"], told["mode"], told["scope"]["level"]) == ("small-ports", "report", "global")
    (violation,) = told["violations"]
    assert violation["subject"] == "customer.profiles.profiles@1"
    assert violation["message"] == "it has 4 columns"
    assert violation["waived"] is None
    assert told["examples"] == [{"name": "a small port", "passed": True, "found": "pass"}]
    (then,) = told["history"]
    assert (then["violations"], then["products"], then["judged"], then["untold"]) == (1, ["customer.profiles"], 1, [])
    assert told["consumers"] == []
    shape = documented("policy rehearse")
    assert told.keys() == shape.keys()
    for part in ("scope", "examples", "violations", "history"):
        one, wanted = (d[part] if isinstance(d[part], dict) else d[part][0] for d in (told, shape))
        assert one.keys() == wanted.keys(), part


def test_a_day_before_the_first_publication_had_nobody_to_judge(hansa: Hansa, shared: Path, rule: Callable[..., Path]) -> None:
    told = hansa("policy", "rehearse", rule(), "--mesh", shared, "--at", "2001-01-31", "--json", code=1).json
    assert [(h["at"][:10], h["judged"], h["violations"]) for h in told["history"]] == [("2001-01-31", 0, 0)]


@pytest.mark.parametrize("day", ["yesterday", "2026-02-30", "2026-1-1T"])
def test_what_is_no_day_could_not_be_done(hansa: Hansa, shared: Path, rule: Callable[..., Path], day: str) -> None:
    said = hansa("policy", "rehearse", rule(), "--mesh", shared, "--at", day, code=2)
    assert "H907" in said.err


def test_an_example_that_does_not_hold_is_told_before_all(hansa: Hansa, shared: Path, rule: Callable[..., Path]) -> None:
    said = hansa("policy", "rehearse", rule(most=99, expect="fail"), "--mesh", shared, code=0)
    assert "example `a small port` does not hold: found nobody" in said.out


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("SELECT nothing AS subject FROM ports", "H313"),
        ("SELECT port FROM ports", "H313"),
        ("SELECT content AS subject FROM read_text('/etc/hostname')", "H313"),
    ],
)
def test_a_rule_that_cannot_be_judged_ends_with_2(
    hansa: Hansa, shared: Path, rule: Callable[..., Path], sql: str, code: str
) -> None:
    told = hansa("policy", "rehearse", rule(sql=sql), "--mesh", shared, "--json", code=2).json
    (trouble,) = told["error"]["troubles"]
    assert (trouble["code"], trouble["severity"]) == (code, "error")
    assert trouble["places"][0]["file"].endswith("small-ports.yaml")
    assert trouble["mend"]


def test_a_file_of_several_or_of_none_is_refused(hansa: Hansa, shared: Path, in_folder: Path) -> None:
    several = in_folder / "several.yaml"
    rules = "".join(f"  - {{id: r{n}, sql: 'SELECT {n} AS subject'}}\n" for n in range(2))
    several.write_text(f"apiVersion: hansa/v1\nkind: Policies\npolicies:\n{rules}")
    assert "H328" in hansa("policy", "rehearse", several, "--mesh", shared, code=2).err
    assert "H908" in hansa("policy", "rehearse", "nowhere.yaml", "--mesh", shared, code=2).err


def test_the_pack_is_listed_without_a_mesh(hansa: Hansa) -> None:
    told = hansa("policy", "adopt", "--list", "--json").json
    assert {"policy": "owner-present", "group": "ownership", "severity": "error", "title": "Every product has an owner"} in told[
        "policies"
    ]
    assert "owner-present" in hansa("policy", "adopt", "--list").out


def test_adopted_policies_are_in_force_at_once_and_never_replaced_unasked(hansa: Hansa, mesh: Path) -> None:
    created = hansa("policy", "adopt", "owner-present", "product-readme", "--mode", "enforce", "--json").json["created"]
    assert created == ["governance/policies/owner-present.yaml", "governance/policies/product-readme.yaml"]
    listed = {p["policy"]: p["mode"] for p in hansa("policy", "list", "--json", code=None).json["policies"]}
    assert (listed["owner-present"], listed["product-readme"]) == ("enforce", "enforce")
    (mesh / created[0]).write_text("# ours\n")
    assert "H910" in hansa("policy", "adopt", "owner-present", "team-of-two", code=2).err
    assert not (mesh / "governance/policies/team-of-two.yaml").exists()
    assert (mesh / created[0]).read_text() == "# ours\n"
    hansa("policy", "adopt", "owner-present", "--force")
    assert "mode: report" in (mesh / created[0]).read_text()


@pytest.mark.slow
def test_every_policy_of_the_pack_can_be_judged_on_a_new_mesh(hansa: Hansa, mesh: Path) -> None:
    assert len(hansa("policy", "adopt", "--all", "--json").json["created"]) >= 24
    hansa("run", "-q")
    told = hansa("policy", "list", "--json", code=None).json["policies"]
    assert [p["policy"] for p in told if p["verdict"] == "error"] == []
    assert hansa("policy", "test", "--json").json["failed"] == 0


def test_what_is_there_under_another_name_is_not_adopted_beside_it(hansa: Hansa, mesh: Path) -> None:
    hansa("policy", "adopt", "owner-present")
    folder = mesh / "governance/policies"
    (folder / "owner-present.yaml").rename(folder / "ours.yaml")
    assert "ours.yaml exists" in hansa("policy", "adopt", "owner-present", "--force", code=2).err
    assert "there already: 1" in hansa("policy", "adopt", "--all").out
    assert "H315" not in hansa("check").out
    assert hansa("policy", "adopt", "--all", "--json").json == {"created": []}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["owner-presents"], "H925"), ([], "H907"), (["owner-present", "--mode", "loud"], "H907")],
)
def test_what_cannot_be_adopted_is_said(hansa: Hansa, mesh: Path, arguments: list[str], code: str) -> None:
    assert code in hansa("policy", "adopt", *arguments, code=2).err


def test_the_scorecard_without_policies_says_how_to_get_some(hansa: Hansa, shared: Path) -> None:
    assert "hansa policy adopt" in hansa("policy", "scorecard", "--mesh", shared).out


def test_the_scorecard_counts_what_is_met_and_follows_what_was_published(hansa: Hansa, mesh: Path) -> None:
    hansa("policy", "adopt", "owner-present", "column-names-snake-case", "product-purpose")
    hansa("run", "-q")
    contract = mesh / "domains/customer/profiles/contracts/profiles.odcs.yaml"
    product = mesh / "domains/customer/profiles/product.odps.yaml"
    assert contract.exists()
    before = product.read_text()
    purpose = next(line for line in before.splitlines() if "purpose:" in line)
    product.write_text(before.replace(purpose, "  purpose: data"))
    card = hansa("policy", "scorecard", "--json").json
    shape = documented("policy scorecard")
    (domain,) = card["domains"]
    (standing,) = domain["products"]
    assert card.keys() == shape.keys()
    assert domain.keys() == shape["domains"][0].keys()
    assert standing.keys() == shape["domains"][0]["products"][0].keys()
    assert (standing["name"], standing["met"], standing["waived"]) == ("customer.profiles", 2, 0)
    assert [v["policy"] for v in standing["violated"]] == ["product-purpose"]
    # Two errors and a warning concern it, of which one error is broken.
    assert standing["score"] == pytest.approx(6 / 10)
    assert [point["score"] for point in standing["trend"]] == [1.0]
    assert domain["score"] == standing["score"]
    shown = hansa("policy", "scorecard", "customer/profiles").out
    assert "60%" in shown
    assert "product-purpose" in shown
    assert "judged by the policies of today" in shown


def test_the_scorecard_of_nobody_is_refused(hansa: Hansa, shared: Path) -> None:
    assert "H905" in hansa("policy", "scorecard", "custmer", "--mesh", shared, code=2).err
