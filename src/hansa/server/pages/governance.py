"""Governance: policies and who breaks them, waivers, rehearsals, scorecards, and the record of reads."""

from hansa.server.pages.routing import Page

PAGES: tuple[Page, ...] = ()
