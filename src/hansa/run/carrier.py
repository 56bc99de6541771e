"""The products of one run: in dependency order, a few at a time, each on its own."""

import time
from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from typing import assert_never

from hansa.engines import Cancellation, Cancelled
from hansa.ledger import LedgerGone, ProductFinished
from hansa.model import Lease, ProductRun, ProductStatus, Publication, RunId
from hansa.names import ProductName, parse_product
from hansa.plan import Audit, Block, Build, Keep, Plan, Republish, Step, subject
from hansa.publish import all_visible
from hansa.run.equipment import Equipment
from hansa.run.events import Listener, ProductBegan, ProductEnded
from hansa.run.failures import EXPECTED, InputMissing, busy, crashed, line, overtaken, troubles_of
from hansa.run.holder import Holder
from hansa.run.leasing import Heartbeat, product_key, take
from hansa.run.ordering import urgencies
from hansa.run.result import ProductOutcome, shown
from hansa.run.task import Task, Work
from hansa.trouble import Trouble

STOPPED = "stopped on request; consumers keep what they had, and running again is safe"


@dataclass(slots=True)
class Carrier:
    """One run's bookkeeping: which steps wait, which are under way, what came of them.

    `unrecorded` are outcomes that the ledger would not take when they came; the end of the run tries again.
    """

    plan: Plan
    run: RunId
    holder: Holder
    heartbeat: Heartbeat
    equipment: Equipment
    cancellation: Cancellation
    tell: Listener
    parallel: int = 1
    done: dict[str, ProductOutcome] = field(default_factory=dict)
    unrecorded: list[ProductFinished] = field(default_factory=list)

    def carry_out(self) -> tuple[ProductOutcome, ...]:
        urgency = urgencies(self.plan.steps, self.plan.environment, self.equipment)
        waiting = sorted(self.plan.steps, key=lambda step: -urgency[subject(step)])
        under_way: dict[Future[ProductOutcome], str] = {}
        with ThreadPoolExecutor(max_workers=self.parallel, thread_name_prefix="hansa-run") as pool:
            while waiting or under_way:
                for step in [s for s in waiting if self._ready(s)]:
                    waiting.remove(step)
                    under_way[pool.submit(self._one, step)] = subject(step)
                for future in self._wait(under_way):
                    self.done[under_way.pop(future)] = future.result()
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

    def _one(self, step: Step) -> ProductOutcome:
        started = time.monotonic()
        outcome = self._outcome(step)
        return self._record(replace(outcome, seconds=time.monotonic() - started))

    def _outcome(self, step: Step) -> ProductOutcome:
        match step:
            case Keep(product=product, reason=reason, previous=previous):
                return ProductOutcome(
                    product.address, ProductStatus.UNCHANGED, reason, 0.0, shown(previous), version=previous.version
                )
            case Block(name=name, reason=reason):
                return ProductOutcome(parse_product(name), ProductStatus.BLOCKED, reason, 0.0)
            case Build() | Audit() | Republish():
                return self._held(step) or self._guarded(step)
            case _:
                assert_never(step)

    def _held(self, step: Work) -> ProductOutcome | None:
        """A product is held when a supplier that it waited for came to nothing, and not begun once a stop was asked for."""
        failed = [a for a in (step.awaits if isinstance(step, Build) else ()) if not self.done[a].good]
        if self.cancellation.requested:
            return _kept(step, ProductStatus.BLOCKED, STOPPED)
        if failed:
            became = f"its supplier {', '.join(failed)} {self.done[failed[0]].status}"
            return _kept(step, ProductStatus.HELD, f"{became}; it stays on the last good input")
        return None

    def _guarded(self, step: Work) -> ProductOutcome:
        """The rim of one product: whatever is raised within becomes its outcome, and no other product hears of it."""
        self.tell(ProductBegan(step.product.address, step.reason))
        try:
            return self._leased(step)
        except Cancelled:
            return _kept(step, ProductStatus.FAILED, STOPPED)
        except InputMissing as missing:
            return _kept(step, ProductStatus.HELD, str(missing))
        except EXPECTED as failure:
            return _ended(step, ProductStatus.FAILED, *troubles_of(failure))
        except Exception as fault:  # noqa: BLE001 - a fault of ours in one product must not lose the others
            fault_told = crashed(fault, self.run, step.product.address, self.equipment.crashes)
            return _ended(step, ProductStatus.FAILED, fault_told)

    def _leased(self, step: Work) -> ProductOutcome:
        product, environment, ledger = step.product.address, self.plan.environment, self.equipment.ledger
        lease = take(ledger, product_key(product, environment), self.holder, self.equipment.clock())
        if not isinstance(lease, Lease):
            by = f"process {lease.pid} on {lease.host}" if lease else "another process"
            return _ended(step, ProductStatus.BLOCKED, busy(by))
        with self.heartbeat.keeping(lease):
            # Only under the lease does what is shown stand still; the plan was made before.
            now = all_visible(ledger, environment).get(product)
            if _id(now) != _id(step.previous):
                return _ended(step, ProductStatus.BLOCKED, overtaken())
            own = ledger.current(product, environment)
            # The audit and all that computes are loaded once there is something to do.
            from hansa.run.product_run import carry_out

            return carry_out(self._task(step, lease, own))

    def _task(self, step: Work, lease: Lease, own: Publication | None) -> Task:
        return Task(
            step,
            self.run,
            self.plan.environment,
            own,
            tuple(str(c) for c in self.plan.changes if _concerns(c.subject, step.product.address)),
            lease,
            self.heartbeat,
            self.equipment,
            self.cancellation,
            self.tell,
            self.parallel,
        )

    def _record(self, outcome: ProductOutcome) -> ProductOutcome:
        # A publication recorded itself in the transaction that made it visible.
        if outcome.status is not ProductStatus.PUBLISHED:
            entry = ProductFinished(ProductRun(self.run, outcome.name, outcome.status, outcome.reason, outcome.seconds))
            try:
                self.equipment.ledger.apply([entry])
            except LedgerGone:
                self.unrecorded.append(entry)
        self.tell(ProductEnded(outcome.name, outcome.status, outcome.reason, outcome.seconds))
        return outcome


def _kept(step: Work, status: ProductStatus, reason: str) -> ProductOutcome:
    """An outcome that leaves consumers on what they had."""
    previous = step.previous
    version = previous.version if previous else None
    return ProductOutcome(step.product.address, status, reason, 0.0, shown(previous), version=version)


def _ended(step: Work, status: ProductStatus, *troubles: Trouble) -> ProductOutcome:
    """The same, for troubles that people can mend."""
    return replace(_kept(step, status, line(troubles)), troubles=troubles)


def _id(publication: Publication | None) -> int | None:
    return publication.id if publication else None


def _concerns(subject_: str, product: ProductName) -> bool:
    """Whether the subject of a change, a text such as `shop.orders.lines@1#total`, is the product or within it."""
    return subject_ == str(product) or subject_.startswith((f"{product}.", f"{product}#", f"{product}@"))
