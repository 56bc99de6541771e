"""Addresses of pages that every mesh has: for tests that look at all of them."""

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
)
