"""The glossary: the words of the business, each with its one meaning, what is broader and narrower, and which columns mean it."""

from collections.abc import Iterable

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hansa.frozen import dataclass
from hansa.model import ContractColumn, Term
from hansa.names import ColumnName
from hansa.server.pages.leaves import leaf
from hansa.server.pages.rendering import query, term_link
from hansa.server.pages.routing import Page
from hansa.server.pages.visit import Visit
from hansa.server.sight import UNSAID, meanings

EACH = 100


@dataclass(frozen=True, slots=True)
class TermLine:
    """A term as a list has it; `columns` counts those that mean it and that the viewer may know."""

    term: Term
    definition: str
    columns: int


@dataclass(frozen=True, slots=True)
class Meaning:
    """A column that means a term, with what its contract says of it."""

    column: ColumnName
    promised: ContractColumn


def glossary(visit: Visit) -> Response:
    """All terms, by name."""
    means = meanings(visit.sight)
    found = leaf(_by_name(visit.sight.mesh.governance.terms), visit.number(), EACH, lambda page: f"/terms{query(page=page)}")
    lines = [TermLine(t, _definition(visit, t), len(means.of(t.id))) for t in found.items]
    return visit.page("glossary.html", terms=found.of(lines))


def term(visit: Visit) -> Response:
    """One term, and what means it."""
    known = {t.id: t for t in visit.sight.mesh.governance.terms}
    found = known.get(visit.request.path_params["term"])
    if found is None:
        raise HTTPException(404)
    means = leaf(
        meanings(visit.sight).of(found.id), visit.number(), EACH, lambda page: f"{term_link(found.id)}{query(page=page)}"
    )
    return visit.page(
        "term.html",
        term=found,
        definition=_definition(visit, found),
        broader=_by_name(known[p] for p in found.parents if p in known),
        narrower=_by_name(t for t in known.values() if found.id in t.parents),
        columns=means.of([m for c in means.items if (m := _meaning(visit, c)) is not None]),
    )


def _by_name(terms: Iterable[Term]) -> list[Term]:
    return sorted(terms, key=lambda t: (t.name.lower(), t.id))


def _definition(visit: Visit, term: Term) -> str:
    return visit.sight.discretion.said(term.definition, UNSAID)


def _meaning(visit: Visit, column: ColumnName) -> Meaning | None:
    product = visit.sight.product(column.port.of_product)
    port = product.output(column.port.port, column.major) if product is not None else None
    promised = port.table.find(column.column) if port is not None else None
    return Meaning(column, promised) if promised is not None else None


PAGES = (Page("/terms", glossary), Page("/terms/{term}", term))
