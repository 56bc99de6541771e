"""Addresses of pages that every mesh has, and what holds for each: for tests that look at all of them."""

from typing import Any

AREAS = (
    "/access",
    "/access?show=held",
    "/access?show=history",
    "/feedback",
    "/governance",
    "/governance/policies",
    "/governance/violations",
    "/governance/waivers",
    "/governance/scorecards",
    "/governance/rehearse",
    "/governance/audit",
    "/governance/audit/holding",
    "/governance/explore",
    "/lineage",
    "/plan",
    "/runs",
    "/runs/compare",
    "/settings",
    "/settings/tokens",
    "/terms",
)


def usable_unseen(page: Any) -> None:
    """Nothing is called as something else is, every field says what it is for, and what is referred to is there."""
    assert len(page.all("h1")) == 1
    ids = [a["id"] for _, a in page.elements if "id" in a]
    assert len(ids) == len(set(ids))
    labelled = {str(a["for"]) for a in page.all("label") if "for" in a}
    for field in (*page.all("input"), *page.all("select"), *page.all("textarea")):
        wrapped = field.get("type") in ("hidden", "checkbox")
        assert wrapped or field.get("aria-label") or field.get("id") in labelled, field
    for _, attributes in page.elements:
        for name in ("aria-labelledby", "aria-describedby", "aria-controls"):
            assert attributes.get(name) in (None, *ids), attributes
