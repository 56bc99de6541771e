"""One product in one run: read, compute, audit, commit, publish. Consumers always see all old ports or all new ones."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from hansa.audit import Audit as Audited
from hansa.audit import audit
from hansa.engines import Cancellation, Engine
from hansa.ledger import ChecksRecorded, ProductFinished
from hansa.model import (
    CheckResult,
    Lease,
    ParquetFiles,
    Product,
    ProductRun,
    ProductStatus,
    Publication,
    PublishedPort,
    Relation,
    RunId,
)
from hansa.plan import Audit, Build, Republish, checks_print, code_print
from hansa.publish import Candidate, CandidatePort, NewData, SameData, commit, publish, show
from hansa.run.computing import Computed, Workbench, compute_intermediate, compute_output
from hansa.run.equipment import Equipment
from hansa.run.events import ChecksFailed, Listener, StepBegan, StepEnded
from hansa.run.leasing import Heartbeat
from hansa.run.quarantining import quarantine
from hansa.run.reading import ReadInput, SourceRefused, read_input, readable
from hansa.run.result import AuditCounts, PortOutcome, ProductOutcome


@dataclass(frozen=True, slots=True)
class Task:
    """One product's part of a run, with everything that is fixed before it starts."""

    step: Build | Audit | Republish
    run: RunId
    environment: str
    own_pointer: Publication | None
    changes: tuple[str, ...]
    lease: Lease
    heartbeat: Heartbeat
    equipment: Equipment
    cancellation: Cancellation
    tell: Listener

    @property
    def product(self) -> Product:
        return self.step.product

    @contextmanager
    def doing(self, step: str, detail: str = "") -> Iterator["Progress"]:
        """Tell that a step begins and ends; a request to stop is heeded in between."""
        self.cancellation.check()
        self.tell(StepBegan(self.product.address, step, detail))
        progress, started = Progress(), time.monotonic()
        yield progress
        seconds = time.monotonic() - started
        self.tell(StepEnded(self.product.address, step, detail, seconds, progress.rows))


@dataclass(slots=True)
class Progress:
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class PortAudit:
    computed: Computed
    audited: Audited
    quarantined: int = 0
    quarantine: str = ""


@dataclass(frozen=True, slots=True)
class _Outcome:
    status: ProductStatus
    reason: str
    ports: tuple[PortOutcome, ...] = ()
    failures: tuple[CheckResult, ...] = ()
    publication: Publication | None = field(default=None, compare=False)


def carry_out(task: Task) -> ProductOutcome:
    """Carry out one step and record its outcome. Raises what the stages raise; the caller records that as a failure."""
    started = time.monotonic()
    match task.step:
        case Build():
            outcome = _build(task, task.step)
        case Audit(previous=previous):
            outcome = _audit_again(task, previous)
        case Republish(previous=previous):
            outcome = _republish(task, previous, ())
    seconds = time.monotonic() - started
    return ProductOutcome(
        task.product.address,
        outcome.status,
        outcome.reason,
        seconds,
        outcome.ports,
        outcome.failures,
        outcome.publication.version if outcome.publication else None,
    )


def _build(task: Task, step: Build) -> _Outcome:
    engine = task.equipment.engine(task.product.platform)
    scratch = task.equipment.landing / task.run / str(task.product.address)
    # What is read under unchanged code keeps its verdict; changed code may mean a changed source contract.
    known = None if step.full else step.previous
    inputs = [_read(task, name, known, engine, scratch) for name in [i.name for i in task.product.inputs]]
    versions = tuple((i.port.name, i.version) for i in inputs)
    if step.unless_same and step.previous is not None and dict(step.previous.input_versions) == dict(versions):
        return _Outcome(ProductStatus.UNCHANGED, "its inputs hold what they held", _ports_now(step.previous))
    computed = _compute(task, step, inputs, engine, scratch)
    audits = [_audit_port(task, c, engine) for c in computed]
    results = tuple(r for i in inputs if i.audited for r in i.audited.results)
    results += tuple(r for a in audits for r in a.audited.results)
    if not all(a.audited.passed for a in audits):
        return _fail_audit(task, step.previous, audits, results)
    candidate = Candidate(
        task.product,
        task.environment,
        task.run,
        tuple(_candidate_port(c) for c in computed),
        code_print(task.product),
        checks_print(task.product),
        versions,
        results,
        task.changes,
    )
    counts = {a.computed.output.pinned: AuditCounts.of(a.audited.results, a.quarantined) for a in audits}
    return _publish(task, candidate, step.reason, {str(k): v for k, v in counts.items()})


def _read(task: Task, name: str, previous: Publication | None, engine: Engine, scratch: Path) -> ReadInput:
    given = task.product.input(name)
    assert given is not None, name
    with task.doing("read", name):
        try:
            read = read_input(
                given,
                task.product.address,
                task.environment,
                previous,
                engine,
                task.equipment,
                scratch,
                task.cancellation,
            )
        except SourceRefused as refused:
            task.equipment.ledger.apply([ChecksRecorded(task.run, task.product.address, refused.audited.results)])
            _tell_failures(task, refused.audited.results)
            raise
        relation = readable(read.relation, name, engine, task.equipment.embedded(), scratch)
        return replace(read, relation=relation)


def _compute(task: Task, step: Build, inputs: list[ReadInput], engine: Engine, scratch: Path) -> list[Computed]:
    bench = Workbench(engine, task.equipment.lake, task.run, scratch, task.cancellation)
    known: dict[str, Relation] = {i.port.name: i.relation for i in inputs}
    computed: list[Computed] = []
    for model in task.product.models:
        fed = [o for o in task.product.outputs if o.model == model.name]
        for output in sorted(fed, key=lambda o: o.major):
            with task.doing("compute", str(output.pinned)) as progress:
                base = step.previous.port(output.pinned) if step.previous and not step.full else None
                result = compute_output(output, known, task.product, base, bench)
                progress.rows = sum(f.rows for f in result.written)
            computed.append(replace(result, base=step.previous.port(output.pinned) if step.previous else None))
            known[model.name] = result.whole
        if not fed:
            known[model.name] = compute_intermediate(model, known, task.product, bench)
    return computed


