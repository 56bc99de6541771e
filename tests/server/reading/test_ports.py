"""Ports over HTTP: described as their reader sees them, and given in pages of one version."""

import json
from pathlib import Path
from typing import Any

import pytest

DATA = "/api/v1/ports/customer.profiles/data"


def test_the_ports_that_may_be_discovered_are_listed(api: Any) -> None:
    assert api.ask("GET", "/api/v1/ports", "nick").json()["ports"] == [{"port": "customer.profiles.profiles", "key": ["id"]}]


def test_a_port_is_described_as_its_reader_sees_it(api: Any) -> None:
    seen = api.ask("GET", "/api/v1/ports/customer.profiles").json()
    assert (seen["port"], seen["readable"]) == ("customer.profiles.profiles", True)
    assert {c["name"]: c["effect"] for c in seen["columns"]} == {
        "id": "clear", "name": "masked", "grosse": "clear", "born": "clear",
    }  # fmt: skip
    hidden = api.ask("GET", "/api/v1/ports/customer.profiles", "nick").json()
    assert hidden["readable"] is False
    assert hidden["reasons"]
    assert {c["effect"] for c in hidden["columns"]} == {"hidden"}


@pytest.mark.parametrize(
    "name", ["customer.nothing", "nothing", "a.b.c.d", 'customer."; SELECT 1', "customer.profiles.profiles_v9"]
)
def test_an_unknown_port_is_not_found(name: str, api: Any) -> None:
    response = api.ask("GET", f"/api/v1/ports/{name}/data")
    assert response.status_code in (400, 404), response.text
    assert response.json()["code"] in ("H703", "H704", "H701")


def test_columns_and_filters_choose(api: Any) -> None:
    found = api.ask("GET", DATA, params={"columns": "grosse,ID", "where": "grosse = 171 AND id < 40", "format": "json"}).json()
    assert found["rows"] == [{"grosse": 171, "id": 1}, {"grosse": 171, "id": 31}]


@pytest.mark.parametrize(
    "where",
    [
        "id = 1) UNION SELECT * FROM (SELECT 1", "id IN (SELECT 1)", "id = 1; DROP TABLE x", "id = 1 -- x", "(id = 1", "",
        "id = 'x", "/* */ id = 1", "id = $$x$$",
    ],
)  # fmt: skip
def test_a_filter_stays_a_filter(where: str, api: Any) -> None:
    response = api.ask("GET", DATA, params={"where": where or " ", "format": "json"})
    assert (response.status_code, response.json()["code"]) == (400, "H744")


def test_a_filter_sees_no_more_than_the_reader(api: Any) -> None:
    assert api.ask("GET", DATA, params={"where": "name LIKE '%Ångström%'"}).json()["rows"] == []
    assert api.ask("GET", DATA, params={"where": "name IS DISTINCT FROM 'x' AND id < 2"}).json()["rows"]


def test_pages_follow_one_another_without_gap_or_repetition(api: Any) -> None:
    seen: list[int] = []
    params = {"columns": "id", "limit": "700"}
    response = api.ask("GET", DATA, params=params)
    while True:
        page = response.json()
        seen += [r["id"] for r in page["rows"]]
        if page["next"] is None:
            break
        assert 'rel="next"' in response.headers["link"]
        response = api.ask("GET", DATA, params={**params, "cursor": page["next"]})
    assert sorted(seen) == list(range(2500))


def test_a_cursor_goes_on_with_its_own_question_only(api: Any) -> None:
    cursor = api.ask("GET", DATA, params={"limit": "10"}).json()["next"]
    for params in ({"limit": "10", "columns": "id"}, {"limit": "10", "where": "id > 3"}):
        response = api.ask("GET", DATA, params={**params, "cursor": cursor})
        assert (response.status_code, response.json()["code"]) == (400, "H742")
    for made_up in ("x", "////", "W10", "A" * 5000):
        assert api.ask("GET", DATA, params={"cursor": made_up}).json()["code"] == "H742"


def test_what_did_not_change_is_not_sent_again(api: Any) -> None:
    first = api.ask("GET", DATA, params={"limit": "3"})
    again = api.ask("GET", DATA, params={"limit": "3"}, headers={"If-None-Match": f'"other", {first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    theirs = api.ask("GET", DATA, "carla", params={"limit": "3"}, headers={"If-None-Match": first.headers["etag"]})
    assert theirs.status_code == 200  # who sees other values has another tag


def test_who_may_not_read_gets_no_304_either(api: Any) -> None:
    tag = api.ask("GET", DATA).headers["etag"]
    refused = api.ask("GET", DATA, "nick", headers={"If-None-Match": tag})
    assert (refused.status_code, refused.json()["code"]) == (403, "H707")


def test_the_description_of_the_api_names_every_route(api: Any) -> None:
    described = api.client.get("/api/v1/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    page = (Path(__file__).parents[3] / "docs/reference/http-api.md").read_text()
    for path, methods in described["paths"].items():
        for method in methods:
            assert f"`{method.upper()} {path}`" in page, f"{method} {path} is not in docs/reference/http-api.md"
    assert json.dumps(described)
