"""Governance: rules and what breaks them, leave and its end, scorecards, classes of data, and the record of reads."""

from hansa.server.pages.governing import auditing, classes, exploring, findings, overview, rehearsing, rules, standings, waivers
from hansa.server.pages.routing import Page

PAGES: tuple[Page, ...] = (
    Page("/governance", overview.overview),
    Page("/governance/policies", rules.policies),
    Page("/governance/policies/{policy}", rules.policy),
    Page("/governance/violations", findings.violations),
    Page("/governance/waivers", waivers.waivers),
    Page("/governance/scorecards", standings.scorecards),
    Page("/governance/classes", classes.classes),
    Page("/governance/rehearse", rehearsing.form),
    Page("/governance/rehearse", rehearsing.rehearsed, posted=True),
    Page("/governance/audit", auditing.audit),
    Page("/governance/audit/verify", auditing.verify, posted=True),
    Page("/governance/audit/holding", auditing.holding),
    Page("/governance/explore", exploring.form),
    Page("/governance/explore", exploring.asked, posted=True),
)
