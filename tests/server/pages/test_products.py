"""What a product's pages compute: a certificate and what it rests on, rows as their reader may see them, history and use."""

import re
from collections.abc import Callable
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from tests.warm import ran

from hansa.access.record import last_of_each_query
from hansa.model import ReadOutcome

PROFILES = "/products/customer.profiles"


def words(text: str) -> str:
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", text.replace("<wbr>", "")).split()))


def rows_of(browser: Any, part: str) -> Any:
    return browser.post(f"{PROFILES}/examples?{part}", {"csrf": browser.csrf})


MIA = "port=profiles@1&for=campaign|letters"


def test_examples_are_a_read_with_its_masks_and_on_record(site: Any) -> None:
    mia = site.browser("mia")
    answer = rows_of(mia, MIA)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    text = words(answer.text)
    assert "5 rows of profiles , as read for campaign · letters" in text or "5 rows of profiles, as read for" in text
    assert "Ångström" not in text
    assert len(re.findall(r'class=" masked"', answer.text)) == 5
    query = re.search(r"on record as <span class=\"mono\">([^<]+(?:<wbr>[^<]*)*)</span>", answer.text)
    assert query is not None
    entry = next(e for e in last_of_each_query(site.serving.workplace.ledger) if e.record.query == query[1].replace("<wbr>", ""))
    assert (entry.record.principal, entry.record.consumer, entry.record.purpose) == ("mia", "campaign", "letters")
    assert "Ångström" in words(rows_of(site.browser("carla"), "port=profiles@1").text)  # her own team's, unmasked


def test_examples_that_may_not_be_read_are_refused_and_that_is_on_record(site: Any) -> None:
    nick = site.browser("nick")
    answer = rows_of(nick, "port=profiles@1")
    assert answer.status_code == 403
    assert "Ångström" not in answer.text
    assert "that it was refused is on record" in words(answer.text)
    refused = [e.record for e in last_of_each_query(site.serving.workplace.ledger) if e.record.outcome is ReadOutcome.REFUSED]
    assert "nick" in {r.principal for r in refused}
    assert "Show five rows" not in nick.get(f"{PROFILES}/schema").text


def test_a_wrong_purpose_shows_no_row(site: Any) -> None:
    for reading in ("campaign|resale", "nobody|letters", "campaign|"):
        answer = rows_of(site.browser("nick"), f"port=profiles@1&for={reading}")
        assert answer.status_code == 403
        assert "<tbody>" not in answer.text


def test_examples_need_the_proof_of_a_form(site: Any) -> None:
    mia = site.browser("mia")
    assert mia.post(f"{PROFILES}/examples?{MIA}", {"csrf": "guessed"}).status_code == 403
    assert mia.get(f"{PROFILES}/examples?{MIA}").status_code in (404, 405)
    assert mia.post("/products/customer.nothing/examples", {"csrf": mia.csrf}).status_code == 404


def test_use_is_told_with_names_to_the_owner_alone(site: Any) -> None:
    rows_of(site.browser("mia"), MIA)
    mia = words(site.browser("mia").get(PROFILES).text)
    carla = words(site.browser("carla").get(PROFILES).text)
    assert re.search(r"\d+ quer(y|ies) in 12 weeks", mia)
    assert re.search(r"\d+ readers? in the last four weeks", mia)
    assert "campaign: " not in mia
    assert re.search(r"campaign: \d+ quer", carla)


def test_bi_tools_are_told_where_to_read(site: Any) -> None:
    page = unescape(site.browser("mia").get(f"{PROFILES}/connect?for=campaign|letters").text)
    assert "jdbc:arrow-flight-sql://127.0.0.1:8815?useEncryption=false&token=YOUR_TOKEN&x-hansa-consumer=campaign" in page
    assert "http://hansa.example/api/v1/ports/customer.profiles/data?format=csv" in page
    assert "X-Hansa-Purpose: letters" in page


