"""The gateway: the one function behind every way of reading."""

import datetime as dt
import os
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import dataclass, replace

import duckdb

from hansa.access import Decider
from hansa.engines import Cancellation, Cancelled
from hansa.engines.duckdb.session import Limits
from hansa.gateway.asking import STOPPED, GovernedAnswer, Parameters, Prepared, Query, QueryLimits, Recorder, Refused
from hansa.gateway.fingerprinting import statement_fingerprint, without_literals
from hansa.gateway.instances import Instances, Kind
from hansa.gateway.pivoted import opened_pivots
from hansa.gateway.planned import Planned
from hansa.gateway.planning import Deprecations, Planner
from hansa.gateway.preparing import Preparing
from hansa.gateway.sanitising import trouble_of
from hansa.gateway.scanning import Scans
from hansa.gateway.starting import started
from hansa.gateway.streaming import Batches, Most, Rows, Running, Watch
from hansa.gateway.turns import Turns
from hansa.lake import Lake
from hansa.ledger import Ledger
from hansa.model import PortRead, ReadOutcome, ReadRecord
from hansa.trouble import Trouble, TroubleError

_RECORDING = 64
"""Queries that are put on record at the same time; they share one transaction."""


@dataclass(slots=True)
class _Asked:
    """A query that is on its way, and what will be recorded of it."""

    query: Query
    record: ReadRecord
    began: float


