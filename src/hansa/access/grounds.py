"""What a decision about a port rests on, found once: the consumer, its grants, and when any of that changes."""

import datetime as dt
from collections.abc import Iterable, Sequence

from hansa.access.cedar.entities import GrantFacts, end_of
from hansa.frozen import dataclass
from hansa.model import Consumer, Grant, Reader, Schema
from hansa.names import PortMajor


@dataclass(frozen=True, slots=True)
class Grounds:
    """The consumer that a reader acts for, the grants that hold for it and this purpose, and those that do not or not any more.

    `held` have one row filter: of several grants with different ones only those of the newest are taken together, since the rows
    of one grant must not be seen with the columns of another. `until` is when the next of all begins or ends.
    """

    consumer: Consumer | None
    held: tuple[Grant, ...] = ()
    others: tuple[Grant, ...] = ()
    until: dt.datetime | None = None

    @property
    def row_filter(self) -> str:
        return self.held[0].terms.row_filter if self.held else ""

    def facts(self, schema: Schema) -> GrantFacts | None:
        """What the grants give of the columns that there are."""
        if not self.held:
            return None
        given = [(columns_of(g, schema), _lower(g.terms.unmasked)) for g in self.held]
        ends = [g.terms.expires for g in self.held if g.terms.expires is not None]
        return GrantFacts(
            columns=tuple(n for n in schema.names if any(n in columns for columns, _ in given)),
            unmasked=tuple(n for n in schema.names if any(n in columns and n.lower() in clear for columns, clear in given)),
            approvers=tuple(dict.fromkeys(a for g in self.held for a in g.approvers)),
            begins=min(g.begins for g in self.held),
            expires=min(ends) if ends else None,
            held=True,
        )

    def naming(self, column: str) -> tuple[Grant, ...]:
        """The grants that give a column."""
        return tuple(g for g in self.held if not g.terms.columns or column.lower() in _lower(g.terms.columns))


def grounds_of(reader: Reader, consumer: Consumer | None, port: PortMajor, grants: Iterable[Grant], now: dt.datetime) -> Grounds:
    """What there is for a reader to rest on."""
    if consumer is None:
        return Grounds(None)
    about = [g for g in grants if g.consumer == consumer.name and g.port.name == port.name]
    fitting = [g for g in about if g.purpose == reader.purpose and g.covers(port)]
    holding = sorted((g for g in fitting if g.holds(now)), key=lambda g: (g.begins, g.id), reverse=True)
    held = tuple(g for g in holding if g.terms.row_filter == holding[0].terms.row_filter)
    moments = [at for g in fitting for at in (g.begins, g.terms.expires, g.revoked) if at is not None and at > now]
    if consumer.ends is not None and end_of(consumer.ends) > now:
        moments.append(end_of(consumer.ends))
    return Grounds(consumer, held, tuple(g for g in about if g not in held), min(moments, default=None))


def columns_of(grant: Grant, schema: Schema) -> Sequence[str]:
    """The columns of a schema that a grant gives: all, unless it names some."""
    named = _lower(grant.terms.columns)
    return [n for n in schema.names if not named or n.lower() in named]


def _lower(names: Iterable[str]) -> frozenset[str]:
    return frozenset(n.lower() for n in names)
