"""Governance files with errors: nobody knows what they would refuse, so nothing that they are about is published."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Hansa = Callable[..., Any]

NO_YAML = "id: [\n"
UNKNOWN = "apiVersion: hansa/v1\nkind: Classifications\nclasses:\n  - {name: personal, above: [nothing]}\n"
PRODUCT, OTHER = "customer.profiles", "stock.items"


@pytest.fixture
def two(published_two: Path) -> Path:
    return published_two


def put(root: Path, name: str, text: str = NO_YAML) -> Path:
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def actions(hansa: Hansa, *arguments: str, code: int = 1) -> dict[str, str]:
    return {s["product"]: s["action"] for s in hansa("plan", *arguments, "--json", code=code).json["steps"]}


@pytest.mark.parametrize(
    ("name", "text", "trouble"),
    [
        ("governance/classifications.yaml", UNKNOWN, "H276"),
        ("governance/classifications.yaml", NO_YAML, "H104"),
        ("governance/waivers.yaml", NO_YAML, "H104"),
        ("governance/policies/rule.yaml", NO_YAML, "H104"),
        ("governance/policies/RULE.YML", NO_YAML, "H104"),
        ("governance/policies/more/rule.yaml", NO_YAML, "H101"),
        ("governance/policies", "a file where the folder of rules should be", "H101"),
    ],
)
def test_an_error_in_the_governance_folder_stops_the_mesh_and_is_told_once(
    two: Path, hansa: Hansa, name: str, text: str, trouble: str
) -> None:
    put(two, name, text)
    plan = hansa("plan", "--json", code=1).json
    assert {s["product"]: s["action"] for s in plan["steps"]} == {PRODUCT: "blocked", OTHER: "blocked"}
    assert [w["code"] for w in plan["warnings"]] == [trouble]
    assert all(name.partition("/more")[0] in s["reason"] and trouble in s["reason"] for s in plan["steps"])
    run = hansa("run", "--force", "--json", code=1).json
    assert [p["status"] for p in run["products"]] == ["blocked", "blocked"]
    assert [t["code"] for t in run["troubles"]] == [trouble]
    rows = hansa("query", f"SELECT count(*) AS n FROM {PRODUCT}", "--format", "csv").out
    assert rows.split()[1:] == ["3"], "consumers keep what they had"


def test_a_link_that_leads_nowhere_hides_no_policies(two: Path, hansa: Hansa) -> None:
    (two / "governance/policies").symlink_to(two / "nowhere")
    assert set(actions(hansa).values()) == {"blocked"}


def test_a_governance_folder_that_is_not_there_is_no_mesh_without_rules(two: Path, hansa: Hansa) -> None:
    with (two / "hansa.yaml").open("a") as file:
        file.write("governance: rules\n")
    (trouble,) = hansa("check", "--json", code=1).json["troubles"]
    assert (trouble["code"], trouble["summary"]) == ("H101", "the governance folder rules is not there")
    assert set(actions(hansa).values()) == {"blocked"}


def test_an_error_in_the_policies_of_a_domain_stops_its_products_alone(two: Path, hansa: Hansa) -> None:
    put(two, "domains/stock/policies/rule.yaml")
    assert actions(hansa) == {PRODUCT: "keep", OTHER: "blocked"}
    assert actions(hansa, "customer", code=0) == {PRODUCT: "keep"}
    assert hansa("plan", "customer", "--json").json["warnings"] == [], "what stops others is told to others"


def test_an_error_in_the_policies_of_a_product_stops_that_product(two: Path, hansa: Hansa) -> None:
    hansa("new", "product", "stock/shelves", "--from", "data.csv")
    put(two, "domains/stock/items/policies/rule.yaml")
    assert actions(hansa) == {PRODUCT: "keep", OTHER: "blocked", "stock.shelves": "build"}


def test_mending_the_file_lets_the_mesh_go_on(two: Path, hansa: Hansa) -> None:
    file = put(two, "governance/classifications.yaml")
    assert set(actions(hansa).values()) == {"blocked"}
    file.unlink()
    assert actions(hansa, code=0) == {PRODUCT: "keep", OTHER: "keep"}


@pytest.mark.parametrize(
    ("said", "trouble"),
    [("ledger: [a]", "H120"), ("warehose: lake", "H122"), ("warehouse: ${NOBODY_SET_THIS}", "H110"), ("name: x", "H105")],
)
def test_nothing_is_published_where_the_mesh_file_does_not_say_where_to(
    mesh: Path, hansa: Hansa, said: str, trouble: str
) -> None:
    file = mesh / "hansa.yaml"
    file.write_text(f"{file.read_text()}{said}\n")
    plan = hansa("plan", "--json", code=1).json
    (step,) = plan["steps"]
    assert (step["action"], [w["code"] for w in plan["warnings"]]) == ("blocked", [trouble])
    assert f"hansa.yaml ({trouble})" in step["reason"]
    run = hansa("run", "--force", "--json", code=1).json
    assert [p["status"] for p in run["products"]] == ["blocked"]


def test_a_folder_that_is_not_there_stops_nobody_else(mesh: Path, hansa: Hansa) -> None:
    file = mesh / "hansa.yaml"
    file.write_text(file.read_text().replace("  - domains/*\n", "  - domains/*\n  - gone/stock\n"))
    assert "[H151]" in hansa("check", code=1).out
    assert hansa("plan", "--json").json["blocked"] is False
