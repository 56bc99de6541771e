"""The journeys that people make at a browser, clicked and typed as they would: J8, J9 with J10, J12 and J17."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.timeout(600)

TODAY = dt.datetime.now(dt.UTC).date()
RULE = """\
apiVersion: hansa/v1
kind: Policy
id: tagged-segmentation
title: Products of the customer domain say what they are used for
why: The campaign calendar is made from tags.
severity: error
mode: {mode}
scope: {{domains: [customer]}}
sql: SELECT product AS subject, 'has no tag `calendar`' AS message FROM products WHERE NOT list_contains(tags, 'calendar')
mend: Add the tag `calendar`.
"""


def test_j08_find(person: Callable[..., Any]) -> None:
    """By a word that is misspelt, narrowed by domain, to a page with all that one has to know before one asks."""
    page = person("m.hartmann").open("/")
    page.get_by_role("searchbox", name="Search the mesh").fill("houshold segment")
    page.keyboard.press("Enter")
    found = page.get_by_role("region", name="Found")
    expect(found.get_by_role("link", name=re.compile("customer_360")).first).to_be_visible()
    page.get_by_role("navigation", name="Narrow down").get_by_role("button", name=re.compile("^customer")).first.click()
    expect(page.get_by_role("link", name="Clear the filters")).to_be_visible()
    found.get_by_role("link", name=re.compile("customer_360")).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("customer_360")
    expect(page.get_by_role("main")).to_contain_text("a.lindqvist")
    expect(page.get_by_role("main")).to_contain_text("checks passed")
    parts = page.get_by_role("navigation", name="Parts of this product")
    for part, said in (
        ("Schema", "Number of the household."),
        ("Contract", "availability"),
        ("Quality", "pass"),
        ("Lineage", "orders.history"),
        ("Changes", "version 1"),
        ("Connect", "hansa.connect"),
    ):
        parts.get_by_role("link", name=part).click()
        expect(page.get_by_role("main")).to_contain_text(re.compile(said, re.IGNORECASE))


def test_j09_ask_and_get_and_j10_wrong_purpose(person: Callable[..., Any], served: Any) -> None:
    """Refused, asked for, approved for 30 days and two columns: the next query has just them; after 30 days it is refused."""
    mia, owner = person("m.hartmann"), person("t.okafor")
    statement = "SELECT segment, count(*) AS households FROM customer.customer_360 GROUP BY segment ORDER BY households"
    ask(mia.open("/query"), statement)
    expect(mia.page.get_by_role("alert")).to_contain_text("may not read")

    page = mia.open("/products/customer.customer_360")
    page.get_by_role("link", name="Request access").first.click()
    page.get_by_label("Use case and purpose").select_option(label="Yearly review of the assortment · assortment")
    page.get_by_label("Reason").fill("Which segments buy what")
    for column in ("household_id", "segment"):
        page.get_by_role("checkbox", name=column, exact=True).check()
    page.get_by_role("button", name="Send the request").click()
    expect(page.get_by_role("main")).to_contain_text("Waits for customer_insights")
    request = mia.path

    inbox = owner.open("/access")
    expect(inbox.get_by_role("main")).to_contain_text("Which segments buy what")
    inbox.get_by_label("For how many days").first.fill("30")
    inbox.get_by_role("button", name="Approve").click()
    expect(inbox.get_by_role("main")).to_contain_text(re.compile("Nothing waits for your word|granted"))

    ask(mia.open("/query"), statement)
    result = mia.page.get_by_role("region", name="Result")
    expect(result).to_contain_text("5 rows")
    expect(result).to_contain_text("customer.customer_360.households@1#segment sha-256-global")
    expect(result).to_contain_text("925")
    expect(result).not_to_contain_text("champion")
    ask(mia.page, "SELECT income_band FROM customer.customer_360")
    expect(mia.page.get_by_role("alert")).to_contain_text("income_band")
    ask(mia.open("/query"), "SELECT * FROM customer.profiles")
    expect(mia.page.get_by_role("alert")).to_contain_text("may not read")

    steps = mia.open(request).get_by_role("listitem")
    expect(steps.filter(has_text="requested by m.hartmann")).to_have_count(1)
    expect(steps.filter(has_text="approved by t.okafor")).to_have_count(1)

    with served.later((TODAY + dt.timedelta(days=32)).isoformat()):
        later = person("m.hartmann")
        expect(later.open(request).get_by_role("main")).to_contain_text("expired")
        ask(later.open("/query"), statement)
        expect(later.page.get_by_role("alert")).to_contain_text("may not read")


def test_j12_trace_back(person: Callable[..., Any]) -> None:
    """From a figure that looks wrong, by clicks alone, over the domains to the source's column, its run and its checks."""
    page = person("m.hartmann").open("/products/customer.customer_360/lineage")
    page.get_by_role("link", name="The whole lineage, with its columns").click()
    page.goto(page.url + "&column=sales_amount")
    steps = page.get_by_role("table").last
    expect(steps).to_contain_text("orders.history.purchases@1#sales_amount")
    steps.get_by_role("link", name="orders.history.purchases@1#sales_amount").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("history")
    steps = page.get_by_role("table").last
    steps.get_by_role("link", name="orders.processing.baskets@1#sales_amount").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("processing")
    expect(page.get_by_role("table").last).to_contain_text("source:orders.processing.transactions#sales_value")
    row = page.get_by_role("row").filter(has_text="orders.processing").filter(has_text="checks passed").first
    row.get_by_role("link", name=re.compile(r"\d{8}T")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Run of")
    expect(page.get_by_role("main")).to_contain_text("orders.processing")


@pytest.fixture
def rule(served: Any) -> Iterator[Path]:
    """Where the new rule will lie; the mesh is as it was afterwards."""
    policy, waivers = served.root / "governance/policies/tagged-segmentation.yaml", served.root / "governance/waivers.yaml"
    before = waivers.read_text() if waivers.exists() else None
    yield policy
    policy.unlink(missing_ok=True)
    if before is not None:
        waivers.write_text(before)
    else:
        waivers.unlink(missing_ok=True)


def test_j17_new_rule_rehearsed(person: Callable[..., Any], served: Any, rule: Path) -> None:
    """Rehearsed on the page, enforced with a waiver that the page writes; it refuses who does not comply, until it lapses."""
    lead = person("g.lead")
    page = lead.open("/governance/rehearse")
    page.get_by_label("The policy, as YAML or as a SELECT alone").fill(RULE.format(mode="enforce"))
    page.get_by_role("button", name="Rehearse").click()
    expect(page.get_by_role("status").filter(has_text="would be broken")).to_contain_text("4 subjects")
    expect(page.get_by_role("main")).to_contain_text("Who would fail")

    rule.parent.mkdir(exist_ok=True)
    rule.write_text(RULE.format(mode="enforce"))
    until = TODAY + dt.timedelta(days=10)
    # The server follows the files of the mesh, and judges it anew beside its requests.
    page = shows(lead, "/governance/waivers", "tagged-segmentation")
    page.get_by_label("Policy", exact=True).select_option("tagged-segmentation")
    page.get_by_label("Subject").fill("customer.profiles")
    page.get_by_label("Last day").fill(until.isoformat())
    page.get_by_label("Approver").fill("g.lead")
    page.get_by_label("Reason").fill("its calendar comes with the next release")
    page.get_by_role("button", name="Show the lines").click()
    lines = page.locator(".snippet code").first.inner_text()
    waivers = served.root / "governance/waivers.yaml"
    assert not waivers.exists(), "the reference mesh waives nothing"
    waivers.write_text(lines)

    plan = refused(served)
    assert plan == {"customer.customer_360", "customer.interactions", "customer.preferences"}
    shows(lead, "/governance/policies/tagged-segmentation", "customer.interactions")
    shows(lead, "/governance/waivers", "its calendar comes with the next release")

    served.environ["HANSA_TODAY"] = (until + dt.timedelta(days=1)).isoformat()
    try:
        assert refused(served) == plan | {"customer.profiles"}, "the waiver lapsed by itself"
    finally:
        del served.environ["HANSA_TODAY"]


def shows(somebody: Any, path: str, text: str) -> Page:
    """Open a page again until it shows a text, for half a minute."""
    for _ in range(60):
        page: Page = somebody.open(path)
        if text in page.get_by_role("main").inner_text():
            return page
        page.wait_for_timeout(500)
    raise AssertionError(f"{path} never said {text!r}")


def ask(page: Page, statement: str) -> None:
    page.get_by_label("On whose behalf").select_option(label="Yearly review of the assortment · assortment")
    page.get_by_label("Statement").fill(statement)
    page.get_by_role("button", name="Run", exact=True).click()


def refused(served: Any) -> set[str]:
    """The products that the plan blocks now."""
    plan = served.hansa("plan", code=None)
    return {step["product"] for step in plan["steps"] if step["action"] == "blocked"}
