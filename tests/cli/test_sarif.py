"""SARIF 2.1.0: what code hosts need to show a finding beside its line, and to know it again when lines move."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hansa.cli.sarif import in_repository, sarif, write_sarif
from hansa.compile.policies import built_in_policies
from hansa.model import Policy, PolicyLevel, PolicyMode, Violation, Waiver
from hansa.trouble import Place, Severity, Trouble, TroubleError

TROUBLE = Trouble(
    "H214",
    "port `a.b.c` promises too much",
    (Place("contracts/c d.yaml", 31, 9, "promised here"), Place("models/c.sql", 4)),
    "promise less",
)


def results(document: dict[str, Any]) -> list[dict[str, Any]]:
    (run,) = document["runs"]
    found: list[dict[str, Any]] = run["results"]
    return found


def test_a_trouble_is_a_result_of_the_rule_that_its_code_is() -> None:
    document: dict[str, Any] = sarif([TROUBLE], "1.2.3")
    assert document["version"] == "2.1.0"
    driver = document["runs"][0]["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("Hansa", "1.2.3")
    (rule,) = driver["rules"]
    assert rule["id"] == "H214"
    assert "## Mend" in rule["help"]["markdown"]
    (result,) = results(document)
    assert (result["ruleId"], result["ruleIndex"], result["level"]) == ("H214", 0, "error")
    assert result["message"]["text"] == "port `a.b.c` promises too much\npromise less"
    assert result["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "contracts/c%20d.yaml", "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": 31, "startColumn": 9},
            },
            "message": {"text": "promised here"},
        }
    ]
    assert result["relatedLocations"][0]["physicalLocation"]["region"] == {"startLine": 4, "startColumn": 1}


def test_paths_are_from_the_root_of_the_repository() -> None:
    def uri(file: str, folder: str) -> str:
        (result,) = results(sarif([Trouble("H214", "x", (Place(file),))], "1", folder=folder))
        found: str = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        return found

    assert uri("a.yaml", "meshes/retail") == "meshes/retail/a.yaml"
    assert uri("../shared/a.yaml", "meshes/retail") == "meshes/shared/a.yaml"
    assert uri("./a.yaml", "") == "a.yaml"
    assert uri("/elsewhere/a.yaml", "meshes") == "file:///elsewhere/a.yaml"


def test_a_place_without_a_line_has_no_region_and_what_has_no_place_is_shown_at_the_mesh() -> None:
    whole, nowhere = results(sarif([Trouble("H214", "x", (Place("a.yaml"),)), Trouble("H214", "y")], "1"))
    assert "region" not in whole["locations"][0]["physicalLocation"]
    assert nowhere["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "hansa.yaml"


def test_a_finding_is_known_again_when_its_line_moved_and_no_two_are_the_same() -> None:
    moved = Trouble(TROUBLE.code, TROUBLE.summary, (Place("contracts/c d.yaml", 99, 1),), TROUBLE.mend)

    def prints(*troubles: Trouble) -> list[dict[str, str]]:
        return [r["partialFingerprints"] for r in results(sarif(troubles, "1"))]

    assert prints(TROUBLE) == prints(moved)
    assert len({json.dumps(p) for p in prints(TROUBLE, moved, Trouble("H214", "other"))}) == 3


def test_levels_are_those_of_the_severities() -> None:
    troubles = [Trouble("H214", str(s), severity=s) for s in Severity]
    assert [r["level"] for r in results(sarif(troubles, "1"))] == ["error", "warning", "note"]


def test_a_violation_is_a_result_of_its_policy_and_a_waived_one_is_none() -> None:
    def violated(mode: PolicyMode, waived: Waiver | None = None) -> Violation:
        where = (Place("p.yaml", 3, 1),)
        return Violation(
            "owned",
            PolicyLevel.GLOBAL,
            mode,
            Severity.ERROR,
            "a.b",
            "nobody owns it",
            mend="name one",
            waived=waived,
            places=where,
        )

    policy = Policy("owned", "Everything has an owner", "SELECT 1", why="Somebody must answer.")
    waiver = Waiver("owned", "a.b", "soon", "ann", dt.date(2027, 1, 1))
    violations = [violated(PolicyMode.ENFORCE), violated(PolicyMode.REPORT), violated(PolicyMode.ENFORCE, waiver)]
    document: dict[str, Any] = sarif([TROUBLE], "1", violations=violations, policies=[policy])
    _, enforced, reported = results(document)
    assert (enforced["ruleId"], enforced["ruleIndex"], enforced["level"]) == ("owned", 1, "error")
    assert reported["level"] == "warning"
    assert enforced["message"]["text"] == "a.b: nobody owns it\nname one"
    rule = document["runs"][0]["tool"]["driver"]["rules"][1]
    assert rule["shortDescription"]["text"] == "Everything has an owner"
    assert "Somebody must answer." in rule["help"]["text"]


def test_a_policy_that_comes_with_hansa_is_at_no_place_of_the_repository() -> None:
    (shipped, *_) = built_in_policies()
    assert shipped.place is not None
    gone = Violation(shipped.id, PolicyLevel.GLOBAL, PolicyMode.ENFORCE, Severity.ERROR, "a.b", "gone", places=(shipped.place,))
    (result,) = results(sarif([], "1", violations=[gone], policies=[shipped]))
    assert [each["physicalLocation"]["artifactLocation"]["uri"] for each in result["locations"]] == ["hansa.yaml"]
    assert "relatedLocations" not in result


def test_a_folder_knows_where_it_lies_in_its_repository(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    inner = tmp_path / "meshes" / "retail"
    inner.mkdir(parents=True)
    assert in_repository(inner) == "meshes/retail"
    assert in_repository(tmp_path) == ""


def test_a_report_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(TroubleError) as refused:
        write_sarif(tmp_path / "no" / "x.sarif", sarif([], "1"))
    assert refused.value.troubles[0].code == "H349"
    write_sarif(tmp_path / "x.sarif", sarif([TROUBLE], "1"))
    assert json.loads((tmp_path / "x.sarif").read_text("utf-8"))["version"] == "2.1.0"


def test_check_writes_what_it_found(hansa: Callable[..., Any], mesh: Path) -> None:
    (mesh / "domains/customer/profiles/models/profiles.sql").write_text("SELEC")
    troubles = hansa("check", "--json", "--sarif", "found.sarif", code=1).json["troubles"]
    document = json.loads((mesh / "found.sarif").read_text("utf-8"))
    assert [r["ruleId"] for r in results(document)] == [t["code"] for t in troubles]
    assert "[H349]" in hansa("check", "--sarif", "no/where.sarif", code=2).err
