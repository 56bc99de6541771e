"""What changed between what is recorded and what is declared, and whom it concerns. Finding is all: policies decide what follows.

Impact follows the Bitol draft on metadata differences (OMDS, RFC 39): what readers lose or must rewrite is major, what they gain
is minor, what only tells more is patch.
"""

from collections.abc import Collection, Iterator, Mapping

from hansa.model import ChangeKind, Impact, InputPort, Mesh, MeshChange, MeshOrigin, Model, OutputPort, Product, fingerprint
from hansa.model.lattice import Lattice
from hansa.names import PortMajor, ProductName, parse_port
from hansa.plan.acknowledged import with_acknowledgements
from hansa.plan.consumers import readers
from hansa.plan.declaration import Declaration, from_text, recordable, same_promise
from hansa.plan.former import FormerDeclaration, FormerPort
from hansa.plan.portchanges import Judging, port_changes
from hansa.plan.recorded import Recorded

_WORDS = ("owner", "title", "status", "purpose")


def alike(mesh: Mesh, recorded: Recorded, selected: Collection[ProductName] | None = None) -> frozenset[ProductName]:
    """The selected products (all by default) that promise what is recorded of them."""
    chosen = (p for p in mesh.own if selected is None or p.address in selected)
    visible = ((p, recorded.visible.get(p.address)) for p in chosen)
    return frozenset(p.address for p, before in visible if before is not None and same_promise(before.declaration, p))


def changes_of_mesh(
    mesh: Mesh,
    recorded: Recorded,
    selected: Collection[ProductName] | None = None,
    same: Collection[ProductName] | None = None,
) -> tuple[MeshChange, ...]:
    """Every change of the selected products (all by default, then those that are gone, too) against what is recorded.

    `same` are the products that are `alike`, where that was found before.
    """
    same = alike(mesh, recorded, selected) if same is None else same
    judging = Judging(readers(mesh, recorded), Lattice.of(mesh.governance.classes))
    found: list[MeshChange] = []
    for product in mesh.in_order():
        if product.manifest or (selected is not None and product.address not in selected):
            continue
        previous = recorded.visible.get(product.address)
        if previous is None:
            if product.address not in recorded.incomparable:
                found.append(_of_product(product, "new product", Impact.MINOR, kind=ChangeKind.ADD))
        elif product.address not in same:
            found += _changes(product, from_text(previous.declaration), judging)
    if selected is None:
        found += _removals(mesh, recorded, judging)
    return with_acknowledgements(found, mesh.governance.acknowledgements)


def _changes(product: Product, before: Declaration | FormerDeclaration | None, judging: Judging) -> Iterator[MeshChange]:
    match before:
        case None:
            return  # a record from the future, or a damaged one: what it promised is unknown
        case Declaration(was):
            now = recordable(product)
            models = {m.name: _print(m) for m in was.models}
            yield from _ports({str(o.pinned): o for o in was.outputs}, product, judging)
            yield from _models(product, models, {m.name: _print(m) for m in now.models})
            yield from _inputs(product, was.inputs, now.inputs)
            yield from _words(product, {what: getattr(was, what) for what in _WORDS})
            if sorted(was.tags) != sorted(product.tags):
                yield _of_product(product, _from_to("tags", ", ".join(was.tags), ", ".join(product.tags)), path="tags")
            if was.main_port != product.main_port and was.main_port:
                text = f"`{product.address}` means port {product.main_port or 'none'} and no longer {was.main_port}"
                yield _of_product(product, text, Impact.MAJOR, breaking=True, path="mainPort")
            version = was.version
        case FormerDeclaration():
            yield from _ports({p.port: p for p in before.ports}, product, judging)
            yield from _models(product, before.models, {m.name: str(fingerprint(m)) for m in product.models})
            yield from _words(product, {"owner": before.owner, "title": before.title})
            version = before.version
    if version != product.version:
        yield _of_product(product, f"product version {version} → {product.version}", path="version")


def _ports(before: Mapping[str, OutputPort | FormerPort], product: Product, judging: Judging) -> Iterator[MeshChange]:
    now = {str(o.pinned): o for o in product.outputs}
    for name, old in before.items():
        if name not in now:
            yield _port_removed(product, name, old, judging)
    told: set[str] = set()
    for name, port in now.items():
        if name not in before:
            yield _port_added(product, port)
            continue
        for change in port_changes(before[name], port, judging):
            # What concerns a whole contract is told once, though several ports follow it; what breaks, for the readers of each.
            shared = f"{port.contract.id} {change.path}"
            if change.column or change.breaking or not change.suggested or shared not in told:
                yield change
            if not change.column:
                told.add(shared)


