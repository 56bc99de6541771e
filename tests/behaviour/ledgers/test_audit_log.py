"""The audit log: a chain of what was read, found again by serial and by time."""

import hashlib
from dataclasses import replace

import pytest
from tests.behaviour.ledgers.records import NOW, PROFILES, a_read, a_run, later

from hansa.ledger import Conflict, LeaseHeld, Ledger, PointerIs, ReadsRecorded, RunStarted
from hansa.ledger.verifying import Head, verify
from hansa.model import Lease, PublicationId, ReadOutcome, ReadRecord

FULL = a_read(
    outcome=ReadOutcome.DONE,
    rules=("hansa.owner", "r2"),
    policy_version="v" * 64,
    reason='"no"\n',
    rows=7,
    bytes=2**40,
    seconds=1.25,
)


def numbered(*seconds: float) -> tuple[ReadRecord, ...]:
    return tuple(replace(a_read(f"q{number}"), at=later(at)) for number, at in enumerate(seconds, 1))


def test_reads_are_read_as_they_were_recorded(ledger: Ledger) -> None:
    bare = ReadRecord("q2", NOW, ReadOutcome.REFUSED, "eve", environment="pr-17")
    ledger.apply([ReadsRecorded((FULL, bare))])
    assert [entry.record for entry in ledger.audit_log()] == [FULL, bare]


def test_a_read_whose_query_has_no_name_is_refused_and_spoils_nothing(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="names its query"):
        ledger.apply([ReadsRecorded((FULL, replace(FULL, query="")))])
    assert ledger.audit_log() == ()


def test_a_duration_is_kept_in_microseconds(ledger: Ledger) -> None:
    ledger.apply([ReadsRecorded((a_read(seconds=0.1234567),))])
    assert ledger.audit_log()[0].record.seconds == 0.123457


def test_serials_have_no_gaps_and_each_hash_covers_the_one_before(ledger: Ledger) -> None:
    ledger.apply([ReadsRecorded(numbered(1, 2))])
    ledger.apply([ReadsRecorded(()), ReadsRecorded(numbered(3))])
    previous = "0" * 64
    for number, entry in enumerate(ledger.written_entries(), 1):
        assert (entry.serial, entry.previous) == (number, previous)
        previous = hashlib.sha256(f"{previous}\n{entry.text}".encode()).hexdigest()
        assert entry.hash == previous
    assert ledger.audit_head() == (3, previous)
    assert verify(ledger).head == Head(3, previous)


def test_the_text_that_is_hashed_is_sorted_json_in_ascii_without_what_is_empty(ledger: Ledger) -> None:
    ledger.apply([ReadsRecorded((replace(a_read(), statement="ä", fingerprint="", purpose=""),))])
    assert ledger.written_entries()[0].text == (
        '{"at":"2026-03-01T12:00:00.123457Z","consumer":"churn","format":1,"outcome":"begun","ports":[{"columns":["id",'
        '"\\u00e9mail"],"grant":"g1","masked":["\\u00e9mail"],"port":"customer.profiles.profiles@1","snapshot":9223372036854775807}]'
        ',"principal":"ada","query":"q1","statement":"\\u00e4","way":"http"}'
    )


def test_a_write_that_is_refused_leaves_the_chain_as_it_was(ledger: Ledger) -> None:
    ledger.apply([ReadsRecorded(numbered(1))])
    head = ledger.audit_head()
    with pytest.raises(Conflict):
        ledger.apply([ReadsRecorded(numbered(2))], [PointerIs(PROFILES, "prod", PublicationId(1))])
    with pytest.raises(ValueError):
        ledger.apply([ReadsRecorded(numbered(2)), ReadsRecorded((replace(a_read(), at=NOW.replace(tzinfo=None)),))])
    with pytest.raises(Conflict):
        ledger.apply([ReadsRecorded(numbered(2)), RunStarted(a_run())], [LeaseHeld(Lease("k", "a", 1, NOW), NOW)])
    assert ledger.audit_head() == head
    ledger.apply([ReadsRecorded(numbered(2))])
    assert [entry.serial for entry in ledger.audit_log()] == [1, 2]


def serials(ledger: Ledger, **how: object) -> list[int]:
    return [entry.serial for entry in ledger.audit_log(**how)]  # type: ignore[arg-type]


def test_entries_are_found_by_serial_in_both_directions(ledger: Ledger) -> None:
    ledger.apply([ReadsRecorded(numbered(1, 2, 3, 4, 5))])
    assert serials(ledger, limit=2) == [1, 2]
    assert serials(ledger, after=2, limit=2) == [3, 4]
    assert serials(ledger, newest=True, limit=2) == [5, 4]
    assert serials(ledger, newest=True, limit=2, before=4) == [3, 2]
    assert serials(ledger, after=1, before=4) == [2, 3]
    assert serials(ledger, before=1) == serials(ledger, after=5) == serials(ledger, limit=0) == []


def test_entries_are_found_by_time_though_the_clock_stepped_back(ledger: Ledger) -> None:
    ledger.apply([ReadsRecorded(numbered(10, 30, 20, 40))])
    assert serials(ledger, since=later(20)) == [2, 3, 4]
    assert serials(ledger, until=later(30)) == [1, 3]
    assert serials(ledger, since=later(20), until=later(40), newest=True) == [3, 2]
    assert serials(ledger, since=later(50)) == serials(ledger, since=later(20), until=later(20)) == []
    assert verify(ledger).whole


def test_an_empty_log_is_whole(ledger: Ledger) -> None:
    assert ledger.audit_head() == (0, "0" * 64)
    assert verify(ledger).whole
