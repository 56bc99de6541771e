"""The stream of events: read once for all who listen, told to each as far as they may know.

Promises: each event once and in the ledger's order, by every server alike; a listener who fell behind is told what was missed.
Does not: read the ledger itself; `backing` does, for all.
"""

from hansa.server.events import streaming

ROUTERS = (streaming.router,)

__all__ = ["ROUTERS"]
