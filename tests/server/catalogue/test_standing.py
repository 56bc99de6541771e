"""How products stand while others publish, and while the ledger comes and goes."""

import datetime as dt
import logging
import threading
import time
from dataclasses import replace
from typing import Any

import pytest

from hansa.access.deciding import CedarDecider
from hansa.catalog import states
from hansa.ledger import LedgerGone, ProductFinished, RunEnded, RunStarted
from hansa.ledger.memory import MemoryLedger
from hansa.model import (
    DEFAULT_ENVIRONMENT,
    Domain,
    Fingerprint,
    Mesh,
    Platform,
    Product,
    ProductRun,
    ProductStatus,
    Run,
    RunId,
    RunStatus,
)
from hansa.names import DomainName, ProductName
from hansa.server.backing import Backing
from hansa.server.catalogue import Catalogue
from hansa.server.catalogue.standing import FRESH, GOOD, SMALL

NOW = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
HERE = Platform("here", "duckdb")
NAMES = [ProductName("hansa", f"product_{n:03}") for n in range(SMALL + 1)]


class Away(MemoryLedger):
    """A ledger that can be gone for a while, and counts how often it was asked for all products."""

    gone = False
    gathered = 0

    def last_event(self) -> int:
        if self.gone:
            raise LedgerGone("the ledger is away")
        return super().last_event()

    def last_product_runs(self, environment: str) -> Any:
        self.gathered += 1
        return super().last_product_runs(environment)


def catalogue_of(products: int) -> tuple[Catalogue, Away]:
    made = tuple(Product(name, str(name), "1.0.0", HERE, (), (), (), "") for name in NAMES[:products])
    mesh, ledger = Mesh("shop", (Domain(DomainName("hansa"), made),), (HERE,)), Away()
    unused: Any = None
    backing = Backing(unused, CedarDecider(mesh, ()), ledger, lambda: mesh, unused, unused, lambda: NOW)
    return Catalogue(backing), ledger


def fail(ledger: MemoryLedger, run: str, product: ProductName) -> None:
    """A run that refuses a product's data, from its beginning to its end."""
    id_ = RunId(run)
    ledger.apply([RunStarted(Run(id_, DEFAULT_ENVIRONMENT, NOW, Fingerprint("mesh"), products=(product,)))])
    ledger.apply([ProductFinished(ProductRun(id_, product, ProductStatus.FAILED, "a check failed"))])
    ledger.apply([RunEnded(id_, RunStatus.FAILED, NOW)])


def until(name: str) -> None:
    """Until no thread is called so."""
    deadline = time.monotonic() + 5
    while any(t.name == name for t in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def older(catalogue: Catalogue, seconds: float) -> None:
    kept = catalogue.standing._kept
    assert kept is not None
    catalogue.standing._kept = replace(kept, at=kept.at - seconds)


def test_in_a_small_mesh_the_very_next_look_sees_what_was_recorded() -> None:
    catalogue, ledger = catalogue_of(3)
    assert catalogue.states()[str(NAMES[0])].state == "declared"
    fail(ledger, "r1", NAMES[0])
    assert catalogue.states()[str(NAMES[0])].state == "failed"
    before = ledger.gathered
    assert catalogue.states()[str(NAMES[0])].note == "a check failed"
    older(catalogue, FRESH + 1)
    assert catalogue.states()[str(NAMES[0])].state == "failed"
    assert ledger.gathered == before, "nothing was recorded since, so nothing is gathered"


def test_in_a_large_mesh_a_look_waits_for_nobody_and_a_later_one_sees_it() -> None:
    catalogue, ledger = catalogue_of(SMALL + 1)
    assert len(catalogue.states()) == SMALL + 1
    fail(ledger, "r1", NAMES[0])
    older(catalogue, FRESH + 1)
    assert catalogue.states()[str(NAMES[0])].state == "declared"
    until("hansa-states")
    assert catalogue.states()[str(NAMES[0])].state == "failed"


@pytest.mark.parametrize("products", [3, SMALL + 1])
def test_some_products_stand_as_all_of_them_do(products: int) -> None:
    catalogue, ledger = catalogue_of(products)
    fail(ledger, "r1", NAMES[1])
    every = {s.name: s for s in states(catalogue.backing.mesh(), ledger, DEFAULT_ENVIRONMENT, NOW)}
    wanted = {str(name): every[str(name)] for name in NAMES[:3]}
    assert catalogue.standing.of(NAMES[:3]) == wanted, "read for them alone, or gathered with all others"
    until("hansa-states")
    before = ledger.gathered
    assert catalogue.standing.of(NAMES[:3]) == wanted
    older(catalogue, GOOD * 100)
    assert catalogue.standing.of(NAMES[:3]) == wanted
    assert ledger.gathered == before, "what is kept holds while nothing is recorded"
    fail(ledger, "r2", NAMES[2])
    older(catalogue, GOOD * 100)
    assert catalogue.standing.of([NAMES[2]])[str(NAMES[2])].state == "failed"
    until("hansa-states")


@pytest.mark.parametrize("products", [0, 3, SMALL + 1])
def test_while_the_ledger_is_gone_what_is_known_is_shown_for_a_while(
    products: int, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    escaped: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", escaped.append)
    catalogue, ledger = catalogue_of(products)
    assert len(catalogue.states()) == products
    ledger.gone = True
    older(catalogue, FRESH + 1)
    with caplog.at_level(logging.WARNING):
        assert len(catalogue.states()) == products
        until("hansa-states")
    assert [r.getMessage() for r in caplog.records] == ["how products stand was not looked at anew: the ledger is away"]
    assert escaped == []
    older(catalogue, GOOD)
    with pytest.raises(LedgerGone):
        catalogue.states()
    ledger.gone = False
    assert len(catalogue.states()) == products
