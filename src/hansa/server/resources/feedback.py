"""`/products/{product}/feedback`: what people say of a product to its owner, and what the owner answers."""

from collections.abc import Callable
from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Query, Request, Response

from hansa.access import Action
from hansa.feedback import Feedback, FeedbackDesk, FeedbackStatus, Link, Said, feedback_of
from hansa.model import FeedbackKind, FeedbackStep, Product
from hansa.server.api import Paged, Resource, Strict, Viewer, Viewing, body_of, refusals
from hansa.server.api.idempotency import REPLAYED, Key, key_of, once, with_body
from hansa.server.catalogue import Catalogue
from hansa.server.catalogue.remarks import heard_of, remark_of, visible
from hansa.server.resources.feedback_shown import (
    AnswerBody,
    ChangeBody,
    Feedbacks,
    FeedbackShown,
    GiveBody,
    NoBody,
    ResolveBody,
    ratings_shown,
    remark_shown,
)
from hansa.trouble import Trouble, TroubleError

router = APIRouter(prefix="/products/{product}/feedback", tags=["feedback"], route_class=Resource)
_SAYING = refusals("H741", "H743", "H752", "H856", "H857", "H859", "H863", "H881", "H882", "H883", "H884", "H885", "H886")
_GIVING = refusals("H741", "H743", "H752", "H856", "H857", "H859", "H863", "H882", "H883", "H885", "H886", "H887")
_ANSWERING = {**_SAYING, **refusals("H740", "H882", "H888")}
Step = Callable[[FeedbackDesk], Feedback]


@router.get("", responses=refusals("H742", "H857"))
def listed(
    product: str,
    viewer: Viewing,
    pages: Paged,
    kind: Annotated[FeedbackKind | None, Query(description="Only what is of this kind.")] = None,
    status: Annotated[FeedbackStatus | None, Query(description="Only what stands so.")] = None,
) -> Feedbacks:
    """What the caller may see of it, the newest first, with what all ratings come to. What was withdrawn is not told."""
    heard = heard_of(viewer.catalogue, viewer.sight, viewer.product(product))
    wanted = (r for r in heard.remarks if kind in (None, r.found.kind) and status in (None, r.found.status))
    found = pages.of(wanted, lambda r: (r.found.first.serial, r.found.id), newest=True)
    items = [remark_shown(r) for r in found]
    return Feedbacks(items=items, total=found.total, next=found.next, ratings=ratings_shown(heard.ratings))


@router.get("/{feedback}", responses=refusals("H857", "H881"))
def one(product: str, feedback: str, viewer: Viewing) -> FeedbackShown:
    """One piece of feedback. Its author finds it here when it was withdrawn, too."""
    of = viewer.product(product)
    return remark_shown(remark_of(viewer.catalogue, viewer.sight, of, _found(viewer, of, feedback)))


@router.post("", status_code=201, responses=_GIVING, openapi_extra=with_body(GiveBody))
async def give(request: Request, response: Response, product: str, viewer: Viewing) -> FeedbackShown:
    """Say something. A rating is for those who read the data or may; another one takes its place for the same major version."""
    body = await body_of(request, GiveBody)
    of = viewer.product(product)
    said = Said(of.address, FeedbackKind(body.kind), body.text, body.stars, body.port, body.column)
    viewer.caller.require(Action.REQUEST)
    key = key_of(request, viewer.principal.name, body.model_dump_json())
    told = await _done(viewer, response, of, key, lambda desk: desk.give(viewer.principal, said), lambda: _given(viewer, key))
    response.headers["Location"] = f"{request.url.path}/{told.feedback}"
    return told


@router.post("/{feedback}/change", responses=_SAYING, openapi_extra=with_body(ChangeBody))
async def change(request: Request, response: Response, product: str, feedback: str, viewer: Viewing) -> FeedbackShown:
    """Say it otherwise, as its author. A question or problem waits anew."""
    body = await body_of(request, ChangeBody)
    viewer.caller.require(Action.REQUEST)

    def step(desk: FeedbackDesk) -> Feedback:
        return desk.change(viewer.principal, feedback, body.text, body.stars)

    return await _stepped(request, response, product, feedback, viewer, body, step)


