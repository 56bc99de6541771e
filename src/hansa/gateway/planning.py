"""From a query to what will run: parsed, checked, named, decided, rewritten; kept for the next time it is asked."""

import datetime as dt
from collections.abc import Callable, Mapping

from hansa.access import Decider
from hansa.access.knowing import Knowledge
from hansa.engines.duckdb.mentioned import words as mentioned
from hansa.gateway.asking import Query, Refused
from hansa.gateway.barrier import can_raise
from hansa.gateway.bounding import bound
from hansa.gateway.checking import check, path_of
from hansa.gateway.governing import Governed, Governing
from hansa.gateway.kept import Kept
from hansa.gateway.naming import Named, Names
from hansa.gateway.noticing import notices_of
from hansa.gateway.planned import Planned, PlannedPort
from hansa.gateway.publications import Publications
from hansa.gateway.rewriting import checked_text, rewrite, tables_of
from hansa.gateway.tree import Parser
from hansa.lake import Lake
from hansa.ledger import Ledger
from hansa.model import Decision, Publication
from hansa.names import PortMajor, ProductName
from hansa.trouble import Trouble, TroubleError

KEPT = 1_024
"""Plans that are kept."""

Deprecations = Callable[[PortMajor], str]
"""What readers of a port should know of its end; empty for a port that goes on."""


class Planner:
    """Plans queries. A plan is used again while text, reader, publications and what decides are the same."""

    def __init__(self, decider: Decider, ledger: Ledger, lake: Lake, deprecations: Deprecations) -> None:
        self._decider = decider
        self._ledger = ledger
        self._deprecations = deprecations
        self._publications = Publications(ledger)
        self._governing = Governing(lake)
        self._knowledge = Knowledge()
        self._parser = Parser()
        self._kept: Kept[tuple[object, ...], Planned] = Kept(KEPT)

    @property
    def parser(self) -> Parser:
        return self._parser

    @property
    def version(self) -> str:
        return self._decider.version

    def plan(self, query: Query, now: dt.datetime) -> Planned:
        """What will run for a query. Raises `Refused` and TroubleError."""
        shown = self._publications.of(query.environment)
        # Asked for once: it looks into the ledger, and one query is decided under one version.
        decider = self._decider.current()
        asked = (query.text, query.reader, query.environment, query.way, shown.serial, self._governing.ruling(decider))
        known = self._kept.get((asked, None)) or self._kept.get((asked, _kinds(query)))
        if known is not None and (known.until is None or now < known.until):
            return known
        planned = self._made(query, shown.published, now, decider)
        # Only where a row filter has to be kept from other conditions does it matter what kinds of values came.
        filtered = any(p.decision.row_filter for p in planned.ports)
        self._kept.keep((asked, _kinds(query) if filtered else None), planned)
        return planned

    def close(self) -> None:
        self._parser.close()

    def _made(self, query: Query, published: Mapping[ProductName, Publication], now: dt.datetime, decider: Decider) -> Planned:
        statement = self._parser.parse(query.text)
        checked = check(statement, query.text)
        decided: dict[str, Governed] = {}

        def governed(named: Named) -> Governed:
            if named.view not in decided:
                decided[named.view] = self._governing.of(query.reader, query.way, named.port, decider, now)
            return decided[named.view]

        def readable(named: Named) -> bool:
            try:
                return bool(governed(named).seen)
            except (TroubleError, OSError):
                return False  # what is wrong with its files is told only to those who may know of it

        names = Names(
            published,
            self._ledger,
            query.environment,
            lambda port, majors: decider.bound(query.reader, port, majors, now),
            readable,
            lambda: self._knowledge.of(query.reader.principal, decider, now),
            now,
        )
        tables = tables_of(checked, names, query.text)
        words = mentioned(statement)
        by_view = {t.named.view: t.named for t in tables}
        ports = tuple(_planned(named, governed(named), words) for named in by_view.values())
        refused = tuple(p.decision for p in ports if not p.governed.seen)
        if refused:
            raise _refusal(query, refused)
        barrier = any(p.decision.row_filter for p in ports) and can_raise(checked, [p.schema for p in ports], query.parameters)
        written = {t.named.view: path_of(t.node) for t in tables}
        rewrite(statement, checked, tables)
        bound(checked.nodes, self._parser)
        text = checked_text(self._parser, statement, by_view)
        notices = notices_of(ports, self._deprecations)
        ends = [p.decision.until for p in ports if p.decision.until is not None]
        ends += [now for t in tables if t.named.by_clock]
        return Planned(text, ports, checked, statement, barrier, notices, written, decider.version, min(ends, default=None))


def _planned(named: Named, governed: Governed, words: frozenset[str] | None) -> PlannedPort:
    """A port of a query in which just these words stand; None where it can look at columns without naming them."""
    return PlannedPort(named, governed, tuple(c for c in governed.seen if words is None or c.lower() in words))


def _refusal(query: Query, refused: tuple[Decision, ...]) -> Refused:
    """What the reader is told: which port, why, by which rules, and what to do."""
    first = refused[0]
    who = query.reader.principal.name + (f" for {query.reader.consumer}" if query.reader.consumer else "")
    reasons = "; ".join(first.reasons) or "no rule allows it"
    rules = ", ".join(rule.id for rule in first.rules)
    mend = first.mend or f"`hansa access explain {first.port.name}` says more"
    summary = f"{who} may not read {first.port}: {reasons}" + (f" ({rules})" if rules else "")
    return Refused(Trouble("H707", summary, mend=mend), refused)


def _kinds(query: Query) -> tuple[object, ...]:
    """The kinds of the values of parameters, by which it hangs whether a condition can raise an error."""
    values = query.parameters.items() if isinstance(query.parameters, Mapping) else enumerate(query.parameters)
    return tuple((name, type(value)) for name, value in values)
