"""Every page in a browser: for everybody's eyes, hands and ears, wide and narrow, light and dark, with scripts and without."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.pages import AREAS

pytestmark = pytest.mark.timeout(600)

PRODUCT = "/products/customer.customer_360"
PAGES = (
    "/",
    "/search",
    "/search?q=household",
    "/search?q=nothing+is+called+so",
    "/domains/customer",
    PRODUCT,
    f"{PRODUCT}/schema",
    f"{PRODUCT}/contract",
    f"{PRODUCT}/quality",
    f"{PRODUCT}/lineage",
    f"{PRODUCT}/changes",
    f"{PRODUCT}/connect",
    f"{PRODUCT}/request",
    f"{PRODUCT}/feedback",
    "/lineage?about=customer.customer_360",
    "/lineage?about=customer.customer_360&column=sales_amount",
    "/query",
    "/access?show=mine",
    "/access?show=readers",
    "/access/explain?port=customer.customer_360.households",
    "/governance/classes",
    "/terms/household",
    *AREAS,
)
READ = tuple(p for p in PAGES if p not in ("/query",))
"""Those that are for reading."""


def every_page(somebody: Any) -> tuple[str, ...]:
    """With the page of a run, whose address nobody knows before."""
    run = somebody.open("/runs").locator("tbody a[href^='/runs/']").first.get_attribute("href")
    return (*PAGES, run, f"{run}?product=customer.customer_360")


EVERYTHING = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules that look at colours, which are all that another theme changes."""


@pytest.mark.parametrize(("theme", "rules"), [("light", EVERYTHING), ("dark", COLOURS)])
def test_everybody_can_use_every_page(person: Callable[..., Any], theme: str, rules: list[str]) -> None:
    """The rules of WCAG 2.1 AA that a machine can look for, contrast in both themes among them."""
    somebody = person("g.lead", color_scheme=theme)
    wrong = []
    for path in every_page(somebody):
        page = somebody.open(path)
        found = Axe().run(page, options={"runOnly": rules})
        for violation in found.response["violations"]:
            targets = [" ".join(map(str, n["target"])) for n in violation["nodes"][:3]]
            wrong.append(f"{path}: {violation['id']} ({violation['impact']}): {violation['help']}: {targets}")
    assert not wrong, "\n".join(wrong)
    assert not somebody.complaints, "the browser complains of nothing: no script failed, nothing was refused by the policy"


@pytest.mark.parametrize("width", [360, 1440])
def test_no_page_is_wider_than_its_window(person: Callable[..., Any], width: int) -> None:
    somebody = person("g.lead", viewport={"width": width, "height": 800})
    wrong = []
    for path in every_page(somebody):
        page = somebody.open(path)
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if over > 0:
            widest = page.evaluate(
                """() => [...document.querySelectorAll('main *, header *')].filter(e => !e.closest('svg') &&
                    e.getBoundingClientRect().right > document.documentElement.clientWidth + 1).slice(0, 3)
                    .map(e => e.tagName + '.' + e.className)"""
            )
            wrong.append(f"{path} is {over} px too wide at {width}: {widest}")
    assert not wrong, "\n".join(wrong)


def test_pages_for_reading_need_no_script(person: Callable[..., Any]) -> None:
    """What is there with scripts is there without: the same headings, and a way to each linked page."""
    with_scripts, without = person("t.okafor"), person("t.okafor", java_script_enabled=False)
    wrong = []
    for path in READ:
        headings = [p.open(path).locator("main h1, main h2").all_inner_texts() for p in (with_scripts, without)]
        if headings[0] != headings[1] or not headings[0]:
            wrong.append(f"{path}: {headings}")
    assert not wrong, "\n".join(wrong)


def test_the_way_through_a_page_by_keys_alone(person: Callable[..., Any]) -> None:
    """The first key leads past the navigation; what has the focus is to be seen."""
    page = person("t.okafor").open(PRODUCT)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    for _ in range(12):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            """() => { const e = document.activeElement, s = getComputedStyle(e), b = e.getBoundingClientRect();
                return {seen: s.outlineStyle !== 'none' || s.boxShadow !== 'none',
                         size: b.width * b.height, tag: e.outerHTML.slice(0, 80)} }"""
        )
        assert seen["seen"], seen
        assert seen["size"] > 0, seen
