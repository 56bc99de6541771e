"""The columns of a port as they are promised, and as the viewer would get them: decided by the one who decides about reads."""

from hansa.frozen import dataclass
from hansa.model import ColumnEffect, DecidingRule, Decision, OutputPort, Reader, Term, sql
from hansa.server.pages.badges import Badge, effect
from hansa.server.pages.visit import Visit

_MOST_TRIED = 40


@dataclass(frozen=True, slots=True)
class Reading:
    """For whom the viewer might read, and why; neither for what their own team owns."""

    consumer: str = ""
    purpose: str = ""

    @property
    def shown(self) -> str:
        return f"{self.consumer} · {self.purpose}" if self.consumer else "myself"


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """A column: what is promised, what it means, and what the viewer gets of it."""

    name: str
    type: str
    required: bool
    key: bool
    unique: bool
    title: str
    description: str
    accepted: tuple[str, ...]
    classes: tuple[str, ...]
    because: tuple[str, ...]
    terms: tuple[Term, ...]
    deprecated: bool
    critical: bool
    badge: Badge
    mask: str


def readings(visit: Visit, port: OutputPort) -> tuple[Reading, list[Reading], Decision]:
    """The reading that the address names or the first that is allowed, all that there are, and what is decided of the chosen."""
    offered = [Reading(), *(Reading(c.name, p) for c in visit.sight.consumers for p in c.purposes)][:_MOST_TRIED]
    consumer, _, purpose = visit.asked("for").partition("|")
    named = Reading(consumer, purpose)
    if named in offered and "for" in visit.request.query_params:
        return named, offered, _decided(visit, port, named)
    first = _decided(visit, port, offered[0])
    if first.allowed:
        return offered[0], offered, first
    holders = {(g.consumer, g.purpose) for g in visit.catalogue.grants() if g.covers(port.pinned)}
    for reading in offered[1:]:
        if (reading.consumer, reading.purpose) in holders and (decision := _decided(visit, port, reading)).allowed:
            return reading, offered, decision
    return offered[0], offered, first


def lines(visit: Visit, port: OutputPort, decision: Decision) -> list[ColumnLine]:
    """Every column of a port, in the order of its contract."""
    effects = {c.column.lower(): c for c in decision.columns} if decision.allowed else {}
    classes = {c.column: c for c in port.classes}
    terms = {t.id: t for t in visit.sight.mesh.governance.terms}
    types = {c.name: sql(c.type) for c in port.schema}
    found = []
    for column in port.table.columns:
        seen, of = effects.get(column.name.lower()), classes.get(column.name)
        reached = seen.effect if seen is not None else ColumnEffect.HIDDEN
        declared = (column.classification,) if column.classification else ()
        found.append(
            ColumnLine(
                name=column.name,
                type=types.get(column.name, column.physical_type or column.logical_type),
                required=column.not_null,
                key=column.primary_key is not None,
                unique=column.unique,
                title=column.title,
                description=column.description,
                accepted=tuple(str(v) for v in column.accepted[:12]),
                classes=of.effective if of is not None and of.effective else declared,
                because=tuple(b for b in of.because if visit.sight.knows(b)) if of is not None else (),
                terms=tuple(terms[t] for t in column.terms if t in terms),
                deprecated=column.deprecated,
                critical=column.critical,
                badge=effect(reached, _why(seen.rules if seen is not None else (), decision)),
                mask=seen.mask if seen is not None and reached is ColumnEffect.MASKED else "",
            )
        )
    return found


def _decided(visit: Visit, port: OutputPort, reading: Reading) -> Decision:
    reader = Reader(visit.principal, reading.consumer, reading.purpose)
    return visit.catalogue.backing.decider.decide(reader, port.pinned, port.schema, visit.now, "pages")


def _why(rules: tuple[DecidingRule, ...], decision: Decision) -> str:
    return "; ".join(r.summary or r.id for r in rules) or "; ".join(decision.reasons)
