"""Pages before there is anything: none of them says that all is well, and each says what to do next."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.warm import ran

pytestmark = pytest.mark.slow


def made(root: Path, hansa: Path, *commands: tuple[str, ...]) -> Path:
    (root / "data.csv").write_text("id\n1\n")
    for command in (("init", "."), *commands, ("user", "add", "ann")):
        ran(hansa, root, *command)
    return root


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory, warm_hansa: Path, sites: Callable[[Path], Any]) -> Any:
    return sites(made(tmp_path_factory.mktemp("blank"), warm_hansa)).browser("ann")


@pytest.fixture(scope="module")
def declared(tmp_path_factory: pytest.TempPathFactory, warm_hansa: Path, sites: Callable[[Path], Any]) -> Any:
    new = (("new", "domain", "shop"), ("new", "product", "shop/sales", "--from", "data.csv"))
    return sites(made(tmp_path_factory.mktemp("declared"), warm_hansa, *new)).browser("ann")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/", "hansa new domain NAME"),
        ("/search", "hansa new product DOMAIN/NAME"),
        ("/lineage", "hansa new product DOMAIN/NAME"),
        ("/terms", "governance/glossary.yaml"),
        ("/runs", "hansa run"),
    ],
)
def test_an_empty_mesh_says_how_to_begin(path: str, said: str, blank: Any) -> None:
    assert said in blank.page(path).text


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/", "hansa run"),
        ("/products/shop.sales", "not published yet"),
        ("/products/shop.sales/quality", "hansa run shop.sales"),
        ("/products/shop.sales/changes", "hansa run shop.sales"),
    ],
)
def test_what_is_declared_and_not_published_says_what_publishes_it(path: str, said: str, declared: Any) -> None:
    assert said in declared.page(path).text


def test_nothing_is_praised_before_there_is_something(blank: Any, declared: Any) -> None:
    for browser in (blank, declared):
        home = browser.page("/").text
        assert "as its contract promises" not in home
        assert "nothing to watch over yet" in home
    assert "fewer words" not in blank.page("/search").text
