"""The page of a domain says where it comes from: its own files, a file or address of another repository, or an upload."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.repositories import SHOP, exported, write, write_people

from hansa.ledger import ManifestUploaded
from hansa.model.uploaded import UploadedManifest
from hansa.names import DomainName
from hansa.wiring import Workplace

WAITING = {name: text for name, text in SHOP.items() if "towns" not in name}
EVIL = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    return exported(write_people(tmp_path_factory.mktemp("people")))


def upload(root: Path, text: str, version: int, actor: str) -> None:
    said = json.loads(text)
    at = dt.datetime(2026, 11, version, tzinfo=dt.UTC)
    made = UploadedManifest(DomainName("people"), version, said["digest"], said["mesh"], 1, len(text), at, actor)
    with Workplace(root, {}) as workplace:
        workplace.ledger.apply([ManifestUploaded(made, text)])


def test_an_upload_is_told_with_version_when_and_by_whom(tmp_path: Path, sites: Callable[[Path], Any], text: str) -> None:
    root = write(tmp_path, SHOP)
    for version, actor in ((1, "olga"), (2, EVIL), (3, "ci_people")):
        upload(root, text, version, actor)
    browser = sites(root).browser("omar")
    page = browser.page("/domains/people")
    said = " ".join(page.text.split())
    assert "Where it comes from" in said
    assert "version 3" in said
    assert "By ci_ people" in said or "By ci_people" in said
    assert "version 2, 2026-11-02, by" in said
    assert "version 1, 2026-11-01, by olga" in said
    assert {str(a.get("datetime")) for a in page.all("time")} >= {"2026-11-03T00:00:00+00:00"}
    assert EVIL not in browser.get("/domains/people").text
    own = " ".join(browser.page("/domains/orders").text.split())
    assert "This mesh's own files" in own
    assert "domain. yaml" in own.replace("domain.yaml", "domain. yaml")


def test_a_domain_that_waits_says_what_its_team_does(tmp_path: Path, sites: Callable[[Path], Any]) -> None:
    said = sites(write(tmp_path, WAITING)).browser("omar").page("/domains/people").text
    assert "Nothing was uploaded yet." in said
    assert "hansa export manifest people --to URL" in said


def test_a_file_of_another_repository_is_named(tmp_path: Path, sites: Callable[[Path], Any], text: str) -> None:
    named = {**WAITING, "hansa.yaml": "apiVersion: hansa/v1\nkind: Mesh\nname: shop\ndomains: [domains/*, people.json]\n"}
    root = write(tmp_path, {**named, "people.json": text})
    said = sites(root).browser("omar").page("/domains/people").text
    assert "A manifest of another repository" in said


def test_who_may_not_know_the_domain_learns_nothing(tmp_path: Path, sites: Callable[[Path], Any], text: str) -> None:
    hidden = '@id("hidden")\nforbid (principal == User::"omar", action, resource) when { resource in Domain::"people" };\n'
    root = write(tmp_path, {**WAITING, "governance/access/hidden.cedar": hidden})
    upload(root, text, 1, "ann")
    site = sites(root)
    assert site.browser("omar").get("/domains/people").status_code == 404
    assert site.browser("ann").get("/domains/people").status_code == 200
