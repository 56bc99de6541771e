"""Requests for access as the API shows them."""

import datetime as dt

from hansa.access.history import AccessRequest
from hansa.model import AccessStep, Terms
from hansa.server.api import Shown, example


class TermsShown(Shown):
    """What was asked for, or granted. Empty `columns` are all."""

    columns: list[str]
    unmasked: list[str]
    row_filter: str
    expires: dt.datetime | None


class StepShown(Shown):
    """One transition: requested, approved, granted, denied, withdrawn, renewed, revoked, expired."""

    kind: str
    at: dt.datetime
    actor: str
    reason: str
    terms: TermsShown
    rules: list[str]


class RequestShown(Shown):
    """A request with all its steps, and where it stands: requested, granted, denied, withdrawn, revoked, expired."""

    model_config = example(
        request="req-8f3a2c1b", status="requested", consumer="campaign", purpose="letters", port="customer.profiles.profiles@1",
        terms={"columns": [], "unmasked": [], "rowFilter": "", "expires": None},
        steps=[
            {"kind": "requested", "at": "2026-11-22T09:00:00Z", "actor": "mia", "reason": "Letters in spring.",
             "terms": {"columns": [], "unmasked": [], "rowFilter": "", "expires": None}, "rules": []}
        ],
    )  # fmt: skip
    request: str
    status: str
    consumer: str
    purpose: str
    port: str
    terms: TermsShown
    steps: list[StepShown]


class Requests(Shown):
    """A page of requests, in the order in which they began."""

    requests: list[RequestShown]
    total: int
    next: str | None


def shown(request: AccessRequest, now: dt.datetime) -> RequestShown:
    return RequestShown(
        request=request.id,
        status=str(request.status(now)),
        consumer=request.consumer,
        purpose=request.purpose,
        port=str(request.port),
        terms=_terms(request.terms),
        steps=[_step(s) for s in request.steps],
    )


def _step(step: AccessStep) -> StepShown:
    return StepShown(
        kind=str(step.kind),
        at=step.at,
        actor=step.actor,
        reason=step.reason,
        terms=_terms(step.terms),
        rules=list(step.rules),
    )


def _terms(terms: Terms) -> TermsShown:
    return TermsShown(
        columns=list(terms.columns), unmasked=list(terms.unmasked), row_filter=terms.row_filter, expires=terms.expires
    )
