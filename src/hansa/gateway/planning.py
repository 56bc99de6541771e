"""From a query to what will run: parsed, checked, named, decided, rewritten; kept for the next time it is asked."""

import datetime as dt
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hansa.access import Decider
from hansa.access.knowing import Knowledge
from hansa.access.masking import MaskKeys
from hansa.engines.duckdb.mentioned import words as mentioned
from hansa.gateway.asking import Prepared, Query, Refused
from hansa.gateway.barrier import can_raise
from hansa.gateway.bounding import bound
from hansa.gateway.checking import Checked, check, path_of
from hansa.gateway.instances import scan_name
from hansa.gateway.naming import Named, Names
from hansa.gateway.noticing import notices_of
from hansa.gateway.pivoting import MARKER
from hansa.gateway.projecting import is_query_local, masked_columns, projection, visible
from hansa.gateway.publications import Publications
from hansa.gateway.rewriting import GOVERNED, checked_text, rewrite, tables_of
from hansa.gateway.tree import Node, Parser
from hansa.lake import Lake
from hansa.ledger import Ledger
from hansa.model import Decision, ParquetFiles, PortRead, Publication, Schema, quoted
from hansa.names import PortMajor, ProductName
from hansa.trouble import Trouble, TroubleError

if TYPE_CHECKING:
    import pyarrow as pa

KEPT = 1_024
"""Plans that are kept."""

Deprecations = Callable[[PortMajor], str]
"""What readers of a port should know of its end; empty for a port that goes on."""


@dataclass(frozen=True, slots=True)
class PlannedPort:
    """A port of a query: what is published, what was decided, its files, and the columns that the query can look at."""

    named: Named
    decision: Decision
    relation: ParquetFiles
    looked_at: tuple[str, ...]

    @property
    def schema(self) -> Schema:
        return self.relation.schema

    def read(self) -> PortRead:
        masked = {c.lower() for c in masked_columns(self.decision)}
        return PortRead(
            self.named.port.port,
            self.named.port.snapshot,
            self.looked_at,
            tuple(c for c in self.looked_at if c.lower() in masked),
            self.decision.grant,
        )


@dataclass(frozen=True, slots=True)
class Planned:
    """A query that may be run. `text` is what runs over the governed views; what preparing finds out is kept in it."""

    text: str
    ports: tuple[PlannedPort, ...]
    checked: Checked
    statement: Node
    barrier: bool
    notices: tuple[str, ...]
    until: dt.datetime | None
    written: Mapping[str, tuple[str, ...]]
    version: str = ""
    _views: dict[str, str] = field(default_factory=dict, compare=False)
    _prepared: list[Prepared] = field(default_factory=list, compare=False)

    @property
    def prepared(self) -> Prepared | None:
        """What its answer looks like, once somebody has found out."""
        return self._prepared[0] if self._prepared else None

    def keep(self, prepared: Prepared) -> Prepared:
        self._prepared[:] = [prepared]
        return prepared

    @property
    def scans(self) -> Mapping[str, ParquetFiles]:
        return {p.named.view: p.relation for p in self.ports}

    @property
    def decisions(self) -> tuple[Decision, ...]:
        return tuple(dict.fromkeys(p.decision for p in self.ports))

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(c for p in self.ports for c in visible(p.decision, p.schema))

    def withheld(self, consumer: str) -> Mapping[str, str]:
        """How to ask for each column that is there and that the reader does not see; contracts are public."""
        seen = {c.lower() for c in self.columns}
        found = {c.name.lower(): str(p.named.port.port.name) for p in self.ports for c in p.schema}
        return {
            name: f"`{name}` of {port} was not granted: `hansa access request {port} --for {consumer} --columns {name}`"
            for name, port in found.items()
            if name not in seen
        }

    @property
    def has_open_pivots(self) -> bool:
        return any(
            is_open(entry)
            for node, _ in self.checked.pivots
            for pivot in node.get("pivots", ())
            for entry in pivot.get("entries", ())
        )

    def as_written(self, schema: "pa.Schema") -> "pa.Schema":
        """The schema of an answer; DuckDB calls a column without a name by its text, in which the views stand."""
        names = list(schema.names)
        for view, written in self.written.items():
            called = f"{GOVERNED}.{quoted(view)}"
            names = [n.replace(f"{called} AS {written[-1]}", ".".join(written)).replace(called, ".".join(written)) for n in names]
        if names == schema.names:
            return schema
        import pyarrow as pa

        return pa.schema([f.with_name(n) for f, n in zip(schema, names, strict=True)])

    def views(self, key: bytes) -> Mapping[str, str]:
        """The texts of the governed views; anew for each query only where a mask is the query's own."""
        if self._views:
            return dict(self._views)
        keys = MaskKeys.for_query(key)
        views = {
            p.named.view: projection(scan_name(p.named.view), p.decision, p.schema, keys, barrier=self.barrier)
            for p in self.ports
        }
        if not any(is_query_local(p.decision) for p in self.ports):
            self._views.update(views)
        return views


