"""`hansa gc` says what it removed; what versions and files become of it is tested with `publish`."""

import datetime as dt
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hansa.cli import pointing
from hansa.ledger import RunEnded, RunStarted
from hansa.ledger.retention import DAYS
from hansa.model import Fingerprint, Run, RunId, RunStatus
from hansa.wiring import Workplace, now


def test_old_events_go_and_are_counted(hansa: Callable[..., Any], mesh: Path) -> None:
    with Workplace.open(mesh) as workplace:
        for days in (40, 20, 0):
            run, at = RunId(f"r{days}"), now() - dt.timedelta(days=days)
            workplace.ledger.apply([RunStarted(Run(run, "prod", at, Fingerprint("f"))), RunEnded(run, RunStatus.SUCCEEDED, at)])
    assert hansa("gc", "--dry-run", "--json").json["events"] == 2
    assert hansa("gc", "--json").json["events"] == 2
    assert "2 old events" in hansa("gc", "--events", "10").out
    with Workplace.open(mesh) as workplace:
        assert {e.subject for e in workplace.ledger.events()} == {"r0"}
        assert len(workplace.ledger.runs()) == 3, "the runs themselves stay on record"


def test_events_are_kept_as_long_as_the_ledger_says() -> None:
    assert inspect.signature(pointing.gc).parameters["events"].default == DAYS
