"""The gateway's process is killed under load: readers get clean errors, it is back at once, and the record of reads is intact."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.flight as fl
import pytest

from hansa.access.identity import Authenticator
from hansa.access.record.past import entries as read_log
from hansa.gateway.flight.messages import StatementQuery, wrapped
from hansa.gateway.process import GatewayProcess, GatewaySettings
from hansa.ledger import UserKept
from hansa.ledger.verifying import verify
from hansa.model import ReadOutcome, UserRecord
from hansa.wiring import Workplace, now

ROWS = 200_000
READERS = 4
KILLS = 3


class Reader(threading.Thread):
    """Asks again and again. `answers` are the sums it got, `errors` what went wrong on the way."""

    def __init__(self, location: str, token: str, until: threading.Event) -> None:
        super().__init__(daemon=True)
        self._location, self._until = location, until
        self._options = fl.FlightCallOptions(headers=[(b"authorization", f"Bearer {token}".encode())], timeout=10)
        self.answers: list[int] = []
        self.errors: list[Exception] = []

    def run(self) -> None:
        while not self._until.is_set():
            try:
                with fl.connect(self._location) as client:
                    query = StatementQuery("SELECT id, customer FROM shop.orders.orders")
                    descriptor = fl.FlightDescriptor.for_command(wrapped("CommandStatementQuery", query))
                    info = client.get_flight_info(descriptor, self._options)
                    table = client.do_get(info.endpoints[0].ticket, self._options).read_all()
                    self.answers.append(table.num_rows)
            except (fl.FlightError, pa.ArrowException, OSError) as error:
                self.errors.append(error)
                time.sleep(0.02)


@pytest.fixture
def token(shop: Any) -> str:
    shop.orders(f"SELECT range AS id, 'customer ' || range AS customer, 1::BIGINT AS total FROM range({ROWS})")
    with shop.open() as workplace:
        workplace.ledger.apply((UserKept(UserRecord("ada", teams=("shop-team",))),))
        authenticator = Authenticator(lambda: workplace.compiled.mesh, workplace.ledger, None, now)
        text, _ = authenticator.issue_token("ada")
        return str(text)


@pytest.fixture
def gateway(shop: Any, token: str) -> Iterator[GatewayProcess]:
    shop.run("shop.orders")
    with GatewayProcess(GatewaySettings(str(shop.root), drain=2), dict(os.environ)) as running:
        yield running


def _until(true: Callable[[], object], seconds: float) -> float:
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < seconds, "it did not happen in time"
        time.sleep(0.01)
    return time.monotonic() - began


def test_readers_get_clean_errors_and_the_record_is_intact(shop: Any, token: str, gateway: GatewayProcess) -> None:
    done = threading.Event()
    readers = [Reader(gateway.location, token, done) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    away = []
    for _ in range(KILLS):
        before = sum(len(r.answers) for r in readers)
        _until(lambda: sum(len(r.answers) for r in readers) >= before + READERS, 30)  # noqa: B023 - over before the next round
        killed = gateway.pid
        os.kill(killed, signal.SIGKILL)
        away.append(_until(lambda: gateway.pid not in (0, killed), 10))  # noqa: B023
    before = sum(len(r.answers) for r in readers)
    _until(lambda: sum(len(r.answers) for r in readers) >= before + READERS, 30)
    done.set()
    for reader in readers:
        reader.join(20)

    assert min(away) < 1.5, away
    assert {rows for r in readers for rows in r.answers} == {ROWS}, "an answer was taken for whole that was not"
    errors = [e for r in readers for e in r.errors]
    assert errors
    assert all(isinstance(e, fl.FlightUnavailableError | fl.FlightInternalError | KeyError) for e in errors), errors
    assert not any("Traceback" in str(e) for e in errors)
    _assert_record_intact(shop.root, sum(len(r.answers) for r in readers))


def _assert_record_intact(root: Path, answered: int) -> None:
    """Every answer that somebody got has its entries, and the chain of hashes holds."""
    with Workplace.open(root, dict(os.environ)) as workplace:
        assert verify(workplace.ledger).whole
        entries = list(read_log(workplace.ledger))
        begun = {e.record.query for e in entries if e.record.outcome is ReadOutcome.BEGUN}
        whole = {e.record.query for e in entries if e.record.outcome is ReadOutcome.DONE}
    assert len(begun) >= answered
    assert whole <= begun
