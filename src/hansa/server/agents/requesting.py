"""The tools `my_access` and `request_access`: what the caller has and may ask for, and asking."""

import datetime as dt
from dataclasses import field
from typing import Annotated

from pydantic import Field

from hansa.access import Action
from hansa.access.consumers import consumers_of
from hansa.access.history import AccessRequest
from hansa.access.identity import good_for
from hansa.access.requests import Asked
from hansa.frozen import dataclass
from hansa.model import Consumer, Grant, Terms
from hansa.names import ProductName, parse
from hansa.server.access.asked import moment
from hansa.server.agents.asking import Asking
from hansa.server.agents.texts import CONTENT
from hansa.trouble import Trouble, TroubleError

_MOST = 200


@dataclass(frozen=True, slots=True)
class MyAccess:
    """Nothing has to be said."""


@dataclass(frozen=True, slots=True)
class RequestAccess:
    """What is asked for. The owner decides, and reads the reason."""

    port: Annotated[str, Field(max_length=300, description="domain.product or domain.product.port.")]
    consumer: Annotated[str, Field(max_length=200, description="A use case or product of yours; `my_access` tells them.")]
    purpose: Annotated[str, Field(max_length=200, description="One of the consumer's purposes.")]
    reason: Annotated[str, Field(min_length=1, max_length=2_000, description="Why it is needed, for the owner to read.")]
    columns: Annotated[list[str], Field(max_length=1_000, description="Only these columns; empty for all.")] = field(
        default_factory=list
    )
    expires: Annotated[str, Field(max_length=40, description="A time in ISO 8601 with its zone; empty for no end.")] = ""
    accept_terms: Annotated[
        bool, Field(description="That a person read the producer's terms of use and accepts them. Ask; do not assume.")
    ] = False


@dataclass(frozen=True, slots=True)
class ConsumerTold:
    name: str
    kind: str
    title: str
    purposes: list[str]


@dataclass(frozen=True, slots=True)
class GrantTold:
    id: str
    port: str
    consumer: str
    purpose: str
    columns: Annotated[list[str], Field(description="Empty for all.")]
    expires: str


@dataclass(frozen=True, slots=True)
class RequestTold:
    id: str
    status: str
    port: str
    consumer: str
    purpose: str
    requester: str
    said: Annotated[str, Field(description="The reason of the last step.")]


@dataclass(frozen=True, slots=True)
class AccessTold:
    principal: str
    administrator: bool
    consumers: list[ConsumerTold]
    grants: list[GrantTold]
    requests: list[RequestTold]
    note: str = CONTENT


def my_access(asking: Asking, asked: MyAccess) -> AccessTold:
    mine = {c.name: c for c in _consumers(asking)}
    grants = [g for g in asking.catalogue.grants() if g.consumer in mine and asking.sight.discovers(g.port)]
    requests = [r for r in asking.catalogue.desk().all() if _concerns(asking, r, mine)]
    return AccessTold(
        asking.principal.name,
        asking.principal.administrator,
        [ConsumerTold(c.name, str(c.kind), c.title, list(c.purposes)) for c in list(mine.values())[:_MOST]],
        [_grant(g) for g in grants[:_MOST]],
        [_request(r, asking.now) for r in reversed(requests[-_MOST:])],
    )


def request_access(asking: Asking, asked: RequestAccess) -> RequestTold:
    if not good_for(asking.principal, Action.REQUEST, asked.consumer):
        raise TroubleError(Trouble("H752", "the token is not good for `request`", mend="use a token with the scope `request`"))
    _, port = asking.port(asked.port)
    reader = asking.reader(asked.consumer, asked.purpose)
    consumer = _consumer(asking, reader.consumer)
    terms = Terms(columns=tuple(asked.columns), expires=moment(asked.expires))
    question = Asked(str(port.pinned), consumer.name, reader.purpose, terms, asked.reason, accept_terms=asked.accept_terms)
    return _request(asking.catalogue.desk().request(asking.principal, question), asking.now)


def _consumers(asking: Asking) -> list[Consumer]:
    """Those that the caller acts for and may know of."""
    return [c for c in asking.sight.consumers if _known(asking, c)]


def _consumer(asking: Asking, name: str) -> Consumer:
    """A consumer in whose name the caller may ask. What others there are is not told."""
    offered = consumers_of(asking.sight.mesh).values() if asking.principal.administrator else asking.sight.consumers
    found = next((c for c in offered if c.name == name and _known(asking, c)), None)
    if found is None:
        mend = "`my_access` tells in whose name you may ask"
        raise TroubleError(Trouble("H865", f"there is no consumer `{name[:100]}` that you act for", mend=mend))
    return found


def _known(asking: Asking, consumer: Consumer) -> bool:
    try:
        address = parse(consumer.name)
    except ValueError:
        return True
    return not isinstance(address, ProductName) or asking.sight.discovers(address)


def _concerns(asking: Asking, request: AccessRequest, mine: dict[str, Consumer]) -> bool:
    own = request.requester == asking.principal.name or request.consumer in mine
    return own and asking.sight.discovers(request.port)


def _grant(grant: Grant) -> GrantTold:
    expires = grant.terms.expires.isoformat() if grant.terms.expires is not None else ""
    return GrantTold(grant.id, str(grant.port), grant.consumer, grant.purpose, list(grant.terms.columns), expires)


def _request(request: AccessRequest, now: dt.datetime) -> RequestTold:
    return RequestTold(
        request.id, str(request.status(now)), str(request.port), request.consumer, request.purpose, request.requester,
        request.last.reason,
    )  # fmt: skip
