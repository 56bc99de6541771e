"""The glossary: every term has a page with its meaning and the columns that mean it, and nothing of what is hidden."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.warm import ran

GLOSSARY = """\
apiVersion: hansa/v1
kind: Glossary
terms:
  - {id: person, name: Person, definition: Somebody., synonyms: [human], owner: customer_team, status: approved}
  - {id: household, name: Household, definition: Persons who shop with one card., parents: [person]}
  - {id: secret, name: Secret, definition: What lies in vault.keys.}
  - {id: harm, name: "<b>Harm</b>", definition: "<script>alert(1)</script>"}
"""


@pytest.fixture(scope="module")
def site(secretive_mesh: Path, tmp_path_factory: pytest.TempPathFactory, warm_hansa: Path, sites: Callable[[Path], Any]) -> Any:
    root = tmp_path_factory.mktemp("words") / "mesh"
    shutil.copytree(secretive_mesh, root, ignore=shutil.ignore_patterns(".hansa"))
    (root / "governance/glossary.yaml").write_text(GLOSSARY)
    for contract in (
        root / "domains/customer/profiles/contracts/profiles.odcs.yaml",
        *root.glob("domains/vault/keys/contracts/*"),
    ):
        text = contract.read_text()
        named = "{name: id, " if "{name: id, " in text else "- name: id\n"
        said = 'authoritativeDefinitions: [{type: term, url: "term:household"}]'
        added = f"{named}{said}, " if named.startswith("{") else f"{named}        {said}\n"
        contract.write_text(text.replace(named, added, 1))
    ran(warm_hansa, root, "run", "--quiet")
    ran(warm_hansa, root, "user", "add", "nick")
    return sites(root)


def test_all_terms_with_how_many_columns_mean_each(site: Any) -> None:
    page = site.browser("carla").page("/terms")
    text = " ".join(page.text.split())
    assert "4 terms" in text
    assert "Household" in text
    assert "also human" in text
    assert {"/terms/person", "/terms/household", "/terms/secret", "/terms/harm"} <= set(page.links)
    assert "/terms" in site.browser("carla").page("/").links


def test_a_term_tells_what_it_means_what_is_broader_and_which_columns_mean_it(site: Any) -> None:
    browser = site.browser("carla")
    page = browser.page("/terms/household")
    text = " ".join(page.text.split())
    assert "Persons who shop with one card." in text
    assert "/terms/person" in page.links
    assert "2 columns that mean it" in text
    assert "/products/customer.profiles/schema?port=profiles%401#column-id" in page.links
    assert "/terms/household" in browser.page("/terms/person").links, "what is narrower"
    assert "/terms/household" in browser.page("/products/customer.profiles/schema").links
    assert "/terms/household" in browser.page("/search?q=household").links


def test_a_term_that_no_column_means_says_what_to_do(site: Any) -> None:
    page = site.browser("mia").page("/terms/person")
    assert "No column that you may know of means it yet" in page.text
    assert "term:person" in page.text
    assert "/terms/person" in site.browser("mia").page("/search?q=person").links


def test_what_a_viewer_may_not_know_is_neither_counted_nor_named(site: Any) -> None:
    browser = site.browser("mia")
    page = browser.page("/terms/household")
    assert "1 column that means it" in " ".join(page.text.split())
    assert "vault" not in page.text
    assert "vault" not in browser.page("/terms").text
    assert "names something that you may not know of" in browser.page("/terms/secret").text


def test_texts_of_others_are_texts_and_what_is_no_term_is_not_there(site: Any) -> None:
    browser = site.browser("carla")
    assert "<script>alert" not in browser.get("/terms/harm").text
    assert "<b>Harm" not in browser.get("/terms").text
    assert browser.get("/terms/nothing").status_code == 404
    assert browser.get("/terms/%2e%2e").status_code in (303, 404)
    assert site.browser().get("/terms").headers["location"].startswith("/sign-in")


def test_a_mesh_without_a_glossary_says_where_to_write_one(sites: Callable[[Path], Any], governed_mesh: Path) -> None:
    page = sites(governed_mesh).browser("mia").page("/terms")
    assert "governance/glossary.yaml" in page.text
