"""Brings a question before Cedar: what there is to know of reader, consumer, grants and port, and what the rulings come to."""

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from hansa.access import reasons
from hansa.access.cedar import Entities, PolicyBook, Rules, Ruling, Uid, row_rules
from hansa.access.cedar.entities import GRANT, MESH, column_uid, moment, principal_uid
from hansa.access.columns import GuardedColumn, guarded_columns
from hansa.access.consumers import consumers_of, known_to, may_be_named
from hansa.access.grounds import Grounds, grounds_of
from hansa.access.identity.scopes import good_for
from hansa.access.protocol import Action, Verdict
from hansa.access.rows import row_predicate
from hansa.access.terms import last_moment
from hansa.model import (
    Column,
    ColumnDecision,
    ColumnEffect,
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
from hansa.model.masks import REPLACE_WITH_NULL, effective
from hansa.names import DomainName, PortMajor, ProductName
from hansa.trouble import TroubleError

_SCOPE = DecidingRule("hansa.scope", "forbid", "what a token is good for")
_UNKNOWN = DecidingRule("hansa.unknown-column", "forbid", "a column that is not declared, of which nobody knows how to guard it")
_FINDING = frozenset({Action.DISCOVER, Action.DESCRIBE})
_ASKING = frozenset({Action.REQUEST, Action.APPROVE, Action.GRANT})
_UNLIMITED_DAYS = 1_000_000
_SOON = dt.timedelta(days=14)


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
        asked = _Asked(self, reader, product, offered, schema, rules, grounds, now, way)
        return asked.decision()

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
            found["consumer"] = _reference(("Consumer", consumer.name))
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


class _Asked:
    """One question: may this reader read this port, and what of it."""

    def __init__(
        self,
        judge: Judge,
        reader: Reader,
        product: Product,
        offered: OutputPort,
        schema: Schema,
        rules: Rules,
        grounds: Grounds,
        now: dt.datetime,
        way: str,
    ) -> None:
        self.judge = judge
        self.reader = reader
        self.product = product
        self.offered = offered
        self.schema = schema
        self.rules = rules
        self.grounds = grounds
        self.now = now
        self.row_errors: tuple[str, ...] = ()
        self.principal = principal_uid(reader.principal)
        known = judge.guarded(offered)
        self.guarded = {c.name: found for c in schema if (found := known.get(c.name.lower())) is not None}
        self.alike = self._alike()
        self.context = judge.reading(grounds.consumer, reader.purpose, way, now)
        if grounds.held:
            self.context["grant"] = _reference(GRANT)
        self.entities = judge.entities(reader, product, offered, dict.fromkeys(self.alike.values()), grounds, schema)

    def decision(self) -> Decision:
        port, until = self.offered.pinned, self._until()
        [ruling] = self._rulings([(Action.READ, ("Port", str(self.offered.address)))])
        if not ruling.allowed:
            return self._refused(ruling)
        columns = self._columns(ruling)
        if all(c.effect is ColumnEffect.HIDDEN for c in columns):
            told = tuple(dict.fromkeys(rule for c in columns for rule in c.rules))
            summary, mend = reasons.hidden(port, self.product, self.grounds)
            return Decision(port, False, columns, rules=told, reasons=(summary,), mend=mend, until=until)
        try:
            row_filter = self._row_filter()
        except TroubleError as error:
            why = tuple(t.summary for t in error.troubles)
            rules = (*ruling.rules, *self._granted(self.grounds.held))
            summary, mend = reasons.unfiltered(port, self.product, self.grounds)
            return Decision(port, False, rules=rules, reasons=(summary, *why), mend=mend, until=until)
        return Decision(
            port=port,
            allowed=True,
            columns=columns,
            row_filter=row_filter,
            rules=(*ruling.rules, *self._granted(self.grounds.held)),
            grant=self.grounds.held[0].id if self.grounds.held else "",
            notices=tuple(self._notices()),
            until=until,
        )

    def _rulings(self, questions: list[tuple[str, Uid]]) -> list[Ruling]:
        return self.rules.rule(self.principal, questions, self.context, self.entities)

    def _refused(self, ruling: Ruling) -> Decision:
        against = reasons.forbidden(ruling)
        mend = "ask who keeps the policy" if against else ""
        if not against:
            why, mend = self.judge.ungranted(self.reader, self.offered.pinned, self.product, self.grounds, self.now)
            against = (why,)
        return Decision(self.offered.pinned, False, rules=ruling.rules, reasons=against, mend=mend, until=self._until())

    def _columns(self, of_port: Ruling) -> tuple[ColumnDecision, ...]:
        """What is seen of each column, in the order of the schema."""
        asked = list(dict.fromkeys(c.name for c in self.alike.values()))
        questions = [(str(a), column_uid(self.offered, name)) for name in asked for a in (Action.READ, Action.READ_UNMASKED)]
        rulings = self._rulings(questions)
        by_name = {name: (rulings[2 * n], rulings[2 * n + 1]) for n, name in enumerate(asked)}
        return tuple(
            self._column(column, self.guarded[column.name], *by_name[self.alike[column.name].name])
            if column.name in self.guarded
            else ColumnDecision(column.name, ColumnEffect.HIDDEN, rules=(_UNKNOWN,))
            for column in self.schema
        )

    def _alike(self) -> dict[str, GuardedColumn]:
        """For each column the one that is asked about in its place: the first that no policy could tell from it."""
        if self.rules.tells_columns_apart:
            return self.guarded
        facts = self.grounds.facts(self.schema)
        given, clear = (frozenset(facts.columns), frozenset(facts.unmasked)) if facts is not None else (frozenset(), frozenset())
        first: dict[object, GuardedColumn] = {}
        return {
            name: first.setdefault((c.classes, c.mask, c.tags, c.critical, name in given, name in clear), c)
            for name, c in self.guarded.items()
        }

    def _column(self, column: Column, guarded: GuardedColumn, read: Ruling, unmasked: Ruling) -> ColumnDecision:
        if not read.allowed:
            return ColumnDecision(column.name, ColumnEffect.HIDDEN, rules=read.rules or self._granted(self.grounds.held))
        grants = self._granted(self.grounds.naming(column.name))
        if unmasked.allowed:
            return ColumnDecision(column.name, ColumnEffect.CLEAR, rules=_once(*read.rules, *unmasked.rules, *grants))
        # Forbidden to be seen clear, though no class says how to mask it: then nothing is shown of it.
        mask = effective(guarded.mask or REPLACE_WITH_NULL, column.type)
        forbids = (r for r in unmasked.rules if r.effect == "forbid")
        return ColumnDecision(column.name, ColumnEffect.MASKED, mask, _once(*guarded.because, *forbids, *read.rules, *grants))

    def _row_filter(self) -> str:
        """The rows of the grant and of the policies. Raises TroubleError for a filter that cannot be applied."""
        filters = []
        if self.grounds.row_filter:
            filters.append(row_predicate(self.grounds.row_filter, self.schema, self.reader.principal, self.grounds.consumer))
        ruled, self.row_errors = row_rules(
            self.rules, self.principal, self.offered.address, self.schema, self.context, self.entities
        )
        return " AND ".join(f"({f})" for f in (*filters, ruled) if f)

    def _until(self) -> dt.datetime | None:
        """When the question has to be asked anew: rules that look at the clock see only its minutes."""
        next_minute = self.now.replace(second=0, microsecond=0) + dt.timedelta(minutes=1)
        moments = [at for at in (self.grounds.until, next_minute if self.rules.asks_for_now else None) if at is not None]
        return min(moments, default=None)

    def _notices(self) -> Iterable[str]:
        yield from self.row_errors
        for grant in self.grounds.held:
            if grant.terms.expires is not None and grant.terms.expires - self.now <= _SOON:
                yield f"the grant {grant.id} of {self.offered.pinned} holds until {last_moment(grant.terms.expires)}"

    def _granted(self, grants: Iterable[Grant]) -> tuple[DecidingRule, ...]:
        return tuple(
            DecidingRule(g.id, "permit", f"granted to {g.consumer} for {g.purpose} by {', '.join(g.approvers)}", g.place)
            for g in grants
        )


def _once(*rules: DecidingRule) -> tuple[DecidingRule, ...]:
    return tuple(dict.fromkeys(rules))


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


def _reference(uid: Uid) -> dict[str, Any]:
    return {"__entity": {"type": uid[0], "id": uid[1]}}


def _texts(value: object) -> list[str]:
    return [str(v) for v in value] if isinstance(value, list | tuple | set | frozenset) else []


def _days(expires: object, now: dt.datetime) -> int:
    return -(-int((expires - now).total_seconds()) // 86_400) if isinstance(expires, dt.datetime) else _UNLIMITED_DAYS
