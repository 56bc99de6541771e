"""Lineage: what is drawn and told of it, how far, and what is not told to whoever may not know it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from benchmarks.hub import mesh_of
from tests.warm import ran

from hansa.serving import Serving
from hansa.wiring import Workplace

HIDING = """
@id("hidden-processing")
forbid (principal == User::"nick", action == Action::"discover", resource == Product::"orders.processing");
@id("hidden-port")
forbid (principal == User::"nick", action == Action::"discover", resource == Port::"product.catalog.products");
@id("undescribed")
forbid (principal == User::"nick", action == Action::"describe", resource in Product::"customer.profiles");
"""


@pytest.fixture(scope="module")
def retail(tmp_path_factory: pytest.TempPathFactory, warm_hansa: Path, sites: Callable[[Path], Any]) -> Any:
    """The reference mesh before its first run; nick may not know of everything, and nora may."""
    root = tmp_path_factory.mktemp("retail")
    ran(warm_hansa, root, "init", ".", "--template", "retail")
    (root / "governance/access").mkdir(exist_ok=True)
    (root / "governance/access/hiding.cedar").write_text(HIDING)
    for user in ("nick", "nora"):
        ran(warm_hansa, root, "user", "add", user)
    return sites(root)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory, warm_hansa: Path) -> Iterator[Any]:
    """400 products in memory: d0.p0 is read by 250 others, of three domains."""
    from tests.server.pages.conftest import site_over

    from hansa.access.identity import UserChange, add_user

    root, mesh = tmp_path_factory.mktemp("hub"), mesh_of(400, 250, 30)
    ran(warm_hansa, root, "init", ".")
    with Workplace(root, {"PATH": "/usr/bin"}) as workplace, Serving(workplace, lambda: mesh) as serving:
        add_user(workplace.ledger, mesh, "nora", UserChange(), now=serving.clock())
        yield site_over(root, serving)


def boxes(page: Any) -> list[str]:
    """The kinds of all boxes."""
    return [str(a["class"]) for tag, a in page.elements if tag == "g"]


def packed(page: Any) -> str:
    """All text without its spaces: long names may break where their parts meet."""
    return "".join(page.text.split())


def text_of(page: Any) -> str:
    return " ".join(page.text.split())


def test_a_small_mesh_is_drawn_whole_before_anything_is_asked(retail: Any) -> None:
    page = retail.browser("nora").page("/lineage")
    assert len([b for b in boxes(page) if "product" in b.split()]) == 10
    assert "/lineage?about=orders.processing" in page.links
    domains = retail.browser("nora").page("/lineage?view=domains")
    assert len(boxes(domains)) == 3
    assert "Who supplies whom" in text_of(domains)


def test_a_large_mesh_starts_with_its_domains(hub: Any) -> None:
    page = hub.browser("nora").page("/lineage")
    assert {"/domains/d0", "/domains/d3"} <= set(page.links)
    assert "/lineage" in [a.get("action") for a in page.all("form")]


def test_an_empty_mesh_says_how_to_begin(tmp_path: Path, warm_hansa: Path, sites: Callable[[Path], Any]) -> None:
    ran(warm_hansa, tmp_path, "init", ".")
    ran(warm_hansa, tmp_path, "user", "add", "nora")
    assert "hansa new product" in sites(tmp_path).browser("nora").get("/lineage").text


def test_depth_and_direction_say_how_much_is_drawn(retail: Any) -> None:
    browser = retail.browser("nora")
    address = "/lineage?about=customer.preferences"
    one, whole = browser.page(f"{address}&depth=1"), browser.page(f"{address}&depth=all")
    assert len(boxes(one)) == 4
    assert len(boxes(whole)) == 7
    assert len(boxes(browser.page(f"{address}&depth=1&direction=down"))) == 2
    up = text_of(browser.page(f"{address}&direction=up"))
    assert "customer_360" not in up


def test_every_connection_says_how_it_takes_part_and_how_that_was_learnt(retail: Any) -> None:
    page = retail.browser("nora").page("/lineage?about=customer.preferences&depth=1")
    said = text_of(page)
    assert "direct: aggregation, identity, transformation; indirect: filter, group by, join, window" in said
    learnt = {str(a["class"]).split()[1] for a in page.all("path") if "arc" in str(a.get("class")) and a.get("data-from")}
    assert learnt == {"parsed", "declared"}
    for word in ("read from the queries", "declared by the owner", "observed in a run", "assumed"):
        assert word in said


def test_an_open_product_shows_its_columns_and_what_each_is_made_of(retail: Any) -> None:
    browser = retail.browser("nora")
    shut = browser.page("/lineage?about=customer.preferences&depth=1")
    link = next(x for x in shut.links if x.endswith("columns=customer.preferences"))
    page = browser.page(link)
    columns = [x for x in page.links if "column=preferences%401%23spend" in x]
    assert columns
    assert "Column by column" in text_of(page)
    arcs = [a for a in page.all("path") if a.get("data-to")]
    assert any("r" in str(a["data-to"]) for a in arcs)


def test_the_way_of_a_column_leads_through_domains_to_its_source(retail: Any) -> None:
    """J12: from a wrong number to where it comes from, by links alone."""
    browser = retail.browser("nora")
    page = browser.page("/lineage?about=customer.preferences&columns=customer.preferences")
    way = browser.page(next(x for x in page.links if "column=preferences%401%23spend" in x))
    assert "The way of spend is lit" in text_of(way)
    assert "orders.processing.lines@1#sales_amount" in packed(way)
    source = next(x for x in way.links if x.startswith("/lineage?about=source") and x.endswith("column=sales_value"))
    end = text_of(browser.page(source))
    assert "Where it comes from" in end
    assert "customer.preferences.preferences@1#spend" in packed(browser.page(source))
    assert "/products/orders.processing/quality" in way.links
    assert "off" in " ".join(boxes(way)), "what is not on the way steps back"


def test_products_lead_to_their_last_run_and_their_checks(site: Any) -> None:
    page = site.browser("mia").page("/lineage?about=customer.profiles")
    assert "/products/customer.profiles/quality" in page.links
    assert any(x.startswith("/runs/") for x in page.links)


def test_a_column_that_nothing_reads_says_so(site: Any) -> None:
    page = site.browser("mia").page("/lineage?about=customer.profiles&column=profiles%401%23born&direction=down")
    assert "nothing is made of it" in text_of(page)


def test_a_hub_is_grouped_by_domain_and_a_group_opens_in_pages(hub: Any) -> None:
    browser = hub.browser("nora")
    response = browser.get("/lineage?about=d0.p0&depth=1")
    page = browser.parsed(response)
    assert "99 products" in text_of(page)
    assert "51 products" in text_of(page)
    assert len(boxes(page)) == 4
    opened = browser.page(next(x for x in page.links if "open=d1.d1" in x))
    assert len(boxes(opened)) == 24
    assert "80 other products" in text_of(opened)
    following = browser.page(next(x for x in opened.links if "open=d1.d1%3A2" in x))
    assert "/lineage?about=d1.p120&depth=1" in following.links
    assert set(opened.links) & {"/lineage?about=d1.p100&depth=1"}
    assert len(browser.get("/lineage?about=d0.p0&depth=all&open=d1.d0,d1.d1,d1.d2").content) < 100_000


def test_more_groups_than_there_is_room_for_come_in_pages_to_the_last() -> None:
    from hansa.names import parse_product
    from hansa.server.pages.lineage.boxes import Group, boxes
    from hansa.server.pages.lineage.seen import Reached

    start, behind = parse_product("a.start"), parse_product("z.behind")
    near = [parse_product(f"d{n:02}.p{m}") for n in range(90) for m in range(3)]
    reached = Reached({start: 0, behind: 2, **dict.fromkeys(near, 1)})
    drawn, page, pages = set(), 1, 1
    while page <= pages:
        boxed = boxes(reached, {start: None}, {"d1": page})
        rest = boxed.members["d1.rest"]
        assert isinstance(rest, Group)
        assert rest.page == page
        drawn |= set(near) - set(rest.ends)
        page, pages = page + 1, rest.pages
    assert drawn == set(near)
    assert pages > 4


def test_the_tables_of_a_hub_come_in_pages(hub: Any) -> None:
    browser = hub.browser("nora")
    page = browser.page("/lineage?about=d0.p0&depth=1")
    assert "Page 1 of 7" in text_of(page)
    last = browser.page("/lineage?about=d0.p0&depth=1&reads=99")
    assert "Page 7 of 7" in text_of(last)


def test_the_way_of_a_hubs_column_stays_small(hub: Any) -> None:
    response = hub.browser("nora").get("/lineage?about=d0.p0&column=facts%401%23id")
    assert response.status_code == 200
    assert len(response.content) < 100_000


@pytest.mark.parametrize("depth", ["1", "2", "all"])
def test_what_is_hidden_is_neither_drawn_nor_counted_nor_passed_through(depth: str, retail: Any) -> None:
    nora, nick = retail.browser("nora"), retail.browser("nick")
    for about in ("orders.history", "customer.preferences", "customer.customer_360", "product.reviews"):
        address = f"/lineage?about={about}&depth={depth}"
        assert "processing" in nora.get(address).text or depth == "1"
        text = nick.get(address).text
        assert "processing" not in text.replace("may not know", ""), about
        assert "transactions" not in text, "what lies behind it is not told, either"
    assert "2 steps up" not in text_of(nick.page("/lineage?about=orders.history&depth=all"))


def test_a_hidden_port_hides_the_connection_that_it_makes(retail: Any) -> None:
    address = "/lineage?about=customer.preferences&depth=1"
    assert "product.catalog" in retail.browser("nora").get(address).text
    assert "product.catalog" not in retail.browser("nick").get(address).text


def test_the_way_of_a_column_ends_where_the_viewer_may_know_no_more(retail: Any) -> None:
    address = "/lineage?about=customer.customer_360&column=segment"
    assert "processing" in retail.browser("nora").get(address).text
    text = retail.browser("nick").get(address).text
    assert "orders.history" in text
    assert "processing" not in text
    assert "transactions" not in text


def test_columns_of_a_product_that_was_not_described_stay_unknown(retail: Any) -> None:
    nick = retail.browser("nick")
    text = nick.get("/lineage?about=customer.customer_360&columns=customer.profiles,customer.customer_360").text
    assert "customer.profiles" in text
    assert "age_band" in retail.browser("nora").get("/lineage?about=customer.profiles&columns=customer.profiles").text
    assert "profiles%401%23" not in text
    assert "demographics" not in text


def test_the_start_shows_no_more_than_the_viewer_may_know(retail: Any) -> None:
    nick = retail.browser("nick")
    for address in ("/lineage", "/lineage?view=domains"):
        assert "orders.processing" not in nick.get(address).text
    assert len([b for b in boxes(nick.page("/lineage")) if "product" in b.split()]) == 9
    assert "2 products" in text_of(nick.page("/lineage?view=domains"))


@pytest.mark.parametrize("about", ["orders.processing", "customer.profiles", "source:orders.processing.transactions"])
def test_what_may_not_be_known_looks_like_what_is_not_there(about: str, retail: Any) -> None:
    nick = retail.browser("nick")
    hidden, missing = nick.get(f"/lineage?about={about}"), nick.get("/lineage?about=no.thing")
    assert (hidden.status_code, missing.status_code) == (404, 404)
    same = hidden.text.replace(about, "X").replace(quote(about, safe=""), "X")
    other = missing.text.replace("no.thing", "X")
    assert "H825" in same
    assert same == other
    assert retail.browser("nora").get(f"/lineage?about={about}").status_code == 200


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("about=%3Cscript%3E", 404, "H825"),
        ("about=customer", 404, "H825"),
        ("about=customer.profiles&column=nothing", 404, "H825"),
        ("about=customer.profiles&column=profiles@9%23id", 404, "H825"),
        ("about=customer.profiles&column=%23*", 404, "H825"),
        ("about=source:nothing", 404, "H825"),
        ("about=customer.profiles&depth=0", 400, "H826"),
        ("about=customer.profiles&depth=99999999999999999999", 400, "H826"),
        ("about=customer.profiles&depth=²", 400, "H826"),
        ("about=customer.profiles&direction=left", 400, "H826"),
    ],
)
def test_what_means_nothing_is_told_with_a_code(address: str, status: int, code: str, site: Any) -> None:
    response = site.browser("mia").get(f"/lineage?{address}")
    assert (response.status_code, code in response.text) == (status, True)
    assert "<script>" not in response.text


@pytest.mark.parametrize(
    "odd",
    [
        "columns=" + "x," * 3000,
        "columns=:::,,:9",
        "open=d1.x:99999999,zz",
        "rows=-1",
        "rows=x&reads=99999",
        "columns=a:²",
        "columns=%01",
    ],
)
def test_odd_addresses_show_the_page(odd: str, site: Any) -> None:
    assert site.browser("mia").get(f"/lineage?about=customer.profiles&{odd}").status_code == 200


def test_a_products_own_page_has_a_small_drawing_and_the_way_to_the_whole(retail: Any) -> None:
    page = retail.browser("nora").page("/products/customer.preferences/lineage")
    assert len(boxes(page)) == 4
    assert "/lineage?about=customer.preferences&depth=all" in page.links
    assert "processing" not in retail.browser("nick").get("/products/customer.preferences/lineage").text


def test_the_page_can_be_read_without_seeing_the_drawing(retail: Any) -> None:
    page = retail.browser("nora").page("/lineage?about=customer.preferences&columns=customer.preferences")
    ids = [a["id"] for _, a in page.elements if "id" in a]
    assert len(ids) == len(set(ids))
    assert len(page.all("h1")) == 1
    regions = [a for a in page.all("div") if a.get("role") == "region"]
    assert [a["tabindex"] for a in regions] == ["0"]
    assert all(a.get("aria-label") for a in regions)
    assert not any(name == "style" for _, attributes in page.elements for name in attributes)
