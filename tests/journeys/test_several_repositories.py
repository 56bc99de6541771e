"""A domain may live in a repository of its own: checked against the manifests of the others, as in one tree."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hansa.wiring import Workplace

RETAIL = Path(__file__).parents[2] / "examples" / "retail"
HEAD = "apiVersion: hansa/v1\nkind: Mesh\nname: retail\nplatforms:\n  embedded: {engine: duckdb}\nplatform: embedded\n"


def repository(at: Path, domain: str, *others: str) -> Path:
    """One domain of the reference mesh in a repository of its own; `others` are entries of `domains`."""
    shutil.copytree(RETAIL / "domains" / domain, at / "domains" / domain)
    shutil.copytree(RETAIL / "governance", at / "governance")
    listed = "".join(f"  - {entry}\n" for entry in (f"domains/{domain}", *others))
    (at / "hansa.yaml").write_text(f"{HEAD}domains:\n{listed}")
    return at


@pytest.fixture
def manifests(tmp_path: Path, hansa: Callable[..., Any]) -> Path:
    """A manifest of each domain of the reference mesh."""
    for domain in ("customer", "orders", "product"):
        hansa("export", "manifest", domain, "--mesh", RETAIL, "--out", tmp_path / f"{domain}.json")
    return tmp_path


def test_a_domain_on_its_own_compiles_as_it_does_in_one_tree(manifests: Path) -> None:
    root = repository(manifests / "repo", "customer", "../orders.json", "manifest: ../product.json")
    with Workplace.open(root, {}) as apart, Workplace.open(RETAIL, {}) as together:
        assert apart.compiled.valid, apart.compiled.troubles
        ours = apart.compiled.mesh.own
        assert [str(p.address.domain) for p in ours] == ["customer"] * 4
        for product in ours:
            same = together.compiled.mesh.product(product.address)
            assert same is not None
            assert product.outputs == same.outputs
            assert [m.lineage for m in product.models] == [m.lineage for m in same.models]
        assert {str(p.address) for p in apart.compiled.mesh.products} == {str(p.address) for p in together.compiled.mesh.products}


def test_without_the_manifest_its_inputs_lead_nowhere(manifests: Path, hansa: Callable[..., Any]) -> None:
    root = repository(manifests / "repo", "customer", "../product.json")
    found = hansa("check", "--mesh", root, "--json", code=1).json
    assert {"H220", "H221"} & {t["code"] for t in found["troubles"] if t["severity"] == "error"}


def test_a_manifest_tells_nothing_of_how_products_are_made(manifests: Path) -> None:
    text = (manifests / "orders.json").read_text()
    assert "orders.history.monthly_spend" in text
    assert "package://" not in text
    for model in RETAIL.glob("domains/orders/*/models/*.sql"):
        longest = max(model.read_text().splitlines(), key=len).strip()
        assert longest not in text
    assert str(RETAIL) not in text


def test_two_exports_of_one_state_are_the_same_text(manifests: Path, hansa: Callable[..., Any]) -> None:
    hansa("export", "manifest", "orders", "--mesh", RETAIL, "--out", manifests / "again.json")
    assert (manifests / "again.json").read_text() == (manifests / "orders.json").read_text()


def edited(path: Path, change: Callable[[dict[str, Any]], None], *, sign: bool = False) -> None:
    from hansa.model import manifest

    data = json.loads(path.read_text())
    change(data)
    if sign:
        data["digest"] = manifest._digest({"mesh": data["mesh"], "domains": data["domains"]})
    path.write_text(json.dumps(data))


def first_port(data: dict[str, Any]) -> dict[str, Any]:
    port: dict[str, Any] = data["domains"][0]["products"][0]["outputs"][0]
    return port


def test_an_edited_manifest_is_refused(manifests: Path, hansa: Callable[..., Any]) -> None:
    edited(manifests / "orders.json", lambda d: first_port(d)["contract"].update(version="7.0.0"))
    root = repository(manifests / "repo", "customer", "../orders.json", "../product.json")
    found = hansa("check", "--mesh", root, "--json", code=1).json["troubles"]
    refusal = next(t for t in found if t["code"] == "H283")
    assert "edited" in refusal["summary"]
    assert refusal["places"][0]["file"] == "hansa.yaml"


def test_a_manifest_that_lies_about_a_contract_s_version_is_refused(manifests: Path, hansa: Callable[..., Any]) -> None:
    edited(manifests / "orders.json", lambda d: first_port(d)["contract"].update(version="7.0.0"), sign=True)
    root = repository(manifests / "repo", "customer", "../orders.json", "../product.json")
    found = hansa("check", "--mesh", root, "--json", code=1).json["troubles"]
    assert "is said to follow" in next(t for t in found if t["code"] == "H283")["summary"]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"kind": "Manifest", "format": 99}', "x" * 100, '{"kind": "Manifest"}'])
def test_what_is_no_manifest_is_told_with_its_place(text: str, manifests: Path, hansa: Callable[..., Any]) -> None:
    (manifests / "orders.json").write_text(text)
    root = repository(manifests / "repo", "customer", "../orders.json", "../product.json")
    found = hansa("check", "--mesh", root, "--json", code=1).json["troubles"]
    assert [t["places"][0]["line"] for t in found if t["code"] == "H283"] == [9]


def test_a_manifest_that_is_not_there_is_told(manifests: Path, hansa: Callable[..., Any]) -> None:
    root = repository(manifests / "repo", "customer", "../orders.json", "../product.json", "../nothing.json")
    assert "H164" in {t["code"] for t in hansa("check", "--mesh", root, "--json", code=1).json["troubles"]}


def test_a_domain_that_comes_twice_is_told(manifests: Path, hansa: Callable[..., Any]) -> None:
    root = repository(manifests / "repo", "customer", "../orders.json", "../product.json", "../customer.json")
    assert "H284" in {t["code"] for t in hansa("check", "--mesh", root, "--json", code=1).json["troubles"]}


def test_a_reader_elsewhere_of_a_port_that_is_gone_is_told(manifests: Path, hansa: Callable[..., Any]) -> None:
    root = repository(manifests / "repo", "orders", "../customer.json", "../product.json")
    shutil.rmtree(root / "domains" / "orders" / "history")
    told = [t["summary"] for t in hansa("check", "--mesh", root, "--json", code=None).json["troubles"] if t["code"] == "H286"]
    assert any("orders.history" in summary for summary in told)


def test_a_domain_with_troubles_is_not_exported(manifests: Path, hansa: Callable[..., Any]) -> None:
    root = repository(manifests / "repo", "customer")
    refused = hansa("export", "manifest", "--mesh", root, code=2)
    assert "H937" in refused.err
    assert "H938" in hansa("export", "manifest", "custmer", "--mesh", root, code=2).err
