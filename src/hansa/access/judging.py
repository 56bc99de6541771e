"""Brings a question before Cedar: what there is to know of reader, consumer, grants and port, and what the rulings come to."""

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from hansa.access import reasons
from hansa.access.cedar import Entities, PolicyBook, Ruling, Uid
from hansa.access.cedar.entities import MESH, moment, principal_uid
from hansa.access.columns import GuardedColumn, guarded_columns
from hansa.access.consumers import consumers_of, known_to, may_be_named
from hansa.access.grounds import Grounds, grounds_of
from hansa.access.identity.scopes import good_for
from hansa.access.protocol import Action, Verdict
from hansa.access.question import Question, reference
from hansa.model import (
    Consumer,
    DecidingRule,
    Decision,
    Grant,
    Mesh,
    OutputPort,
    Principal,
    Product,
    Reader,
    Schema,
)
from hansa.names import DomainName, PortMajor, ProductName

_SCOPE = DecidingRule("hansa.scope", "forbid", "what a token is good for")
_FINDING = frozenset({Action.DISCOVER, Action.DESCRIBE})
_ASKING = frozenset({Action.REQUEST, Action.APPROVE, Action.GRANT})
_UNLIMITED_DAYS = 1_000_000


class Judge:
    """Decides under one mesh and its grants, each question anew."""

    def __init__(self, mesh: Mesh, grants: Iterable[Grant]) -> None:
        self._grants = tuple(grants)
        self._governance = mesh.governance
        self._products = mesh.by_name()
        self._domains = {d.name: d for d in mesh.domains}
        self._consumers = consumers_of(mesh)
        self._book = PolicyBook(mesh.governance.access_policies)
        self._entities = Entities(mesh)

    def decide(self, reader: Reader, port: PortMajor, schema: Schema, now: dt.datetime, way: str) -> Decision:
        """What a reader may see of a port."""
        if not good_for(reader.principal, Action.READ, reader.consumer):
            return Decision(port, False, rules=(_SCOPE,), reasons=(_out_of_scope(reader.principal, Action.READ),))
        product, offered = self._offered(port)
        if product is None or offered is None:
            return Decision(port, False, reasons=(f"{port} is not declared any more, and nobody knows how to guard it",))
        unfit = reasons.unfit(reader, self._known_consumers(reader, now), now)
        if unfit is not None:
            return Decision(port, False, reasons=(unfit[0],), mend=unfit[1])
        grounds = grounds_of(reader, self._consumers.get(reader.consumer), port, self._grants, now)
        rules = self._book.rules(product.address.domain)
        return Question(self, reader, product, offered, schema, rules, grounds, now, way).decision()

    def may(
        self,
        principal: Principal,
        action: Action,
        resource: DomainName | ProductName | PortMajor | None,
        now: dt.datetime,
        context: Mapping[str, object],
    ) -> Verdict:
        """Whether a principal may do something with a resource."""
        consumer = str(context.get("consumer") or "")
        if action is not Action.GRANT and not good_for(principal, action, consumer):
            return Verdict(False, (_SCOPE,), (_out_of_scope(principal, action),))
        if action in _FINDING and not principal.is_operator and (leave := self._leave(action, resource)) is not None:
            return Verdict(True, (leave,), lasting=True)
        found = self.resource(resource)
        if found is None:
            return Verdict(False, reasons=(f"{resource} is not declared",))
        uid, domain, entities = found
        about = self._consumers.get(consumer, Consumer(consumer))
        entities = [*entities, self._entities.principal(principal), self._entities.consumer(about)]
        if action in _ASKING:
            said = self._asking(about, resource, now, context)
        else:
            said = self.reading(
                about if consumer else None, str(context.get("purpose") or ""), str(context.get("way") or ""), now
            )
        rules = self._book.rules(domain)
        ruling = rules.rule(principal_uid(principal), [(action, uid)], said, entities)[0]
        why = () if ruling.allowed else _why(ruling, principal, action, resource)
        return Verdict(ruling.allowed, ruling.rules, why, lasting=action in _FINDING and not rules.asks_for_now)

    def _leave(self, action: Action, resource: DomainName | ProductName | PortMajor | None) -> DecidingRule | None:
        """The rule by which everybody may do this with something that is declared, where Cedar need not be asked."""
        if isinstance(resource, PortMajor):
            known, domain = self._offered(resource)[1] is not None, resource.name.domain
        elif isinstance(resource, ProductName):
            known, domain = resource in self._products, resource.domain
        elif resource is not None:
            known, domain = resource in self._domains, str(resource)
        else:
            return None
        return self._book.rules(domain).leave(action, partial(_above, resource)) if known else None

    def resource(self, resource: DomainName | ProductName | PortMajor | None) -> tuple[Uid, str, list[dict[str, Any]]] | None:
        """The entity of a resource with those that it lies in, and the domain whose policies hold; None when there is no such."""
        match resource:
            case None:
                return MESH, "", []
            case DomainName():
                domain = self._domains.get(resource)
                return None if domain is None else (("Domain", str(resource)), str(resource), [self._entities.domain(domain)])
            case ProductName():
                product = self._products.get(resource)
                above = self.resource(resource.in_domain)
                if product is None or above is None:
                    return None
                return ("Product", str(resource)), resource.domain, [*above[2], self._entities.product(product)]
            case PortMajor():
                product, offered = self._offered(resource)
                above = self.resource(resource.name.of_product)
                if product is None or offered is None or above is None:
                    return None
                entity = self._entities.port(product, offered)
                return ("Port", str(resource.name)), resource.name.domain, [*above[2], entity]

    def reading(self, consumer: Consumer | None, purpose: str, way: str, now: dt.datetime) -> dict[str, Any]:
        """The context of everything but requests."""
        found: dict[str, Any] = {"purpose": purpose, "way": way, "now": moment(now.replace(second=0, microsecond=0))}
        if consumer is not None:
            found["consumer"] = reference(("Consumer", consumer.name))
        return found

    def _asking(self, consumer: Consumer, resource: object, now: dt.datetime, said: Mapping[str, object]) -> dict[str, Any]:
        """The context of a request. What is not said of it is as if it asked for all there is."""
        offered = self._offered(resource)[1] if isinstance(resource, PortMajor) else None
        held = guarded_columns(offered, self._governance).values() if offered is not None else ()
        columns = _texts(said.get("columns")) or [c.name for c in held]
        classes = sorted({name for c in held if c.name in columns for name in c.classes})
        expires, days = said.get("expires"), said.get("days")
        ends = {"expires": moment(expires)} if isinstance(expires, dt.datetime) else {}
        return {
            **self.reading(consumer, str(said.get("purpose") or ""), str(said.get("way") or ""), now),
            "requester": str(said.get("requester") or ""),
            "approvals": int(str(said.get("approvals") or 0)),
            "approvers": _texts(said.get("approvers")),
            "columns": columns,
            "unmasked": _texts(said.get("unmasked")),
            "classes": classes,
            "atLeast": self._entities.at_least(classes),
            "rowFilter": bool(said.get("row_filter") or said.get("rowFilter")),
            "days": days if isinstance(days, int) else _days(expires, now),
            **ends,
        }

    def _offered(self, port: PortMajor) -> tuple[Product | None, OutputPort | None]:
        product = self._products.get(port.name.of_product)
        return product, product.output(port.name.port, port.major) if product is not None else None

    def entities(
        self,
        reader: Reader,
        product: Product,
        port: OutputPort,
        columns: Iterable[GuardedColumn],
        grounds: Grounds,
        schema: Schema,
    ) -> list[dict[str, Any]]:
        """Everything that policies may look at when a port is read."""
        found = self.resource(port.pinned)
        assert found is not None, port.pinned
        entities = [*found[2], self._entities.principal(reader.principal)]
        entities += [self._entities.column(product, port, column) for column in columns]
        facts = grounds.facts(schema)
        if grounds.consumer is not None:
            entities.append(self._entities.consumer(grounds.consumer))
        return [*entities, self._entities.grant(facts)] if facts is not None else entities

    def _known_consumers(self, reader: Reader, now: dt.datetime) -> Mapping[str, Consumer]:
        """All of which a reader may know; for who reads for nobody it does not matter."""
        if not reader.consumer:
            return self._consumers
        return known_to(lambda consumer: self._knows(reader.principal, consumer, now), self._consumers, reader.consumer)

    def _knows(self, principal: Principal, consumer: Consumer, now: dt.datetime) -> bool:
        return may_be_named(consumer, principal, lambda name: self.may(principal, Action.DISCOVER, name, now, {}).allowed)

    def _may_hear(self, reader: Reader, grant: Grant, now: dt.datetime) -> bool:
        """Whether a reader may be told whom something was granted to."""
        consumer = self._consumers.get(grant.consumer)
        return consumer is None or self._knows(reader.principal, consumer, now)

    def guarded(self, port: OutputPort) -> Mapping[str, GuardedColumn]:
        return guarded_columns(port, self._governance)

    def ungranted(self, reader: Reader, port: PortMajor, product: Product, grounds: Grounds, now: dt.datetime) -> tuple[str, str]:
        told = (g for g in self._grants if g.covers(port) and self._may_hear(reader, g, now))
        return reasons.ungranted(reader, port, product, grounds, told, now)


def _why(ruling: Ruling, principal: Principal, action: Action, resource: object) -> tuple[str, ...]:
    return reasons.forbidden(ruling) or (f"no rule lets {principal.name} {action} {resource or 'the mesh'}",)


def _out_of_scope(principal: Principal, action: Action) -> str:
    return f"the token of {principal.name} is not good for this ({action}): it has {', '.join(principal.scopes)}"


def _above(resource: DomainName | ProductName | PortMajor) -> list[Uid]:
    """A resource and everything that it lies in, itself first."""
    match resource:
        case PortMajor():
            return [("Port", str(resource.name)), *_above(resource.name.of_product)]
        case ProductName():
            return [("Product", str(resource)), *_above(resource.in_domain)]
        case DomainName():
            return [("Domain", str(resource)), MESH]


def _texts(value: object) -> list[str]:
    return [str(v) for v in value] if isinstance(value, list | tuple | set | frozenset) else []


def _days(expires: object, now: dt.datetime) -> int:
    return -(-int((expires - now).total_seconds()) // 86_400) if isinstance(expires, dt.datetime) else _UNLIMITED_DAYS
