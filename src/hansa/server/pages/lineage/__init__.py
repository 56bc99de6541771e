"""The page of lineage: what flows from where to where, drawn by the server and told again in tables.

Promises: nothing is an end, lies on a way, or is counted that the viewer may not discover; a hub of a thousand consumers stays
usable by grouping and paging. Does not: find the lineage; `hansa.catalog` does.
"""

from hansa.server.pages.lineage.page import PAGES

__all__ = ["PAGES"]
