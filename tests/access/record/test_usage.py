"""What was used by whom, and what it costs."""

import datetime as dt
from dataclasses import replace

import pytest

from hansa.access.record import ReadFilter, Usage, usage_of
from hansa.access.record.usage import _priced
from hansa.ledger import ReadsRecorded
from hansa.ledger.memory import MemoryLedger
from hansa.model import Contract, Mesh, PortRead, ReadOutcome, ReadRecord
from hansa.names import PortMajor, PortName, Version

NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
FIRST = PortMajor(PortName("a", "b", "c"), 1)
OTHER = PortMajor(PortName("a", "b", "d"), 1)


def read(query: str, outcome: ReadOutcome, *ports: PortMajor, rows: int = 0, consumer: str = "churn") -> ReadRecord:
    named = tuple(PortRead(port, 1) for port in ports)
    return ReadRecord(query, NOW, outcome, "ada", consumer, "fraud", ports=named, rows=rows, bytes=rows * 10, seconds=rows / 4)


def test_a_query_counts_once_for_each_port_with_what_its_answer_was() -> None:
    ledger = MemoryLedger()
    later = replace(read("q4", ReadOutcome.BEGUN, FIRST), at=NOW + dt.timedelta(hours=1))
    records = (
        read("q1", ReadOutcome.BEGUN, FIRST, OTHER),
        read("q1", ReadOutcome.DONE, FIRST, OTHER, rows=4),
        read("q2", ReadOutcome.REFUSED, FIRST),
        read("q3", ReadOutcome.FAILED, FIRST),
        read("q5", ReadOutcome.FAILED, FIRST, rows=2),
        read("q6", ReadOutcome.DONE, OTHER, rows=8, consumer=""),
        later,
    )
    ledger.apply([ReadsRecorded(records)])
    assert usage_of(ledger, Mesh("m", (), ()), ReadFilter()) == (
        Usage("", "fraud", OTHER, 1, 0, 8, 80, 2.0, NOW),
        Usage("churn", "fraud", FIRST, 3, 1, 6, 60, 1.5, later.at),
        Usage("churn", "fraud", OTHER, 1, 0, 4, 40, 1.0, NOW),
    )


@pytest.mark.parametrize(
    ("price", "unit", "cost"),
    [
        (0.5, "query", 2.0),
        (0.5, "queries", 2.0),
        (0.5, "per read", 2.0),
        (0.01, "Rows", 0.3),
        (2.0, "megabyte", 6.0),
        (2.0, "GB", 0.006),
        (2.0, "month", None),
        (2.0, "", None),
        (None, "query", None),
    ],
)
def test_it_costs_what_the_contract_says_of_what_can_be_counted(price: float | None, unit: str, cost: float | None) -> None:
    contract = Contract("a.b.c", Version(1), (), price=price, price_currency="EUR", price_unit=unit)
    found = _priced(Usage("churn", "fraud", FIRST, reads=4, rows=30, bytes=3_000_000), contract)
    assert found.cost == (None if cost is None else pytest.approx(cost))
    assert found.currency == ("" if cost is None else "EUR")
