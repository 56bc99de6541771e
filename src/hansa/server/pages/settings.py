"""Settings: who the viewer is, and their tokens."""

from hansa.server.pages.routing import Page

PAGES: tuple[Page, ...] = ()
