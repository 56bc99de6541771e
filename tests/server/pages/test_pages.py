"""Every page: its links lead somewhere, nothing in it runs, and it shows no more than the viewer may see."""

from itertools import combinations_with_replacement, pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from starlette.testclient import TestClient
from tests.pages import AREAS, usable_unseen

from hansa.server.pages.app import POLICY

PRODUCT = "/products/customer.profiles"
PARTS = ("schema", "contract", "contract?view=raw", "quality", "lineage", "changes", "connect", "request", "feedback")
PAGES = (
    "/",
    "/search",
    "/search?q=name",
    "/search?q=zzzzqqq",
    "/domains/customer",
    PRODUCT,
    *(f"{PRODUCT}/{p}" for p in PARTS),
    "/requests",
    "/lineage?about=customer.profiles&columns=customer.profiles",
    "/query?port=customer.profiles",
    "/access/explain?port=customer.profiles",
    "/governance/classes?class=personal",
    *AREAS,
)


def text_of(page: Any) -> str:
    return " ".join(page.text.split())


@pytest.mark.parametrize("who", ["mia", "carla", "nick"])
def test_every_link_of_every_page_leads_somewhere(who: str, site: Any) -> None:
    """Of those that differ in parameters alone, every two values are looked at together once, and not all there are at a time."""
    browser, ahead = site.browser(who), ["/"]
    seen: set[tuple[object, ...]] = set()
    while ahead:
        path = ahead.pop().partition("#")[0]
        place, _, parameters = path.partition("?")
        pairs = combinations_with_replacement(sorted(parse_qsl(parameters)), 2)
        parts: set[tuple[object, ...]] = {(place, *pair) for pair in pairs} or {(place,)}
        if not path or parts <= seen or path.startswith(("mailto:", "http:", "https:")):
            continue
        seen |= parts
        response = browser.get(path)
        assert response.status_code == 200, f"{path}: {response.status_code}"
        if response.headers["content-type"].startswith("text/html"):
            page = browser.parsed(response)
            assets = [a.get("href") or a.get("src") for t in ("link", "script") for a in page.all(t)]
            ahead += [a for a in (*page.links, *assets) if a]
    assert len(seen) > 15


@pytest.mark.parametrize("path", [*PAGES, "/sign-in", "/nothing"])
def test_nothing_runs_but_what_the_server_has(path: str, site: Any) -> None:
    browser = site.browser("mia")
    response = browser.get(path)
    assert response.headers["content-security-policy"] == POLICY
    assert response.headers["x-content-type-options"] == "nosniff"
    page = browser.parsed(response)
    for tag, attributes in page.elements:
        assert tag not in ("style", "iframe", "object", "embed", "base", "img"), tag
        assert not any(a.startswith("on") or a == "style" for a in attributes), (tag, attributes)
        if tag == "script":
            assert str(attributes["src"]).startswith("/static/")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_can_be_used_without_seeing_it(path: str, site: Any) -> None:
    page = site.browser("mia").page(path)
    assert page.all("html")[0]["lang"] == "en"
    assert len(page.all("main")) == 1
    assert page.links[0] == "#main"
    usable_unseen(page)
    levels = [int(tag[1]) for tag, _ in page.elements if tag in ("h1", "h2", "h3", "h4")]
    assert all(b <= a + 2 for a, b in pairwise(levels))


def test_pages_are_small(site: Any) -> None:
    browser = site.browser("mia")
    for path in PAGES:
        assert len(browser.get(path).content) < 100_000, path


