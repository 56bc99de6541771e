"""One question: may this reader read this port, and what of it. Cedar is asked about the port, its columns and its rows."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from hansa.access import reasons
from hansa.access.cedar import Rules, Ruling, Uid, row_rules
from hansa.access.cedar.entities import GRANT, column_uid, principal_uid
from hansa.access.columns import GuardedColumn
from hansa.access.grounds import Grounds
from hansa.access.protocol import Action
from hansa.access.rows import row_predicate
from hansa.access.terms import last_moment
from hansa.model import (
    Column,
    ColumnDecision,
    ColumnEffect,
    DecidingRule,
    Decision,
    Grant,
    OutputPort,
    Product,
    Reader,
    Schema,
)
from hansa.model.masks import REPLACE_WITH_NULL, effective
from hansa.trouble import TroubleError

if TYPE_CHECKING:
    from hansa.access.judging import Judge

_UNKNOWN = DecidingRule("hansa.unknown-column", "forbid", "a column that is not declared, of which nobody knows how to guard it")
_SOON = dt.timedelta(days=14)


class Question:
    """What one reader asks about one port, under the rules of its domain."""

    def __init__(
        self,
        judge: "Judge",
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
            self.context["grant"] = reference(GRANT)
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


def reference(uid: Uid) -> dict[str, Any]:
    """An entity as the value of an attribute."""
    return {"__entity": {"type": uid[0], "id": uid[1]}}


def _once(*rules: DecidingRule) -> tuple[DecidingRule, ...]:
    return tuple(dict.fromkeys(rules))
