"""The audit of a product's new data within a run, and what becomes of data that did not pass."""

from collections.abc import Sequence
from dataclasses import replace

from hansa.audit import Audit, audit
from hansa.frozen import dataclass
from hansa.ledger import ChecksRecorded
from hansa.model import CheckResult, ProductStatus, Publication
from hansa.run.computing import Computed
from hansa.run.concurrently import concurrently
from hansa.run.failures import line
from hansa.run.quarantining import Refused, quarantine
from hansa.run.reading import SourceRefused
from hansa.run.result import AuditCounts, InputOutcome, PortOutcome, ProductOutcome, shown
from hansa.run.task import Task


@dataclass(frozen=True, slots=True)
class PortAudit:
    """A port's new data and the verdicts on it. `quarantine` is the folder of its failing rows, empty when it passed."""

    computed: Computed
    audited: Audit
    quarantined: int = 0
    quarantine: str = ""

    @property
    def counts(self) -> AuditCounts:
        return AuditCounts.of(self.audited.results, self.quarantined)


def audit_ports(task: Task, computed: Sequence[Computed]) -> tuple[PortAudit, ...]:
    """Audit every port over the whole state that consumers would see."""
    return tuple(concurrently(lambda c: _audit_port(task, c, computed), computed, task.at_once))


def refuse(
    task: Task, previous: Publication | None, audits: Sequence[PortAudit], results: tuple[CheckResult, ...]
) -> ProductOutcome:
    """Record the verdicts, quarantine the failing rows and leave consumers on what they had."""
    failing = tuple(r for a in audits for r in a.audited.reasons)
    task.tell_failures(failing)
    # The verdicts first: whatever happens while the rows are put aside, it stays known why the batch was refused.
    task.equipment.ledger.apply([ChecksRecorded(task.run, task.product.address, results)])
    kept = [a if a.audited.passed else _put_aside(task, a) for a in audits]
    names = ", ".join(dict.fromkeys(r.check for r in failing[:4]))
    seen = f"consumers keep version {previous.version}" if previous else "consumers see nothing of it yet"
    reason = f"{len(failing)} of {len(results)} checks failed ({names}); {seen}"
    ports = tuple(_still_seen(a, previous) for a in kept)
    return ProductOutcome(task.product.address, ProductStatus.FAILED, reason, 0.0, ports, failing)


def refuse_source(task: Task, previous: Publication | None, refused: SourceRefused) -> ProductOutcome:
    """The same for a source that breaks its contract: nothing was computed from it, and its failing rows are put aside."""
    name, audited = refused.given.name, refused.audited
    task.tell_failures(audited.reasons)
    task.equipment.ledger.apply([ChecksRecorded(task.run, task.product.address, audited.results)])
    # After the @ a port has its major, so that an output port of the same name has another folder.
    put_under = f"{task.product.address}.{name}@source"
    rows, folder = _quarantined(task, name, Refused(put_under, refused.given.schema, refused.relation, audited))
    source = InputOutcome(name, AuditCounts.of(audited.results, rows), folder)
    return ProductOutcome(
        task.product.address,
        ProductStatus.FAILED,
        line(refused.troubles),
        0.0,
        shown(previous),
        audited.reasons,
        version=previous.version if previous else None,
        troubles=refused.troubles,
        inputs=(source,),
    )


def _audit_port(task: Task, computed: Computed, together: Sequence[Computed]) -> PortAudit:
    output = computed.output
    siblings = {
        other.output.table.name: other.whole
        for other in together
        if other is not computed and other.output.contract.id == output.contract.id
    }
    with task.doing("audit", str(output.pinned)) as progress:
        audited = audit(
            str(output.pinned),
            output.table,
            output.schema,
            computed.whole,
            task.engine,
            siblings=siblings,
            cancellation=task.cancellation,
        )
        progress.rows = audited.rows
    return PortAudit(computed, audited)


def _put_aside(task: Task, failed: PortAudit) -> PortAudit:
    computed = failed.computed
    name, batch = str(computed.output.pinned), tuple(f.path for f in computed.written)
    rows, folder = _quarantined(task, name, Refused(name, computed.output.schema, computed.whole, failed.audited, batch))
    return replace(failed, quarantined=rows, quarantine=folder)


def _quarantined(task: Task, name: str, refused: Refused) -> tuple[int, str]:
    with task.doing("quarantine", name) as progress:
        rows, folder = quarantine(refused, task.run, task.equipment, task.cancellation)
        progress.rows = rows
    return rows, folder


def _still_seen(failed: PortAudit, previous: Publication | None) -> PortOutcome:
    """What consumers still see of a port whose new data failed, with the failed audit's counts."""
    output = failed.computed.output
    seen = previous.port(output.pinned) if previous else None
    if seen is None:
        contract = str(output.contract.version)
        return PortOutcome(str(output.address), contract, None, 0, 0, failed.counts, failed.quarantine)
    return replace(PortOutcome.of(seen, failed.counts), quarantine=failed.quarantine)
