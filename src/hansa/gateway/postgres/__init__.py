"""The PostgreSQL wire: the gateway for psql, drivers of PostgreSQL, and tools that know nothing else.

Promises: every session logs in with a token, and every query is asked with what that token is worth at its moment; what is
answered comes from `Answering`, and from the catalogue what may be discovered; errors carry SQLSTATEs and our codes and no stack
trace; no length that a client says costs memory before its bytes are there. Does not: decide anything, change data, or keep a
transaction open.
"""

from hansa.gateway.postgres.server import Behind, Connections, PostgresServer
from hansa.gateway.postgres.tls import tls_of

__all__ = ["Behind", "Connections", "PostgresServer", "tls_of"]
