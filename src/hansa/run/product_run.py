"""One product in one run: read, compute, audit, commit, publish. Consumers always see all old ports or all new ones."""

from collections.abc import Mapping
from dataclasses import replace
from typing import assert_never

from hansa.engines import EngineFailed
from hansa.ledger import ProductFinished
from hansa.model import (
    CheckResult,
    InputPort,
    MeshOrigin,
    OutputPort,
    ParquetFiles,
    ProductRun,
    ProductStatus,
    Publication,
    PublishedPort,
    Relation,
)
from hansa.plan import Audit, Build, Republish, checks_print, code_print
from hansa.publish import Candidate, CandidatePort, NewData, SameData, all_visible, commit, publish, show
from hansa.run.auditing import audit_ports, refuse, refuse_source
from hansa.run.computing import Computed, Workbench, compute_intermediate, compute_output
from hansa.run.concurrently import concurrently
from hansa.run.failures import crashed
from hansa.run.reading import Reader, ReadInput, SourceRefused
from hansa.run.result import AuditCounts, PortOutcome, ProductOutcome, shown
from hansa.run.task import Task
from hansa.trouble import Severity, Trouble, TroubleError


def carry_out(task: Task) -> ProductOutcome:
    """Carry out one step. Raises what the stages raise, and then nothing of it is published."""
    match task.step:
        case Build():
            return _build(task, task.step)
        case Audit(previous=previous):
            return _audit_again(task, previous)
        case Republish(previous=previous):
            # The data is the same and so are the checks: the verdicts on it still hold.
            return _republish(task, previous, task.equipment.ledger.checks(previous.run, task.product.address))
        case _:
            assert_never(task.step)


def _build(task: Task, step: Build) -> ProductOutcome:
    reader = _reader(task, step)
    try:
        inputs = [_read(task, given, reader) for given in task.product.inputs]
    except SourceRefused as refused:
        return refuse_source(task, step.previous, refused)
    versions = tuple((i.port.name, i.version) for i in inputs)
    if step.previous is not None and (why := _needless(step, dict(versions))):
        return _unchanged(step.previous, why)
    try:
        computed = _compute(task, step, inputs, reader)
    except EngineFailed as failure:
        raise reader.at_fault(failure, inputs) from failure
    audits = audit_ports(task, computed)
    results = tuple(r for i in inputs if i.audited for r in i.audited.results)
    results += tuple(r for a in audits for r in a.audited.results)
    if not all(a.audited.passed for a in audits):
        return refuse(task, step.previous, audits, results)
    candidate = _candidate(task, tuple(_candidate_port(c) for c in computed), versions, results)
    return _publish(task, candidate, {str(a.computed.output.pinned): a.counts for a in audits})


def _reader(task: Task, step: Build) -> Reader:
    reads_mesh = any(isinstance(i.origin, MeshOrigin) for i in task.product.inputs)
    # What is read under unchanged code keeps its verdict; changed code may mean a changed source contract.
    known = step.previous.input_versions if step.previous is not None and not step.full else ()
    return Reader(
        shown=all_visible(task.equipment.ledger, task.environment) if reads_mesh else {},
        known=dict(known),
        engine=task.engine,
        equipment=task.equipment,
        scratch=task.equipment.landing / task.run / str(task.product.address),
        cancellation=task.cancellation,
    )


def _read(task: Task, given: InputPort, reader: Reader) -> ReadInput:
    with task.doing("read", given.name):
        return reader.read(given)


def _compute(task: Task, step: Build, inputs: list[ReadInput], reader: Reader) -> list[Computed]:
    """Compute the models, each after those that it reads; output ports that wait for nothing stand beside each other."""
    bench = Workbench(reader.engine, task.equipment.lake, task.run, reader.scratch, task.cancellation)
    known: dict[str, Relation] = {i.port.name: i.relation for i in inputs}
    feeds: dict[str, list[OutputPort]] = {m.name: [] for m in task.product.models}
    for output in sorted(task.product.outputs, key=lambda o: o.major):
        feeds[output.model].append(output)
    computed: list[Computed] = []
    waiting = list(task.product.models)
    while waiting:
        ready = [m for m in waiting if not any(other.name in m.reads for other in waiting)]
        intermediate = [m for m in ready if not feeds[m.name]]
        for model in intermediate:
            known[model.name] = compute_intermediate(model, known, task.product, bench)
        # What only intermediates kept waiting joins the others first.
        done = intermediate or ready
        waiting = [m for m in waiting if m not in done]
        outputs = [] if intermediate else [o for m in ready for o in feeds[m.name]]
        for result in concurrently(lambda o: _compute_port(task, step, o, known, bench), outputs, task.at_once):
            computed.append(result)
            known[result.output.model] = result.whole
    return computed


