"""The audit log read in pieces: one line a query, whatever became of it."""

import datetime as dt
from dataclasses import replace

import pytest

from hansa.access.record import ReadFilter, by_port, entries, last_of_each_query, past, used_lately
from hansa.ledger import Ledger, ReadsRecorded
from hansa.ledger.memory import MemoryLedger
from hansa.model import PortRead, ReadOutcome, ReadRecord
from hansa.names import PortMajor, PortName

NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
PORT = PortMajor(PortName("customer", "profiles", "profiles"), 1)
BEGUN, DONE, REFUSED = ReadOutcome.BEGUN, ReadOutcome.DONE, ReadOutcome.REFUSED


def read(query: str, outcome: ReadOutcome, seconds: float = 0, port: PortMajor = PORT, who: str = "ada") -> ReadRecord:
    at = NOW + dt.timedelta(seconds=seconds)
    return ReadRecord(query, at, outcome, who, "churn", "fraud", ports=(PortRead(port, 1, ("id",)),))


@pytest.fixture
def ledger(monkeypatch: pytest.MonkeyPatch) -> Ledger:
    monkeypatch.setattr(past, "PAGE", 2)  # so that a few entries are many pages
    made = MemoryLedger()
    records = [read("a", BEGUN, 1), read("b", BEGUN, 2), read("b", DONE, 2), read("c", REFUSED, 3), read("a", DONE, 1)]
    made.apply([ReadsRecorded((*records, read("d", BEGUN, 4, who="bob")))])
    return made


def test_each_query_is_told_once_newest_first_with_what_became_of_it(ledger: Ledger) -> None:
    found = [(e.serial, e.record.query, str(e.record.outcome)) for e in last_of_each_query(ledger)]
    assert found == [(6, "d", "begun"), (5, "a", "done"), (4, "c", "refused"), (3, "b", "done")]


def test_all_entries_are_read_over_many_pages_in_both_directions(ledger: Ledger) -> None:
    assert [e.serial for e in entries(ledger)] == [1, 2, 3, 4, 5, 6]
    assert [e.serial for e in entries(ledger, newest=True)] == [6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    ("wanted", "queries"),
    [
        (ReadFilter(principal="bob"), ["d"]),
        (ReadFilter(consumer="churn", purpose="fraud"), ["d", "a", "c", "b"]),
        (ReadFilter(consumer="other"), []),
        (ReadFilter(outcome=BEGUN), ["d", "b", "a"]),
        (ReadFilter(since=NOW + dt.timedelta(seconds=2), until=NOW + dt.timedelta(seconds=4)), ["c", "b"]),
        (ReadFilter(port=by_port("customer.profiles.profiles@1")), ["d", "a", "c", "b"]),
        (ReadFilter(port=by_port("customer.profiles.profiles")), ["d", "a", "c", "b"]),
        (ReadFilter(port=by_port("customer/profiles")), ["d", "a", "c", "b"]),
        (ReadFilter(port=by_port("customer")), ["d", "a", "c", "b"]),
        (ReadFilter(port=by_port("customer.profiles.profiles@2")), []),
        (ReadFilter(port=by_port("custom")), []),
    ],
)
def test_a_filter_leaves_what_it_names(ledger: Ledger, wanted: ReadFilter, queries: list[str]) -> None:
    assert [e.record.query for e in last_of_each_query(ledger, wanted)] == queries


def test_a_column_names_no_port() -> None:
    with pytest.raises(ValueError, match="no port"):
        by_port("customer.profiles.profiles#id")


def test_the_newest_queries_since_a_time_are_at_most_so_many(ledger: Ledger) -> None:
    assert [r.query for r in used_lately(ledger, NOW, 3)] == ["d", "a", "c"]
    assert [r.query for r in used_lately(ledger, NOW + dt.timedelta(seconds=3), 9)] == ["d", "c"]


def test_a_query_that_ended_without_a_beginning_is_told(ledger: Ledger) -> None:
    ledger.apply([ReadsRecorded((replace(read("e", DONE), ports=()),))])
    assert next(last_of_each_query(ledger)).record.query == "e"
