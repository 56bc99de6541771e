"""Feedback of all products in one place: what waits for the viewer's answer, and what the viewer said."""

from collections.abc import Iterable

from starlette.responses import Response

from hansa.feedback import LONGEST, Feedback, FeedbackStatus
from hansa.frozen import dataclass
from hansa.model import Product
from hansa.server.catalogue import Remark
from hansa.server.catalogue.remarks import answerable, remark_of, visible
from hansa.server.pages.feedback import NOTHING, PER_PAGE
from hansa.server.pages.leaves import leaf
from hansa.server.pages.rendering import query
from hansa.server.pages.routing import Page
from hansa.server.pages.visit import Visit

PARTS = (("", "Waits for you"), ("mine", "What I said"))


@dataclass(frozen=True, slots=True)
class Line:
    """A remark with the product that it is about."""

    product: Product
    remark: Remark


def inbox(visit: Visit) -> Response:
    """What waits for the viewer's answer, the longest first; or what they said, the newest first."""
    part = "mine" if visit.asked("show", 10) == "mine" else ""
    waiting, own = unanswered(visit), _own(visit)
    shown = own if part else waiting
    page = leaf(shown, visit.number(), PER_PAGE, lambda number: f"/feedback{query(show=part, page=number)}")
    return visit.page(
        "feedback_inbox.html", keep=False, part=part, parts_of=PARTS, waiting=len(waiting), page=page,
        lines=_lines(visit, page.items), owner=_owns(visit), filled=NOTHING, longest=LONGEST,
    )  # fmt: skip


def unanswered(visit: Visit) -> list[Feedback]:
    """Questions and problems of products that the viewer answers for: first what nobody said a word to, the oldest first."""
    found = [f for f in visit.catalogue.heard.unsettled() if _answers(visit, f)]
    return sorted(found, key=lambda f: (not f.waits, f.since, f.id))


def _answers(visit: Visit, found: Feedback) -> bool:
    product = visit.sight.product(found.product)
    return product is not None and answerable(visit.sight, product) and visible(visit.sight, product, found)


def _own(visit: Visit) -> list[Feedback]:
    """What the viewer said of products that they may still know of."""
    said = visit.catalogue.heard.by(visit.principal.name)
    kept = [f for f in said if f.status is not FeedbackStatus.WITHDRAWN and visit.sight.discovers(f.product)]
    return sorted(kept, key=lambda f: f.last.serial, reverse=True)


def _lines(visit: Visit, found: Iterable[Feedback]) -> list[Line]:
    products = ((f, visit.sight.product(f.product)) for f in found)
    return [Line(p, remark_of(visit.catalogue, visit.sight, p, f)) for f, p in products if p is not None]


def _owns(visit: Visit) -> bool:
    """Whether something may ever wait for the viewer; for the words of an empty page only."""
    return any(answerable(visit.sight, p) for p in visit.sight.products)


PAGES = (Page("/feedback", inbox),)
