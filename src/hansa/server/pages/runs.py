"""Runs: what runs now, what ran, and how one run differs from another."""

from hansa.server.pages.routing import Page

PAGES: tuple[Page, ...] = ()
