"""HTTP: translates requests to calls and results to responses, nothing more.

Promises: nobody anonymous reads anything; every error is a problem document (RFC 9457) with a trouble's code and mend; rows are
sent no faster than they are taken, and a client that goes away ends its query. Does not: decide, or compute with data.
"""

from hansa.server.app import create_app
from hansa.server.backing import Backing, InProcess, Inquiring, OverFlight

__all__ = ["Backing", "InProcess", "Inquiring", "OverFlight", "create_app"]
