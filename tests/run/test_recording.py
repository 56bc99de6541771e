"""What a run does is on record while it runs, and costs it nothing."""

import json
import threading
from pathlib import Path
from typing import Any

from hansa.ledger import EventKind, LedgerGone, RunStarted
from hansa.ledger.opening import open_ledger
from hansa.model import Fingerprint, ProductStatus, Run, RunId
from hansa.names import parse_product
from hansa.run import ProductBegan, ProductEnded, StepBegan, StepEnded
from hansa.run.recording import Recorder
from hansa.wiring import now

PROFILES = parse_product("customer.profiles")
RUN = RunId("r1")


def told(ledger: Any) -> list[tuple[str, str]]:
    found = [json.loads(e.body) for e in ledger.events(subject=RUN) if e.kind is EventKind.RUN_STEPPED]
    return [(b["step"], b["state"]) for b in found]


def a_ledger(folder: Path) -> Any:
    ledger = open_ledger("sqlite:///ledger.db", folder)
    ledger.apply([RunStarted(Run(RUN, "prod", now(), Fingerprint("f")))])
    return ledger


def test_of_a_step_that_ended_meanwhile_only_its_end_is_written(tmp_path: Path) -> None:
    ledger = a_ledger(tmp_path)
    recorder = Recorder(RUN, ledger, now, every=60)
    with recorder.following():
        recorder(ProductBegan(PROFILES, "its code changed"))
        recorder(StepBegan(PROFILES, "read", "crm"))
        recorder(StepEnded(PROFILES, "read", "crm", 0.1, 801))
        recorder(StepBegan(PROFILES, "compute", "profiles"))
    assert told(ledger) == [("product", "began"), ("read", "ended"), ("compute", "began")]
    ledger.close()


def test_a_step_that_goes_on_is_seen_by_others_meanwhile(tmp_path: Path) -> None:
    ledger, elsewhere = a_ledger(tmp_path), open_ledger("sqlite:///ledger.db", tmp_path)
    recorder = Recorder(RUN, ledger, now, every=0.01)
    with recorder.following():
        recorder(StepBegan(PROFILES, "compute", "profiles"))
        for _ in range(500):
            if told(elsewhere):
                break
            threading.Event().wait(0.01)
        assert told(elsewhere) == [("compute", "began")]
    ledger.close()
    elsewhere.close()


def test_what_stays_as_it_was_is_no_news(tmp_path: Path) -> None:
    ledger = a_ledger(tmp_path)
    recorder = Recorder(RUN, ledger, now)
    with recorder.following():
        recorder(ProductEnded(PROFILES, ProductStatus.UNCHANGED, "nothing changed", 0.0))
    assert told(ledger) == []
    with recorder.following():
        recorder(ProductEnded(PROFILES, ProductStatus.BLOCKED, "it is in trouble", 0.0))
    assert told(ledger) == [("product", "blocked")]
    ledger.close()


def test_a_ledger_that_is_gone_stops_nothing(tmp_path: Path) -> None:
    ledger = a_ledger(tmp_path)
    (tmp_path / "ledger.db").unlink()
    recorder = Recorder(RUN, ledger, now, every=0.01)
    with recorder.following():
        recorder(StepBegan(PROFILES, "read", "crm"))
    try:
        found = ledger.events()
    except LedgerGone:
        found = ()
    assert all(e.kind is not EventKind.RUN_STEPPED for e in found)
    ledger.close()
