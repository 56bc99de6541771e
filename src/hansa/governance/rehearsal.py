"""What a rule would hit before it is a rule: who breaks it now, who would have broken it earlier, and what readers would lose.

Pure: the meshes of earlier moments and the function that judges are arguments.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from hansa.frozen import dataclass
from hansa.governance.facts import Facts
from hansa.governance.judging import Judgement
from hansa.model import InputPort, Mesh, MeshOrigin, OutputPort, Policy, Product, Violation
from hansa.names import PortMajor, ProductName
from hansa.trouble import Severity, Trouble

Judge = Callable[[Mesh, Sequence[Policy], Facts, dt.date], Judgement]
"""Judges policies over a mesh and its recorded facts, as of a day."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The mesh as its readers saw it at an earlier moment, under the governance of today.

    `untold` are products that were visible then and whose record says too little to be judged.
    """

    at: dt.datetime
    mesh: Mesh
    facts: Facts
    untold: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Deprived:
    """A product that would read old data while the products `because` are refused; `columns` are its own that stand still."""

    product: ProductName
    owner: str
    because: tuple[str, ...]
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Retold:
    """How the rule would have gone at an earlier moment, over `judged` products; what was waived then is left out."""

    at: dt.datetime
    judged: int
    violations: tuple[Violation, ...]
    untold: tuple[str, ...] = ()

    @property
    def products(self) -> tuple[str, ...]:
        """The products that would have failed."""
        return failing(self.violations)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What would be if the policy held. `violations` are those of now, waived ones among them.

    With a `trouble`, the policy could not be judged, and there is nothing else to tell.
    """

    policy: Policy
    violations: tuple[Violation, ...] = ()
    consumers: tuple[Deprived, ...] = ()
    history: tuple[Retold, ...] = ()
    trouble: Trouble | None = None

    @property
    def failing(self) -> tuple[str, ...]:
        return failing(self.violations)

    @property
    def clean(self) -> bool:
        return not any(v.waived is None for v in self.violations)


def rehearse(policy: Policy, mesh: Mesh, facts: Facts, moments: Iterable[Moment], judge: Judge, today: dt.date) -> Rehearsal:
    """Judge one policy, in force or not, on the mesh now and at earlier moments."""
    now = judge(mesh, (policy,), facts, today)
    if now.errors:
        return Rehearsal(policy, trouble=now.errors[0])
    # Only an error refuses, so only then do readers lose anything.
    refused = failing(v for v in now.violations if v.severity is Severity.ERROR)
    history = (_retold(moment, judge(moment.mesh, (policy,), moment.facts, moment.at.date())) for moment in moments)
    return Rehearsal(policy, now.violations, deprived(mesh, refused), tuple(history))


def _retold(moment: Moment, judgement: Judgement) -> Retold:
    if judgement.errors:  # such as a query that takes too long over what there was then
        return Retold(moment.at, 0, (), (*(str(p.address) for p in moment.mesh.products), *moment.untold))
    standing = tuple(v for v in judgement.violations if v.waived is None)
    return Retold(moment.at, len(moment.mesh.products), standing, moment.untold)


def failing(violations: Iterable[Violation]) -> tuple[str, ...]:
    """The products that a violation concerns which no waiver covers."""
    return tuple(sorted({product for v in violations if v.waived is None for product in v.concerned}))


def deprived(mesh: Mesh, refused: Collection[str]) -> tuple[Deprived, ...]:
    """The products that read refused ones, directly or through others, and their columns that would stand still."""
    if not refused:
        return ()
    still: dict[PortMajor, frozenset[str]] = {}
    roots: dict[ProductName, frozenset[str]] = {}
    found = []
    for product in mesh.in_order():
        if str(product.address) in refused:
            roots[product.address] = frozenset((str(product.address),))
            still |= {o.pinned: frozenset(c.name.lower() for c in o.schema) for o in product.outputs}
            continue
        read = {i.name.lower(): i for i in product.inputs if isinstance(i.origin, MeshOrigin) and i.origin.pinned in still}
        columns = tuple(_still_columns(product, read, still))
        if columns:
            roots[product.address] = frozenset().union(*(roots[_supplier(i)] for i in read.values()))
            found.append(Deprived(product.address, product.owner, tuple(sorted(roots[product.address])), columns))
    return tuple(sorted(found, key=lambda d: d.product))


def _still_columns(product: Product, read: dict[str, InputPort], still: dict[PortMajor, frozenset[str]]) -> Iterator[str]:
    if not read:
        return
    for output in product.outputs:
        columns = [c.name for c in output.schema if _stands_still(output, c.name, read, still)]
        if columns:
            still[output.pinned] = frozenset(c.lower() for c in columns)
            yield from (f"{output.address}#{c}" for c in columns)


def _stands_still(output: OutputPort, column: str, read: dict[str, InputPort], still: dict[PortMajor, frozenset[str]]) -> bool:
    if not output.lineage.columns:
        return True  # nobody knows where it comes from, so take it that it does
    for source in output.lineage.of(column):
        given = read.get(source.table.lower())
        if given is None or not isinstance(given.origin, MeshOrigin):
            continue
        if source.column == "*" or source.column.lower() in still[given.origin.pinned]:
            return True
    return False


def _supplier(given: InputPort) -> ProductName:
    assert isinstance(given.origin, MeshOrigin), given.name
    return given.origin.port.of_product
