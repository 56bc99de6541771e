"""What the API tells of the mesh, one module for each kind of thing.

Promises: whatever the caller may not discover is a 404 and in no list, count, facet, lineage or search hit; every list has pages
that stay in order while things come and go; what did not change is not sent again. Does not: read data, or change anything but
which manifests of other repositories the mesh is compiled with.
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
    manifests,
    mesh,
    plan,
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
    plan.router,
    audit.router,
    manifest.router,
    manifests.router,
)

__all__ = ["ROUTERS"]
