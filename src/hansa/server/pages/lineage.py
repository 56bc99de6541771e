"""Lineage: what flows from where to where, as a drawing that the server lays out."""

from hansa.server.pages.routing import Page

PAGES: tuple[Page, ...] = ()
