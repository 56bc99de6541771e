"""Who the caller is, and whether the server lives and answers."""

from typing import Any

from fastapi import APIRouter, Response
from starlette.responses import JSONResponse

from hansa.access.consumers import acts_for, consumers_of
from hansa.server.callers import Backed, Called

router = APIRouter(tags=["about"])
health = APIRouter(tags=["about"])


@router.get("/me")
def me(caller: Called, backing: Backed) -> dict[str, Any]:
    """Who the token's owner is, and for which consumers and purposes they may ask."""
    principal = caller.principal
    consumers = [c for c in consumers_of(backing.mesh()).values() if acts_for(principal, c)]
    return {
        "name": principal.name,
        "kind": str(principal.kind),
        "teams": list(principal.teams),
        "scopes": list(principal.scopes),
        "administrator": principal.administrator,
        "consumers": [{"name": c.name, "kind": str(c.kind), "purposes": list(c.purposes)} for c in consumers],
    }


@health.get("/healthz")
def healthz() -> dict[str, str]:
    """The process lives."""
    return {"status": "alive"}


@health.get("/readyz")
def readyz(backing: Backed) -> Response:
    """The ledger is there and the gateway answers."""
    backing.ledger.last_step()
    ready = backing.inquiring.ready()
    return JSONResponse({"status": "ready" if ready else "not ready"}, 200 if ready else 503)
