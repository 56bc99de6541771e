"""Requests for access as text and JSON: two views of one value."""

import datetime as dt
from collections.abc import Sequence

from hansa.access.history import AccessRequest, Status
from hansa.access.terms import last_moment
from hansa.cli.output import table, write
from hansa.model import AccessStep, Terms


def request_json(request: AccessRequest, now: dt.datetime, awaits: str = "") -> dict[str, object]:
    """The public JSON of a request. `awaits` is who can give the approval that is missing."""
    return {
        "id": request.id,
        "status": str(request.status(now)),
        "consumer": request.consumer,
        "purpose": request.purpose,
        "port": str(request.port),
        **_terms_json(request.terms),
        "requestedBy": request.requester,
        "requestedAt": request.first.at.isoformat(),
        "reason": request.first.reason,
        "termsAccepted": request.first.accepted or None,
        "awaits": awaits or None,
        "approvals": [_step_json(s) for s in request.approvals],
        "history": [_step_json(s) for s in request.steps],
    }


def write_request(request: AccessRequest, now: dt.datetime, awaits: str = "") -> None:
    """A request in a few lines: what it is about, what it gives, and where it stands."""
    status = request.status(now)
    write(f"{request.id}  {status}  {request.consumer} reads {request.port} for {request.purpose}")
    for name, text in _conditions(request.terms):
        write(f"  {name:<10} {text}")
    if status is Status.REQUESTED:
        write(f"  {'waits for':<10} {awaits}")
    elif request.terms.expires is not None and status in (Status.GRANTED, Status.EXPIRED):
        write(f"  {'up to':<10} {last_moment(request.terms.expires)}")


def write_history(request: AccessRequest, now: dt.datetime) -> None:
    """Every step of a request, oldest first. An end that nobody has put on record yet is among them."""
    rows = [(f"{s.at:%Y-%m-%d %H:%M}", str(s.kind), s.actor, _remark(s)) for s in request.steps]
    if request.status(now) is Status.EXPIRED and request.recorded is not Status.EXPIRED and request.terms.expires is not None:
        rows.append((f"{request.terms.expires:%Y-%m-%d %H:%M}", str(Status.EXPIRED), "–", "its time was over"))
    write(table(("when (UTC)", "what", "by", ""), rows))


def write_list(requests: Sequence[AccessRequest], now: dt.datetime) -> None:
    rows = [
        (r.id, str(r.status(now)), r.consumer, r.purpose, str(r.port), _until(r.terms), r.requester, f"{r.first.at:%Y-%m-%d}")
        for r in requests
    ]
    write(table(("request", "status", "consumer", "purpose", "port", "up to", "asked by", "on"), rows))


def _conditions(terms: Terms) -> list[tuple[str, str]]:
    said = [("columns", ", ".join(terms.columns)), ("rows", terms.row_filter), ("unmasked", ", ".join(terms.unmasked))]
    return [(name, text) for name, text in said if text]


def _until(terms: Terms) -> str:
    return last_moment(terms.expires) if terms.expires is not None else ""


def _remark(step: AccessStep) -> str:
    terms = "; ".join(f"{name}: {text}" for name, text in _conditions(step.terms))
    until = f"up to {_until(step.terms)}" if step.terms.expires is not None else ""
    rules = f"by {', '.join(step.rules)}" if step.rules else ""
    return "  ".join(part for part in (step.reason, terms, until, rules) if part)


def _terms_json(terms: Terms) -> dict[str, object]:
    return {
        "columns": list(terms.columns) or None,
        "unmasked": list(terms.unmasked),
        "rowFilter": terms.row_filter or None,
        "expires": terms.expires.isoformat() if terms.expires is not None else None,
    }


def _step_json(step: AccessStep) -> dict[str, object]:
    return {
        "kind": str(step.kind),
        "at": step.at.isoformat(),
        "by": step.actor,
        "reason": step.reason,
        "rules": list(step.rules),
        **_terms_json(step.terms),
    }
