"""Who the caller is, and whether the server lives and answers."""

from fastapi import APIRouter, Response
from starlette.responses import JSONResponse

from hansa.access.consumers import acts_for, consumers_of
from hansa.server.api import Backed, Called, Resource, Shown, example, refusals

router = APIRouter(tags=["about"], route_class=Resource)
health = APIRouter(tags=["about"])


class OwnConsumer(Shown):
    name: str
    kind: str
    purposes: list[str]


class Me(Shown):
    """Who calls. Empty `scopes` are all; `consumers` are those in whose name the caller may ask and read."""

    model_config = example(
        name="mia", kind="user", teams=["marketing"], scopes=[], administrator=False,
        consumers=[{"name": "campaign", "kind": "use-case", "purposes": ["letters"]}],
    )  # fmt: skip
    name: str
    kind: str
    teams: list[str]
    scopes: list[str]
    administrator: bool
    consumers: list[OwnConsumer]


class Health(Shown):
    """`alive`; `ready` or `not ready`."""

    status: str


@router.get("/me", responses=refusals())
def me(caller: Called, backing: Backed) -> Me:
    """Who the token's owner is, and for which consumers and purposes they may ask."""
    principal = caller.principal
    consumers = [c for c in consumers_of(backing.mesh()).values() if acts_for(principal, c)]
    return Me(
        name=principal.name,
        kind=str(principal.kind),
        teams=list(principal.teams),
        scopes=list(principal.scopes),
        administrator=principal.administrator,
        consumers=[OwnConsumer(name=c.name, kind=str(c.kind), purposes=list(c.purposes)) for c in consumers],
    )


@health.get("/healthz")
def healthz() -> Health:
    """The process lives."""
    return Health(status="alive")


@health.get("/readyz", response_model=Health, responses={503: {"description": "Not ready.", "model": Health}})
def readyz(backing: Backed) -> Response:
    """The ledger is there and the gateway answers."""
    backing.ledger.last_step()
    ready = backing.inquiring.ready()
    return JSONResponse({"status": "ready" if ready else "not ready"}, 200 if ready else 503)
