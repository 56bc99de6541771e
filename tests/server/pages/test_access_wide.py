"""Requests for ports of hundreds of columns, with long names, right-to-left texts and texts that try to run something."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from hansa.access.requests import AccessDesk, Asked
from hansa.model import Terms

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}"
ARABIC = "حملة الربيع للأسر الوفية"
MESH = {"apiVersion": "hansa/v1"}


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory, sites: Callable[[Path], Any]) -> Any:
    root = tmp_path_factory.mktemp("wide")

    def put(path: str, data: Any) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(data if isinstance(data, str) else yaml.safe_dump(json.loads(json.dumps(data))))

    put("hansa.yaml", {
        **MESH, "kind": "Mesh", "name": "wide", "domains": ["domains/wide"], "platforms": {"embedded": {"engine": "duckdb"}},
        "platform": "embedded",
    })  # fmt: skip
    put("domains/wide/domain.yaml", {**MESH, "kind": "Domain", "name": "wide", "owner": "makers"})
    put("governance/teams.yaml", {
        **MESH, "kind": "Teams", "teams": [{"name": "makers", "members": ["max"]}, {"name": "takers", "members": ["tina"]}],
    })  # fmt: skip
    put(
        "governance/classifications.yaml",
        {**MESH, "kind": "Classifications", "classes": [{"name": "personal", "mask": "show-first-4"}]},
    )
    put("governance/consumers/spring.yaml", {
        **MESH, "kind": "Consumer", "name": "spring", "title": ARABIC, "description": HOSTILE, "legalBasis": HOSTILE,
        "owner": "takers", "purposes": ["vouchers"],
    })  # fmt: skip
    for name, count in (("many", 210), ("endless", 620)):
        columns = [
            {
                "name": f"{'a_very_long_name_' * 3}{n}",
                "logicalType": "string",
                "physicalType": "VARCHAR",
                "classification": "personal",
            }
            for n in range(count)
        ]
        put(f"domains/wide/{name}/contracts/{name}.odcs.yaml", {
            "apiVersion": "v3.2.0", "kind": "DataContract", "id": f"wide.{name}.{name}", "name": name, "version": "1.0.0",
            "status": "active", "schema": [
                {"name": name, "logicalType": "object", "physicalType": "table", "properties": columns}
            ],
        })  # fmt: skip
        put(f"domains/wide/{name}/product.odps.yaml", {
            "apiVersion": "v1.1.0", "kind": "DataProduct", "id": f"wide.{name}", "name": name, "version": "1.0.0",
            "status": "active", "domain": "wide",
            "outputPorts": [{"name": name, "version": "1.0.0", "contractId": f"wide.{name}.{name}"}],
            "team": {"name": "makers", "members": [{"username": "max", "role": "owner"}]},
        })  # fmt: skip
        put(f"domains/wide/{name}/models/{name}.sql", "SELECT " + ", ".join(f"'x' AS {c['name']}" for c in columns))
    site = sites(root)
    serving = site.serving
    desk = AccessDesk(serving.mesh(), serving.workplace.ledger, serving.decider, serving.clock)
    tina = serving.authenticator.user("tina")
    for name in ("many", "endless"):
        desk.request(tina, Asked(f"wide.{name}", "spring", "vouchers", Terms(), f"{ARABIC} {HOSTILE}"))
    return site


def requests(site: Any) -> dict[str, str]:
    """The requests by the product that they are about."""
    page = site.browser("max").get("/access").text
    return {
        name: re.findall(rf"/access\?request=(req-\w+)[^>]*>(?:(?!</a>).)*wide\.<wbr>{name}", page)[0]
        for name in ("many", "endless")
    }


@pytest.mark.parametrize("name", ["many", "endless"])
def test_a_request_for_hundreds_of_columns_is_one_page_of_moderate_size(name: str, wide: Any) -> None:
    owner, asker = wide.browser("max"), wide.browser("tina")
    request = requests(wide)[name]
    for browser, path in (
        (owner, f"/access?request={request}"),
        (owner, f"/requests/{request}"),
        (asker, f"/requests/{request}"),
    ):
        response = browser.get(path)
        assert response.status_code == 200
        assert len(response.content) < 100_000, (path, len(response.content))
        assert "<script>" not in response.text
        assert not browser.parsed(response).all("img")
        assert f'dir="auto">{ARABIC}' in response.text


def test_all_of_hundreds_of_columns_are_approved_as_they_are_asked_for(wide: Any) -> None:
    owner = wide.browser("max")
    request = requests(wide)["endless"]
    page = owner.get(f"/requests/{request}").text
    assert "370 more columns" in page
    seen = re.search(r'name="seen" value="(\d+)"', page)
    assert seen is not None
    sent = {"csrf": owner.csrf, "seen": seen[1]}
    wrong = owner.post(f"/requests/{request}/approve", {**sent, "named": "nothing\n<b>"})
    assert "H755" in wrong.text
    assert "nothing\n&lt;b&gt;</textarea>" in wrong.text
    assert owner.post(f"/requests/{request}/approve", sent).status_code == 303
    assert "all columns" in owner.get("/access?show=readers").text


@pytest.mark.parametrize(
    "path", ["/", "/access", "/access?show=history", "/access?show=mine", "/access/explain?port=wide.many&consumer=spring"]
)
def test_lists_and_explanations_only_show_the_texts_of_others(path: str, wide: Any) -> None:
    for who in ("max", "tina"):
        response = wide.browser(who).get(path)
        assert response.status_code == 200
        assert "<script>" not in response.text
        assert len(response.content) < 120_000
