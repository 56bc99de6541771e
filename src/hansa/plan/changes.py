"""What changed between what is published and what is declared, and whom it concerns.

Impact follows the Bitol draft on metadata differences (OMDS, RFC 39): what readers lose or must rewrite is major, what they gain
is minor, what only tells more is patch.
"""

from collections.abc import Iterable, Iterator

from hansa.model import ConsumerHit, Impact, Mesh, MeshChange, MeshOrigin, Product
from hansa.plan.declaration import Declaration, DeclaredColumn, DeclaredPort, declaration_of


def changes_of(product: Product, recorded: Declaration | None, mesh: Mesh) -> tuple[MeshChange, ...]:
    """Every change of a product against its recorded declaration; a first publication is one minor change."""
    if recorded is None:
        return (MeshChange(str(product.address), "new product", Impact.MINOR),)
    return tuple(_changes(product, declaration_of(product), recorded, mesh))


def removed(recorded: Declaration, mesh: Mesh) -> MeshChange:
    """The change that a product is declared no longer. Its data stays readable until it is withdrawn."""
    return MeshChange(recorded.product, "product is no longer declared; its published data stays", Impact.MAJOR, True)


def _changes(product: Product, now: Declaration, before: Declaration, mesh: Mesh) -> Iterator[MeshChange]:
    subject = now.product
    for port in before.ports:
        if now.port(port.port) is None:
            yield MeshChange(port.port, "output port removed", Impact.MAJOR, True, _consumers(port.port, mesh))
    for port in now.ports:
        old = before.port(port.port)
        if old is None:
            yield MeshChange(port.port, "output port added", Impact.MINOR)
        else:
            yield from _port_changes(port, old, mesh)
    for name in sorted(now.models.keys() | before.models.keys()):
        if now.models.get(name) != before.models.get(name):
            verb = "added" if name not in before.models else "removed" if name not in now.models else "changed"
            yield MeshChange(subject, f"model {name} {verb}", Impact.PATCH)
    for what, new, old_text in (("owner", now.owner, before.owner), ("title", now.title, before.title)):
        if new != old_text:
            yield MeshChange(subject, f"{what} changed from {old_text or 'none'} to {new or 'none'}", Impact.PATCH)
    if now.version != before.version:
        yield MeshChange(subject, f"product version {before.version} → {now.version}", Impact.PATCH)


def _port_changes(now: DeclaredPort, before: DeclaredPort, mesh: Mesh) -> Iterator[MeshChange]:
    consumers = _consumers(now.port, mesh)
    for column in before.columns:
        if now.find(column.name) is None:
            yield MeshChange(f"{now.port}#{column.name}", "column removed", Impact.MAJOR, True, consumers)
    for column in now.columns:
        old = before.find(column.name)
        if old is None:
            kind = "required column" if column.required else "nullable column"
            yield MeshChange(f"{now.port}#{column.name}", f"{kind} added: {column.type}", Impact.MINOR)
        else:
            yield from _column_changes(f"{now.port}#{column.name}", column, old, consumers)
    if now.version != before.version:
        yield MeshChange(now.port, f"contract version {before.version} → {now.version}", Impact.PATCH)
    if now.rules != before.rules:
        yield MeshChange(now.port, "quality rules changed", Impact.MINOR)
    if now.deprecated and not before.deprecated:
        yield MeshChange(now.port, "deprecated", Impact.MINOR, False, consumers)
    if now.description != before.description:
        yield MeshChange(now.port, "description changed", Impact.PATCH)


def _column_changes(
    subject: str, now: DeclaredColumn, before: DeclaredColumn, consumers: tuple[ConsumerHit, ...]
) -> Iterator[MeshChange]:
    if now.type != before.type:
        yield MeshChange(subject, f"type {before.type} → {now.type}", Impact.MAJOR, True, consumers)
    if now.required != before.required:
        # Readers of a column that may hold nulls from now on must be ready for them; the other way round they lose nothing.
        text = "required → nullable" if before.required else "nullable → required"
        yield MeshChange(subject, text, Impact.MAJOR, before.required, consumers if before.required else ())
    if now.primary_key != before.primary_key:
        yield MeshChange(subject, "primary key changed", Impact.MAJOR, True, consumers)
    if now.unique != before.unique:
        yield MeshChange(subject, "unique" if now.unique else "no longer unique", Impact.MAJOR, before.unique, consumers)
    if now.classification != before.classification:
        text = f"classification {before.classification or 'none'} → {now.classification or 'none'}"
        yield MeshChange(subject, text, Impact.MINOR)
    if now.rules != before.rules:
        yield MeshChange(subject, "quality rules changed", Impact.MINOR)
    if now.description != before.description:
        yield MeshChange(subject, "description changed", Impact.PATCH)


def _consumers(port: str, mesh: Mesh) -> tuple[ConsumerHit, ...]:
    """The products that declare to read a port. Which columns they read is column lineage's to say."""
    return tuple(_hits(port, mesh.products))


def _hits(port: str, products: Iterable[Product]) -> Iterator[ConsumerHit]:
    for product in products:
        for given in product.inputs:
            if isinstance(given.origin, MeshOrigin) and str(given.origin.pinned) == port:
                models = [m.name for m in product.models if given.name in m.reads] or [""]
                for model in models:
                    yield ConsumerHit("product", str(product.address), model, "", product.owner, "lineage")
