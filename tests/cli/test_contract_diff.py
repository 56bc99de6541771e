"""`hansa contract diff`: 1 when readers break, 0 when not, 2 when there is nothing to compare; a mesh is not needed."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Hansa = Callable[..., Any]

CONTRACT = """\
apiVersion: v3.2.0
kind: DataContract
id: orders
version: 1.2.0
status: active
schema:
  - name: orders
    properties:
      - name: order_id
        logicalType: integer
        required: true
      - name: amount
        physicalType: DECIMAL(10,2)
"""
WIDER = CONTRACT.replace("DECIMAL(10,2)", "DECIMAL(12,2)")


@pytest.fixture
def pair(in_folder: Path) -> Callable[[str], tuple[str, str]]:
    """Two files: the contract, and what it became."""

    def made(after: str) -> tuple[str, str]:
        (in_folder / "a.odcs.yaml").write_text(CONTRACT)
        (in_folder / "b.odcs.yaml").write_text(after)
        return "a.odcs.yaml", "b.odcs.yaml"

    return made


def test_json_is_one_document(hansa: Hansa, pair: Callable[[str], tuple[str, str]]) -> None:
    said = hansa("contract", "diff", *pair(WIDER), "--json", code=1).json
    (change,) = said["changes"]
    assert said["breaking"] is True
    assert said["suggestedVersion"] == "2.0.0"
    assert (said["impact"], said["tooSmall"], said["troubles"]) == ("major", True, [])
    assert said["versions"] == {"before": "1.2.0", "after": "1.2.0"}
    assert {k: change[k] for k in ("path", "type", "before", "after", "impact", "breaking")} == {
        "path": "schema.orders.properties.amount.physicalType",
        "type": "change",
        "before": "DECIMAL(10,2)",
        "after": "DECIMAL(12,2)",
        "impact": "major",
        "breaking": True,
    }
    assert hansa("contract", "diff", *pair(WIDER), "--format", "json", code=1).json == said


def test_what_breaks_nobody_is_0(hansa: Hansa, pair: Callable[[str], tuple[str, str]]) -> None:
    added = CONTRACT.replace("1.2.0", "1.3.0") + "      - {name: note, logicalType: string}\n"
    said = hansa("contract", "diff", *pair(added))
    assert "+ column `orders.note` is new  (minor)" in said.out
    assert "Version 1.2.0 → 1.3.0 is enough" in said.out
    assert hansa("contract", "diff", *pair(CONTRACT)).out == "Nothing changed.\n"
    assert hansa("contract", "diff", *pair(CONTRACT), "--json").json["changes"] == []


def test_people_see_what_changed_by_column_and_the_version_to_write(hansa: Hansa, pair: Callable[[str], tuple[str, str]]) -> None:
    after = WIDER.replace("status: active", "status: deprecated").replace("1.2.0", "1.2.1")
    said = hansa("contract", "diff", *pair(after), code=1)
    assert said.out.splitlines() == [
        "orders",
        "  amount",
        "    ~ `orders.amount` physicalType DECIMAL(10,2) → DECIMAL(12,2): "
        "the new type can hold values that the old one could not  (major, breaking)",
        "",
        "about the contract",
        "  ~ `status` active → deprecated  (minor)",
        "",
        "2 changes, major at most: breaks readers.",
        "Version 1.2.0 → 1.2.1 is too small: 2.0.0 is the least.",
        "  mend: set `version: 2.0.0`; without what breaks readers, a smaller step is enough",
    ]


def test_a_pull_request_sees_the_same_as_markdown(hansa: Hansa, pair: Callable[[str], tuple[str, str]]) -> None:
    hostile = WIDER.replace("status: active", "status: 'a|b @all <img src=x> `c`'")
    said = hansa("contract", "diff", *pair(hostile), "--format", "markdown", code=1).out
    assert "❌ **Breaks readers.** 2 changes: 1 major, 1 minor." in said
    assert "| `schema.orders.properties.amount.physicalType` | change | `DECIMAL(10,2)` | `DECIMAL(12,2)` | major |" in said
    assert "**To do:** set `version: 2.0.0`" in said
    (row,) = [line for line in said.splitlines() if line.startswith("| `status`")]
    assert row.replace("\\|", "").count("|") == 7
    assert "| `` a\\|b @all <img src=x> `c` `` |" in row
    assert "\\<img" in row.rpartition("| minor |")[2]


def test_code_scanning_sees_what_breaks_at_its_line(hansa: Hansa, pair: Callable[[str], tuple[str, str]]) -> None:
    said = hansa("contract", "diff", *pair(WIDER), "--format", "sarif", code=1).json
    wider, version = said["runs"][0]["results"]
    assert (wider["ruleId"], wider["level"]) == ("H345", "error")
    place = wider["locations"][0]["physicalLocation"]
    assert place == {
        "artifactLocation": {"uri": "b.odcs.yaml", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 13, "startColumn": 23},
    }
    assert (version["ruleId"], version["level"]) == ("H346", "warning")
    assert version["locations"][0]["physicalLocation"]["region"]["startLine"] == 4


def test_a_file_of_a_commit_is_read_from_git(hansa: Hansa, in_folder: Path) -> None:
    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=n", "-c", "user.email=n@example.org"]
        subprocess.run(["git", *identity, *arguments], cwd=in_folder, check=True, capture_output=True)

    (in_folder / "sub").mkdir()
    (in_folder / "sub" / "c.yaml").write_text(CONTRACT)
    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-q", "-m", "first")
    (in_folder / "sub" / "c.yaml").write_text(WIDER)
    said = hansa("contract", "diff", "main:sub/c.yaml", "sub/c.yaml", "--json", code=1).json
    assert [c["type"] for c in said["changes"]] == ["change"]
    assert hansa("contract", "diff", "sub/c.yaml", "HEAD:sub/c.yaml", "--json").json["changes"][0]["after"] == "DECIMAL(10,2)"
    for missing in ("main:nowhere.yaml", "nothing:sub/c.yaml", "main:sub", "--upload-pack=x:y"):
        assert hansa("contract", "diff", missing, "sub/c.yaml", code=2).out == ""


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (None, "H347"),
        ("", "H108"),
        ("[1]", "H108"),
        ("a: [", "H104"),
        (b"kind: \xff", "H103"),
        ("kind: DataProduct\napiVersion: v1.0.0\n", "H347"),
        ("kind: DataContract\napiVersion: v2.2.2\nversion: 1.0.0\n", "H130"),
        (CONTRACT.replace("1.2.0", "soon"), "H348"),
        (CONTRACT.replace("version: 1.2.0\n", ""), "H348"),
    ],
)
def test_what_is_no_contract_is_2(hansa: Hansa, in_folder: Path, content: str | bytes | None, code: str) -> None:
    (in_folder / "good.yaml").write_text(CONTRACT)
    if content is not None:
        (in_folder / "bad.yaml").write_bytes(content if isinstance(content, bytes) else content.encode())
    for sides in (("good.yaml", "bad.yaml"), ("bad.yaml", "good.yaml")):
        assert f"[{code}]" in hansa("contract", "diff", *sides, code=2).err
        assert hansa("contract", "diff", *sides, "--json", code=2).json["error"]["troubles"][0]["code"] == code


def test_a_contract_with_troubles_is_compared_and_they_are_told(hansa: Hansa, pair: Callable[[str], tuple[str, str]]) -> None:
    odd = CONTRACT + "servres: []\n"
    said = hansa("contract", "diff", *pair(odd))
    assert "b.odcs.yaml: 1 trouble, such as" in said.err
    assert hansa("contract", "diff", *pair(odd), "--json").json["troubles"][0]["code"] == "H122"


def test_variables_are_compared_as_they_are_written(
    hansa: Hansa, pair: Callable[[str], tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TENANT", "secret")
    said = hansa("contract", "diff", *pair(CONTRACT + "tenant: ${TENANT}\ndomain: ${UNSET}\n"), "--json").json
    assert {c["path"]: c["after"] for c in said["changes"]} == {"tenant": "${TENANT}", "domain": "${UNSET}"}
    assert said["troubles"] == []


def test_a_port_stands_for_its_contract_and_for_what_is_published_of_it(hansa: Hansa, mesh: Path) -> None:
    port = "customer.profiles.profiles"
    hansa("run", "--quiet")
    assert hansa("contract", "diff", port, "--published", "--json").json["changes"] == []
    file = next((mesh / "domains/customer/profiles/contracts").glob("*.odcs.yaml"))
    (mesh / "old.yaml").write_text(file.read_text())
    file.write_text(file.read_text().replace("status: active", "status: deprecated", 1) + "tags: [new]\n")
    changed = hansa("contract", "diff", port, "--published", "--json").json["changes"]
    assert changed
    assert hansa("contract", "diff", "old.yaml", port, "--json").json["changes"] == changed
    assert hansa("contract", "diff", "old.yaml", f"{port}@1", "--json").json["changes"] == changed
    for wrong in (f"{port}@7", "customer.profiles.nothing", "customer.nobody.x"):
        assert "[H347]" in hansa("contract", "diff", "old.yaml", wrong, code=2).err
        assert f"there is no port {wrong}" in hansa("contract", "diff", wrong, "--published", code=2).err
    assert "did you mean" in hansa("contract", "diff", "customer.profiles.profils", "--published", code=2).err


@pytest.mark.parametrize("arguments", [("a.yaml",), ("a.yaml", "b.yaml", "--published")])
def test_two_sides_are_compared(hansa: Hansa, arguments: tuple[str, ...]) -> None:
    assert "[H348]" in hansa("contract", "diff", *arguments, code=2).err


def test_the_stdout_of_a_refusal_is_json_when_asked_for(hansa: Hansa) -> None:
    assert json.loads(hansa("contract", "diff", "x", "y", "--json", code=2).out)["error"]["troubles"]


def test_the_document_is_the_one_that_the_reference_describes(hansa: Hansa, pair: Callable[[str], tuple[str, str]]) -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "json.md").read_text("utf-8")
    shape = json.loads(page.partition("## contract\n")[2].partition("```json\n")[2].partition("```")[0])
    said = hansa("contract", "diff", *pair(WIDER + "servres: []\n"), "--json", code=1).json
    assert said.keys() == shape.keys()
    assert said["changes"][0].keys() == shape["changes"][0].keys()
    assert said["versions"].keys() == shape["versions"].keys()
