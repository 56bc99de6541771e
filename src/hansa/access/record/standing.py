"""Who may read what now, and who asked: requests and agreements as facts that policies judge and plans look at."""

import datetime as dt
from collections.abc import Iterable

from hansa.access.grants import grants_of
from hansa.access.history import requests_of
from hansa.governance import AccessRecord
from hansa.model import AccessStep, Grant, Mesh


def access_records(steps: Iterable[AccessStep], mesh: Mesh, now: dt.datetime) -> tuple[AccessRecord, ...]:
    """Every request and every agreement, and where it stands at a time; sorted by id."""
    told = tuple(steps)
    granted = {g.id: g for g in grants_of(told, mesh.governance.agreements, mesh)}
    found = {g.id: _of_grant(g, now) for g in granted.values()}
    for request in requests_of(told):
        grant = granted.get(request.id)
        if grant is None or not grant.holds(now):
            status = str(request.status(now))
            # It was granted to a consumer, or for a purpose, that the mesh no longer has.
            status = "expired" if status == "granted" else status
            begun = grant.begins if grant is not None else None
            approvers = grant.approvers if grant is not None else tuple(step.actor for step in request.approvals)
            found[request.id] = AccessRecord(
                request.id, request.consumer, request.purpose, request.port, status, request.terms, approvers, begun
            )
    return tuple(found[id_] for id_ in sorted(found))


def holding_grants(steps: Iterable[AccessStep], mesh: Mesh, now: dt.datetime) -> tuple[Grant, ...]:
    """The grants that hold at a time."""
    return tuple(g for g in grants_of(steps, mesh.governance.agreements, mesh) if g.holds(now))


def _of_grant(grant: Grant, now: dt.datetime) -> AccessRecord:
    if grant.holds(now):
        status = "granted"
    elif grant.revoked is not None and now >= grant.revoked:
        status = "revoked"
    else:
        status = "agreed" if now < grant.begins else "expired"
    return AccessRecord(grant.id, grant.consumer, grant.purpose, grant.port, status, grant.terms, grant.approvers, grant.begins)