class Gateway:
    """Answers queries under the decisions of a decider. Implements `Answering`; safe to call from many threads."""

    def __init__(
        self,
        decider: Decider,
        ledger: Ledger,
        lake: Lake,
        recorder: Recorder,
        limits: QueryLimits,
        clock: Callable[[], dt.datetime],
        mask_key: bytes,
        deprecations: Deprecations = lambda _: "",
        spill: str = "",
        stuck: Callable[[], None] | None = None,
    ) -> None:
        """`stuck` is called when a query cannot be stopped: its process should end then, as nothing else ends the query."""
        self._planner = Planner(decider, ledger, lake, deprecations)
        self._recorder = recorder
        self._limits = limits
        self._clock = clock
        self._mask_key = mask_key
        self._instances = Instances(Limits(limits.memory, limits.threads), spill)
        self._turns = Turns(limits.running or 2 * (os.cpu_count() or 1), limits.waiting, limits.per_principal)
        self._watch = Watch(limits, stuck)
        self._preparing = Preparing()
        self._scans = Scans(limits.threads)
        self._recording = ThreadPoolExecutor(_RECORDING, "hansa-gateway-record")

    def ask(self, query: Query, cancellation: Cancellation | None = None) -> GovernedAnswer:
        stop = cancellation or Cancellation()
        asked = self._asked(query)
        principal = query.reader.principal.name
        with ExitStack() as held:
            try:
                self._turns.enter(principal, stop)
                held.callback(self._turns.leave, principal)
                planned = self._planner.plan(query, asked.record.at)
            except (TroubleError, Cancelled) as error:
                raise self._not_answered(asked, error) from None
            asked.record = _with_ports(asked.record, planned)
            running = Running(principal, self._turns, stop, held.pop_all(), lambda *how: self._ended(asked, *how))
        self._watch.add(running)
        return self._answered(asked, planned, running)

    def prepare(self, query: Query) -> Prepared:
        """Understand a query without running it; values for its parameters are not needed. Known as long as its plan is."""
        planned = self._planner.plan(query, self._clock())
        if planned.prepared is not None:
            return planned.prepared
        principal = query.reader.principal.name
        # The engine computes what is constant in a query here already: with a turn, and a limit, as any other.
        running = Running(principal, self._turns, Cancellation(), ExitStack(), lambda *_: None)
        self._watch.add(running)
        try:
            found = running.begin(self._lending(planned), lambda c: self._preparing.prepared(c, planned))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told without what it quotes
            raise running.failed(error, self._trouble(planned, query)) from None
        running.end(ReadOutcome.DONE)
        return planned.keep(found)

    def close(self) -> None:
        self._watch.close()
        self._recording.shutdown()
        self._instances.close()
        self._planner.close()
        self._recorder.close()

    def _answered(self, asked: _Asked, planned: Planned, running: Running) -> GovernedAnswer:
        trouble = self._trouble(planned, asked.query)
        recorded = self._recorder.announce(asked.record)

        def begun(connection: duckdb.DuckDBPyConnection) -> Batches:
            if not recorded.settled:
                # The disk is written while the engine begins, for all who wait for their turn, too.
                self._recording.submit(recorded.wait)
            text = planned.text
            if planned.has_open_pivots:
                text = opened_pivots(connection, self._planner.parser, planned, asked.query)
            rows = self._started(connection, planned, text, asked.query.parameters)
            schema = planned.as_written(rows.schema)
            batches = Batches(running, connection, rows, schema, trouble, Most(asked.query.rows, self._limits.rows))
            batches.look_ahead()
            return batches

        try:
            batches = running.begin(self._lending(planned), begun)
            # On record before the first row leaves, or nothing is served.
            recorded.wait()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told without what it quotes
            # The end is never on record before the beginning.
            with suppress(Exception):
                recorded.wait()
            raise running.failed(error, trouble) from None
        import pyarrow as pa

        return GovernedAnswer(
            asked.record.query,
            batches.schema,
            pa.RecordBatchReader.from_batches(batches.schema, batches),
            planned.published,
            planned.decisions,
            planned.notices,
        )

    def _lending(self, planned: Planned) -> Callable[[], AbstractContextManager[duckdb.DuckDBPyConnection]]:
        views = planned.views(self._mask_key)

        def kind() -> Kind:
            if planned.recursive:
                return Kind.RECURSIVE
            return Kind.CROWDED if self._turns.crowded else Kind.COMMON

        return lambda: self._instances.lent(planned.scans, views, kind())

    def _started(self, connection: duckdb.DuckDBPyConnection, planned: Planned, text: str, parameters: Parameters) -> Rows:
        """The rows of a query. Those that are read without the engine, it has bound all the same."""
        scan = self._scans.of(planned, lambda: self._preparing.schema(connection.sql(text)))
        return started(connection, text, parameters) if scan is None else scan

    def _asked(self, query: Query) -> _Asked:
        statement = without_literals(query.text)
        record = ReadRecord(
            query=query.id or str(uuid.uuid4()),
            at=self._clock(),
            outcome=ReadOutcome.BEGUN,
            principal=query.reader.principal.name,
            consumer=query.reader.consumer,
            purpose=query.reader.purpose,
            way=query.way,
            environment=query.environment,
            fingerprint=statement_fingerprint(statement),
            statement=statement,
        )
        return _Asked(query, record, time.monotonic())

    def _not_answered(self, asked: _Asked, error: TroubleError | Cancelled) -> TroubleError:
        """Record a query that was refused, or could not be understood; only its code, as its text may quote values."""
        told = error if isinstance(error, TroubleError) else TroubleError(STOPPED)
        refused = told.decisions if isinstance(told, Refused) else ()
        outcome = ReadOutcome.REFUSED if isinstance(told, Refused) or told.troubles[0].code == "H708" else ReadOutcome.FAILED
        record = replace(
            asked.record,
            outcome=ReadOutcome.CANCELLED if isinstance(error, Cancelled) else outcome,
            ports=tuple(PortRead(d.port, 0) for d in refused),
            rules=tuple(dict.fromkeys(rule.id for d in refused for rule in d.rules)),
            policy_version=self._planner.version,
            reason=told.troubles[0].summary if refused else told.troubles[0].code,
            seconds=time.monotonic() - asked.began,
        )
        self._recorder.begin(record)
        return told

    def _ended(self, asked: _Asked, outcome: ReadOutcome, reason: str, rows: int, size: int) -> None:
        seconds = time.monotonic() - asked.began
        self._recorder.end(replace(asked.record, outcome=outcome, reason=reason, rows=rows, bytes=size, seconds=seconds))

    def _trouble(self, planned: Planned, query: Query) -> Callable[[Exception], Trouble]:
        who = query.reader.consumer
        return lambda error: trouble_of(error, planned.checked.nodes, planned.columns, query.text, planned.withheld(who))


def _with_ports(record: ReadRecord, planned: Planned) -> ReadRecord:
    rules = dict.fromkeys(rule.id for decision in planned.decisions for rule in decision.rules)
    return replace(record, ports=tuple(p.read() for p in planned.ports), rules=tuple(rules), policy_version=planned.version)
