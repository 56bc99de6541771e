"""What the caller may not discover is a 404, and in no list, count, facet, lineage or search hit."""

from typing import Any

import pytest

EVERYTHING = (
    "/mesh", "/domains", "/products", "/ports", "/contracts", "/columns", "/policies", "/policies/titled", "/violations",
    "/waivers", "/scorecards", "/terms", "/terms/person", "/classes", "/consumers", "/grants", "/runs", "/audit-log",
    "/search", "/search?q=keys", "/search?q=vault", "/lineage?about=customer.profiles", "/lineage?about=customer.report&depth=9",
    "/lineage?about=customer.profiles.profiles&column=id&depth=9", "/products/customer.report", "/products/customer.profiles",
    "/products/customer.report/publications", "/domains/customer", "/access/requests", "/me",
)  # fmt: skip
HIDDEN = (
    "/domains/vault", "/products/vault.keys", "/products/vault.keys/checks", "/products/vault.keys/publications",
    "/contracts/vault.keys", "/contracts/vault.keys.keys", "/contracts/vault.keys.keys/versions",
    "/contracts/vault.keys/diff?before=1.0.0", "/lineage?about=vault.keys", "/lineage?about=vault.keys.keys%23id",
    "/columns?port=vault.keys", "/columns?product=vault.keys", "/consumers/vault.keys", "/runs?product=vault.keys",
)  # fmt: skip


@pytest.mark.parametrize("path", EVERYTHING)
def test_nothing_hidden_is_told(path: str, web: Any) -> None:
    response = web.ask("GET", path, "nick")
    assert response.status_code == 200, response.text
    assert "vault" not in response.text.replace("q=vault", ""), response.text


@pytest.mark.parametrize("path", HIDDEN)
def test_what_is_hidden_is_answered_as_what_never_was(path: str, web: Any) -> None:
    hidden, never = web.ask("GET", path, "nick"), web.ask("GET", path.replace("vault", "vuult"), "nick")
    assert (hidden.status_code, never.status_code) == (404, 404), hidden.text
    for each in (hidden, never):
        assert each.headers["content-type"] == "application/problem+json"
    told, other = (r.json() for r in (hidden, never))
    told, other = ({k: v for k, v in t.items() if k != "requestId"} for t in (told, other))
    assert str(told).replace("vault", "vuult") == str(other)
    assert web.ask("GET", path, "carla").status_code == 200, "and whoever may know of it finds it"


def test_counts_and_fingerprints_say_nothing_of_what_is_hidden(web: Any) -> None:
    blind, seeing = web.get("/mesh", "nick").json(), web.get("/mesh", "carla").json()
    assert (blind["counts"]["domains"], seeing["counts"]["domains"]) == (1, 2)
    assert (blind["counts"]["products"], seeing["counts"]["products"]) == (2, 3)
    assert blind["fingerprint"] != seeing["fingerprint"]
    assert (web.get("/products", "nick").json()["total"], web.get("/products", "carla").json()["total"]) == (2, 3)
    facets = web.get("/search", "nick").json()["facets"]
    assert [v["value"] for v in facets["domain"]] == ["customer"]


def test_lineage_ends_where_something_hidden_begins(web: Any) -> None:
    blind = web.get("/lineage", "nick", about="customer.profiles", depth=9).json()
    assert (blind["up"][0]["source"][:7], blind["down"]) == ("source:", [])
    seeing = web.get("/lineage", "carla", about="customer.profiles", depth=9, direction="down").json()
    assert [(link["source"], link["target"]) for link in seeing["down"]] == [
        ("customer.profiles", "vault.keys"), ("vault.keys", "customer.report"),
    ]  # fmt: skip
    assert seeing["up"] == []


def test_a_policy_that_only_something_hidden_breaks_is_met(web: Any) -> None:
    found = {v["product"] for v in web.get("/violations", "nick", policy="titled").json()["items"]}
    assert found == {"customer.profiles", "customer.report"}
    assert web.get("/waivers", "nick").json()["total"] == 0
    assert web.get("/waivers", "carla").json()["items"][0]["subject"] == "vault.keys"
    assert {s["name"] for s in web.get("/scorecards", "nick").json()["items"]} == {"customer", *found}


def test_the_manifest_is_whole_or_refused(web: Any) -> None:
    assert web.get("/manifest", "carla").json()["kind"] == "Manifest"
    refused = web.get("/manifest", "nick")
    assert (refused.status_code, refused.json()["code"]) == (403, "H862")
    assert "vault" not in refused.text
