"""Arrow Flight SQL: the gateway for ADBC, JDBC and dataframes.

Promises: every call is authenticated; a ticket works once, and only for who asked; what is answered comes from `Answering`;
errors carry our codes and no stack trace. Does not: decide anything, change data, or keep a transaction open.
"""

from hansa.gateway.flight.server import Backing, FlightSqlServer, Keeping, Tls
from hansa.gateway.flight.shown import Shown, ShownTable

__all__ = ["Backing", "FlightSqlServer", "Keeping", "Shown", "ShownTable", "Tls"]
