"""The description of the API is committed, and what breaks a caller is told by name before it reaches one."""

import copy
import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def comparing() -> ModuleType:
    spec = importlib.util.spec_from_file_location("openapi", ROOT / "tools" / "openapi.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def committed() -> Any:
    return json.loads((ROOT / "docs/reference/openapi.json").read_text("utf-8"))


def test_nothing_that_callers_rest_on_is_gone(comparing: ModuleType, committed: Any, web: Any) -> None:
    now = web.client.get("/api/v1/openapi.json").json()
    broken = comparing.breaking_changes(committed, now)
    assert not broken, "callers would break: " + "; ".join(broken)


def test_the_committed_description_is_up_to_date(web: Any) -> None:
    from hansa.server.api.described import without_version

    assert (ROOT / "docs/reference/openapi.json").read_text("utf-8") == without_version(web.app), "run `make docs`"


def test_no_schema_is_called_after_the_module_that_it_is_written_in(committed: Any) -> None:
    """As the framework calls two of one name: programs that are generated from the description would have to follow our files."""
    assert [name for name in committed["components"]["schemas"] if "__" in name] == []


PRODUCTS = ("paths", "/api/v1/products", "get")
LINE = ("components", "schemas", "ProductLine")


def at(document: Any, *path: str) -> Any:
    for step in path:
        document = document[step]
    return document


BREAKS: dict[str, Any] = {
    "/api/v1/products is gone": lambda d: d["paths"].pop("/api/v1/products"),
    "POST /api/v1/query is gone": lambda d: d["paths"]["/api/v1/query"].pop("post"),
    "the field `owner` is gone": lambda d: at(d, *LINE, "properties").pop("owner"),
    "the field `owner` may be missing now": lambda d: at(d, *LINE)["required"].remove("owner"),
    "owner may be integer now": lambda d: at(d, *LINE, "properties", "owner").update(type="integer"),
    "title may be null now": lambda d: at(d, *LINE, "properties").update(title={"anyOf": [{"type": "string"}, {"type": "null"}]}),
    "the parameter `domain` is gone": lambda d: at(d, *PRODUCTS)["parameters"].remove(
        next(p for p in at(d, *PRODUCTS)["parameters"] if p["name"] == "domain")
    ),
    "a new parameter `why`": lambda d: at(d, *PRODUCTS)["parameters"].append(
        {"name": "why", "in": "query", "required": True, "schema": {"type": "string"}}
    ),
    "no longer takes the value both": lambda d: at(d, "components", "schemas", "Direction")["enum"].remove("both"),
    "`maximum` is 10 now": lambda d: next(p for p in at(d, *PRODUCTS)["parameters"] if p["name"] == "limit")["schema"].update(
        maximum=10
    ),
    "no longer given as application/yaml": lambda d: at(
        d, "paths", "/api/v1/contracts/{port}", "get", "responses", "200", "content"
    ).pop("application/yaml"),
    "the body.reason: `maxLength` is 5 now": lambda d: at(
        d,
        "paths",
        "/api/v1/access/requests",
        "post",
        "requestBody",
        "content",
        "application/json",
        "schema",
        "properties",
        "reason",
    ).update(maxLength=5),
}


@pytest.mark.parametrize("told", BREAKS)
def test_a_change_that_breaks_callers_is_named(told: str, comparing: ModuleType, committed: Any) -> None:
    changed = copy.deepcopy(committed)
    BREAKS[told](changed)
    broken = comparing.breaking_changes(committed, changed)
    assert any(told in line for line in broken), broken


def test_what_is_only_added_breaks_nobody(comparing: ModuleType, committed: Any) -> None:
    changed = copy.deepcopy(committed)
    changed["paths"]["/api/v1/new"] = changed["paths"]["/api/v1/mesh"]
    at(changed, *LINE, "properties")["new"] = {"type": "string"}
    at(changed, *PRODUCTS)["parameters"].append({"name": "new", "in": "query", "required": False, "schema": {"type": "string"}})
    assert comparing.breaking_changes(committed, changed) == []


def test_every_address_says_what_it_answers(committed: Any) -> None:
    schemas = committed["components"]["schemas"]
    for path, operations in committed["paths"].items():
        for method, operation in operations.items():
            where = f"{method} {path}"
            assert operation.get("description"), where
            if not path.startswith("/api/") or path.endswith("/events"):
                continue
            good = operation["responses"].get("200") or operation["responses"]["201"]
            assert good["content"], where
            for form in good["content"].values():
                name = form.get("schema", {}).get("$ref", "").rpartition("/")[2]
                assert not name or schemas[name]["properties"], where
            for status in ("400", "401", "429", "500"):
                assert "application/problem+json" in operation["responses"][status]["content"], (where, status)
                assert "H7" in operation["responses"][status]["description"], (where, status)
