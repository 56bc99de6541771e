"""The catalogue that clients of PostgreSQL look into: `pg_catalog` and `information_schema`, as far as common tools ask.

Promises: it holds what the reader may discover and nothing else; a query of it runs in an empty instance of DuckDB that reaches
no data and no file; what is not there is refused and not answered with wrong rows. Does not: know of data, decide, or put
anything on record.
"""

from hansa.gateway.postgres.catalogue.answering import Catalogue
from hansa.gateway.postgres.catalogue.functions import Session
from hansa.gateway.postgres.catalogue.looking import Looking

__all__ = ["Catalogue", "Looking", "Session"]
