"""Classes of data: which is stricter than which, how each is masked, where each is and why, and what detectors propose."""

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hansa.frozen import dataclass
from hansa.governance.detectors import Proposal
from hansa.governance.levels import product_of
from hansa.model import ColumnClass, DataClass, Declassification, Lattice, OutputPort
from hansa.names import ProductName
from hansa.server.governing.seen import Seen
from hansa.server.pages.governing.showing import leaf, waiting
from hansa.server.pages.leaves import Leaf
from hansa.server.pages.visit import Visit

EACH = 100


@dataclass(frozen=True, slots=True)
class ClassLine:
    """A class, how many classes lie below it at most, and how many columns that may be known it holds for."""

    declared: DataClass
    rank: int
    columns: int


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """A column of a class, and where it has it from."""

    product: ProductName
    port: OutputPort
    column: ColumnClass
    because: tuple[str, ...]


def classes(visit: Visit) -> Response:
    """The order of the classes; with `?class=` the columns of one."""
    seen = visit.catalogue.rulings.seen(visit.sight)
    if seen is None:
        return waiting(visit)
    mesh, chosen = visit.sight.mesh, visit.asked("class", 100)
    held = seen.held
    lines = _lines(seen)
    known = {line.declared.name for line in lines} | held.keys()
    if chosen and chosen not in known:
        raise HTTPException(404)
    proposals = visit.catalogue.rulings.proposals()
    found = leaf(visit, held.get(chosen, ()), EACH, class_=chosen)
    return visit.page(
        "governance_classes.html",
        part="classes",
        ranks=_ranks(lines),
        default=mesh.governance.default_class,
        undeclared=sorted((name, len(each)) for name, each in held.items()) if not lines else [],
        chosen=next((line for line in lines if line.declared.name == chosen), None),
        name=chosen,
        columns=_columns(seen, found),
        lowered=[d for d in mesh.governance.declassifications if _shown(seen, d)],
        proposals=_proposals(seen, proposals),
        gathering=proposals is None,
        today=seen.ruled.today,
    )


def _lines(seen: Seen) -> list[ClassLine]:
    declared = seen.discretion.mesh.governance.classes
    lattice = Lattice.of(declared)
    ranks: dict[str, int] = {}
    for name in sorted(lattice.below, key=lambda n: len(lattice.below[n])):
        ranks[name] = max((ranks[below] + 1 for below in lattice.below[name]), default=0)
    return [ClassLine(c, ranks[c.name], len(seen.held.get(c.name, ()))) for c in declared]


def _ranks(lines: list[ClassLine]) -> list[list[ClassLine]]:
    """From the least strict on."""
    found: dict[int, list[ClassLine]] = {}
    for line in lines:
        found.setdefault(line.rank, []).append(line)
    return [found[rank] for rank in sorted(found)]


def _columns(seen: Seen, found: Leaf[tuple[OutputPort, ColumnClass]]) -> Leaf[ColumnLine]:
    lines = [
        ColumnLine(port.address.of_product, port, column, tuple(b for b in column.because if seen.discretion.subject(b)))
        for port, column in found.items
    ]
    return found.of(lines)


def _shown(seen: Seen, decision: Declassification) -> bool:
    return seen.discretion.subject(decision.column) and seen.discretion.plain(decision.reason)


def _proposals(seen: Seen, found: tuple[Proposal, ...] | None) -> list[Proposal]:
    """Those for columns that may be known; a source's, when the product whose contract it stands in may be."""
    return [p for p in found or () if product_of(p.column) and seen.discretion.subject(p.column)][:EACH]