def _port_removed(product: Product, name: str, old: OutputPort | FormerPort, judging: Judging) -> MeshChange:
    pinned = _pinned(old)
    version = old.version if isinstance(old, FormerPort) else str(old.contract.version)
    successor = product.output(pinned.name.port)
    text = f"output port removed; {successor.pinned} is there" if successor is not None else "output port removed"
    return MeshChange(
        name,
        text,
        Impact.MAJOR,
        True,
        judging.readers.of_port(pinned),
        ChangeKind.REMOVE,
        product=str(product.address),
        port=name,
        path="outputPorts",
        before=version,
        version_before=version,
    )


def _port_added(product: Product, port: OutputPort) -> MeshChange:
    version = str(port.contract.version)
    return MeshChange(
        str(port.pinned),
        "output port added",
        Impact.MINOR,
        kind=ChangeKind.ADD,
        product=str(product.address),
        port=str(port.pinned),
        path="outputPorts",
        after=version,
        version_after=version,
    )


def _pinned(port: OutputPort | FormerPort) -> PortMajor:
    if isinstance(port, OutputPort):
        return port.pinned
    named = parse_port(port.port)
    assert isinstance(named, PortMajor), port.port
    return named


def _models(product: Product, before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[MeshChange]:
    for name in sorted(now.keys() | before.keys()):
        if now.get(name) == before.get(name):
            continue
        kind = ChangeKind.ADD if name not in before else ChangeKind.REMOVE if name not in now else ChangeKind.CHANGE
        verb = {ChangeKind.ADD: "added", ChangeKind.REMOVE: "removed", ChangeKind.CHANGE: "changed"}[kind]
        yield _of_product(product, f"model {name} {verb}", kind=kind, path=f"models.{name}")


def _print(model: Model) -> str:
    return str(fingerprint(model))


def _inputs(product: Product, before: tuple[InputPort, ...], now: tuple[InputPort, ...]) -> Iterator[MeshChange]:
    was, has = ({i.name: _reads(i) for i in side} for side in (before, now))
    for name in sorted(was.keys() | has.keys()):
        old, new = was.get(name, ""), has.get(name, "")
        if old == new:
            continue
        path = f"inputPorts.{name}"
        if not old:
            yield _of_product(product, f"input port {name} added: reads {new}", kind=ChangeKind.ADD, path=path, sides=("", new))
        elif not new:
            yield _of_product(product, f"input port {name} removed", kind=ChangeKind.REMOVE, path=path, sides=(old, ""))
        else:
            yield _of_product(product, f"input port {name} reads {new} and no longer {old}", path=path, sides=(old, new))


def _reads(given: InputPort) -> str:
    origin = given.origin
    return str(origin.pinned) if isinstance(origin, MeshOrigin) else f"{origin.server.type} source {given.contract.id}"


def _words(product: Product, before: Mapping[str, str]) -> Iterator[MeshChange]:
    for what, old in before.items():
        new = getattr(product, what)
        if new != old:
            yield _of_product(product, _from_to(what, old, new), path=what, sides=(old, new))


def _from_to(what: str, old: str, new: str) -> str:
    return f"{what} changed from {old or 'none'} to {new or 'none'}"


def _of_product(
    product: Product,
    text: str,
    impact: Impact = Impact.PATCH,
    *,
    kind: ChangeKind = ChangeKind.CHANGE,
    breaking: bool = False,
    path: str = "",
    sides: tuple[str, str] = ("", ""),
) -> MeshChange:
    name = str(product.address)
    return MeshChange(name, text, impact, breaking, kind=kind, product=name, path=path, before=sides[0], after=sides[1])


def _removals(mesh: Mesh, recorded: Recorded, judging: Judging) -> Iterator[MeshChange]:
    """Products that are declared no longer. Their data stays readable until it is withdrawn."""
    declared = {p.address for p in mesh.products} | mesh.broken
    for name, publication in sorted(recorded.visible.items()):
        if name not in declared:
            hits = (hit for port in publication.ports for hit in judging.readers.of_port(port.port))
            text = "product is no longer declared; its published data stays"
            consumers = tuple(dict.fromkeys(hits))
            version = str(max((port.contract_version for port in publication.ports), default=""))
            yield MeshChange(
                str(name),
                text,
                Impact.MAJOR,
                True,
                consumers,
                ChangeKind.REMOVE,
                product=str(name),
                path="product",
                before=version,
                version_before=version,
            )