def _compute_port(task: Task, step: Build, output: OutputPort, known: Mapping[str, Relation], bench: Workbench) -> Computed:
    with task.doing("compute", str(output.pinned)) as progress:
        published = step.previous.port(output.pinned) if step.previous else None
        result = compute_output(output, known, task.product, None if step.full else published, bench)
        progress.rows = sum(f.rows for f in result.written)
    # Even what is computed from nothing is committed over what is published, so that its schema may only evolve.
    return replace(result, base=published)


def _audit_again(task: Task, previous: Publication) -> ProductOutcome:
    """The data stays; only what is demanded of it changed."""
    computed = []
    for output in task.product.outputs:
        published = previous.port(output.pinned)
        assert published is not None, output.pinned
        files = task.equipment.lake.files(output.pinned, published.snapshot)
        whole = ParquetFiles(tuple(f.path for f in files), output.schema)
        computed.append(Computed(output, (), None, whole, published.watermark, published))
    audits = audit_ports(task, computed)
    results = tuple(r for a in audits for r in a.audited.results)
    if not all(a.audited.passed for a in audits):
        return refuse(task, previous, audits, results)
    return _republish(task, previous, results)


def _republish(task: Task, previous: Publication, results: tuple[CheckResult, ...]) -> ProductOutcome:
    ports: list[CandidatePort] = []
    for output in task.product.outputs:
        base = previous.port(output.pinned)
        assert base is not None, output.pinned
        ports.append(SameData(output, base))
    counts = {
        str(o.pinned): AuditCounts.of(tuple(r for r in results if r.subject == str(o.pinned))) for o in task.product.outputs
    }
    return _publish(task, _candidate(task, tuple(ports), previous.input_versions, results), counts)


def _candidate(
    task: Task, ports: tuple[CandidatePort, ...], versions: tuple[tuple[str, str], ...], results: tuple[CheckResult, ...]
) -> Candidate:
    return Candidate(
        task.product,
        task.environment,
        task.run,
        ports,
        code_print(task.product),
        checks_print(task.product),
        versions,
        results,
        task.changes,
    )


def _publish(task: Task, candidate: Candidate, counts: Mapping[str, AuditCounts]) -> ProductOutcome:
    """From here on it is all or nothing: until the pointer moves nothing is visible, and afterwards nothing undoes it."""
    ports = tuple(_commit(task, port, candidate) for port in candidate.ports)
    reason = task.step.reason
    with task.doing("publish"):
        finished = ProductRun(task.run, task.product.address, ProductStatus.PUBLISHED, reason)
        publication = publish(
            candidate,
            ports,
            ledger=task.equipment.ledger,
            lease=task.heartbeat.current(task.lease),
            own_pointer=task.own_pointer,
            now=task.equipment.clock(),
            also=(ProductFinished(finished),),
        )
    seen = tuple(PortOutcome.of(p, counts.get(str(p.port))) for p in publication.ports)
    return ProductOutcome(
        task.product.address,
        ProductStatus.PUBLISHED,
        reason,
        0.0,
        seen,
        version=publication.version,
        troubles=_show(task, publication),
    )


def _commit(task: Task, port: CandidatePort, candidate: Candidate) -> PublishedPort:
    with task.doing("commit", str(port.output.pinned)) as progress:
        published = commit(port, candidate, task.equipment.lake)
        progress.rows = published.rows
    return published


def _show(task: Task, publication: Publication) -> tuple[Trouble, ...]:
    """Let the branch heads follow. A failure here is a warning: the product is published, and the next run repairs its heads."""
    with task.telling("show"):
        try:
            show(publication, ledger=task.equipment.ledger, lake=task.equipment.lake)
        except TroubleError as failure:
            return tuple(_heads_behind(t) for t in failure.troubles)
        except Exception as fault:  # noqa: BLE001 - a fault of ours must not call failed what consumers see already
            return (_heads_behind(crashed(fault, task.run, task.product.address, task.equipment.crashes)),)
    return ()


def _heads_behind(cause: Trouble) -> Trouble:
    return Trouble(
        "H414",
        f"it is published, but the branch heads of its Iceberg tables could not follow: {cause.summary}",
        cause.places,
        "nothing for readers through Hansa; the next run puts the heads right",
        Severity.WARNING,
    )


def _needless(step: Build, versions: Mapping[str, str]) -> str:
    """Why there is nothing to build after all, now that the inputs are known; empty when there is."""
    if step.unless_same and step.previous is not None and dict(step.previous.input_versions) == versions:
        return "its inputs hold what they held"
    if step.left is not None and dict(step.left.input_versions) == versions:
        return "rolled back; a build would repeat what it was rolled back from (--force builds it)"
    return ""


def _unchanged(previous: Publication, reason: str) -> ProductOutcome:
    return ProductOutcome(previous.product, ProductStatus.UNCHANGED, reason, 0.0, shown(previous), version=previous.version)


def _candidate_port(computed: Computed) -> CandidatePort:
    if computed.change is None:
        assert computed.base is not None, computed.output.pinned
        return SameData(computed.output, computed.base)
    return NewData(computed.output, computed.written, computed.change, computed.base, computed.watermark)
