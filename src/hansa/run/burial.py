"""Runs whose process died: recorded as interrupted, and what they left is put right."""

import datetime as dt
import shutil

from hansa.lake import LakeFailed
from hansa.ledger import Ledger, RunEnded
from hansa.model import Run, RunId, RunStatus
from hansa.publish import align_heads
from hansa.run.equipment import Equipment
from hansa.run.holder import Holder
from hansa.run.leasing import run_key


def bury_the_dead(equipment: Equipment) -> tuple[RunId, ...]:
    """Mark runs whose process is gone as interrupted, and drop what they had landed. Their products are planned anew.

    Repairing comes before recording, so that a burial that is itself interrupted is done again.
    """
    buried = []
    for unfinished in equipment.ledger.unfinished_runs():
        if not is_dead(unfinished, equipment.ledger, equipment.clock()):
            continue
        shutil.rmtree(equipment.landing / unfinished.id, ignore_errors=True)
        try:
            align_heads(unfinished.environment, ledger=equipment.ledger, lake=equipment.lake)
        except LakeFailed:
            continue  # One unreadable table must stop no run; this one stays to be buried by the next.
        equipment.ledger.apply([RunEnded(unfinished.id, RunStatus.INTERRUPTED, equipment.clock())])
        buried.append(unfinished.id)
    return tuple(buried)


def is_dead(unfinished: Run, ledger: Ledger, at: dt.datetime) -> bool:
    """Whether a run without an end has no process any more; of one on another host that is known once its lease ran out."""
    lease = ledger.holder(run_key(unfinished.id), now=at)
    if lease is not None:
        process = Holder.parse(lease.holder)
        return process is not None and process.is_dead
    # A run gives its lease back after it recorded its end: it may have ended since we listed it.
    now = ledger.run(unfinished.id)
    return now is not None and now.status is RunStatus.RUNNING