@pytest.fixture(scope="module")
def changing(tmp_path_factory: pytest.TempPathFactory, warm_hansa: Path, sites: Callable[[Path], Any]) -> Any:
    """A mesh whose product says that it is certified, was published twice, and has a port that will end."""
    root = tmp_path_factory.mktemp("changing")
    run = partial(ran, warm_hansa, root)

    def change(path: str, before: str, after: str) -> None:
        text = (root / path).read_text()
        assert before in text, (path, text)
        (root / path).write_text(text.replace(before, after, 1))

    (root / "data.csv").write_text("id,region\n1,north\n2,south\n")
    run("init", ".")
    run("new", "domain", "shop")
    run("new", "product", "shop/people", "--from", "data.csv")
    (root / "governance/teams.yaml").write_text(
        "apiVersion: hansa/v1\nkind: Teams\nteams:\n  - {name: shop-team, contact: s@shop.example, members: [ada]}\n"
        "  - {name: readers, contact: r@shop.example, members: [rita]}\n"
    )
    (root / "governance/consumers").mkdir()
    (root / "governance/consumers/report.yaml").write_text(
        "apiVersion: hansa/v1\nkind: Consumer\nname: report\nowner: readers\npurposes: [board]\n"
    )
    (root / "domains/shop/people/agreements.yaml").write_text(
        "apiVersion: hansa/v1\nkind: Agreements\nagreements:\n"
        "  - {consumer: report, purpose: board, port: people, approver: ada, reason: The board wants it.}\n"
    )
    contract = "domains/shop/people/contracts/people.odcs.yaml"
    change(contract, "- name: region\n", "- name: region\n        examples: [north-east, '<b>south</b>']\n")
    change("domains/shop/people/product.odps.yaml", "status: ", "tags: [certified]\nstatus: ")
    run("run", "--quiet")
    (root / "data.csv").write_text("id,region\n1,north\n2,south\n3,west\n")
    run("run", "--quiet")
    change(contract, "status: draft", "status: deprecated")
    return sites(root)


def test_a_certificate_is_what_its_owner_says_and_what_holds(changing: Any) -> None:
    page = changing.browser("ada").get("/products/shop.people").text
    text = words(page)
    assert "certified, not kept" in text
    assert "the contract of people is deprecated" in text or "its status is draft" in text
    assert re.search(r"Certified by its owner, and not kept: \d of 6 conditions met", text)
    assert re.search(r"Every check passed : met all \d+ checks of version 2", text)


def test_a_product_that_nobody_certifies_says_what_is_missing(site: Any) -> None:
    text = words(site.browser("mia").get(PROFILES).text)
    assert "Not certified: " in text
    assert "it would be said by the tag certified" in text


def test_the_team_can_be_written_to_from_its_product_and_its_domain(changing: Any) -> None:
    for path in ("/products/shop.people", "/domains/shop"):
        page = changing.browser("ada").get(path).text
        (address,) = re.findall(r'<dt>Contact</dt><dd><a href="mailto:([^"]+)">', page)
        assert unquote(address) == "s@shop.example"


def test_checks_show_what_they_came_to_before_in_words_too(changing: Any) -> None:
    page = changing.browser("ada").get("/products/shop.people/quality").text
    told = re.findall(r'aria-label="(the last 2 versions, the oldest first: [^"]+)"', page)
    assert told
    assert any("pass" in t for t in told)
    assert page.count('<svg class="spark"') == len(told)


def test_whoever_reads_what_will_end_is_told_where_they_look(changing: Any) -> None:
    rita = changing.browser("rita")
    for path in ("/", "/access?show=held", "/products/shop.people", "/products/shop.people/request"):
        assert "deprecated" in words(rita.get(path).text), path
    assert "Will end" in words(rita.get("/").text)


def test_examples_of_the_contract_stand_beside_its_columns(changing: Any) -> None:
    page = changing.browser("rita").get("/products/shop.people/schema?for=%7C").text
    assert "for example north-east, &lt;b&gt;south&lt;/b&gt;" in page
