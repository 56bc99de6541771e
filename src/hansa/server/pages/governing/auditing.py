"""The audit log as a page: who read what, for whom and why; whether the log is whole; and who holds a key."""

import datetime as dt
from collections.abc import Mapping

from starlette.responses import Response

from hansa.access.record import Holder, ReadFilter, by_port, holders_of, majors_of
from hansa.frozen import dataclass
from hansa.model import AuditEntry, ReadOutcome, ReadRecord
from hansa.names import ColumnName, PortMajor, parse, unpinned
from hansa.server.pages.badges import Badge
from hansa.server.pages.governing.record import Extract, Span, extract
from hansa.server.pages.rendering import query
from hansa.server.pages.visit import Visit, onward
from hansa.server.sight import Reach
from hansa.server.transport import Answered
from hansa.trouble import Trouble, TroubleError

EACH = 25
_FIELDS = ("by", "for", "purpose", "port", "column", "outcome", "since", "until")
OUTCOMES = {
    ReadOutcome.DONE: Badge("done", "check", "good"),
    ReadOutcome.REFUSED: Badge("refused", "lock", "bad"),
    ReadOutcome.FAILED: Badge("failed", "cross", "bad"),
    ReadOutcome.CANCELLED: Badge("cancelled", "pause", "warn"),
    ReadOutcome.BEGUN: Badge("begun", "clock", "calm"),
}


@dataclass(frozen=True, slots=True)
class EntryLine:
    """An entry as it is shown. `held` are the columns of a key that it read, where one was asked about."""

    entry: AuditEntry
    badge: Badge
    held: tuple[tuple[PortMajor, tuple[str, ...]], ...] = ()


def audit(visit: Visit) -> Response:
    """The newest reads that the viewer may see, narrowed by what the address says."""
    said = {name: visit.asked(name, 300).strip() for name in _FIELDS}
    reach, trouble = Reach.of(visit.catalogue.backing, visit.sight, visit.now), None
    try:
        wanted, column = _filter(said), said["column"].lower()
        found = extract(
            visit.catalogue.backing.ledger,
            reach,
            Span(wanted.since, wanted.until),
            lambda record: wanted.wants(record) and _reads(record, column),
            before=_cursor(visit),
            most=EACH,
        )
    except TroubleError as wrong:
        trouble, found = wrong.troubles[0], Extract((), 0, stopped=False)
    verifying = visit.catalogue.rulings.verifying
    return visit.page(
        "governance_audit.html",
        status=200 if trouble is None else 400,
        part="audit",
        reach=reach,
        said=said,
        narrowed=any(said.values()),
        trouble=trouble,
        lines=[EntryLine(e, OUTCOMES[e.record.outcome]) for e in found.entries],
        older=query(**_given(said), before=str(found.older)) if found.older else "",
        newest=query(**_given(said)) if visit.asked("before", 20) else "",
        stopped=found.stopped,
        outcomes=[str(o) for o in ReadOutcome],
        verified=verifying.last if reach.everything else None,
        verifying=verifying.running,
    )


def verify(visit: Visit) -> Response:
    """Look through the whole log, beside requests; the page of the log shows what was found."""
    if not visit.administers:
        mend = "ask an administrator, or verify where the ledger is: `hansa audit-log --verify`"
        raise Answered(Trouble("H846", "only administrators may verify the audit log", mend=mend), 403)
    visit.catalogue.rulings.verifying.start(visit.principal.name)
    return onward("/governance/audit#chain")


