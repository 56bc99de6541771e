"""`/api/v1/access/requests`: ask for access, and decide about it. Every word is said by the caller, in the caller's own name."""

from collections.abc import Callable
from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Query, Request, Response

from hansa.access import Action
from hansa.access.approving import AUTO
from hansa.access.history import AccessRequest, Status, request_of
from hansa.access.identity import good_for
from hansa.access.requests import AccessDesk, Asked
from hansa.model import StepKind
from hansa.server.access.asked import ApproveBody, AskBody, ReasonBody, RenewBody, moment
from hansa.server.access.concerning import concerns
from hansa.server.access.requested import Requests, RequestShown, shown
from hansa.server.api import Backed, Called, Caller, Paged, Resource, body_of, refusals
from hansa.server.api.idempotency import REPLAYED, Done, Key, key_of, once, with_body
from hansa.server.backing import Backing
from hansa.server.transport import Answered
from hansa.trouble import Trouble, TroubleError

router = APIRouter(prefix="/access/requests", tags=["access"], route_class=Resource)
_DECIDING = refusals("H741", "H743", "H752", "H753", "H754", "H758", "H762", "H856", "H859", "H863")
_ASKING = refusals("H741", "H743", "H750", "H751", "H752", "H755", "H756", "H757", "H759", "H856", "H859", "H863")


@router.get("", responses=refusals("H742"))
def listed(
    caller: Called,
    backing: Backed,
    pages: Paged,
    status: Annotated[Status | None, Query(description="Only those that stand so.")] = None,
    port: Annotated[str, Query(max_length=300, description="Only about this port, as `domain.product.port`.")] = "",
    for_consumer: Annotated[str, Query(alias="for", max_length=200, description="Only of this consumer.")] = "",
) -> Requests:
    """The requests that concern the caller: those of their consumers, and those that they decide about."""
    now = backing.clock()
    found = pages.of(
        (
            r
            for r in _desk(backing).all()
            if status in (None, r.status(now))
            and port in ("", str(r.port), str(r.port.name))
            and for_consumer in ("", r.consumer)
            and concerns(backing, caller.principal, r, now)
        ),
        lambda r: (r.first.serial, r.id),
    )
    return Requests(requests=[shown(r, now) for r in found], total=found.total or 0, next=found.next)


@router.get("/{request_id}", responses=refusals("H758"))
def one(request_id: str, caller: Called, backing: Backed) -> RequestShown:
    """One request with all its steps."""
    return shown(_found(backing, caller, request_id), backing.clock())


@router.post("", status_code=201, responses=_ASKING, openapi_extra=with_body(AskBody))
async def ask(request: Request, response: Response, caller: Called, backing: Backed) -> RequestShown:
    """Ask for access. Where a policy approves by itself, the request comes back granted."""
    body = await body_of(request, AskBody)
    asked = Asked(body.port, body.consumer, body.purpose, body.terms, body.reason, accept_terms=body.acceptTerms)
    caller.require(Action.REQUEST)
    key = key_of(request, caller.principal.name, body.model_dump_json())
    found = await _done(
        backing, response, key, lambda desk: desk.request(caller.principal, asked), lambda: _asked_before(backing, key)
    )
    response.headers["Location"] = f"{request.url.path}/{found.request}"
    return found


@router.post("/{request_id}/approve", responses=_DECIDING, openapi_extra=with_body(ApproveBody))
async def approve(request: Request, response: Response, request_id: str, caller: Called, backing: Backed) -> RequestShown:
    """Approve a request. It is granted once no further approval is needed."""
    body = await body_of(request, ApproveBody)
    terms = body.terms
    caller.require(Action.APPROVE)
    return await _stepped(
        request, response, backing, caller, request_id, StepKind.APPROVED, body,
        lambda desk: desk.approve(caller.principal, request_id, terms, body.reason),
    )  # fmt: skip


@router.post("/{request_id}/deny", responses=_DECIDING, openapi_extra=with_body(ReasonBody))
async def deny(request: Request, response: Response, request_id: str, caller: Called, backing: Backed) -> RequestShown:
    """Refuse a request, with a reason."""
    body = await body_of(request, ReasonBody)
    caller.require(Action.APPROVE)
    return await _stepped(
        request, response, backing, caller, request_id, StepKind.DENIED, body,
        lambda desk: desk.deny(caller.principal, request_id, body.reason),
    )  # fmt: skip


