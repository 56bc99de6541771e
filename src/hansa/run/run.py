"""Carrying out a plan: products in dependency order, a few at a time, each on its own. The plan has decided everything."""

import datetime as dt
import shutil
import time
import uuid
from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace

from hansa.engines import Cancellation, Cancelled, EngineFailed, QueryRefused
from hansa.ledger import Conflict, LedgerGone, ProductFinished, RunEnded, RunStarted
from hansa.model import Fingerprint, Lease, ProductRun, ProductStatus, Publication, Run, RunId, RunStatus
from hansa.names import ProductName, parse_product
from hansa.plan import Block, Build, Keep, Plan, Step, subject
from hansa.publish import align_heads
from hansa.run.equipment import Equipment
from hansa.run.events import Listener, ProductBegan, ProductEnded, RunBegan, RunFinished
from hansa.run.holder import Holder
from hansa.run.leasing import Heartbeat, product_key, run_key, take
from hansa.run.product_run import Task, carry_out
from hansa.run.reading import InputMissing
from hansa.run.result import AuditCounts, PortOutcome, ProductOutcome, RunOutcome
from hansa.trouble import TroubleError


def new_run_id(now: dt.datetime) -> RunId:
    """Sorts by time and reads as it: `20261122T141606-3f9a`."""
    return RunId(f"{now:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:4]}")


def run(
    plan: Plan,
    mesh_print: Fingerprint,
    equipment: Equipment,
    tell: Listener,
    *,
    cancellation: Cancellation | None = None,
    parallel: int = 2,
    actor: str = "",
) -> RunOutcome:
    """Carry out a plan and say what came of it.

    A product that fails does not stop others; those that read it are held on what they published last. Raises LedgerGone when the
    ledger cannot be written at all; nothing has changed then.
    """
    started = time.monotonic()
    cancellation = cancellation or Cancellation()
    bury_the_dead(equipment)
    now = equipment.clock()
    run_id = new_run_id(now)
    products = tuple(parse_product(subject(s)) for s in plan.steps)
    holder = Holder.this_process()
    lease = take(equipment.ledger, run_key(run_id), holder, now)
    if not isinstance(lease, Lease):
        raise LedgerGone(f"the run {run_id} is still being carried out by {lease}")
    equipment.ledger.apply([RunStarted(Run(run_id, plan.environment, now, mesh_print, actor, products=products))])
    heartbeat = Heartbeat(equipment.ledger, equipment.clock)
    try:
        with heartbeat.keeping(lease):
            carrier = _Carrier(plan, run_id, holder, heartbeat, equipment, cancellation, tell)
            outcomes = carrier.carry_out(parallel)
            status = _status(outcomes, cancellation)
            equipment.ledger.apply([RunEnded(run_id, status, equipment.clock())])
    finally:
        heartbeat.close()
        shutil.rmtree(equipment.landing / run_id, ignore_errors=True)
    seconds = time.monotonic() - started
    tell(RunFinished(run_id, status, seconds))
    return RunOutcome(run_id, plan.environment, status, outcomes, seconds)


def bury_the_dead(equipment: Equipment) -> tuple[RunId, ...]:
    """Mark runs whose process is gone as interrupted, and drop what they had landed. Their products are planned anew."""
    buried = []
    for unfinished in equipment.ledger.unfinished_runs():
        now = equipment.clock()
        held = equipment.ledger.holder(run_key(unfinished.id), now=now)
        process = Holder.parse(held.holder) if held else None
        if held is not None and not (process is not None and process.is_dead):
            continue
        equipment.ledger.apply([RunEnded(unfinished.id, RunStatus.INTERRUPTED, now)])
        shutil.rmtree(equipment.landing / unfinished.id, ignore_errors=True)
        align_heads(unfinished.environment, ledger=equipment.ledger, lake=equipment.lake)
        buried.append(unfinished.id)
    return tuple(buried)


def _status(outcomes: tuple[ProductOutcome, ...], cancellation: Cancellation) -> RunStatus:
    if cancellation.requested:
        return RunStatus.CANCELLED
    good = {ProductStatus.PUBLISHED, ProductStatus.UNCHANGED}
    return RunStatus.SUCCEEDED if all(o.status in good for o in outcomes) else RunStatus.FAILED


