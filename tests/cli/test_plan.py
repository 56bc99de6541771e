"""`hansa plan` as a command: what it compares with, what it says when it cannot, and how much of it."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Hansa = Callable[..., Any]

CONTRACT = "domains/customer/profiles/contracts/profiles.odcs.yaml"


def git(*arguments: str) -> None:
    who = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *arguments], check=True, capture_output=True)


def commit_all() -> None:
    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-q", "-m", "first")


def edit(path: str, before: str, after: str) -> None:
    file = Path(path)
    text = file.read_text()
    assert before in text, before
    file.write_text(text.replace(before, after, 1))


def test_outside_of_a_repository_there_is_no_commit_to_compare_with(hansa: Hansa, mesh: Path) -> None:
    said = hansa("plan", "--base", "main", code=2)
    assert "H340" in said.err


def test_a_commit_that_git_does_not_know_and_what_looks_like_an_option_are_refused(hansa: Hansa, mesh: Path) -> None:
    commit_all()
    for ref in ("no-such-branch", "--all", "-h", "", "HEAD:hansa.yaml", "main..HEAD", "x" * 5000, "a b\nc"):
        said = hansa("plan", f"--base={ref}", code=None)
        assert (said.code, "H341" in said.err) == (2, True), ref
    assert not Path("output.tar").exists()


def test_a_mesh_in_a_folder_of_the_repository_is_compared_with_itself_there(hansa: Hansa, mesh: Path) -> None:
    inner = mesh / "data/mesh"
    inner.parent.mkdir()
    inner.mkdir()
    for each in [p for p in mesh.iterdir() if p.name != "data"]:
        each.rename(inner / each.name)
    commit_all()
    edit(f"data/mesh/{CONTRACT}", "version: 1.0.0", "version: 1.1.0")
    plan = hansa("plan", "--base", "HEAD", "--mesh", inner, "--json", code=None).json
    assert {c["product"] for c in plan["changes"]} == {"customer.profiles"}
    assert "version" in {c["path"] for c in plan["changes"]}
    column = "      - {name: extra, logicalType: string, physicalType: VARCHAR}\n"
    edit(f"data/mesh/{CONTRACT}", "      - name: amount", f"{column}      - name: amount")
    edit(f"data/mesh/{CONTRACT}", "version: 1.1.0", "version: 1.0.1")
    Path("data/mesh/domains/customer/profiles/models/profiles.sql").write_text("SELECT *, 'x' AS extra FROM profiles_source")
    hansa("plan", "--base", "HEAD", "--mesh", inner, "--sarif", mesh / "found.sarif", code=1)
    assert "data/mesh/domains" in (mesh / "found.sarif").read_text()


def test_domains_beside_the_mesh_folder_are_compared_too(hansa: Hansa, mesh: Path) -> None:
    inner = mesh / "mesh"
    inner.mkdir()
    for name in ("hansa.yaml", "governance"):
        (mesh / name).rename(inner / name)
    text = (inner / "hansa.yaml").read_text().replace("domains/*", "../domains/*")
    (inner / "hansa.yaml").write_text(text if "../domains" in text else f'{text}\ndomains: ["../domains/*"]\n')
    commit_all()
    plan = hansa("plan", "--base", "HEAD", "--mesh", inner, "--json").json
    assert (plan["changes"], [s["action"] for s in plan["steps"]]) == ([], ["keep"])
    assert plan["base"]["notCompared"] == []


def test_before_there_was_a_mesh_everything_is_new(hansa: Hansa, mesh: Path) -> None:
    git("init", "-q", "-b", "main")
    git("commit", "-q", "--allow-empty", "-m", "nothing")
    plan = hansa("plan", "--base", "main", "--json").json
    assert [(c["subject"], c["change"]) for c in plan["changes"]] == [("customer.profiles", "new product")]
    assert "where there was no mesh yet" in hansa("plan", "--base", "main").out


def test_a_product_that_did_not_compile_at_the_base_is_named_and_not_called_new(hansa: Hansa, mesh: Path) -> None:
    edit(CONTRACT, "logicalType: integer", "logicalType: nonsense")
    commit_all()
    edit(CONTRACT, "logicalType: nonsense", "logicalType: integer")
    plan = hansa("plan", "--base", "HEAD", "--json").json
    assert plan["base"]["notCompared"] == ["customer.profiles"]
    assert plan["changes"] == []
    assert [(s["action"], s["reason"]) for s in plan["steps"]] == [("build", "it could not be compared")]
    assert "not compared, since in trouble there: customer.profiles" in hansa("plan", "--base", "HEAD").out


def test_links_of_a_commit_lead_nowhere(hansa: Hansa, mesh: Path) -> None:
    Path("domains/customer/profiles/models/away.sql").symlink_to("/etc/hostname")
    Path("domains/customer/up").symlink_to("../../../..")
    commit_all()
    Path("domains/customer/profiles/models/away.sql").unlink()
    Path("domains/customer/up").unlink()
    plan = hansa("plan", "--base", "HEAD", "--json", code=None).json
    assert plan["changes"] == []


def test_comparing_leaves_the_repository_as_it_was(hansa: Hansa, mesh: Path) -> None:
    commit_all()
    edit(CONTRACT, "version: 1.0.0", "version: 1.1.0")
    before = subprocess.run(["git", "status", "--porcelain"], check=True, capture_output=True).stdout
    hansa("plan", "--base", "HEAD", code=None)
    after = subprocess.run(["git", "status", "--porcelain"], check=True, capture_output=True).stdout
    assert after == before


def test_an_added_column_without_a_higher_version_is_refused_and_with_it_is_not(hansa: Hansa, mesh: Path) -> None:
    commit_all()
    edit(
        CONTRACT,
        "      - name: amount",
        "      - {name: extra, logicalType: string, physicalType: VARCHAR}\n      - name: amount",
    )
    model = "domains/customer/profiles/models/profiles.sql"
    Path(model).write_text("SELECT *, 'x' AS extra FROM profiles_source")
    refused = hansa("plan", "--base", "HEAD", "--json", code=1).json
    assert {v["policy"] for v in refused["violations"] if v["refuses"]} == {"contract-version-bump"}
    (added,) = (c for c in refused["changes"] if c["column"] == "extra")
    assert (added["impact"], added["versions"]["suggested"], added["versions"]["tooSmall"]) == ("minor", "1.1.0", True)
    edit(CONTRACT, "version: 1.0.0", "version: 1.1.0")
    assert hansa("plan", "--base", "HEAD", "--json").json["blocked"] is False


def test_a_plan_of_chosen_products_tells_their_changes_only(hansa: Hansa, mesh: Path) -> None:
    hansa("new", "product", "customer/names")
    commit_all()
    edit(CONTRACT, "version: 1.0.0", "version: 1.1.0")
    plan = hansa("plan", "customer.names", "--base", "HEAD", "--json").json
    assert plan["changes"] == []
    assert [s["product"] for s in plan["steps"]] == ["customer.names"]


def test_a_domain_in_a_submodule_is_compared_with_the_commit_that_was_pinned(
    hansa: Hansa, mesh: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    theirs = tmp_path_factory.mktemp("theirs") / "customer"
    shutil.move("domains/customer", theirs)
    within = ("-C", str(theirs))
    for command in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-q", "-m", "theirs")):
        git(*within, *command)
    git("init", "-q", "-b", "main")
    git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(theirs), "domains/customer")
    git("add", "-A")
    git("commit", "-q", "-m", "with theirs")
    edit(CONTRACT, "version: 1.0.0", "version: 1.0.1")
    (change,) = hansa("plan", "--base", "HEAD", "--json").json["changes"]
    assert (change["before"], change["after"]) == ("1.0.0", "1.0.1")
    git("-C", "domains/customer", "commit", "-q", "-a", "-m", "theirs")
    git("commit", "-q", "-a", "-m", "with their next")
    shutil.rmtree(theirs)
    (change,) = hansa("plan", "--base", "HEAD~1", "--json").json["changes"]
    assert change["after"] == "1.0.1"


def test_while_a_manifest_brings_nothing_what_breaks_is_held_since_its_readers_are_not_known(hansa: Hansa, mesh: Path) -> None:
    Path("hansa.yaml").write_text(Path("hansa.yaml").read_text() + "  - manifest: theirs.json\n")
    commit_all()
    quiet = hansa("plan", "--base", "HEAD", "--json", code=1).json
    assert [t["code"] for t in quiet["warnings"]] == ["H164"]
    assert not quiet["blocked"]
    edit(CONTRACT, "      - name: born", "      - name: birth")
    model = "domains/customer/profiles/models/profiles.sql"
    Path(model).write_text("SELECT id, name, born AS birth, amount FROM profiles_source")
    plan = hansa("plan", "--base", "HEAD", "--json", code=1).json
    assert [(s["action"], "H164" in s["reason"]) for s in plan["steps"]] == [("blocked", True)]
    assert "nobody can say what it breaks" in hansa("plan", "--base", "HEAD", "--markdown", code=1).out
