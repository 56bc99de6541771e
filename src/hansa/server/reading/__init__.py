"""Queries and the data of ports, from the question to the last byte, in the form that is wanted.

Promises: refused before the first byte, or streamed no faster than it is taken and no longer than somebody is there; all pages of
a port are of one version. Does not: govern; the gateway does, whatever the question says.
"""

from hansa.server.reading import ports, querying
from hansa.server.reading.flowing import Flowing, Gone

ROUTERS = (querying.router, ports.router)

__all__ = ["ROUTERS", "Flowing", "Gone"]
