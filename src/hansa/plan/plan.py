"""Planning: a mesh and what is recorded in, changes and steps out. No effects, no clock, no store."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from hansa.model import Fingerprint, InputPort, Mesh, MeshChange, MeshOrigin, Product, Publication, SourceOrigin, fingerprint
from hansa.names import ProductName
from hansa.plan.changes import changes_of, removed
from hansa.plan.declaration import declaration_of, from_text, same_promise
from hansa.plan.prints import checks_print, code_print
from hansa.plan.recorded import Recorded
from hansa.plan.steps import Audit, Block, Build, Keep, Republish, Step, action, subject
from hansa.trouble import Trouble


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run would do, in an order in which it can be done. A run of it decides nothing new.

    `fingerprint` changes when anything that the plan rests on does, so that a stored plan is refused once it is stale.
    """

    environment: str
    changes: tuple[MeshChange, ...]
    steps: tuple[Step, ...]
    fingerprint: Fingerprint

    @property
    def blocked(self) -> bool:
        return any(isinstance(s, Block) for s in self.steps)

    @property
    def idle(self) -> bool:
        return all(isinstance(s, Keep) for s in self.steps)


def make_plan(
    mesh: Mesh,
    recorded: Recorded,
    *,
    selected: Collection[ProductName] | None = None,
    troubles: Iterable[Trouble] = (),
    force: bool = False,
) -> Plan:
    """Plan the selected products (all by default). `force` builds them even when nothing changed."""
    chosen = {p.address for p in mesh.products} | mesh.broken if selected is None else set(selected)
    errors = [t for t in troubles if t.is_error and t.product]
    steps: list[Step] = [_block(name, errors) for name in sorted(mesh.broken & chosen)]
    building: set[ProductName] = set()
    changes: list[MeshChange] = []
    for product in mesh.in_order():
        if product.address not in chosen:
            continue
        previous = recorded.visible.get(product.address)
        changes += changes_of(product, from_text(previous.declaration) if previous else None, mesh)
        step = _step(product, previous, recorded, building, force)
        if isinstance(step, Build):
            building.add(product.address)
        steps.append(step)
    if selected is None:
        changes += _removals(mesh, recorded)
    return Plan(recorded.environment, tuple(changes), tuple(steps), _plan_print(mesh, recorded, steps))


def input_version(given: InputPort, product: ProductName, recorded: Recorded) -> str | None:
    """The version of an input that a build would read now; None when only reading it can tell."""
    match given.origin:
        case MeshOrigin(port=port):
            publication = recorded.visible.get(port.of_product)
            published = publication.port(given.origin.pinned) if publication else None
            return f"snapshot {published.snapshot}" if published else ""
        case SourceOrigin():
            return recorded.source_versions.get((product, given.name))


def _step(product: Product, previous: Publication | None, recorded: Recorded, building: set[ProductName], force: bool) -> Step:
    awaits = tuple(str(s) for s in product.suppliers if s in building)
    if previous is None:
        return Build(product, "never published", None, full=True, awaits=awaits)
    now = {i.name: input_version(i, product.address, recorded) for i in product.inputs}
    code_changed = code_print(product) != previous.code
    left = recorded.rolled_back.get(product.address)
    if left is not None and left.code != code_print(product):
        left = None
    if not force and not awaits and left is not None and _would_read(left, now):
        return Keep(product, "rolled back; a build would repeat what it was rolled back from (--force builds it)", previous)
    if code_changed:
        return Build(product, "its models, types or engine changed", previous, full=True, awaits=awaits)
    if force:
        return Build(product, "forced", previous, full=True, awaits=awaits)
    return _unless_idle(product, previous, now, awaits, left)


def _unless_idle(
    product: Product, previous: Publication, now: Mapping[str, str | None], awaits: tuple[str, ...], left: Publication | None
) -> Step:
    """The step of a product whose code did not change."""
    known = dict(previous.input_versions)
    awaited = {i.name for i in product.inputs if isinstance(i.origin, MeshOrigin) and str(i.origin.port.of_product) in awaits}
    moved = [n for n, version in now.items() if n not in awaited and version is not None and version != known.get(n)]
    unsure = tuple(n for n, version in now.items() if n in awaited or version is None)
    declared = from_text(previous.declaration)
    same_checks = checks_print(product) == previous.checks
    described_alike = declared is not None and same_promise(declared, declaration_of(product))
    # A build may turn out to be needless only when the data is all that could have changed.
    needless = unsure if not moved and same_checks and described_alike else ()
    if awaits:
        reason = f"its supplier {', '.join(awaits)} is built anew"
        return Build(product, reason, previous, unless_same=needless, awaits=awaits, left=left)
    if moved:
        return Build(product, f"new data in {', '.join(moved)}", previous, left=left)
    if unsure:
        return Build(product, f"{', '.join(unsure)} may hold new data", previous, unless_same=needless, left=left)
    if not same_checks:
        return Audit(product, "its quality checks changed", previous)
    if not described_alike:
        return Republish(product, "its description changed", previous)
    return Keep(product, "nothing changed", previous)


def _would_read(left: Publication, now: Mapping[str, str | None]) -> bool:
    """Whether building would surely repeat the publication that was rolled back."""
    read = dict(left.input_versions)
    return all(version is not None and version == read.get(name) for name, version in now.items())


def _block(name: ProductName, errors: list[Trouble]) -> Block:
    codes = tuple(dict.fromkeys(t.code for t in errors if t.product == str(name)))
    reason = f"in trouble: {', '.join(codes)}" if codes else "a product that it reads is in trouble"
    return Block(str(name), reason, codes)


def _removals(mesh: Mesh, recorded: Recorded) -> list[MeshChange]:
    declared = {p.address for p in mesh.products} | mesh.broken
    gone = [p for name, p in sorted(recorded.visible.items()) if name not in declared]
    return [removed(d, mesh) for p in gone if (d := from_text(p.declaration)) is not None]


def _plan_print(mesh: Mesh, recorded: Recorded, steps: list[Step]) -> Fingerprint:
    pointers = {str(name): (int(p.id), str(p.code)) for name, p in recorded.visible.items()}
    sources = {f"{name}/{given}": version for (name, given), version in recorded.source_versions.items()}
    return fingerprint(mesh.fingerprint, recorded.environment, pointers, sources, tuple((action(s), subject(s)) for s in steps))
