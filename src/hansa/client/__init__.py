"""The Python client: `hansa.connect(...)`, over Flight SQL, HTTP, or a mesh in this process.

Promises: the same rows, masks, notices and troubles whichever way; no text of ours shows a token. Does not: cache, or decide.
"""

from hansa.client.connecting import connect
from hansa.client.connection import Connection
from hansa.client.flight import Claims, FlightWay, Flown
from hansa.client.results import Result

__all__ = ["Claims", "Connection", "FlightWay", "Flown", "Result", "connect"]
