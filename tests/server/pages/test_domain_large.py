"""A domain of many products that many other domains read: its page has pages, and nothing of it is lost between them."""

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest

from hansa.access.identity import UserChange, add_user
from hansa.model import (
    Contract,
    Domain,
    InputPort,
    Mesh,
    MeshOrigin,
    OutputPort,
    Platform,
    Product,
    Schema,
    Table,
)
from hansa.names import DomainName, ProductName, Version
from hansa.serving import Serving
from hansa.wiring import Workplace

OFFERED = [f"offer_{number:03}" for number in range(120)]
READERS = [f"reader_{number:02}" for number in range(45)]
HUB = ProductName("hub", OFFERED[0])


def product(address: ProductName, *reads: ProductName) -> Product:
    table = Table("facts", ())
    contract = Contract(f"{address}.facts", Version(1), (table,))
    port = OutputPort(address.port("facts"), contract, table, Schema(()), "")
    inputs = tuple(
        InputPort(f"given_{n}", Contract(f"{r}.facts", Version(1), ()), table, Schema(()), MeshOrigin(r.port("facts"), 1))
        for n, r in enumerate(reads)
    )
    purpose = "What somebody needs to know before they use it, in some more words than one."
    return Product(address, str(address), "1.0.0", Platform("here", "duckdb"), inputs, (port,), (), "facts", purpose=purpose)


def domain(name: str, *products: Product) -> Domain:
    return Domain(DomainName(name), products, name.replace("_", " ").title(), owner="owners")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from tests.server.pages.conftest import site_over

    root = tmp_path_factory.mktemp("wide")
    (root / "hansa.yaml").write_text("apiVersion: hansa/v1\nkind: Mesh\nname: wide\nplatforms: {here: {engine: duckdb}}\n")
    hub = domain("hub", *(product(ProductName("hub", name)) for name in OFFERED))
    others = (domain(name, product(ProductName(name, "report"), HUB)) for name in READERS)
    mesh = Mesh("wide", (hub, *others), (Platform("here", "duckdb"),))
    with Workplace(root, {"PATH": "/usr/bin"}) as workplace, Serving(workplace, lambda: mesh) as serving:
        add_user(workplace.ledger, mesh, "ann", UserChange(), now=dt.datetime.now(dt.UTC))
        yield site_over(tmp_path_factory.mktemp("state"), serving).browser("ann")


def listed(browser: Any, path: str, pattern: str) -> list[str]:
    """What a page links to, each once."""
    return list(dict.fromkeys(m[1] for link in browser.page(path).links if (m := re.fullmatch(pattern, link))))


def test_each_product_stands_on_one_page(browser: Any) -> None:
    pages = [listed(browser, f"/domains/hub?page={n}", r"/products/hub\.(offer_\d+)") for n in (1, 2, 3)]
    assert [len(p) for p in pages] == [50, 50, 20]
    assert sorted(name for page in pages for name in page) == OFFERED
    assert "120 products, 20 on this page" in " ".join(browser.page("/domains/hub?page=3").text.split())


def test_each_domain_that_reads_stands_on_one_page(browser: Any) -> None:
    pages = []
    for number in (1, 2, 3):
        text = browser.get(f"/domains/hub?gives={number}").text
        below = text.partition('id="gives"')[2].partition("</section>")[0]
        pages.append(re.findall(r'href="/domains/(reader_\d+)"', below))
    assert [len(p) for p in pages] == [20, 20, 5]
    assert [name for page in pages for name in page] == READERS


def test_turning_one_list_leaves_the_other_where_it_is(browser: Any) -> None:
    links = browser.page("/domains/hub?page=2&gives=2").links
    assert {"/domains/hub?page=3&gives=2#products", "/domains/hub?page=2&gives=3#gives"} <= set(links)
    assert browser.get("/domains/hub?page=99&gives=x&takes=-1").status_code == 200


def test_each_pair_of_domains_stands_on_one_page_of_the_lineage(browser: Any) -> None:
    pages = []
    for number in (1, 2):
        table = browser.get(f"/lineage?page={number}").text.partition('id="trades"')[2].partition("</table>")[0]
        pages.append(re.findall(r'data-label="Supplies"><a href="/domains/(reader_\d+)"', table))
    assert [len(p) for p in pages] == [40, 5]
    assert [name for page in pages for name in page] == READERS
    assert "/lineage?page=1#trades" in browser.page("/lineage?page=2").links


def test_a_page_of_it_is_small(browser: Any) -> None:
    assert max(len(browser.get(f"/domains/hub?page={n}&gives={n}").content) for n in (1, 2, 3)) < 100_000
