"""`hansa export dcat`, `dprod`, `openapi` and `cards`, as people type them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rdflib

Hansa = Callable[..., Any]


@pytest.mark.parametrize("vocabulary", ["dcat", "dprod"])
def test_both_forms_say_the_same(hansa: Hansa, governed_mesh: Path, vocabulary: str) -> None:
    arguments = ("export", vocabulary, "--mesh", governed_mesh, "--url", "https://h.example", "--base-iri", "https://d.example")
    turtle, json_ld = hansa(*arguments, "--format", "turtle"), hansa(*arguments)
    first = rdflib.Graph().parse(data=turtle.out, format="turtle")
    assert set(first) == set(rdflib.Graph().parse(data=json_ld.out, format="json-ld"))
    assert "https://d.example/dataset/customer.profiles.profiles@1" in turtle.out
    assert "dct:modified" in turtle.out, "it is published"
    assert hansa(*arguments, "--format", "turtle", "--json").json == {"format": "turtle", "document": turtle.out}


def test_to_a_file(hansa: Hansa, governed_mesh: Path, in_folder: Path) -> None:
    said = hansa("export", "dcat", "--mesh", governed_mesh, "--out", "out/c.ttl", "--format", "turtle", "--json")
    assert said.json == {"file": "out/c.ttl", "format": "turtle", "products": 1}
    assert len(rdflib.Graph().parse(in_folder / "out/c.ttl")) > 20
    assert "1 product" in hansa("export", "dprod", "customer", "--mesh", governed_mesh, "--out", "d.json").err


def test_the_api_of_a_product(hansa: Hansa, governed_mesh: Path) -> None:
    found = hansa("export", "openapi", "customer.profiles", "--mesh", governed_mesh).json
    assert "/api/v1/ports/customer.profiles.profiles_v1/data" in found["paths"]
    said = hansa("export", "openapi", "customer/profiles", "--mesh", governed_mesh, "--out", "o.json", "--json")
    assert said.json == {"file": "o.json", "format": "openapi", "paths": 2}
    assert json.loads(Path("o.json").read_text("utf-8")) == found


def test_cards(hansa: Hansa, governed_mesh: Path) -> None:
    said = hansa("export", "cards", "--mesh", governed_mesh, "--out", "cards", "--json")
    assert said.json == {"folder": "cards", "files": ["llms.txt", "products/customer.profiles.md"], "strays": []}
    text = Path("cards/products/customer.profiles.md").read_text("utf-8")
    assert "| `name` | `VARCHAR` |" in text
    assert "2500 rows" in text
    assert "Ångström" not in text
    assert text in hansa("export", "cards", "--mesh", governed_mesh).out
    assert [c["path"] for c in hansa("export", "cards", "--mesh", governed_mesh, "--json").json["cards"]] == said.json["files"]


def test_cards_of_what_is_gone_are_named(hansa: Hansa, governed_mesh: Path) -> None:
    Path("cards/products").mkdir(parents=True)
    Path("cards/products/old.one.md").write_text("# old")
    assert "products/old.one.md" in hansa("export", "cards", "--mesh", governed_mesh, "--out", "cards").err
    assert Path("cards/products/old.one.md").exists()


def test_for_somebody(hansa: Hansa, governed_mesh: Path) -> None:
    assert "customer.profiles" in hansa("export", "dcat", "--mesh", governed_mesh, "--as", "nick").out


def test_what_cannot_be(hansa: Hansa, governed_mesh: Path) -> None:
    refused = hansa("export", "dcat", "customer.profils", "--mesh", governed_mesh, code=2)
    assert "H816" in refused.err + refused.out
    assert "customer.profiles" in refused.err + refused.out
    for option in ("--base-iri", "--url"):
        refused = hansa("export", "dcat", option, "x", "--mesh", governed_mesh, "--json", code=2)
        assert refused.json["error"]["troubles"][0]["code"] == "H815"
    Path("file").write_text("")
    refused = hansa("export", "cards", "--mesh", governed_mesh, "--out", "file", "--json", code=2)
    assert refused.json["error"]["troubles"][0]["code"] == "H817"


def test_an_empty_mesh(hansa: Hansa) -> None:
    hansa("init", ".")
    assert "dcat:Catalog" in hansa("export", "dcat").out
    assert "# " in hansa("export", "cards").out


def test_a_hidden_product_is_told_to_nobody_but_the_operator(hansa: Hansa, in_folder: Path) -> None:
    hansa("init", ".")
    hansa("new", "domain", "customer")
    for product in ("open", "secret"):
        hansa("new", "product", f"customer/{product}")
    rule = in_folder / "governance/access/hidden.cedar"
    rule.parent.mkdir(parents=True, exist_ok=True)
    rule.write_text(
        '@id("shop.hidden")\nforbid(principal, action == Action::"discover", resource) '
        'when { resource in Product::"customer.secret" };\n'
    )
    hansa("user", "add", "nick")
    assert "customer.secret" in hansa("export", "dcat").out
    for command in (("dcat",), ("dprod",), ("cards",)):
        said = hansa("export", *command, "--as", "nick").out
        assert "customer.open" in said
        assert "secret" not in said
    refused = hansa("export", "openapi", "customer.secret", "--as", "nick", "--json", code=2)
    assert refused.json["error"]["troubles"][0]["code"] == "H816"
