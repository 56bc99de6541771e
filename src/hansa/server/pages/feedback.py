"""What people say of a product: read, given, changed and answered on one part of its page; and what waits for an answer."""

from collections.abc import Callable, Mapping

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hansa.access import Action
from hansa.access.identity import good_for
from hansa.feedback import LONGEST, Feedback, FeedbackDesk, Link, Said, feedback_of
from hansa.frozen import dataclass
from hansa.model import FeedbackKind, Product
from hansa.server.catalogue import Remark
from hansa.server.catalogue.remarks import answerable, heard_of, rating_barred, visible
from hansa.server.pages.deciding import beside_the_form
from hansa.server.pages.leaves import leaf
from hansa.server.pages.product import found_product, product_head
from hansa.server.pages.rendering import link
from hansa.server.pages.routing import Page
from hansa.server.pages.visit import Visit, onward
from hansa.server.transport import Answered
from hansa.trouble import Trouble, TroubleError

PER_PAGE = 12
"""Remarks that a page has at most: each may have forms."""
KINDS = (FeedbackKind.QUESTION, FeedbackKind.PROBLEM, FeedbackKind.PRAISE)
"""What may be said beside a rating."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in the form that was sent and could not be taken; `at` names it: `rating`, `say`, or a word about a remark."""

    at: str = ""
    text: str = ""
    stars: str = ""
    kind: str = ""
    port: str = ""
    column: str = ""
    run: str = ""
    version: str = ""


NOTHING = Filled()


def feedback(visit: Visit) -> Response:
    """What was said, what the stars come to, and the forms to say more."""
    kind, column = visit.asked("kind", 20), visit.asked("column")
    return _page(visit, found_product(visit), Filled(kind=kind, port=visit.asked("port"), column=column), (), 200)


def give(visit: Visit) -> Response:
    """Say something; or back to the form with what is wrong, and everything that was filled in."""
    product, kind = found_product(visit), visit.said("kind", 20)
    filled = _filled(visit, "rating" if kind == FeedbackKind.RATING else "say")
    try:
        _refuse_scope(visit, Action.REQUEST)
        said = Said(product.address, _kind(kind), filled.text, _number(filled.stars), filled.port, filled.column)
        found = visit.catalogue.feedback_desk().give(visit.principal, said)
    except TroubleError as wrong:
        return _page(visit, product, filled, wrong.troubles, beside_the_form(wrong))
    return onward(f"{link(product.address, 'feedback')}#{found.id}")


def word(name: str) -> Callable[[Visit], Response]:
    """What a form of a remark does."""
    say, needs = _WORDS[name]

    def posted(visit: Visit) -> Response:
        product = found_product(visit)
        found = _found(visit, product)
        filled = _filled(visit, f"{name}:{found.id}")
        try:
            _refuse_scope(visit, needs)
            _refuse_old(visit, found)
            say(visit, visit.catalogue.feedback_desk(), found, filled)
        except TroubleError as wrong:
            return _page(visit, product, filled, wrong.troubles, beside_the_form(wrong))
        back = "/feedback" if visit.said("next", 10) == "inbox" else link(product.address, "feedback")
        return onward(f"{back}#{found.id}")

    return posted


def _change(visit: Visit, desk: FeedbackDesk, found: Feedback, filled: Filled) -> None:
    desk.change(visit.principal, found.id, filled.text, _number(filled.stars))


def _withdraw(visit: Visit, desk: FeedbackDesk, found: Feedback, filled: Filled) -> None:
    desk.withdraw(visit.principal, found.id)


def _answer(visit: Visit, desk: FeedbackDesk, found: Feedback, filled: Filled) -> None:
    desk.answer(visit.principal, found.id, filled.text, Link(filled.run, _number(filled.version)))


def _resolve(visit: Visit, desk: FeedbackDesk, found: Feedback, filled: Filled) -> None:
    desk.resolve(visit.principal, found.id, filled.text, Link(filled.run, _number(filled.version)))


_Word = Callable[[Visit, FeedbackDesk, Feedback, Filled], None]
_WORDS: Mapping[str, tuple[_Word, Action]] = {
    "change": (_change, Action.REQUEST),
    "withdraw": (_withdraw, Action.REQUEST),
    "answer": (_answer, Action.APPROVE),
    "resolve": (_resolve, Action.APPROVE),
}


