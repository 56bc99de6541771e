"""Planning: a mesh and what is recorded in, changes and steps out. No effects, no clock, no store."""

from collections.abc import Collection, Iterable, Mapping

from hansa.frozen import dataclass
from hansa.model import (
    Fingerprint,
    InputPort,
    Mesh,
    MeshChange,
    MeshOrigin,
    PolicyDecision,
    Product,
    Publication,
    SourceOrigin,
    Violation,
    fingerprint,
)
from hansa.names import ProductName
from hansa.plan.acknowledged import stale
from hansa.plan.changes import alike, changes_of_mesh
from hansa.plan.holding import REFUSED, lacks, refusals, refused_step, ungoverned_step
from hansa.plan.prints import checks_print, code_print
from hansa.plan.recorded import Recorded
from hansa.plan.steps import Audit, Block, Build, Keep, Republish, Step, action, subject
from hansa.trouble import Trouble

NOTHING: Mapping[ProductName, tuple[Trouble, ...]] = {}

DEPRECATED = "H236"
"""The code of a product's reading what is deprecated: a warning with a date, which belongs into a plan, too."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run would do, in an order in which it can be done. A run of it decides nothing new.

    `fingerprint` changes when anything that the plan rests on does, so that a stored plan is refused once it is stale. `warnings`
    are what people should know besides: deprecated ports that are read, acknowledgements that have done their work. `decisions`
    are what a run of it records of the policies that judged it.
    """

    environment: str
    changes: tuple[MeshChange, ...]
    steps: tuple[Step, ...]
    fingerprint: Fingerprint
    violations: tuple[Violation, ...] = ()
    warnings: tuple[Trouble, ...] = ()
    decisions: tuple[PolicyDecision, ...] = ()

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
    changes: tuple[MeshChange, ...] | None = None,
    same: Collection[ProductName] | None = None,
    violations: tuple[Violation, ...] = (),
    ungoverned: Mapping[ProductName, tuple[Trouble, ...]] = NOTHING,
) -> Plan:
    """Plan the selected products (all by default). `force` builds them even when nothing changed.

    `changes` are those of the mesh and `same` the products that are `alike`, where that was asked for before; `violations` what
    policies find in them and in the mesh: a product with one that refuses is not built. `ungoverned` are products that governance
    files with errors are about: nobody knows what those would refuse, so they are not built either.
    """
    chosen = {p.address for p in mesh.own} | mesh.broken if selected is None else set(selected)
    told = tuple(troubles)
    errors = [t for t in told if t.is_error and t.product]
    same = alike(mesh, recorded, selected) if same is None else same
    found = changes_of_mesh(mesh, recorded, selected, same) if changes is None else changes
    steps: list[Step] = [_block(name, errors) for name in sorted(mesh.broken & chosen)]
    refused = refusals(violations)
    planning = _Planning(recorded, same, force=force)
    for product in mesh.in_order():
        if product.address in chosen and not product.manifest:
            steps.append(planning.step(product, refused.get(product.address, ()), ungoverned.get(product.address, ())))
    warnings = tuple(t for t in told if t.code == DEPRECATED and (selected is None or t.product in set(map(str, chosen))))
    unread = tuple(dict.fromkeys(t for name in sorted(set(ungoverned) & chosen) for t in ungoverned[name]))
    elsewhere = {p.address for p in mesh.products if p.manifest}
    notes = stale((a for a in mesh.governance.acknowledgements if a.consumer not in elsewhere), recorded, found)
    prints = _plan_print(mesh, recorded, steps)
    return Plan(recorded.environment, found, tuple(steps), prints, violations, unread + warnings + notes)


class _Planning:
    """The steps made so far; lives as long as one plan is made."""

    def __init__(self, recorded: Recorded, same: Collection[ProductName], *, force: bool) -> None:
        self._recorded = recorded
        self._same = same
        self._force = force
        self._building: set[ProductName] = set()
        self._held: set[ProductName] = set()

    def step(self, product: Product, refusing: tuple[Violation, ...], unread: tuple[Trouble, ...] = ()) -> Step:
        """The step of a product; those that it reads have theirs already."""
        previous = self._recorded.visible.get(product.address)
        if unread:
            step: Step = ungoverned_step(product.address, unread)
        elif refusing:
            step = refused_step(product.address, refusing)
        else:
            step = self._unless_held(product) or _step(product, previous, self._recorded, self._same, self._building, self._force)
        if isinstance(step, Build):
            self._building.add(product.address)
        if isinstance(step, Block):
            self._held.add(product.address)
        return step

    def _unless_held(self, product: Product) -> Block | None:
        """Who reads what is held keeps reading what is published; unless that lacks what it reads by now."""
        for given in product.inputs:
            origin = given.origin
            if isinstance(origin, MeshOrigin) and origin.port.of_product in self._held:
                lacking = lacks(product, origin.pinned, self._recorded)
                if lacking:
                    return Block(str(product.address), f"it reads {lacking}, which is not published and held back", (REFUSED,))
        return None


def input_version(given: InputPort, product: ProductName, recorded: Recorded) -> str | None:
    """The version of an input that a build would read now; None when only reading it can tell."""
    match given.origin:
        case MeshOrigin(port=port):
            publication = recorded.visible.get(port.of_product)
            published = publication.port(given.origin.pinned) if publication else None
            return f"snapshot {published.snapshot}" if published else ""
        case SourceOrigin():
            return recorded.source_versions.get((product, given.name))


def _step(
    product: Product,
    previous: Publication | None,
    recorded: Recorded,
    same: Collection[ProductName],
    building: set[ProductName],
    force: bool,
) -> Step:
    awaits = tuple(str(s) for s in product.suppliers if s in building)
    if previous is None:
        unknown = product.address in recorded.incomparable
        return Build(product, "it could not be compared" if unknown else "never published", None, full=True, awaits=awaits)
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
    return _unless_idle(product, previous, now, awaits, left, described_alike=product.address in same)


def _unless_idle(
    product: Product,
    previous: Publication,
    now: Mapping[str, str | None],
    awaits: tuple[str, ...],
    left: Publication | None,
    *,
    described_alike: bool,
) -> Step:
    """The step of a product whose code did not change."""
    known = dict(previous.input_versions)
    awaited = {i.name for i in product.inputs if isinstance(i.origin, MeshOrigin) and str(i.origin.port.of_product) in awaits}
    moved = [n for n, version in now.items() if n not in awaited and version is not None and version != known.get(n)]
    unsure = tuple(n for n, version in now.items() if n in awaited or version is None)
    same_checks = checks_print(product) == previous.checks
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


def _plan_print(mesh: Mesh, recorded: Recorded, steps: list[Step]) -> Fingerprint:
    pointers = {str(name): (int(p.id), str(p.code)) for name, p in recorded.visible.items()}
    sources = {f"{name}/{given}": version for (name, given), version in recorded.source_versions.items()}
    return fingerprint(mesh.fingerprint, recorded.environment, pointers, sources, tuple((action(s), subject(s)) for s in steps))
