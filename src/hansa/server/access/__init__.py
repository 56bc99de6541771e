"""The workflow of access at the API: asked for, decided about, and whom it concerns.

Promises: every word is said by the caller in the caller's own name; a request that is sent again is done once. Does not: decide
who may say what; `hansa.access` does.
"""

from hansa.server.access import requests

ROUTERS = (requests.router,)

__all__ = ["ROUTERS"]
