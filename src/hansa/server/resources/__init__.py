"""What the API tells of the mesh, one module for each kind of thing.

Promises: whatever the caller may not discover is a 404 and in no list, count, facet, lineage or search hit; every list has pages
that stay in order while things come and go; what did not change is not sent again. Does not: change anything, or read data.
"""

from hansa.server.resources import (
    audit,
    columns,
    consumers,
    contracts,
    feedback,
    glossary,
    lineage,
    manifest,
    mesh,
    policies,
    products,
    runs,
    search,
)

ROUTERS = (
    mesh.router,
    products.router,
    feedback.router,
    contracts.router,
    columns.router,
    lineage.router,
    search.router,
    policies.router,
    glossary.router,
    consumers.router,
    runs.router,
    audit.router,
    manifest.router,
)

__all__ = ["ROUTERS"]