@router.post("/{request_id}/withdraw", responses=_DECIDING, openapi_extra=with_body(ReasonBody))
async def withdraw(request: Request, response: Response, request_id: str, caller: Called, backing: Backed) -> RequestShown:
    """Take back what was asked for and is not decided yet."""
    body = await body_of(request, ReasonBody)
    caller.require(Action.REQUEST)
    return await _stepped(
        request, response, backing, caller, request_id, StepKind.WITHDRAWN, body,
        lambda desk: desk.withdraw(caller.principal, request_id, body.reason),
    )  # fmt: skip


@router.post("/{request_id}/revoke", responses=_DECIDING, openapi_extra=with_body(ReasonBody))
async def revoke(request: Request, response: Response, request_id: str, caller: Called, backing: Backed) -> RequestShown:
    """End a grant now. The next query is refused."""
    body = await body_of(request, ReasonBody)
    _either_scope(caller)
    return await _stepped(
        request, response, backing, caller, request_id, StepKind.REVOKED, body,
        lambda desk: desk.revoke(caller.principal, request_id, body.reason),
    )  # fmt: skip


@router.post("/{request_id}/renew", responses={**_ASKING, **_DECIDING}, openapi_extra=with_body(RenewBody))
async def renew(request: Request, response: Response, request_id: str, caller: Called, backing: Backed) -> RequestShown:
    """Prolong a grant: at once by whoever may approve it; for its consumer it is asked for anew, as another request."""
    body = await body_of(request, RenewBody)
    expires = moment(body.expires)
    _either_scope(caller)
    return await _stepped(
        request, response, backing, caller, request_id, StepKind.RENEWED, body,
        lambda desk: desk.renew(caller.principal, request_id, expires, body.reason),
    )  # fmt: skip


async def _stepped(
    request: Request,
    response: Response,
    backing: Backing,
    caller: Caller,
    request_id: str,
    kind: StepKind,
    body: ReasonBody | ApproveBody | RenewBody,
    step: Callable[[AccessDesk], AccessRequest],
) -> RequestShown:
    key = key_of(request, caller.principal.name, body.model_dump_json())

    def before() -> AccessRequest | None:
        found = _stepped_before(backing, request_id, kind, caller.principal.name, body.reason)
        return found or _asked_before(backing, key)

    return await _done(backing, response, key, step, before)


async def _done(
    backing: Backing,
    response: Response,
    key: Key | None,
    step: Callable[[AccessDesk], AccessRequest],
    before: Done[AccessRequest],
) -> RequestShown:
    def work() -> tuple[RequestShown, bool]:
        found, replayed = once(backing.ledger, key, backing.clock(), lambda: step(_desk(backing, key)), before)
        return shown(found, backing.clock()), replayed

    told, replayed = await anyio.to_thread.run_sync(work)
    if replayed:
        response.headers[REPLAYED] = "true"
    return told


def _desk(backing: Backing, key: Key | None = None) -> AccessDesk:
    """With a key, a request that begins is called after it: so it is found again, and cannot begin twice."""
    parts = (backing.mesh(), backing.ledger, backing.decider, backing.clock)
    return AccessDesk(*parts) if key is None else AccessDesk(*parts, lambda: _named(key))


def _named(key: Key) -> str:
    return f"req-{key.name[:16]}"


def _asked_before(backing: Backing, key: Key | None) -> AccessRequest | None:
    """The request that began with a key, as it was answered then: with what a policy approved by itself, and nothing later."""
    steps = backing.ledger.access_steps(request=_named(key)) if key is not None else ()
    if not steps:
        return None
    own = next((n for n, s in enumerate(steps[1:], 1) if s.actor != AUTO.name), len(steps))
    return request_of(steps[:own])


def _stepped_before(backing: Backing, request: str, kind: StepKind, actor: str, reason: str) -> AccessRequest | None:
    """The request as it was answered when somebody took a step of it, with the grant that came with an approval."""
    steps = backing.ledger.access_steps(request=request)
    at = next((n for n, s in enumerate(steps) if (s.kind, s.actor, s.reason) == (kind, actor, reason)), None)
    if at is None:
        return None
    granted = kind is StepKind.APPROVED and len(steps) > at + 1 and steps[at + 1].kind is StepKind.GRANTED
    return request_of(steps[: at + 1 + granted])


def _found(backing: Backing, caller: Caller, request_id: str) -> AccessRequest:
    """A request that concerns nobody of the caller's is not there for them."""
    try:
        found = _desk(backing).find(request_id)
        known = concerns(backing, caller.principal, found, backing.clock())
    except TroubleError as error:
        if error.troubles[0].code != "H758":
            raise
        known = False
    if not known:
        raise Answered(Trouble("H758", f"there is no request `{request_id[:60]}`"), 404)
    return found


def _either_scope(caller: Caller) -> None:
    if not good_for(caller.principal, Action.REQUEST):
        caller.require(Action.APPROVE)
