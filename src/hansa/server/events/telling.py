"""What one listener is told of an event: its public form, or nothing when it is about what they may not discover."""

import json
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, assert_never

from hansa.access.history import request_of
from hansa.access.requests import AccessDesk
from hansa.frozen import dataclass
from hansa.ledger import Event, EventKind
from hansa.model import Principal, RunId
from hansa.names import DomainName, PortMajor, ProductName, parse, parse_product
from hansa.server.backing import Backing
from hansa.server.sight import Sight

Data = dict[str, Any]
_KEPT = 1_000  # runs whose products are remembered
_SAID = ("detail", "note", "reason")  # texts that may name other products

TYPES = {
    EventKind.PUBLISHED: "product.published",
    EventKind.POINTER_MOVED: "product.moved",
    EventKind.RUN_BEGAN: "run.began",
    EventKind.RUN_STEPPED: "run.step",
    EventKind.RUN_ENDED: "run.ended",
    EventKind.ACCESS_STEPPED: "access.step",
    EventKind.FEEDBACK_STEPPED: "feedback.step",
    EventKind.VERDICT_CHANGED: "policy.verdict",
    EventKind.MANIFEST_UPLOADED: "manifest.uploaded",
}
"""The public names of events, beside `events.missed`, which none is. A name is never given to something else; more may come, and
more keys in their data."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Of which events somebody wants to hear; empty for all."""

    run: str = ""
    product: str = ""


class Teller:
    """Says what a listener is told. Safe in many threads."""

    def __init__(self, backing: Backing, principal: Principal, sight: Callable[[], Sight], wanted: Wanted) -> None:
        self._backing, self._principal, self._sight, self._wanted = backing, principal, sight, wanted
        self._products = lru_cache(_KEPT)(self._products_of)

    def told(self, events: Iterable[Event]) -> str:
        """As server-sent events (HTML standard, 9.2); empty when none of them is for this listener."""
        sight = self._sight()
        return "".join(_written(e, data) for e in events if (data := self._data(e, sight)) is not None)

    def _data(self, event: Event, sight: Sight) -> Data | None:
        body: Data = json.loads(event.body)
        match event.kind:
            case EventKind.PUBLISHED | EventKind.POINTER_MOVED | EventKind.RUN_STEPPED:
                return self._of_product(event.kind, body, sight)
            case EventKind.RUN_BEGAN | EventKind.RUN_ENDED:
                return self._of_run(body, sight)
            case EventKind.ACCESS_STEPPED:
                return self._of_access(body, sight)
            case EventKind.FEEDBACK_STEPPED:
                return self._of_feedback(body, sight)
            case EventKind.VERDICT_CHANGED:
                return self._of_policy(body, sight)
            case EventKind.MANIFEST_UPLOADED:
                # It is of a domain, and neither of a run nor of one product.
                return body if self._wants("", "") and sight.discovers(DomainName(body["domain"])) else None
            case _:
                assert_never(event.kind)

    def _of_product(self, kind: EventKind, body: Data, sight: Sight) -> Data | None:
        product = parse_product(body["product"])
        if not self._wants(body.get("run", ""), str(product)) or not sight.discovers(product):
            return None
        if kind is EventKind.PUBLISHED:
            return {**body, "ports": [p for p in body["ports"] if _seen(p["port"], sight)]}
        if kind is EventKind.RUN_STEPPED and not sight.described(product):
            return {**body, "detail": "", "rows": None, "note": ""}
        return {**body, **{k: sight.discretion.said(body[k]) for k in _SAID if k in body}}

    def _of_run(self, body: Data, sight: Sight) -> Data | None:
        products = self._products(RunId(body["run"]))
        seen = [p for p in products if sight.discovers(p)]
        wanted = not self._wanted.product or self._wanted.product in map(str, seen)
        if not wanted or self._wanted.run not in ("", body["run"]) or (products and not seen):
            return None
        return {**body, "products": len(seen)}

    def _of_access(self, body: Data, sight: Sight) -> Data | None:
        """A step of a request that is the listener's, or about a product that they answer for."""
        port = parse(body["port"])
        product = port.name.of_product if isinstance(port, PortMajor) else None
        if self._wanted.run or product is None or not self._wants("", str(product)):
            return None
        declared = sight.product(product)
        owners = {declared.owner, declared.team.name if declared.team is not None else ""} if declared is not None else set()
        if owners.intersection(self._principal.teams) - {""} or self._principal.administrator:
            return body
        backing = self._backing
        desk = AccessDesk(sight.mesh, backing.ledger, backing.decider, backing.clock)
        steps = backing.ledger.access_steps(request=body["request"])
        return body if steps and desk.concerns(self._principal, request_of(steps)) else None

    def _of_feedback(self, body: Data, sight: Sight) -> Data | None:
        """A step of feedback that the listener may see: their own, or about what they may have described."""
        product = parse_product(body["product"])
        if self._wanted.run or not self._wants("", str(product)) or not sight.discovers(product):
            return None
        port = parse(body["port"]) if body["port"] else product
        described = isinstance(port, ProductName | PortMajor) and sight.described(product) and sight.described(port)
        return body if described or body["actor"] == self._principal.name else None

    def _of_policy(self, body: Data, sight: Sight) -> Data | None:
        """What a policy says of a product. What it says of the whole mesh is for those who administer it."""
        product = body["product"]
        if not self._wants(body["run"], product):
            return None
        may = sight.described(parse_product(product)) if product else self._principal.administrator
        return body if may else None

    def _wants(self, run: str, product: str) -> bool:
        return self._wanted.run in ("", run) and self._wanted.product in ("", product)

    def _products_of(self, run: RunId) -> tuple[ProductName, ...]:
        found = self._backing.ledger.run(run)
        return found.products if found is not None else ()


def missed(after: int, oldest: int) -> str:
    """Told instead of the forgotten events behind `after` and before `oldest`; its id lets a client go on from there."""
    mend = "read anew what you know of products, runs and requests; the stream goes on with the oldest event that is kept"
    document = {"type": "events.missed", "data": {"after": after, "oldest": oldest, "mend": mend}}
    return f"id: {oldest - 1}\nevent: events.missed\ndata: {json.dumps(document, separators=(',', ':'))}\n\n"


def _seen(port: str, sight: Sight) -> bool:
    named = parse(port)
    return isinstance(named, PortMajor) and sight.discovers(named)


def _written(event: Event, data: Data) -> str:
    kind = TYPES[event.kind]
    document = {"id": event.id, "type": kind, "time": event.at.isoformat(), "data": data}
    # JSON has no line break of its own, so that one line of data holds it.
    return f"id: {event.id}\nevent: {kind}\ndata: {json.dumps(document, separators=(',', ':'))}\n\n"
