"""Access: what waits for the viewer's word, what they asked for, and why they may read what they may."""

from hansa.server.pages.routing import Page

PAGES: tuple[Page, ...] = ()
