"""Carrying out a plan: the run's own record from its start to its end. The plan has decided everything."""

import datetime as dt
import shutil
import time
import uuid

from hansa.engines import Cancellation
from hansa.ledger import LedgerGone, PoliciesDecided, RunEnded, RunStarted, VerdictsChanged
from hansa.model import Fingerprint, Lease, ProductStatus, Run, RunId, RunStatus
from hansa.names import parse_product
from hansa.plan import Plan, subject
from hansa.run.burial import bury_the_dead
from hansa.run.carrier import Carrier
from hansa.run.equipment import Equipment
from hansa.run.events import Listener, RunBegan, RunFinished, both, sturdy
from hansa.run.holder import Holder
from hansa.run.leasing import Heartbeat, run_key, take
from hansa.run.recording import Recorder
from hansa.run.result import ProductOutcome, RunOutcome
from hansa.run.verdicts import verdict_changes
from hansa.trouble import Trouble


def new_run_id(now: dt.datetime) -> RunId:
    """Reads as a time, `20261122T141606-3f9a1c`. It sorts by the clock, so nothing goes by its order."""
    return RunId(f"{now:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:6]}")


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

    A product that fails does not stop others; those that read it are held on what they published last. Raises LedgerGone when
    the run could not even be recorded as started; nothing has changed then. A ledger that goes away later fails the products
    that need it, and the outcome says so.
    """
    started = time.monotonic()
    cancellation = cancellation or Cancellation()
    tell = sturdy(tell)
    bury_the_dead(equipment)
    now = equipment.clock()
    run_id = new_run_id(now)
    products = tuple(parse_product(subject(s)) for s in plan.steps)
    holder = Holder.this_process()
    heartbeat = Heartbeat(equipment.ledger, equipment.clock, holder)
    try:
        lease = take(equipment.ledger, run_key(run_id), holder, now)
        assert isinstance(lease, Lease), "a new run's lease has no other holder"
        with heartbeat.keeping(lease):
            started_run = RunStarted(Run(run_id, plan.environment, now, mesh_print, actor, products=products))
            otherwise = verdict_changes(plan.decisions, equipment.ledger, plan.environment, {str(p) for p in products})
            said = (PoliciesDecided(run_id, plan.decisions), VerdictsChanged(run_id, otherwise, now))
            equipment.ledger.apply([started_run, *said])
            tell(RunBegan(run_id, plan.environment, products))
            recorder = Recorder(run_id, equipment.ledger, equipment.clock)
            told = both(recorder, tell)
            carrier = Carrier(plan, run_id, holder, heartbeat, equipment, cancellation, told, max(parallel, 1))
            with recorder.following():
                outcomes = carrier.carry_out()
            status, troubles = _ended(carrier, outcomes)
    finally:
        heartbeat.close()
        shutil.rmtree(equipment.landing / run_id, ignore_errors=True)
    seconds = time.monotonic() - started
    tell(RunFinished(run_id, status, seconds))
    return RunOutcome(run_id, plan.environment, status, outcomes, seconds, troubles)


def _ended(carrier: Carrier, outcomes: tuple[ProductOutcome, ...]) -> tuple[RunStatus, tuple[Trouble, ...]]:
    """Record the end of a run. One that left something to repair stays open, so that the next run buries and repairs it."""
    behind = tuple(t for o in outcomes if o.status is ProductStatus.PUBLISHED for t in o.troubles)
    if behind:
        return RunStatus.INTERRUPTED, behind
    status = _status(outcomes, carrier.cancellation)
    end = RunEnded(carrier.run, status, carrier.equipment.clock())
    try:
        carrier.equipment.ledger.apply([*carrier.unrecorded, end])
    except LedgerGone as gone:
        return RunStatus.INTERRUPTED, gone.troubles
    return status, ()


def _status(outcomes: tuple[ProductOutcome, ...], cancellation: Cancellation) -> RunStatus:
    if all(o.good for o in outcomes):
        return RunStatus.SUCCEEDED
    return RunStatus.CANCELLED if cancellation.requested else RunStatus.FAILED