def test_what_did_not_change_is_not_sent_again(site: Any) -> None:
    browser = site.browser("mia")
    first = browser.get("/domains/customer")
    assert first.headers["cache-control"] == "private, no-cache"
    again = browser.get("/domains/customer", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert site.browser("carla").get("/domains/customer", headers={"If-None-Match": first.headers["etag"]}).status_code == 200
    assert browser.get(f"{PRODUCT}/request").headers["cache-control"] == "no-store"
    sheet = browser.page("/").all("link")[1]["href"]
    assert "immutable" in browser.get(str(sheet)).headers["cache-control"]
    assert site.browser().get(str(sheet)).status_code == 200
    assert browser.get("/static/../app.py").status_code == 404
    assert browser.get("/static/..%2f..%2fapp.py").status_code == 404


def test_the_schema_is_as_its_reader_would_get_it(site: Any) -> None:
    mia = text_of(site.browser("mia").page(f"{PRODUCT}/schema"))
    assert "You may read this for campaign · letters" in mia
    assert "masked show-first-4" in mia
    assert "hidden" not in mia
    carla = text_of(site.browser("carla").page(f"{PRODUCT}/schema"))
    assert "masked" not in carla
    nick = text_of(site.browser("nick").page(f"{PRODUCT}/schema"))
    assert "You may not read this" in nick
    assert nick.count("hidden") >= 4
    assert "clear" not in nick
    myself = text_of(site.browser("mia").page(f"{PRODUCT}/schema?for=%7C"))
    assert "You may not read this" in myself


def test_no_page_shows_a_value_of_the_data(site: Any) -> None:
    for path in PAGES:
        assert "Ångström" not in site.browser("nick").get(path).text


def test_the_search_finds_and_narrows(site: Any) -> None:
    browser = site.browser("mia")
    found = browser.page("/search?q=profiles")
    assert PRODUCT in found.links
    assert any("domain=customer" in link for link in found.links)
    assert found.all("mark")
    assert browser.get("/search?q=profiles&domain=nothing").text.count("<mark>") == 0
    part = browser.get("/search/hits?q=profiles")
    assert "<html" not in part.text
    assert PRODUCT in part.text
    for odd in (
        "page=x",
        "page=-1",
        "page=99999999",
        "q=" + "x" * 5000,
        "q=%ff",
        "domain=" + "a&domain=" * 50,
        "q=*:*",
        'q="',
    ):
        assert browser.get(f"/search?{odd}").status_code == 200, odd


@pytest.mark.parametrize(
    "path",
    [
        "/products/customer.nothing",
        "/products/%3Cscript%3E",
        "/domains/nothing",
        "/domains/A B",
        f"{PRODUCT}/nothing",
        f"{PRODUCT}/schema?port=nothing",
        f"{PRODUCT}/schema?port=profiles@99",
        "/requests/req-nothing",
    ],
)
def test_what_is_not_there_is_told_with_a_code(path: str, site: Any) -> None:
    response = site.browser("mia").get(path)
    assert response.status_code == 404
    assert "H823" in response.text
    assert "<script>" not in response.text


def test_a_theme_is_kept_in_a_cookie(site: Any) -> None:
    browser = site.browser("mia")
    assert "data-theme" not in browser.page("/").all("html")[0]
    changed = browser.post("/theme", {"csrf": browser.csrf, "theme": "dark", "next": "/requests"})
    assert changed.headers["location"] == "/requests"
    assert browser.page("/").all("html")[0]["data-theme"] == "dark"
    browser.client.cookies.set("theme", '"><script>', domain="hansa.example")
    assert "<script>" not in browser.get("/").text


def test_a_form_that_is_none_of_ours_is_refused(site: Any) -> None:
    browser = site.browser("mia")
    sent = browser.client.post(f"{PRODUCT}/request", content=b"{}", headers={"Content-Type": "application/json"})
    assert (sent.status_code, "H822" in sent.text) == (400, True)
    sent = browser.client.post(
        f"{PRODUCT}/request", content=b"a=" + b"x" * 100_000, headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert (sent.status_code, sent.headers["connection"]) == (413, "close"), "the rest of it is not read"


def test_after_what_nobody_foresaw_no_other_request_is_sent_over_the_connection(site: Any) -> None:
    """uvicorn closes it then; a browser that was not told loses its next form."""
    from hansa.server import Backing
    from hansa.server.pages import Catalogue, create_pages

    nobody: Any = object()
    serving = site.serving
    ledger = serving.workplace.ledger
    broken = Backing(serving.authenticator, serving.decider, ledger, serving.mesh, nobody, nobody, serving.clock)
    browser = site.browser("mia")
    pages = create_pages(Catalogue(broken), site.sessions)
    with TestClient(pages, base_url="http://hansa.example", raise_server_exceptions=False) as client:
        client.cookies = browser.client.cookies
        page = client.post("/query", data={"csrf": browser.csrf, "sql": "SELECT 1"})
    assert page.status_code == 500, page.text
    assert (page.headers["connection"], "H747" in page.text) == ("close", True)


def test_the_api_is_where_it_was(site: Any) -> None:
    browser = site.browser("mia")
    assert browser.get("/api/v1/nothing").headers["content-type"] == "application/problem+json"
    assert browser.get("/healthz").json() == {"status": "alive"}
    assert site.browser().get("/api/v1/me").status_code == 401


def test_templates_say_nothing_unescaped() -> None:
    templates = Path(__file__).parents[3] / "src/hansa/server/pages/templates"
    for file in templates.glob("*.html"):
        text = file.read_text()
        assert "|safe" not in text.replace(" ", ""), file
        assert "autoescape false" not in text, file
