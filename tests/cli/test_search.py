"""`search` on the command line: an index that is made when it is wanted, and says when there is nothing."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Hansa = Callable[..., Any]


@pytest.fixture
def mesh(hansa: Hansa, in_folder: Path) -> Path:
    hansa("init", ".")
    hansa("new", "domain", "customer")
    for name in ("profiles", "visits"):
        hansa("new", "product", f"customer/{name}")
    return in_folder


def found(hansa: Hansa, *arguments: str) -> list[str]:
    return [h["name"] for h in hansa("search", *arguments, "--json").json["hits"]]


def test_a_product_is_found_by_its_name(hansa: Hansa, mesh: Path) -> None:
    assert found(hansa, "profiles")[0] == "customer.profiles"
    said = hansa("search", "profiles", "--kind", "product", "--json").json
    assert set(said["hits"][0]) >= {"name", "kind", "score", "snippet"}
    assert said["total"] == 1
    assert "customer.profiles" in hansa("search", "porfiles").out


def test_what_changed_is_found_at_once(hansa: Hansa, mesh: Path) -> None:
    assert found(hansa, "gnomes") == []
    readme = mesh / "domains/customer/visits/README.md"
    readme.write_text("Gnomes visit us.")
    assert found(hansa, "gnomes") == ["customer.visits"]
    hansa("run", "-q")
    assert found(hansa, "--freshness", "unpublished") == []
    assert len(found(hansa, "--freshness", "fresh")) == 2


def test_an_index_may_be_deleted_or_damaged(hansa: Hansa, mesh: Path) -> None:
    first = found(hansa, "visits")
    shutil.rmtree(mesh / ".hansa/search")
    assert found(hansa, "visits") == first
    for file in (mesh / ".hansa/search").glob("v*/*.idx"):
        file.write_bytes(b"")
    assert found(hansa, "visits") == first


def test_a_search_begins_no_ledger(hansa: Hansa, mesh: Path) -> None:
    found(hansa, "visits")
    assert not (mesh / ".hansa/ledger.db").exists()


def test_nothing_found_says_what_to_do(hansa: Hansa, mesh: Path) -> None:
    assert "nothing found for `xylophone`" in hansa("search", "xylophone").out
    assert "did you mean: hansa search visits" in hansa("search", "vsts").out
    assert "there may be more" in hansa("search", "visits", "--domain", "orders").out


def test_a_kind_that_is_none_could_not_be_searched(hansa: Hansa, mesh: Path) -> None:
    assert "did you mean `column`" in hansa("search", "id", "--kind", "colum", code=2).err
