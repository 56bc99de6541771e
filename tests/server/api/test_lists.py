"""Lists and single things: pages that stay in order, tags, parameters that are not passed over, forms that are liked."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from hansa.server.api import Pages
from hansa.trouble import TroubleError

ONES = ("/mesh", "/products/customer.profiles", "/contracts/customer.profiles", "/domains/customer", "/consumers/campaign")
LISTS = (
    "/domains", "/products", "/ports", "/contracts", "/columns", "/policies", "/violations", "/waivers", "/scorecards", "/terms",
    "/classes", "/consumers", "/grants", "/runs", "/access/requests", "/products/customer.profiles/publications",
    "/products/customer.profiles/checks", "/contracts/customer.profiles/versions",
)  # fmt: skip


def items(page: Any) -> list[Any]:
    found: list[Any] = next(v for k, v in page.items() if k in ("items", "ports", "requests"))
    return found


@pytest.mark.parametrize("path", LISTS)
def test_pages_together_are_the_whole_list(path: str, web: Any) -> None:
    whole = items(web.get(path, "carla", limit=1000).json())
    seen: list[Any] = []
    response = web.get(path, "carla", limit=1)
    while True:
        page = response.json()
        seen += items(page)
        if page["next"] is None:
            assert "link" not in response.headers
            break
        following = response.headers["link"].partition("<")[2].partition(">")[0]
        assert 'rel="next"' in response.headers["link"]
        response = web.ask("GET", following.removeprefix("/api/v1"), "carla")
    assert seen == whole


def pages(cursor: str = "", limit: int = 3, query: str = "") -> Pages:
    scope = {"type": "http", "method": "GET", "path": "/x", "query_string": query.encode(), "headers": [], "server": ("x", 80)}
    return Pages(Request(scope), Response(), limit, cursor)


def test_what_comes_and_goes_meanwhile_shifts_nothing() -> None:
    first = pages().of(["a", "c", "e", "g", "i"], lambda i: (i,))
    assert (first.items, first.total) == (("a", "c", "e"), 5)
    # What was shown last is gone, something came before it and something behind it.
    second = pages(first.next or "").of(["a", "b", "c", "f", "g", "i"], lambda i: (i,))
    assert second.items == ("f", "g", "i")
    assert second.next is None
    newest = pages().of(range(10), lambda n: (n,), newest=True)
    assert pages(newest.next or "").of(range(20), lambda n: (n,), newest=True).items == (6, 5, 4)


@pytest.mark.parametrize("cursor", ["x", "////", "W10", "A" * 3000, "bnVsbA", "e30", "WzEsMl0"])
def test_a_made_up_cursor_is_refused(cursor: str, web: Any) -> None:
    response = web.get("/products", cursor=cursor)
    assert (response.status_code, response.json()["code"]) == (400, "H742")


def test_a_cursor_goes_on_with_its_own_question_only(web: Any) -> None:
    cursor = web.get("/columns", "carla", limit=1).json()["next"]
    assert web.get("/columns", "carla", limit=5, cursor=cursor).status_code == 200
    for params in ({"name": "id"}, {"product": "vault.keys"}):
        assert web.get("/columns", "carla", cursor=cursor, **params).json()["code"] == "H742"
    assert web.get("/products", "carla", cursor=cursor).json()["code"] == "H742"
    with pytest.raises(TroubleError):
        pages(pages(limit=1).of(["a", "b"], lambda i: (i,)).next or "").of([1, 2], lambda n: (n,))


@pytest.mark.parametrize("path", [*ONES, *LISTS, "/lineage?about=customer.profiles", "/search?q=name", "/manifest", "/me"])
def test_what_did_not_change_is_not_sent_again(path: str, web: Any) -> None:
    first = web.ask("GET", path, "carla")
    assert first.status_code == 200, first.text
    assert first.headers["cache-control"] == "private, no-cache"
    again = web.ask("GET", path, "carla", headers={"If-None-Match": f'"other", W/{first.headers["etag"]}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert web.ask("GET", path, "carla", headers={"If-None-Match": '"other"'}).status_code == 200
    head = web.ask("HEAD", path, "carla")
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", first.headers["etag"])


@pytest.mark.parametrize(
    ("path", "mend"),
    [
        ("/products?domian=customer", "`domain`"), ("/search?query=x", "`q`"), ("/mesh?x=1", "`consumer`"),
        ("/ports/customer.profiles/data?column=id", "`columns`"), ("/me?limit=3", "parameters"),
    ],
)  # fmt: skip
def test_an_unknown_parameter_is_refused_with_the_one_that_was_meant(path: str, mend: str, web: Any) -> None:
    response = web.ask("GET", path)
    assert (response.status_code, response.json()["code"]) == (400, "H855"), response.text
    assert mend in response.json()["mend"]


def test_filters_narrow(web: Any) -> None:
    def found(path: str, key: str, **params: Any) -> list[Any]:
        return [i[key] for i in web.get(path, "carla", **params).json()["items"]]

    assert found("/products", "product", domain="vault") == ["vault.keys"]
    assert "customer.profiles" in found("/products", "product", **{"class": "personal"})
    assert found("/products", "product", owner="nobody") == []
    assert found("/products", "product", state="published") == ["customer.profiles", "customer.report", "vault.keys"]
    assert found("/columns", "name", product="customer.profiles", **{"class": "personal"}) == ["name"]
    assert found("/columns", "port", name="ID")[0] == "customer.profiles.profiles"
    assert found("/waivers", "subject", policy="titled") == ["vault.keys"]
    assert found("/violations", "product", policy="titled", waived=True) == ["vault.keys"]
    assert found("/consumers", "consumer", kind="use-case") == ["campaign"]
    assert found("/runs", "status", product="vault.keys", status="succeeded") == ["succeeded"]


def test_a_contract_is_given_as_it_is_liked(web: Any) -> None:
    def kind(accept: str) -> str:
        response = web.ask("GET", "/contracts/customer.profiles", "carla", headers={"Accept": accept})
        return str(response.headers["content-type"]).partition(";")[0]

    assert kind("*/*") == kind("application/json") == kind("application/yaml;q=0.5, application/json") == "application/json"
    assert kind("application/yaml") == kind("text/yaml, */*") == "application/yaml"
    assert kind("image/png") == "application/problem+json"
    raw = web.ask("GET", "/contracts/customer.profiles", "carla", headers={"Accept": "application/yaml"})
    told = web.get("/contracts/customer.profiles", "carla").json()
    assert f"id: {told['document']['id']}" in raw.text


def test_a_port_is_meant_by_its_product_its_major_and_its_name_in_sql(web: Any) -> None:
    names = ("customer.profiles", "customer.profiles.profiles", "customer.profiles.profiles@1", "customer.profiles.profiles_v1")
    assert {web.get(f"/contracts/{n}", "carla").json()["contract"] for n in names} == {
        web.get("/contracts/customer.profiles", "carla").json()["contract"]
    }
    assert web.get("/contracts/customer.profiles.profiles@2", "carla").status_code == 404


def test_versions_are_compared_and_an_unknown_one_is_named(web: Any) -> None:
    (version,) = web.get("/contracts/customer.profiles/versions", "carla").json()["items"]
    assert (version["declared"], version["published"]) == (True, 1)
    same = web.get("/contracts/customer.profiles/diff", "carla", before=version["version"]).json()
    assert (same["changes"], same["breaking"]) == ([], False)
    unknown = web.get("/contracts/customer.profiles/diff", "carla", before="9.9.9")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "H860")


def test_everybody_sees_their_own_reads_owners_those_of_their_products_and_administrators_all(web: Any) -> None:
    reading = {"X-Hansa-Consumer": "campaign", "X-Hansa-Purpose": "letters"}
    asked = {"sql": "SELECT id FROM customer.profiles LIMIT 1"}
    assert web.ask("POST", "/query", "mia", json=asked, headers=reading).status_code == 200
    readers = {
        who: {e["principal"] for e in web.get("/audit-log", who).json()["items"]} for who in ("mia", "carla", "olga", "nick")
    }
    assert readers["mia"] == {"mia"}
    assert readers["nick"] <= {"nick"}
    assert "mia" in readers["carla"] & readers["olga"]
    (entry, *_) = web.get("/audit-log", "carla", principal="mia").json()["items"]
    assert (entry["consumer"], entry["ports"][0]["port"]) == ("campaign", "customer.profiles.profiles@1")
    tomorrow = (dt.datetime.now(dt.UTC) + dt.timedelta(days=1)).isoformat()
    assert web.get("/audit-log", "olga", since=tomorrow).json()["items"] == []


def test_grants_are_told_to_those_whom_they_concern(web: Any) -> None:
    assert [g["consumer"] for g in web.get("/grants", "mia").json()["items"]] == ["campaign"]
    assert [g["consumer"] for g in web.get("/grants", "carla").json()["items"]] == ["campaign"]
    assert web.get("/grants", "nick").json() == {"items": [], "total": 0, "next": None}


def test_a_product_is_told_with_everything_that_its_page_knows(web: Any) -> None:
    seen = SimpleNamespace(**web.get("/products/customer.profiles", "carla").json())
    assert seen.state == "published"
    assert [p["port"] for p in seen.ports] == ["customer.profiles.profiles"]
    assert {
        "consumer": "campaign",
        "kind": "use-case",
        "port": "customer.profiles.profiles@1",
        "purpose": "letters",
    } in seen.consumers
    assert seen.checks["pass"] > 0
