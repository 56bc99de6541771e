"""Another state of the same mesh, such as the base of a pull request, as something that a plan can be compared with."""

import datetime as dt

from hansa.model import Mesh, MeshOrigin, Product, Publication, PublishedPort, RunId, SourceOrigin
from hansa.names import ProductName
from hansa.plan.declaration import declaration_of, to_text
from hansa.plan.prints import checks_print, code_print, inputs_print
from hansa.plan.recorded import InputKey, Recorded

_NEVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_AS_BEFORE = "as at the base"


def recorded_as(base: Mesh, mesh: Mesh, name: str) -> Recorded:
    """What would be recorded if all of `base` had just been published, and no source had changed since.

    So a plan of `mesh` against it says what the difference between the two asks for, and nothing about data. `name` stands where
    a plan names its environment.
    """
    sources: dict[InputKey, str | None] = {
        (p.address, i.name): _AS_BEFORE for p in mesh.products for i in p.inputs if isinstance(i.origin, SourceOrigin)
    }
    visible: dict[ProductName, Publication] = {p.address: _published(p) for p in base.products}
    return Recorded(name, visible, sources, incomparable=base.broken)


def _published(product: Product) -> Publication:
    ports = tuple(PublishedPort(o.pinned, o.contract.id, o.contract.version, "", 0, 0, 0) for o in product.outputs)
    versions = tuple((i.name, "snapshot 0" if isinstance(i.origin, MeshOrigin) else _AS_BEFORE) for i in product.inputs)
    return Publication(
        product=product.address,
        environment="",
        run=RunId(""),
        created=_NEVER,
        code=code_print(product),
        checks=checks_print(product),
        inputs=inputs_print(versions),
        ports=ports,
        declaration=to_text(declaration_of(product)),
        input_versions=versions,
    )