def _page(visit: Visit, product: Product, filled: Filled, troubles: tuple[Trouble, ...], status: int) -> Response:
    heard = heard_of(visit.catalogue, visit.sight, product)
    shown = visit.asked("show", 20)
    chosen = (
        [r for r in heard.remarks if shown in ("", str(r.found.kind))] if shown != "open" else list(_unsettled(heard.remarks))
    )
    here = link(product.address, "feedback")
    address = lambda page: link(product.address, "feedback", show=shown, page=str(page))  # noqa: E731 - said once
    about = filled.at.partition(":")[2]
    # The page with the form that was sent, wherever it is now.
    sent = next((n // PER_PAGE + 1 for n, r in enumerate(chosen) if r.found.id == about), visit.number())
    shown_here = leaf(chosen, sent, PER_PAGE, address)
    return visit.page(
        "feedback.html",
        status=status,
        keep=False,
        **product_head(visit, product, "feedback", visit.sight.described(product.address)),
        ratings=heard.ratings,
        remarks=shown_here,
        astray=bool(about) and not any(r.found.id == about and _has_form(r, filled) for r in shown_here.items),
        any=bool(heard.remarks),
        choices=_choices(heard.remarks),
        chosen=shown,
        here_feedback=here,
        own=next((r for r in heard.remarks if r.own and r.counts), None),
        barred=rating_barred(visit.catalogue, visit.sight, product, visit.now),
        speaks=good_for(visit.principal, Action.REQUEST),
        answers=answerable(visit.sight, product),
        ports=[o for o in visit.sight.ports(product) if visit.sight.described(o.pinned)],
        kinds=KINDS,
        filled=filled,
        troubles=troubles,
        longest=LONGEST,
    )


def _has_form(remark: Remark, filled: Filled) -> bool:
    """Whether the form that was sent is shown with a remark still. One form answers and resolves."""
    name = filled.at.partition(":")[0]
    return not remark.may.isdisjoint({"answer", "resolve"} if name in ("answer", "resolve") else {name})


def _choices(remarks: tuple[Remark, ...]) -> list[tuple[str, str, int]]:
    """The filters that would show something: how each is called in the address and by people, and how many it shows."""
    named = {"": "All", "open": "Open", "problem": "Problems", "question": "Questions", "praise": "Praise", "rating": "Ratings"}
    counts = {"": len(remarks), "open": sum(1 for _ in _unsettled(remarks))}
    for remark in remarks:
        counts[str(remark.found.kind)] = counts.get(str(remark.found.kind), 0) + 1
    return [(name, title, counts[name]) for name, title in named.items() if counts.get(name)]


def _unsettled(remarks: tuple[Remark, ...]) -> list[Remark]:
    return [r for r in remarks if r.found.unsettled]


def _found(visit: Visit, product: Product) -> Feedback:
    """The remark of the address. What is not for the viewer's eyes is not there."""
    steps = visit.catalogue.backing.ledger.feedback_steps(feedback=visit.request.path_params["feedback"], product=product.address)
    try:
        found = feedback_of(steps)
    except ValueError:
        raise HTTPException(404) from None
    if not visible(visit.sight, product, found):
        raise HTTPException(404)
    return found


def _filled(visit: Visit, at: str) -> Filled:
    names = ("stars", "kind", "port", "column", "run", "version")
    return Filled(at, visit.said("text", LONGEST * 3), **{n: visit.said(n, 300) for n in names})


def _kind(text: str) -> FeedbackKind:
    if text not in tuple(FeedbackKind):
        raise TroubleError(Trouble("H882", "what it is was not chosen", mend="choose a question, a problem or praise"))
    return FeedbackKind(text)


def _number(text: str) -> int:
    """0 for nothing, and for a number that is none -1, which nothing is called."""
    if not text:
        return 0
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else -1


def _refuse_scope(visit: Visit, needs: Action) -> None:
    if not good_for(visit.principal, needs):
        raise Answered(Trouble("H752", f"your token is not good for `{needs}`", mend="sign in with one that is"), 403)


def _refuse_old(visit: Visit, found: Feedback) -> None:
    """Raises TroubleError when it went on since the viewer looked at it."""
    if visit.said("seen", 20) != str(found.last.serial):
        summary = f"{found.last.actor} was quicker: it was {found.last.kind} meanwhile, and your word was not recorded"
        raise TroubleError(Trouble("H886", summary, mend="look at it as it is now, and say it again if it still holds"))


PAGES = (
    Page("/products/{product}/feedback", feedback),
    Page("/products/{product}/feedback", give, posted=True),
    *(Page(f"/products/{{product}}/feedback/{{feedback}}/{name}", word(name), posted=True) for name in _WORDS),
)
