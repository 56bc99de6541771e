"""Grants: what was granted by requests, and what producers agreed to in code. A pure fold; the ledger keeps only steps."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace

from hansa.access.consumers import consumers_of
from hansa.access.history import AccessRequest, requests_of
from hansa.model import AccessStep, Agreement, Consumer, Grant, Mesh, StepKind

ALWAYS = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
"""When an agreement began that does not say when it was granted."""


def grants_of(steps: Iterable[AccessStep], agreements: Iterable[Agreement], mesh: Mesh) -> tuple[Grant, ...]:
    """Every grant that was ever given to a consumer which the mesh still has, for a purpose that it still has, by id.

    Those that were revoked or have expired are among them: `Grant.holds` says. None outlasts its consumer.
    """
    consumers = consumers_of(mesh)
    found = [g for r in requests_of(steps) if (g := grant_of(r)) is not None]
    found += [agreed(a) for a in agreements]
    bounded = (_bounded(g, consumers) for g in found)
    return tuple(sorted((g for g in bounded if g is not None), key=lambda g: g.id))


def grant_of(request: AccessRequest) -> Grant | None:
    """What a request came to; None when it was never granted."""
    granted = request.find(StepKind.GRANTED)
    if granted is None:
        return None
    revoked = request.find(StepKind.REVOKED)
    approvers = dict.fromkeys((*(s.actor for s in request.approvals), granted.actor))
    return Grant(
        id=request.id,
        consumer=request.consumer,
        purpose=request.purpose,
        port=request.port,
        begins=granted.at,
        terms=request.terms,
        approvers=tuple(approvers),
        revoked=revoked.at if revoked is not None else None,
    )


def agreed(agreement: Agreement) -> Grant:
    """An agreement in code as the grant that it is."""
    place = f"{agreement.place.file}:{agreement.place.line}" if agreement.place is not None else f"{agreement.port}"
    begins = dt.datetime.combine(agreement.granted, dt.time(), dt.UTC) if agreement.granted is not None else ALWAYS
    return Grant(
        id=f"agreement:{place}",
        consumer=agreement.consumer,
        purpose=agreement.purpose,
        port=agreement.port,
        begins=begins,
        terms=agreement.terms,
        approvers=(agreement.approver,),
        place=agreement.place,
    )


def _bounded(grant: Grant, consumers: Mapping[str, Consumer]) -> Grant | None:
    """The grant as far as its consumer goes: to the end of the consumer's last day, and for purposes that it still has."""
    consumer = consumers.get(grant.consumer)
    if consumer is None or grant.purpose not in consumer.purposes:
        return None
    if consumer.ends is None:
        return grant
    end = dt.datetime.combine(consumer.ends, dt.time(), dt.UTC) + dt.timedelta(days=1)
    expires = min(end, grant.terms.expires or end)
    return replace(grant, terms=replace(grant.terms, expires=expires))
