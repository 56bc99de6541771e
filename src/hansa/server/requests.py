"""`/api/v1/access/requests`: ask for access, and decide about it. Every word is said by the caller, in the caller's own name."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Request
from pydantic import Field

from hansa.access import Action
from hansa.access.consumers import acts_for, consumers_of
from hansa.access.history import AccessRequest
from hansa.access.identity import good_for
from hansa.access.requests import AccessDesk, Asked
from hansa.model import AccessStep, Principal, Terms
from hansa.server.backing import Backing
from hansa.server.bodies import Strict, body_of
from hansa.server.callers import Backed, Called, Caller
from hansa.server.problems import Answered
from hansa.trouble import Trouble, TroubleError

router = APIRouter(prefix="/access/requests", tags=["access"])


class TermsBody(Strict):
    """What is asked for, or granted. Without `columns` it is all of them."""

    columns: tuple[str, ...] = ()
    unmasked: tuple[str, ...] = ()
    rowFilter: str = ""  # noqa: N815 - a key of JSON
    expires: str | None = Field(default=None, description="A time in ISO 8601 with its zone.")

    @property
    def terms(self) -> Terms:
        return Terms(self.columns, self.unmasked, self.rowFilter, _moment(self.expires))


class AskBody(TermsBody):
    """A request for access to a port, in a consumer's name and for a purpose."""

    port: str
    consumer: str
    purpose: str = ""
    reason: str = ""
    acceptTerms: bool = False  # noqa: N815


class ApproveBody(TermsBody):
    """An approval, perhaps for less than was asked for."""

    reason: str = ""


class ReasonBody(Strict):
    reason: str = ""


def _body(kind: type[Strict]) -> dict[str, Any]:
    schema = kind.model_json_schema()
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


@router.get("")
def listed(caller: Called, backing: Backed) -> dict[str, Any]:
    """The requests that concern the caller: those of their consumers, and those that they decide about."""
    now = backing.clock()
    return {"requests": [_shown(r, now) for r in _desk(backing).all() if _concerns(backing, caller.principal, r, now)]}


@router.get("/{request_id}")
def one(request_id: str, caller: Called, backing: Backed) -> dict[str, Any]:
    """One request with all its steps."""
    now = backing.clock()
    return _shown(_found(backing, caller, request_id), now)


@router.post("", status_code=201, openapi_extra=_body(AskBody))
async def ask(request: Request, caller: Called, backing: Backed) -> dict[str, Any]:
    """Ask for access. Where a policy approves by itself, the request comes back granted."""
    body = await body_of(request, AskBody)
    asked = Asked(body.port, body.consumer, body.purpose, body.terms, body.reason, accept_terms=body.acceptTerms)
    _scoped(caller, Action.REQUEST)
    return await _done(backing, lambda desk: desk.request(caller.principal, asked))


@router.post("/{request_id}/approve", openapi_extra=_body(ApproveBody))
async def approve(request: Request, request_id: str, caller: Called, backing: Backed) -> dict[str, Any]:
    """Approve a request. It is granted once no further approval is needed."""
    body = await body_of(request, ApproveBody)
    terms = body.terms
    _scoped(caller, Action.APPROVE)
    return await _done(backing, lambda d: d.approve(caller.principal, request_id, terms, body.reason))


@router.post("/{request_id}/deny", openapi_extra=_body(ReasonBody))
async def deny(request: Request, request_id: str, caller: Called, backing: Backed) -> dict[str, Any]:
    """Refuse a request, with a reason."""
    body = await body_of(request, ReasonBody)
    _scoped(caller, Action.APPROVE)
    return await _done(backing, lambda desk: desk.deny(caller.principal, request_id, body.reason))


@router.post("/{request_id}/withdraw", openapi_extra=_body(ReasonBody))
async def withdraw(request: Request, request_id: str, caller: Called, backing: Backed) -> dict[str, Any]:
    """Take back what was asked for and is not decided yet."""
    body = await body_of(request, ReasonBody)
    _scoped(caller, Action.REQUEST)
    return await _done(backing, lambda desk: desk.withdraw(caller.principal, request_id, body.reason))


@router.post("/{request_id}/revoke", openapi_extra=_body(ReasonBody))
async def revoke(request: Request, request_id: str, caller: Called, backing: Backed) -> dict[str, Any]:
    """End a grant now. The next query is refused."""
    body = await body_of(request, ReasonBody)
    if not good_for(caller.principal, Action.REQUEST):
        _scoped(caller, Action.APPROVE)
    return await _done(backing, lambda desk: desk.revoke(caller.principal, request_id, body.reason))


def _desk(backing: Backing) -> AccessDesk:
    return AccessDesk(backing.mesh(), backing.ledger, backing.decider, backing.clock)


async def _done(backing: Backing, step: Callable[[AccessDesk], AccessRequest]) -> dict[str, Any]:
    return await anyio.to_thread.run_sync(lambda: _shown(step(_desk(backing)), backing.clock()))


def _found(backing: Backing, caller: Caller, request_id: str) -> AccessRequest:
    """A request that concerns nobody of the caller's is not there for them."""
    found = _desk(backing).find(request_id)
    if not _concerns(backing, caller.principal, found, backing.clock()):
        raise Answered(Trouble("H758", f"there is no request `{request_id[:60]}`"), 404)
    return found


def _concerns(backing: Backing, principal: Principal, request: AccessRequest, now: dt.datetime) -> bool:
    mesh = backing.mesh()
    consumer = consumers_of(mesh).get(request.consumer)
    product = mesh.product(request.port.name.of_product)
    return (
        principal.administrator
        or principal.name == request.requester
        or (consumer is not None and acts_for(principal, consumer))
        or (product is not None and product.owner in principal.teams)
        or backing.decider.may(principal, Action.APPROVE, request.port, now).allowed
    )


def _scoped(caller: Caller, action: Action) -> None:
    if not good_for(caller.principal, action):
        mend = f"use a token with the scope `{action}`"
        raise Answered(Trouble("H752", f"the token is not good for `{action}`", mend=mend), 403)


def _moment(text: str | None) -> dt.datetime | None:
    if not text:
        return None
    try:
        found = dt.datetime.fromisoformat(text)
        if found.tzinfo is not None:
            return found.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        pass
    raise TroubleError(Trouble("H740", f"`expires` is no time with a zone: `{text[:40]}`", mend="write it 2027-01-31T00:00:00Z"))


def _shown(request: AccessRequest, now: dt.datetime) -> dict[str, Any]:
    return {
        "request": request.id,
        "status": str(request.status(now)),
        "consumer": request.consumer,
        "purpose": request.purpose,
        "port": str(request.port),
        "terms": _terms(request.terms),
        "steps": [_step(s) for s in request.steps],
    }


def _step(step: AccessStep) -> dict[str, Any]:
    return {
        "kind": str(step.kind),
        "at": step.at,
        "actor": step.actor,
        "reason": step.reason,
        "terms": _terms(step.terms),
        "rules": list(step.rules),
    }


def _terms(terms: Terms) -> dict[str, Any]:
    return {
        "columns": list(terms.columns),
        "unmasked": list(terms.unmasked),
        "rowFilter": terms.row_filter,
        "expires": terms.expires,
    }
