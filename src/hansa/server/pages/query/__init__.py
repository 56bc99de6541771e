"""The page of queries: SQL over what the viewer may read, with what can be queried beside it, and rows as they come.

Promises: an address never runs anything, a form does; what is refused says where it stands in the statement. Does not: govern;
the gateway does, as for everybody.
"""

from hansa.server.pages.query.page import PAGES

__all__ = ["PAGES"]