@dataclass(slots=True)
class _Carrier:
    """One run's bookkeeping: which steps wait, which are under way, what came of them."""

    plan: Plan
    run: RunId
    holder: Holder
    heartbeat: Heartbeat
    equipment: Equipment
    cancellation: Cancellation
    tell: Listener
    done: dict[str, ProductOutcome] = field(default_factory=dict)

    def carry_out(self, parallel: int) -> tuple[ProductOutcome, ...]:
        self.tell(RunBegan(self.run, self.plan.environment, tuple(parse_product(subject(s)) for s in self.plan.steps)))
        own = {p.product: p for p in self.equipment.ledger.currents(self.plan.environment)}
        waiting = list(self.plan.steps)
        under_way: dict[Future[ProductOutcome], str] = {}
        with ThreadPoolExecutor(max_workers=max(parallel, 1), thread_name_prefix="hansa-run") as pool:
            while waiting or under_way:
                for step in [s for s in waiting if self._ready(s)]:
                    waiting.remove(step)
                    under_way[pool.submit(self._one, step, own)] = subject(step)
                finished = self._wait(under_way)
                for future in finished:
                    name = under_way.pop(future)
                    self.done[name] = future.result()
        return tuple(self.done[subject(s)] for s in self.plan.steps)

    def _wait(self, under_way: Mapping[Future[ProductOutcome], str]) -> set[Future[ProductOutcome]]:
        """Wait in short turns, so that Ctrl-C reaches the main thread; then let every worker stop at its next step."""
        while True:
            try:
                finished, _ = wait(under_way, timeout=0.5, return_when=FIRST_COMPLETED)
            except KeyboardInterrupt:
                self.cancellation.request()
                continue
            if finished:
                return finished

    def _ready(self, step: Step) -> bool:
        return not isinstance(step, Build) or all(name in self.done for name in step.awaits)

    def _one(self, step: Step, own: Mapping[ProductName, Publication]) -> ProductOutcome:
        match step:
            case Keep(product=product, previous=previous):
                ports = tuple(
                    PortOutcome(str(p.port.name), str(p.contract_version), p.snapshot, p.rows, p.bytes) for p in previous.ports
                )
                return self._record(
                    ProductOutcome(product.address, ProductStatus.UNCHANGED, step.reason, 0.0, ports, version=previous.version)
                )
            case Block(name=name):
                return self._record(ProductOutcome(parse_product(name), ProductStatus.BLOCKED, step.reason, 0.0))
            case _:
                return self._work(step, own)

    def _work(self, step: Step, own: Mapping[ProductName, Publication]) -> ProductOutcome:
        assert not isinstance(step, Keep | Block)
        product = step.product.address
        failed = [
            a
            for a in getattr(step, "awaits", ())
            if self.done[a].status not in (ProductStatus.PUBLISHED, ProductStatus.UNCHANGED)
        ]
        if failed:
            reason = f"its supplier {', '.join(failed)} {self.done[failed[0]].status}; it stays on the last good input"
            return self._record(self._kept(step, ProductStatus.HELD, reason))
        started = time.monotonic()
        self.tell(ProductBegan(product, step.reason))
        try:
            outcome = self._leased(step, own)
        except Cancelled:
            outcome = self._kept(step, ProductStatus.FAILED, "cancelled; consumers keep what they had, running again is safe")
        except InputMissing as missing:
            outcome = self._kept(step, ProductStatus.HELD, str(missing))
        except (TroubleError, QueryRefused, EngineFailed, Conflict) as failure:
            outcome = self._kept(step, ProductStatus.FAILED, _reason(failure))
        except OSError as failure:
            outcome = self._kept(
                step, ProductStatus.FAILED, f"{failure.strerror or failure}: {failure.filename or ''}".rstrip(": ")
            )
        return self._record(replace(outcome, seconds=time.monotonic() - started))

    def _leased(self, step: Step, own: Mapping[ProductName, Publication]) -> ProductOutcome:
        assert not isinstance(step, Keep | Block)
        product = step.product.address
        key = product_key(product, self.plan.environment)
        lease = take(self.equipment.ledger, key, self.holder, self.equipment.clock())
        if not isinstance(lease, Lease):
            by = f"process {lease.pid} on {lease.host}" if lease else "another process"
            return self._kept(step, ProductStatus.BLOCKED, f"{by} is publishing it now; run again when it is done")
        with self.heartbeat.keeping(lease):
            changes = tuple(str(c) for c in self.plan.changes if c.subject.split("#")[0].split("@")[0].startswith(str(product)))
            task = Task(
                step,
                self.run,
                self.plan.environment,
                own.get(product),
                changes,
                lease,
                self.heartbeat,
                self.equipment,
                self.cancellation,
                self.tell,
            )
            return carry_out(task)

    def _kept(self, step: Step, status: ProductStatus, reason: str) -> ProductOutcome:
        """An outcome that leaves consumers on what they had."""
        assert not isinstance(step, Block)
        previous = step.previous
        ports = tuple(
            PortOutcome(str(p.port.name), str(p.contract_version), p.snapshot, p.rows, p.bytes, AuditCounts())
            for p in (previous.ports if previous else ())
        )
        return ProductOutcome(step.product.address, status, reason, 0.0, ports, version=previous.version if previous else None)

    def _record(self, outcome: ProductOutcome) -> ProductOutcome:
        # A publication recorded itself in the transaction that made it visible.
        if outcome.status is not ProductStatus.PUBLISHED:
            entry = ProductRun(self.run, outcome.name, outcome.status, outcome.reason, outcome.seconds)
            self.equipment.ledger.apply([ProductFinished(entry)])
        self.tell(ProductEnded(outcome.name, outcome.status, outcome.reason, outcome.seconds))
        return outcome


def _reason(failure: Exception) -> str:
    match failure:
        case TroubleError(troubles=troubles):
            return "; ".join(f"{t.code} {t.summary}" for t in troubles)
        case QueryRefused(reason=reason) | EngineFailed(reason=reason):
            return reason
        case _:
            return str(failure)
