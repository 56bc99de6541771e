"""A domain, a product and a column may be called by words of SQL: every query that is offered for them runs as it stands."""

import ast
import html
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.warm import ran

from hansa.catalog.exports import Iris, Told, cards
from hansa.engines import Cancellation
from hansa.gateway import Query
from hansa.model import Reader
from hansa.server.agents.asking import Asking
from hansa.server.agents.describing import Describe, describe
from hansa.server.agents.reading import Sample, sample
from hansa.server.api import Caller

pytestmark = pytest.mark.slow
Ran = Callable[[str], Any]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, warm_hansa: Path, sites: Callable[[Path], Any]) -> Any:
    root = tmp_path_factory.mktemp("reserved")
    (root / "data.csv").write_text("id,select\n1,a\n2,b\n")
    ran(warm_hansa, root, "init", ".")
    ran(warm_hansa, root, "new", "domain", "order", "--owner", "ordering")
    ran(warm_hansa, root, "new", "product", "order/group", "--from", "data.csv")
    (root / "governance/teams.yaml").write_text(
        "apiVersion: hansa/v1\nkind: Teams\nteams: [{name: ordering, contact: o@shop.example, members: [olga]}]\n"
    )
    ran(warm_hansa, root, "run", "--quiet")
    return sites(root)


@pytest.fixture(scope="module")
def asked(site: Any) -> Ran:
    """Asks the gateway what a text says, as its owner may."""
    return lambda text: site.serving.gateway().ask(Query(text, Reader(olga(site)))).reader.read_all().to_pylist()


def olga(site: Any) -> Any:
    token, _ = site.serving.authenticator.issue_token("olga")
    return site.serving.authenticator.authenticate(token)


def asking(site: Any) -> Asking:
    principal = olga(site)
    token, _ = site.serving.authenticator.issue_token("olga")
    return Asking(site.app.state.catalogue, Caller(principal, token), Cancellation())


ROWS = [{"id": 1, "select": "a"}, {"id": 2, "select": "b"}]


def test_what_each_way_to_connect_asks(site: Any, asked: Ran) -> None:
    page = site.browser("olga").get("/products/order.group/connect").text
    texts = {
        name: html.unescape(text) for name, text in re.findall(r'<h2 id="way-\d+">([^<]+)</h2>.*?<code>(.*?)</code>', page, re.S)
    }
    assert asked(shlex.split(texts["SQL"])[2]) == ROWS
    for name in ("Python", "ADBC"):
        calls = [n for n in ast.walk(ast.parse(texts[name])) if isinstance(n, ast.Constant) and "SELECT" in str(n.value)]
        assert [asked(str(call.value)) for call in calls] == [ROWS], name
    for name in ("curl", "BI tools over the web"):
        assert "/api/v1/ports/order.group/data" in texts[name]


def test_what_the_query_page_begins_with_and_lists(site: Any, asked: Ran) -> None:
    browser = site.browser("olga")
    page = browser.get("/query?port=order.group").text
    begun = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.S)
    assert begun is not None
    assert asked(html.unescape(begun[1])) == ROWS
    port = browser.get("/query/schema").json()["ports"][0]
    assert asked(f"SELECT {', '.join(column[1] for column in port['columns'])} FROM {port['sql']}") == ROWS


def test_examples_of_a_product(site: Any) -> None:
    browser = site.browser("olga")
    answer = browser.post("/products/order.group/examples?port=group", {"csrf": browser.csrf})
    assert answer.status_code == 200, answer.text
    assert "select" in answer.text


def test_what_agents_are_told_and_sample(site: Any, asked: Ran) -> None:
    told = describe(asking(site), Describe("order.group")).ports[0]
    assert asked(told.example) == ROWS
    assert asked(f"FROM {told.table}") == ROWS
    for name in ("order.group", "order.group.group", "order.group.group@1"):
        assert sample(asking(site), Sample(name)).rows == [[1, "a"], [2, "b"]]


def test_a_card_of_the_product(site: Any, asked: Ran) -> None:
    told = Told(site.serving.mesh(), Iris("https://hansa.example"))
    card = next(c.text for c in cards(told, {}) if c.path == "products/order.group.md")
    example = re.search(r"```sql\n(.*?)```", card, re.S)
    assert example is not None
    assert asked(example[1]) == ROWS