def is_open(entry: Node) -> bool:
    """Whether an entry of a pivot stands for values that have still to be asked for."""
    return bool(entry.get("star_expr", {}).get("literal", {}).get("text") == MARKER)


class Planner:
    """Plans queries. A plan is used again while text, reader, publications and what decides are the same."""

    def __init__(self, decider: Decider, ledger: Ledger, lake: Lake, deprecations: Deprecations) -> None:
        self._decider = decider
        self._ledger = ledger
        self._lake = lake
        self._deprecations = deprecations
        self._publications = Publications(ledger)
        self._knowledge = Knowledge()
        self._parser = Parser()
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[object, ...], Planned] = OrderedDict()

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
        asked = (query.text, query.reader, query.environment, query.way, shown.serial, decider.version)
        with self._lock:
            key = next((k for k in ((asked, None), (asked, _kinds(query))) if k in self._kept), None)
            known = self._kept[key] if key is not None else None
            if key is not None:
                self._kept.move_to_end(key)
        if known is not None and (known.until is None or now < known.until):
            return known

        planned = self._made(query, shown.published, now, decider)
        # Only where a row filter has to be kept from other conditions does it matter what kinds of values came.
        filtered = any(p.decision.row_filter for p in planned.ports)
        with self._lock:
            self._kept[asked, _kinds(query) if filtered else None] = planned
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return planned

    def close(self) -> None:
        self._parser.close()

    def _made(self, query: Query, published: Mapping[ProductName, Publication], now: dt.datetime, decider: Decider) -> Planned:
        statement = self._parser.parse(query.text)
        checked = check(statement, query.text)
        words = mentioned(statement)
        decided: dict[str, PlannedPort] = {}

        def port_of(named: Named) -> PlannedPort:
            if named.view not in decided:
                decided[named.view] = self._port(query, named, words, now, decider)
            return decided[named.view]

        def readable(named: Named) -> bool:
            try:
                port = port_of(named)
            except (TroubleError, OSError):
                return False  # what is wrong with its files is told only to those who may know of it
            return bool(visible(port.decision, port.schema))

        names = Names(
            published,
            self._ledger,
            query.environment,
            lambda port, majors: decider.bound(query.reader, port, majors, now),
            readable,
            lambda: self._knowledge.of(query.reader.principal, decider, now),
        )
        tables = tables_of(checked, names, query.text)
        by_view = {t.named.view: t.named for t in tables}
        ports = tuple(port_of(named) for named in by_view.values())
        refused = tuple(p.decision for p in ports if not visible(p.decision, p.schema))
        if refused:
            raise _refusal(query, refused)
        barrier = any(p.decision.row_filter for p in ports) and can_raise(checked, [p.schema for p in ports], query.parameters)
        written = {t.named.view: path_of(t.node) for t in tables}
        rewrite(statement, checked, tables)
        bound(checked.nodes, self._parser)
        text = checked_text(self._parser, statement, by_view)
        ends = [p.decision.until for p in ports if p.decision.until is not None]
        notices = notices_of([(p.named, p.decision) for p in ports], self._deprecations)
        return Planned(text, ports, checked, statement, barrier, notices, min(ends, default=None), written, decider.version)

    def _port(self, query: Query, named: Named, words: frozenset[str] | None, now: dt.datetime, decider: Decider) -> PlannedPort:
        port = named.port
        relation = self._lake.relation(port.port, port.snapshot)
        decision = decider.decide(query.reader, port.port, relation.schema, now, query.way)
        seen = visible(decision, relation.schema) if decision.allowed else ()
        if not decision.allowed:
            decision = Decision(
                decision.port,
                allowed=False,
                rules=decision.rules,
                reasons=decision.reasons,
                mend=decision.mend,
                version=decision.version,
            )
        looked = tuple(c for c in seen if words is None or c.lower() in words)
        return PlannedPort(named, decision, relation, looked)


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
