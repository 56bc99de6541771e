"""How products stand while the ledger comes and goes: what is known is shown, and what goes on beside requests breaks nothing."""

import datetime as dt
import logging
import threading
import time
from dataclasses import replace
from typing import Any

import pytest

from hansa.access.deciding import CedarDecider
from hansa.ledger import LedgerGone
from hansa.ledger.memory import MemoryLedger
from hansa.model import Mesh
from hansa.server.backing import Backing
from hansa.server.catalogue import Catalogue
from hansa.server.catalogue.catalogue import FRESH, GOOD


class Away(MemoryLedger):
    """A ledger that can be gone for a while."""

    gone = False

    def last_event(self) -> int:
        if self.gone:
            raise LedgerGone("the ledger is away")
        return super().last_event()


def until(name: str) -> None:
    """Until no thread is called so."""
    deadline = time.monotonic() + 5
    while any(t.name == name for t in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def older(catalogue: Catalogue, seconds: float) -> None:
    kept = catalogue._snapshot
    assert kept is not None
    catalogue._snapshot = replace(kept, at=kept.at - seconds)


def test_while_the_ledger_is_gone_what_is_known_is_shown_for_a_while(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    escaped: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", escaped.append)
    mesh, ledger = Mesh("shop", (), ()), Away()
    unused: Any = None
    now = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
    backing = Backing(unused, CedarDecider(mesh, ()), ledger, lambda: mesh, unused, unused, lambda: now)
    catalogue = Catalogue(backing)
    assert catalogue.states() == {}
    ledger.gone = True
    older(catalogue, FRESH + 1)
    with caplog.at_level(logging.WARNING):
        assert catalogue.states() == {}, "what is known is shown, and others look beside"
        until("hansa-states")
    assert [r.getMessage() for r in caplog.records] == ["how products stand was not looked at anew: the ledger is away"]
    assert escaped == []
    older(catalogue, GOOD)
    with pytest.raises(LedgerGone):
        catalogue.states()
    ledger.gone = False
    assert catalogue.states() == {}