@router.post("/{feedback}/withdraw", responses=_SAYING, openapi_extra=with_body(NoBody))
async def withdraw(request: Request, response: Response, product: str, feedback: str, viewer: Viewing) -> FeedbackShown:
    """Take it back, as its author. It is shown and counted no more."""
    body = await body_of(request, NoBody)
    viewer.caller.require(Action.REQUEST)

    def step(desk: FeedbackDesk) -> Feedback:
        return desk.withdraw(viewer.principal, feedback)

    return await _stepped(request, response, product, feedback, viewer, body, step)


@router.post("/{feedback}/answer", responses=_ANSWERING, openapi_extra=with_body(AnswerBody))
async def answer(request: Request, response: Response, product: str, feedback: str, viewer: Viewing) -> FeedbackShown:
    """Answer, as one of the product's owners."""
    body = await body_of(request, AnswerBody)
    viewer.caller.require(Action.APPROVE)

    def step(desk: FeedbackDesk) -> Feedback:
        return desk.answer(viewer.principal, feedback, body.text, Link(body.run, body.version))

    return await _stepped(request, response, product, feedback, viewer, body, step)


@router.post("/{feedback}/resolve", responses=_ANSWERING, openapi_extra=with_body(ResolveBody))
async def resolve(request: Request, response: Response, product: str, feedback: str, viewer: Viewing) -> FeedbackShown:
    """Mark a question or problem as resolved, as one of the product's owners."""
    body = await body_of(request, ResolveBody)
    viewer.caller.require(Action.APPROVE)

    def step(desk: FeedbackDesk) -> Feedback:
        return desk.resolve(viewer.principal, feedback, body.text, Link(body.run, body.version))

    return await _stepped(request, response, product, feedback, viewer, body, step)


async def _stepped(
    request: Request, response: Response, product: str, feedback: str, viewer: Viewer, body: Strict, step: Step
) -> FeedbackShown:
    of = viewer.product(product)
    key = key_of(request, viewer.principal.name, body.model_dump_json())
    word, text = request.url.path.rpartition("/")[2], getattr(body, "text", "").strip()

    def begun(desk: FeedbackDesk) -> Feedback:
        _found(viewer, of, feedback)
        return step(desk)

    return await _done(viewer, response, of, key, begun, lambda: _taken(viewer, of, feedback, word, text))


async def _done(
    viewer: Viewer, response: Response, of: Product, key: Key | None, step: Step, before: Callable[[], Feedback | None]
) -> FeedbackShown:
    def work() -> tuple[FeedbackShown, bool]:
        catalogue = viewer.catalogue
        found, replayed = once(viewer.backing.ledger, key, viewer.now, lambda: step(_desk(catalogue, key)), before)
        return remark_shown(remark_of(catalogue, viewer.sight, of, found)), replayed

    told, replayed = await anyio.to_thread.run_sync(work)
    if replayed:
        response.headers[REPLAYED] = "true"
    return told


def _desk(catalogue: Catalogue, key: Key | None) -> FeedbackDesk:
    """With a key, what is given is called after it: so it is found again, and cannot be given twice."""
    return catalogue.feedback_desk() if key is None else catalogue.feedback_desk(lambda: _named(key))


def _named(key: Key) -> str:
    return f"fb-{key.name[:16]}"


def _given(viewer: Viewer, key: Key | None) -> Feedback | None:
    """What was given with a key, as it was answered then."""
    steps = viewer.backing.ledger.feedback_steps(feedback=_named(key)) if key is not None else ()
    return feedback_of(steps[:1]) if steps else None


def _taken(viewer: Viewer, of: Product, feedback: str, word: str, text: str) -> Feedback | None:
    """The feedback as it was answered when the caller took a step of it."""
    steps = viewer.backing.ledger.feedback_steps(feedback=feedback, product=of.address)

    def same(step: FeedbackStep) -> bool:
        return step.actor == viewer.principal.name and str(step.kind).startswith(word) and step.text == text

    at = next((n for n, s in enumerate(steps) if same(s)), None)
    return feedback_of(steps[: at + 1]) if at is not None else None


def _found(viewer: Viewer, of: Product, feedback: str) -> Feedback:
    """What was said of this product and is for the caller's eyes. Anything else is not there."""
    try:
        found = feedback_of(viewer.backing.ledger.feedback_steps(feedback=feedback, product=of.address))
    except ValueError:
        found = None
    if found is None or not visible(viewer.sight, of, found):
        mend = "list what there is, and take it from there"
        raise TroubleError(Trouble("H881", f"there is no feedback `{feedback[:60]}`, or you may not know of it", mend=mend))
    return found
