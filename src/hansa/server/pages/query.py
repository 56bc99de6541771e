"""Query: SQL over what the viewer may read, for one of their consumers and its purpose."""

from hansa.server.pages.routing import Page

PAGES: tuple[Page, ...] = ()