def _audit_port(task: Task, computed: Computed, engine: Engine) -> PortAudit:
    output = computed.output
    with task.doing("audit", str(output.pinned)) as progress:
        audited = audit(
            str(output.pinned),
            output.table,
            output.schema,
            computed.whole,
            engine,
            cancellation=task.cancellation,
        )
        progress.rows = audited.rows
    return PortAudit(computed, audited)


def _fail_audit(task: Task, previous: Publication | None, audits: list[PortAudit], results: tuple[CheckResult, ...]) -> _Outcome:
    failing = tuple(r for r in results if r.status in ("fail", "error"))
    _tell_failures(task, failing)
    kept = [a if a.audited.passed else _quarantine(task, a) for a in audits]
    names = ", ".join(dict.fromkeys(r.check for r in failing[:4]))
    seen = f"consumers keep version {previous.version}" if previous else "consumers see nothing of it yet"
    reason = f"{len(failing)} of {len(results)} checks failed ({names}); {seen}"
    task.equipment.ledger.apply([ChecksRecorded(task.run, task.product.address, results)])
    ports = tuple(_failed_port(a, previous) for a in kept)
    return _Outcome(ProductStatus.FAILED, reason, ports, failing)


def _quarantine(task: Task, failed: PortAudit) -> PortAudit:
    output = failed.computed.output
    with task.doing("quarantine", str(output.pinned)) as progress:
        rows, folder = quarantine(failed.computed, failed.audited, task.run, task.equipment, task.cancellation)
        progress.rows = rows
    return replace(failed, quarantined=rows, quarantine=folder)


def _tell_failures(task: Task, results: tuple[CheckResult, ...]) -> None:
    failing = tuple(r for r in results if r.status in ("fail", "error"))
    if failing:
        task.tell(ChecksFailed(task.product.address, failing))


def _audit_again(task: Task, previous: Publication) -> _Outcome:
    """The data stays; only what is demanded of it changed."""
    engine = task.equipment.engine(task.product.platform)
    audits = []
    for output in task.product.outputs:
        published = previous.port(output.pinned)
        assert published is not None, output.pinned
        files = task.equipment.lake.files(output.pinned, published.snapshot)
        whole = ParquetFiles(tuple(f.path for f in files), output.schema)
        audits.append(_audit_port(task, Computed(output, (), None, whole, published.watermark, published), engine))
    results = tuple(r for a in audits for r in a.audited.results)
    if not all(a.audited.passed for a in audits):
        return _fail_audit(task, previous, audits, results)
    return _republish(task, previous, results)


def _republish(task: Task, previous: Publication, results: tuple[CheckResult, ...]) -> _Outcome:
    ports: list[CandidatePort] = []
    for output in task.product.outputs:
        base = previous.port(output.pinned)
        assert base is not None, output.pinned
        ports.append(SameData(output, base))
    candidate = Candidate(
        task.product,
        task.environment,
        task.run,
        tuple(ports),
        code_print(task.product),
        checks_print(task.product),
        previous.input_versions,
        results,
        task.changes,
    )
    counts = {
        str(o.pinned): AuditCounts.of(tuple(r for r in results if r.subject == str(o.pinned))) for o in task.product.outputs
    }
    return _publish(task, candidate, task.step.reason, counts)


def _publish(task: Task, candidate: Candidate, reason: str, counts: Mapping[str, AuditCounts]) -> _Outcome:
    started = task.equipment.clock()
    with task.doing("commit"):
        ports = commit(candidate, task.equipment.lake)
    with task.doing("publish"):
        finished = ProductRun(task.run, task.product.address, ProductStatus.PUBLISHED, reason)
        publication = publish(
            candidate,
            ports,
            ledger=task.equipment.ledger,
            lease=task.heartbeat.current(task.lease),
            own_pointer=task.own_pointer,
            now=max(started, task.equipment.clock()),
            also=(ProductFinished(finished),),
        )
    with task.doing("show"):
        show(publication, task.equipment.lake)
    outcomes = tuple(_port_now(p, counts.get(str(p.port), AuditCounts())) for p in publication.ports)
    return _Outcome(ProductStatus.PUBLISHED, reason, outcomes, publication=publication)


def _candidate_port(computed: Computed) -> CandidatePort:
    if computed.change is None and computed.base is not None:
        return SameData(computed.output, computed.base)
    assert computed.change is not None
    return NewData(computed.output, computed.written, computed.change, computed.base, computed.watermark)


def _ports_now(publication: Publication) -> tuple[PortOutcome, ...]:
    return tuple(_port_now(p, AuditCounts()) for p in publication.ports)


def _port_now(port: PublishedPort, counts: AuditCounts) -> PortOutcome:
    return PortOutcome(str(port.port.name), str(port.contract_version), port.snapshot, port.rows, port.bytes, counts)


def _failed_port(audit_: PortAudit, previous: Publication | None) -> PortOutcome:
    """What consumers still see of a port whose new data failed, with the failed audit's counts."""
    output = audit_.computed.output
    counts = AuditCounts.of(audit_.audited.results, audit_.quarantined)
    seen = previous.port(output.pinned) if previous else None
    if seen is None:
        return PortOutcome(str(output.address), str(output.contract.version), None, 0, 0, counts, audit_.quarantine)
    return replace(_port_now(seen, counts), quarantine=audit_.quarantine)
