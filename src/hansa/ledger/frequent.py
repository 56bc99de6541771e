"""What every query of a reader asks of the ledger and adds to it, in constant texts on the driver's own connection.

Over statements as short as these, SQLAlchemy takes several times as long as the database does. Each text is SQL of any database;
only the question marks, where values go in, are SQLite's.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from hansa.ledger import gone
from hansa.ledger.chain import GENESIS, written_after
from hansa.model import ReadRecord

_LAST_EVENT = "SELECT max(id) FROM outbox"
_LAST_STEP = "SELECT max(serial) FROM access_steps"
_ENDS = "SELECT serial, hash, (SELECT max(serial) FROM audit_log) FROM (SELECT 1) AS one LEFT JOIN audit_head ON id = 1"
_ADD = "INSERT INTO audit_log (serial, at, previous, record, hash) VALUES (?, ?, ?, ?, ?)"
_MOVE_HEAD = (
    "INSERT INTO audit_head (id, serial, hash) VALUES (1, ?, ?) "
    "ON CONFLICT (id) DO UPDATE SET serial = excluded.serial, hash = excluded.hash"
)


class Answered(Protocol):
    def fetchone(self) -> Any: ...


class Driven(Protocol):
    """A driver's own connection or cursor, as far as it is used here."""

    def execute(self, text: str, values: Sequence[Any] = (), /) -> Answered: ...

    def executemany(self, text: str, rows: Sequence[Sequence[Any]], /) -> object: ...


def last_event(driven: Driven) -> int:
    """The newest event's id; 0 before the first."""
    return driven.execute(_LAST_EVENT).fetchone()[0] or 0


def last_step(driven: Driven) -> int:
    """The serial of the newest step of any request; 0 before the first."""
    return driven.execute(_LAST_STEP).fetchone()[0] or 0


def append_reads(driven: Driven, records: Iterable[ReadRecord]) -> None:
    """Put records behind the last entry of the audit log, within a transaction that lets nobody else write.

    Raises `LedgerGone` where somebody put entries behind the last one, or took away what the ledger knows of it.
    """
    serial, hash_, highest = driven.execute(_ENDS).fetchone()
    chained = written_after(serial or 0, hash_ or GENESIS, records)
    if not chained:
        return
    if (highest or 0) > (serial or 0):
        raise gone.tampered(chained[0].serial)
    driven.executemany(_ADD, [(e.serial, e.at, e.previous, e.text, e.hash) for e in chained])
    driven.execute(_MOVE_HEAD, (chained[-1].serial, chained[-1].hash))