def holding(visit: Visit) -> Response:
    """Every column that holds a key, and every read of one of them that the viewer may see; of this quarter unless told."""
    said = {name: visit.asked(name, 300).strip() for name in ("key", "since", "until")}
    if not said["since"] and not visit.asked("all", 5):
        said["since"] = _quarter(visit.now.date()).isoformat()
    reach, trouble = Reach.of(visit.catalogue.backing, visit.sight, visit.now), None
    holders: tuple[Holder, ...] = ()
    found = Extract((), 0, stopped=False)
    try:
        span = Span(_moment(said["since"], end=False), _moment(said["until"], end=True))
        if said["key"]:
            holders = _holders(visit, said["key"])
            found = extract(
                visit.catalogue.backing.ledger,
                reach,
                span,
                lambda record: record.outcome is not ReadOutcome.REFUSED and bool(_held(record, holders)),
                before=_cursor(visit),
                most=EACH,
            )
    except TroubleError as wrong:
        trouble = wrong.troubles[0]
    again = {"key": said["key"], "since": said["since"], "until": said["until"], "all": visit.asked("all", 5)}
    return visit.page(
        "governance_holding.html",
        status=200 if trouble is None else 400,
        part="audit",
        reach=reach,
        said=said,
        trouble=trouble,
        holders=holders,
        products=len({h.port.name.of_product for h in holders}),
        lines=[EntryLine(e, OUTCOMES[e.record.outcome], _held(e.record, holders)) for e in found.entries],
        older=query(**again, before=str(found.older)) if found.older else "",
        stopped=found.stopped,
    )


def _holders(visit: Visit, key: str) -> tuple[Holder, ...]:
    """The columns that hold a key, of what the viewer may know. Raises TroubleError for what is no column of that."""
    discretion = visit.sight.discretion
    graph = visit.catalogue.graph()
    try:
        column = parse(key)
        if isinstance(column, ColumnName) and discretion.subject(str(column)):
            pinned = column.major is not None or unpinned(key.partition("#")[0])[1] is not None
            keys = [c for c in majors_of(graph, column) if not pinned or c.major == column.major]
            if keys:
                return tuple(h for h in holders_of(graph, keys) if discretion.subject(str(h.port)))
    except ValueError:
        pass
    mend = "write it domain.product.port#column; the schema of a product names its columns"
    raise Answered(Trouble("H848", "there is no such column of a port, or none that you may know of", mend=mend), 400)


def _held(record: ReadRecord, holders: tuple[Holder, ...]) -> tuple[tuple[PortMajor, tuple[str, ...]], ...]:
    columns: dict[PortMajor, set[str]] = {}
    for holder in holders:
        columns.setdefault(holder.port, set()).add(holder.column.lower())
    seen = ((p.port, tuple(c for c in p.columns if c.lower() in columns.get(p.port, ()))) for p in record.ports)
    return tuple((port, held) for port, held in seen if held)


def _filter(said: Mapping[str, str]) -> ReadFilter:
    """What the form wants. Raises TroubleError for what cannot be meant."""
    try:
        port = by_port(said["port"]) if said["port"] else None
        outcome = ReadOutcome(said["outcome"]) if said["outcome"] else None
    except ValueError:
        mend = "write a product as domain.product, a port as domain.product.port, and choose an outcome of the list"
        raise Answered(Trouble("H848", "this names no product, port or outcome", mend=mend), 400) from None
    return ReadFilter(
        _moment(said["since"], end=False),
        _moment(said["until"], end=True),
        said["by"],
        said["for"],
        said["purpose"],
        port,
        outcome,
    )


def _reads(record: ReadRecord, column: str) -> bool:
    """Whether a read could look at a column, by its bare name or as `domain.product.port#column`."""
    if not column:
        return True
    port, _, name = column.rpartition("#")
    return any(
        name in {c.lower() for c in p.columns} and (not port or port in (str(p.port).lower(), str(p.port.name).lower()))
        for p in record.ports
    )


def _moment(text: str, *, end: bool) -> dt.datetime | None:
    if not text:
        return None
    try:
        day = dt.date.fromisoformat(text) + dt.timedelta(days=int(end))
    except (ValueError, OverflowError):
        raise Answered(Trouble("H848", "this is not a day", mend="write it as 2026-10-01"), 400) from None
    return dt.datetime.combine(day, dt.time(), dt.UTC)


def _cursor(visit: Visit) -> int:
    asked = visit.asked("before", 18)
    return int(asked) if asked.isascii() and asked.isdigit() else 0


def _given(said: Mapping[str, str]) -> dict[str, str]:
    return {f"{name}_" if name == "for" else name: value for name, value in said.items()}


def _quarter(day: dt.date) -> dt.date:
    """The first day of the quarter that a day lies in."""
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
