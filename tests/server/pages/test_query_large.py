"""The page of queries in a mesh of more products than it could list: the likeliest, at once; words find the others."""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from benchmarks.many import mesh_of, product_address, publish

from hansa.access.identity import UserChange, add_user
from hansa.serving import Serving
from hansa.wiring import Workplace

PRODUCTS = 200
OWN = [product_address(number) for number in range(7, PRODUCTS, 40)]
"""What the team of tom answers for."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from tests.server.pages.conftest import site_over

    root = tmp_path_factory.mktemp("many")
    (root / "hansa.yaml").write_text("apiVersion: hansa/v1\nkind: Mesh\nname: many\nplatforms: {here: {engine: duckdb}}\n")
    many = mesh_of(PRODUCTS, 3, whole=True)
    mesh = replace(
        many,
        domains=tuple(
            replace(d, products=tuple(replace(p, owner="owners") if str(p.address) in OWN else p for p in d.products))
            for d in many.domains
        ),
    )
    publish(root, mesh)
    with Workplace(root, {"PATH": "/usr/bin"}) as workplace, Serving(workplace, lambda: mesh) as serving:
        for name, teams in (("ann", ()), ("tom", ("owners",))):
            add_user(workplace.ledger, mesh, name, UserChange(teams=teams), now=dt.datetime.now(dt.UTC))
        yield site_over(tmp_path_factory.mktemp("state"), serving)


def told(browser: Any, words: str = "") -> Any:
    return json.loads(browser.get(f"/query/schema?for=|&words={words}").text)


def test_what_is_the_viewers_own_comes_first_and_the_rest_is_said_to_be_there(site: Any) -> None:
    tom = site.browser("tom")
    found = told(tom)
    names = [p["product"] for p in found["ports"]]
    assert names[: len(OWN)] == sorted(OWN)
    assert names[len(OWN) :] == sorted(names[len(OWN) :])
    assert (len(names), len(set(names)), found["more"]) == (120, 120, True)
    page = tom.page("/query")
    assert all(name in "".join(page.text.split()) for name in OWN)
    assert "Only the likeliest are listed" in page.text


def test_words_find_what_lies_behind(site: Any) -> None:
    last = OWN[-1].partition(".")[2]
    found = told(site.browser("tom"), last)
    assert ([p["product"] for p in found["ports"]], found["more"]) == ([OWN[-1]], False)
    assert told(site.browser("tom"), "nothing_is_called_so") | {"keywords": [], "functions": []} == {
        "ports": [], "more": False, "keywords": [], "functions": [],
    }  # fmt: skip


def test_who_may_read_none_of_the_likeliest_is_not_told_that_there_is_nothing(site: Any) -> None:
    text = " ".join(site.browser("ann").page("/query").text.split())
    assert "None of the likeliest products can be read" in text
    assert "Nothing can be read" not in text
