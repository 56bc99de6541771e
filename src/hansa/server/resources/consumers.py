"""`/consumers` and `/grants`: who reads, and what was promised to them."""

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Query

from hansa.access.consumers import acts_for, consumers_of
from hansa.model import Consumer, ConsumerKind, Grant
from hansa.names import parse_product
from hansa.server.api import Listing, Paged, Resource, Shown, Viewer, Viewing, example, refusals

router = APIRouter(tags=["access"], route_class=Resource)


class ConsumerShown(Shown):
    """Who access is granted to: a use case, or a product by its inputs. `mine` says that the caller may ask in its name."""

    model_config = example(
        consumer="campaign", kind="use-case", title="A campaign", description="", owner="marketing", purposes=["letters"],
        legal_basis="", ends=None, mine=True,
    )  # fmt: skip
    consumer: str
    kind: str
    title: str
    description: str
    owner: str
    purposes: list[str]
    legal_basis: str
    ends: dt.date | None
    mine: bool


class Consumers(Listing[ConsumerShown]):
    """Consumers, by name."""


class GrantShown(Shown):
    """Leave for a consumer to read a port for a purpose, at its major and all later ones. Empty `columns` are all."""

    model_config = example(
        grant="req-8f3a2c1b", consumer="campaign", purpose="letters", port="customer.profiles.profiles@1",
        begins="2026-11-01T08:00:00Z", expires=None, columns=[], unmasked=[], rowFilter="", approvers=["carla"],
    )  # fmt: skip
    grant: str
    consumer: str
    purpose: str
    port: str
    begins: dt.datetime
    expires: dt.datetime | None
    columns: list[str]
    unmasked: list[str]
    row_filter: str
    approvers: list[str]


class Grants(Listing[GrantShown]):
    """Grants that hold now, by consumer, port and purpose."""


@router.get("/consumers", responses=refusals("H742"))
def consumers(
    viewer: Viewing,
    pages: Paged,
    kind: Annotated[ConsumerKind | None, Query(description="Only use cases, or only products.")] = None,
) -> Consumers:
    """The consumers that the caller may know of."""
    known = (c for c in consumers_of(viewer.mesh).values() if kind in (None, c.kind) and _known(viewer, c))
    found = pages.of(known, lambda c: (c.name,))
    return Consumers(items=[_consumer(viewer, c) for c in found], total=found.total, next=found.next)


@router.get("/consumers/{consumer}", responses=refusals("H857"))
def consumer(consumer: str, viewer: Viewing) -> ConsumerShown:
    """One consumer."""
    found = consumers_of(viewer.mesh).get(consumer)
    if found is None or not _known(viewer, found):
        viewer.nothing(consumer, "consumer")
    return _consumer(viewer, found)


@router.get("/grants", responses=refusals("H742"))
def grants(
    viewer: Viewing,
    pages: Paged,
    consumer: Annotated[str, Query(max_length=200, description="Only of this consumer.")] = "",
    port: Annotated[str, Query(max_length=300, description="Only to this port, as `domain.product.port`.")] = "",
) -> Grants:
    """The grants that hold now: to the caller's own consumers, and to the products that they answer for."""
    shown = (
        g
        for g in viewer.catalogue.grants()
        if consumer in ("", g.consumer) and port in ("", str(g.port), str(g.port.name)) and _concerns(viewer, g)
    )
    found = pages.of(shown, lambda g: (g.consumer, str(g.port), g.purpose, g.id))
    return Grants(items=[_grant(g) for g in found], total=found.total, next=found.next)


def _known(viewer: Viewer, found: Consumer) -> bool:
    """A product is known to whoever may discover it, a use case to whoever is known here."""
    return found.kind is ConsumerKind.USE_CASE or viewer.sight.discovers(parse_product(found.name))


def _concerns(viewer: Viewer, grant: Grant) -> bool:
    if viewer.administers or viewer.answers_for(grant.port.name.of_product):
        return True
    found = consumers_of(viewer.mesh).get(grant.consumer)
    return found is not None and acts_for(viewer.principal, found)


def _consumer(viewer: Viewer, found: Consumer) -> ConsumerShown:
    return ConsumerShown(
        consumer=found.name,
        kind=str(found.kind),
        title=found.title,
        description=viewer.discretion.said(found.description),
        owner=found.owner,
        purposes=list(found.purposes),
        legal_basis=found.legal_basis,
        ends=found.ends,
        mine=acts_for(viewer.principal, found),
    )


def _grant(grant: Grant) -> GrantShown:
    return GrantShown(
        grant=grant.id,
        consumer=grant.consumer,
        purpose=grant.purpose,
        port=str(grant.port),
        begins=grant.begins,
        expires=grant.terms.expires,
        columns=list(grant.terms.columns),
        unmasked=list(grant.terms.unmasked),
        row_filter=grant.terms.row_filter,
        approvers=list(grant.approvers),
    )
