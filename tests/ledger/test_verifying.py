"""What was done to the audit log behind Hansa's back, each found at its first entry."""

import datetime as dt
import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hansa.ledger import Ledger, LedgerGone, ReadsRecorded
from hansa.ledger.chain import GENESIS
from hansa.ledger.opening import open_ledger
from hansa.ledger.verifying import Head, verify
from hansa.model import ReadOutcome, ReadRecord

NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest.fixture
def ledger(file: Path) -> Iterator[Ledger]:
    """With ten entries."""
    opened = open_ledger("sqlite:///ledger.db", file.parent)
    write(opened, *range(1, 11))
    yield opened
    opened.close()


def write(ledger: Ledger, *numbers: int) -> None:
    reads = (ReadRecord(f"q{n}", NOW + dt.timedelta(seconds=n), ReadOutcome.BEGUN, "ada", rows=n) for n in numbers)
    ledger.apply([ReadsRecorded(tuple(reads))])


def tamper(file: Path, *statements: str) -> None:
    with closing(sqlite3.connect(file)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def rehash(file: Path, first: int) -> None:
    """What somebody does who knows how the chain is made: write all of it anew from an entry on."""
    with closing(sqlite3.connect(file)) as connection:
        before = connection.execute("SELECT hash FROM audit_log WHERE serial = ?", (first - 1,)).fetchone()
        previous = before[0] if before else GENESIS
        rows = connection.execute("SELECT serial, record FROM audit_log WHERE serial >= ? ORDER BY serial", (first,)).fetchall()
        for serial, text in rows:
            digest = hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()
            values = (previous, digest, serial)
            connection.execute("UPDATE audit_log SET previous = ?, hash = ? WHERE serial = ?", values)
            previous = digest
        connection.execute("UPDATE audit_head SET serial = ?, hash = ?", (rows[-1][0], previous))
        connection.commit()


def test_a_log_that_nobody_touched_is_whole(ledger: Ledger) -> None:
    found = verify(ledger)
    assert (found.whole, found.entries, found.head) == (True, 10, Head(*ledger.audit_head()))


@pytest.mark.parametrize(
    ("statement", "broken", "reason"),
    [
        ("UPDATE audit_log SET record = replace(record, 'ada', 'eve') WHERE serial = 4", 4, "edited"),
        ("UPDATE audit_log SET hash = upper(hash) WHERE serial = 4", 4, "edited"),
        ("UPDATE audit_log SET at = at + 1 WHERE serial = 4", 4, "filed under another time"),
        ("UPDATE audit_log SET at = 'soon' WHERE serial = 4", 4, "filed under another time"),
        ("UPDATE audit_log SET previous = hash WHERE serial = 4", 4, "edited"),
        ("UPDATE audit_log SET record = x'ff00' WHERE serial = 4", 4, "edited"),
        ("DELETE FROM audit_log WHERE serial = 4", 4, "entry 4 is missing"),
        ("DELETE FROM audit_log WHERE serial BETWEEN 4 AND 6", 4, "entries 4 to 6 are missing"),
        ("DELETE FROM audit_log WHERE serial < 3", 1, "entries 1 to 2 are missing"),
        ("DELETE FROM audit_log WHERE serial > 7", 8, "the end was cut off"),
        ("DELETE FROM audit_log", 1, "the end was cut off"),
        ("INSERT INTO audit_log SELECT 11, at, previous, record, hash FROM audit_log WHERE serial = 3", 11, "does not follow"),
        ("INSERT INTO audit_log SELECT 0, at, previous, record, hash FROM audit_log WHERE serial = 3", 1, "was inserted"),
        ("UPDATE audit_head SET serial = 9", 10, "it was added"),
        ("DELETE FROM audit_head", 1, "it was added"),
        ("UPDATE audit_head SET hash = 'beef'", 10, "not the newest entry"),
    ],
)
def test_what_was_done_to_it_is_found_at_its_first_entry(
    ledger: Ledger, file: Path, statement: str, broken: int, reason: str
) -> None:
    tamper(file, statement)
    found = verify(ledger)
    assert found.broken == broken
    assert reason in found.reason
    # Where only the ledger's own note was changed, the chain itself holds together.
    assert found.entries == (10 if "audit_head" in statement else broken - 1)


def test_entries_that_changed_places_are_found(ledger: Ledger, file: Path) -> None:
    move = "UPDATE audit_log SET serial = {} WHERE serial = {}".format
    tamper(file, move(99, 4), move(4, 5), move(5, 99))
    found = verify(ledger)
    assert (found.broken, found.entries) == (4, 3)
    assert "does not follow the entry before it" in found.reason


def test_an_entry_with_another_serial_leaves_a_gap(ledger: Ledger, file: Path) -> None:
    tamper(file, "UPDATE audit_log SET serial = 40 WHERE serial = 10")
    assert verify(ledger).reason == "entries 10 to 39 are missing"


def test_a_cut_that_was_written_over_stays_visible(ledger: Ledger, file: Path) -> None:
    tamper(file, "DELETE FROM audit_log WHERE serial > 7")
    write(ledger, 11, 12)
    found = verify(ledger)
    assert (found.broken, found.reason) == (8, "entries 8 to 10 are missing")


def test_a_chain_written_anew_is_whole_but_for_what_was_noted_before(ledger: Ledger, file: Path) -> None:
    noted = verify(ledger).head
    tamper(file, "UPDATE audit_log SET record = replace(record, 'ada', 'eve') WHERE serial = 4")
    rehash(file, 4)
    assert verify(ledger).whole
    with_head = verify(ledger, [Head(0, GENESIS), noted])
    assert (with_head.broken, with_head.entries) == (10, 9)
    assert "written anew" in with_head.reason
    assert verify(ledger, hashes=[noted.hash]).unknown == (noted.hash,)
    assert not verify(ledger, hashes=[noted.hash]).whole


def test_a_cut_that_hides_its_traces_is_found_by_a_noted_head(ledger: Ledger, file: Path) -> None:
    noted = verify(ledger).head
    tamper(
        file,
        "DELETE FROM audit_log WHERE serial > 7",
        "UPDATE audit_head SET (serial, hash) = (SELECT serial, hash FROM audit_log WHERE serial = 7)",
    )
    assert verify(ledger).whole
    found = verify(ledger, [noted])
    assert found.broken == 8
    assert found.reason == "the end was cut off: an earlier verification noted 10 entries"


def test_a_head_noted_elsewhere_is_found_anywhere_in_the_log(ledger: Ledger) -> None:
    noted = verify(ledger).head
    write(ledger, 11, 12)
    assert verify(ledger, [noted], [noted.hash.upper(), GENESIS]).whole


def test_an_entry_that_cannot_be_read_any_more_is_said_to_be_so(ledger: Ledger, file: Path) -> None:
    tamper(file, "UPDATE audit_log SET record = '{}' WHERE serial = 4")
    with pytest.raises(LedgerGone, match="entry 4 of the audit log is not as Hansa wrote it") as raised:
        ledger.audit_log()
    assert raised.value.code == "H457"
    assert len(ledger.audit_log(after=4)) == 6


def test_nothing_is_recorded_behind_entries_that_somebody_else_added(ledger: Ledger, file: Path) -> None:
    tamper(file, "INSERT INTO audit_log SELECT 11, at, previous, record, hash FROM audit_log WHERE serial = 3")
    with pytest.raises(LedgerGone) as raised:
        write(ledger, 11)
    assert raised.value.code == "H457"


def test_an_outsider_verifies_with_a_few_lines(ledger: Ledger, file: Path) -> None:
    """As the how-to page has them."""
    page = Path(__file__).parents[2] / "docs" / "how-to" / "audit-log.md"
    script = page.read_text().split("```python\n", 1)[1].split("```", 1)[0].replace(".hansa/ledger.db", str(file))
    told: dict[str, object] = {}
    exec(script, told)
    assert told["previous"] == ledger.audit_head()[1]
    tamper(file, "UPDATE audit_log SET record = replace(record, 'ada', 'eve') WHERE serial = 4")
    with pytest.raises(AssertionError, match="4"):
        exec(script, {})
