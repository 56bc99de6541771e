"""The marketplace: pages on which people find data products, understand them, and ask for them.

Promises: nothing without a session; nothing that the viewer may not discover; every text of others escaped; pages that work
without JavaScript. Does not: decide, compute with data, or load anything from elsewhere.
"""

from hansa.server.catalogue import Catalogue
from hansa.server.pages.app import PAGES_ABOVE, create_pages
from hansa.server.pages.invitation import administrator_of
from hansa.server.pages.sessions import Sessions

__all__ = ["PAGES_ABOVE", "Catalogue", "Sessions", "administrator_of", "create_pages"]
