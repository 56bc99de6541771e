"""`/terms` and `/classes`: the words of the business, and the classes of data."""

from fastapi import APIRouter

from hansa.model import DataClass, Term
from hansa.server.api import Listing, Paged, Resource, Shown, Viewer, Viewing, example, refusals
from hansa.server.sight import meanings

router = APIRouter(tags=["glossary"], route_class=Resource)


class TermShown(Shown):
    """A word of the business with its one meaning; `parents` are broader terms."""

    model_config = example(
        term="household", name="Household", definition="Who shops with one card.", synonyms=["family"], parents=[], owner="crm",
        status="approved",
    )  # fmt: skip
    term: str
    name: str
    definition: str
    synonyms: list[str]
    parents: list[str]
    owner: str
    status: str


class Terms(Listing[TermShown]):
    """Terms, by id."""


class TermDetail(TermShown):
    """A term with the columns that mean it, as far as the caller may know of them."""

    columns: list[str]


class ClassShown(Shown):
    """A class of data; `above` are those that it is stricter than, `mask` how it is shown to whoever may not see it clear."""

    name: str
    title: str
    description: str
    above: list[str]
    mask: str
    default: bool


class Classes(Listing[ClassShown]):
    """Classes of data, by name."""


@router.get("/terms", responses=refusals("H742"))
def terms(viewer: Viewing, pages: Paged) -> Terms:
    """The terms of the glossary."""
    found = pages.of(viewer.mesh.governance.terms, lambda t: (t.id,))
    return Terms(items=[_term(viewer, t) for t in found], total=found.total, next=found.next)


@router.get("/terms/{term}", responses=refusals("H857"))
def term(term: str, viewer: Viewing) -> TermDetail:
    """One term, and what means it."""
    found = next((t for t in viewer.mesh.governance.terms if t.id == term), None) or viewer.nothing(term, "term")
    columns = [str(c) for c in meanings(viewer.sight).of(found.id)]
    return TermDetail(**_term(viewer, found).model_dump(), columns=columns)


@router.get("/classes", responses=refusals("H742"))
def classes(viewer: Viewing, pages: Paged) -> Classes:
    """The classes of data, and how each is masked."""
    governance = viewer.mesh.governance
    found = pages.of(governance.classes, lambda c: (c.name,))
    items = [_class(viewer, c, default=c.name == governance.default_class) for c in found]
    return Classes(items=items, total=found.total, next=found.next)


def _term(viewer: Viewer, term: Term) -> TermShown:
    return TermShown(
        term=term.id,
        name=term.name,
        definition=viewer.discretion.said(term.definition),
        synonyms=list(term.synonyms),
        parents=list(term.parents),
        owner=term.owner,
        status=term.status,
    )


def _class(viewer: Viewer, found: DataClass, *, default: bool) -> ClassShown:
    return ClassShown(
        name=found.name,
        title=found.title,
        description=viewer.discretion.said(found.description),
        above=list(found.above),
        mask=found.mask,
        default=default,
    )
