"""Governance: rules and what breaks them, leave and its end, scorecards, classes of data, and the record of reads."""

from hansa.server.pages.governing import findings, overview, rules, standings, waivers
from hansa.server.pages.routing import Page

PAGES: tuple[Page, ...] = (
    Page("/governance", overview.overview),
    Page("/governance/policies", rules.policies),
    Page("/governance/policies/{policy}", rules.policy),
    Page("/governance/violations", findings.violations),
    Page("/governance/waivers", waivers.waivers),
    Page("/governance/scorecards", standings.scorecards),
)
