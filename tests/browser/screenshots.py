"""`make screenshots`: every page as a picture, in both themes, wide and narrow. No test by name: it runs when it is asked for.

The pictures lie in `screenshots/`; those that the README shows are written to `docs/images`, too.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.browser.test_every_page import PAGES, PRODUCT

ROOT = Path(__file__).parents[2]
IN_README: Mapping[str, str] = {
    PRODUCT: "page-product.png",
    "/lineage?about=customer.customer_360&column=sales_amount": "page-lineage.png",
}


@pytest.mark.timeout(900)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 360])
def test_every_page_as_a_picture(person: Callable[..., Any], theme: str, width: int) -> None:
    folder = ROOT / "screenshots" / f"{theme}-{width}"
    folder.mkdir(parents=True, exist_ok=True)
    somebody = person("t.okafor", color_scheme=theme, viewport={"width": width, "height": 900})
    steward = person("g.lead", color_scheme=theme, viewport={"width": width, "height": 900})
    for path in PAGES:
        page = (steward if path.startswith("/governance") else somebody).open(path)
        page.wait_for_timeout(300)
        name = re.sub(r"[^a-z0-9]+", "-", path.lower()).strip("-") or "home"
        page.screenshot(path=folder / f"{name}.png", full_page=True)
        if path in IN_README and (theme, width) == ("light", 1440):
            page.screenshot(path=ROOT / "docs/images" / IN_README[path])
