"""A mesh whose every text tries to run something, has long names and many columns, and was never run: all of it is only shown."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}"
PRODUCT = "/products/hostile.wide"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory, sites: Callable[[Path], Any]) -> Any:
    import json

    import yaml

    root = tmp_path_factory.mktemp("hostile")

    def put(path: str, data: Any) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(data if isinstance(data, str) else yaml.safe_dump(json.loads(json.dumps(data))))

    mesh = {"apiVersion": "hansa/v1", "kind": "Mesh"}
    put("hansa.yaml", {
        **mesh, "name": "hostile", "title": HOSTILE, "description": HOSTILE, "domains": ["domains/hostile"],
        "platforms": {"embedded": {"engine": "duckdb"}}, "platform": "embedded",
    })  # fmt: skip
    put("domains/hostile/domain.yaml", {
        **mesh, "kind": "Domain", "name": "hostile", "title": HOSTILE, "description": HOSTILE, "owner": "team",
        "capability": HOSTILE,
    })  # fmt: skip
    put("governance/teams.yaml", {
        **mesh, "kind": "Teams", "teams": [{"name": "team", "title": HOSTILE, "contact": HOSTILE, "members": ["eve"]}],
    })  # fmt: skip
    put("governance/glossary.yaml", {
        **mesh, "kind": "Glossary", "terms": [{"id": "bad", "name": HOSTILE, "definition": HOSTILE}],
    })  # fmt: skip
    put("governance/consumers/bad.yaml", {
        **mesh, "kind": "Consumer", "name": "bad", "title": HOSTILE, "owner": "team", "purposes": ["harm"],
    })  # fmt: skip
    columns = [
        {"name": f"{'a_very_long_name_' * 6}{n} {HOSTILE}"[:200], "logicalType": "string", "physicalType": "VARCHAR",
         "description": HOSTILE}
        for n in range(450)
    ]  # fmt: skip
    put("domains/hostile/wide/contracts/wide.odcs.yaml", {
        "apiVersion": "v3.2.0", "kind": "DataContract", "id": "hostile.wide.wide", "name": HOSTILE, "version": "1.0.0",
        "status": "active", "description": {"purpose": HOSTILE, "usage": HOSTILE, "limitations": HOSTILE},
        "schema": [
            {"name": "wide", "logicalType": "object", "physicalType": "table", "description": HOSTILE, "properties": columns}
        ],
        "support": [{"channel": HOSTILE, "url": "javascript:alert(1)"}],
        "slaProperties": [{"property": "latency", "value": 1, "unit": "d"}],
    })  # fmt: skip
    put("domains/hostile/wide/product.odps.yaml", {
        "apiVersion": "v1.1.0", "kind": "DataProduct", "id": "hostile.wide", "name": "wide", "version": "1.0.0",
        "status": "active", "domain": "hostile", "description": {"purpose": HOSTILE}, "tags": [HOSTILE],
        "outputPorts": [{"name": "wide", "version": "1.0.0", "contractId": "hostile.wide.wide", "description": HOSTILE}],
        "team": {"name": "team", "members": [{"username": "eve", "role": "owner"}]},
    })  # fmt: skip
    names = ", ".join(f"'x' AS \"{c['name'].replace(chr(34), chr(34) * 2)}\"" for c in columns)
    put("domains/hostile/wide/models/wide.sql", f"SELECT {names}")
    put(
        "domains/hostile/wide/README.md",
        f"# {HOSTILE}\n\n{HOSTILE}\n\n[x](javascript:alert(1)) ![y](https://evil.example/p.png)\n",
    )
    return sites(root)


PARTS = (
    "",
    "/schema",
    "/schema?page=2",
    "/contract",
    "/contract?view=raw",
    "/quality",
    "/lineage",
    "/changes",
    "/connect",
    "/request",
    "/feedback",
)


@pytest.mark.parametrize(
    "path",
    ["/", "/domains/hostile", "/search?q=alert", f"/search?q={HOSTILE}", f"/search?tag={HOSTILE}", *(PRODUCT + p for p in PARTS)],
)
def test_texts_of_others_are_only_shown(path: str, hostile: Any) -> None:
    browser = hostile.browser("eve")
    response = browser.get(path)
    assert response.status_code == 200, response.text[:2000]
    assert "<script>" not in response.text
    assert "49" not in response.text or "{{ 7*7 }}" in response.text
    page = browser.parsed(response)
    assert not page.all("img")
    assert not any(a.startswith("on") for _, attributes in page.elements for a in attributes)
    assert not any(link.lower().startswith(("javascript:", "data:")) for link in page.links)
    assert not any("evil.example" in link for link in page.links)


def test_wide_products_come_in_pages(hostile: Any) -> None:
    browser = hostile.browser("eve")
    first, second = browser.page(f"{PRODUCT}/schema"), browser.page(f"{PRODUCT}/schema?page=2")
    assert len([a for a in first.all("tr") if a.get("id")]) == 200
    assert {a.get("id") for a in first.all("tr")} & {a.get("id") for a in second.all("tr")} == {None}


def test_what_was_never_published_says_what_to_do(hostile: Any) -> None:
    browser = hostile.browser("eve")
    assert "not published yet" in browser.get(PRODUCT).text
    assert "Nothing is published yet" in browser.get(f"{PRODUCT}/changes").text
    assert "hansa run" in browser.get(f"{PRODUCT}/quality").text
