"""The record of a read's beginning takes at most 1 ms more than the disk does, for a reader who is alone.

Size: 300 beginnings, one after the other, each durable when it returns. What the disk takes are as many transactions of one row
of the same size by Python's own sqlite3, in the same journal mode and with the same care for a crash: 0.3 ms where flushing is
quick, 4 ms and more where it is not.
"""

import datetime as dt
import sqlite3
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from uuid import uuid4

from benchmarks.outcome import Outcome
from benchmarks.process import part, spoken
from benchmarks.series import amount, interleaved, ratio
from benchmarks.setting import Setting

LIMIT_MS = 1.0
NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


def measure(setting: Setting) -> Outcome:
    times = 20 if setting.small else 300
    contenders = tuple(part("benchmarks.audit_log", n, setting.scratch, times, within="ms") for n in ("sqlite3", "recorder"))
    bare, ours = interleaved(contenders, setting, warm=False)
    more = tuple(our - plain for our, plain in zip(ours.values, bare.values, strict=True))
    return Outcome((bare, ours), (amount("begin, beyond the disk", more, "ms", LIMIT_MS), ratio("÷ bare sqlite3", ours, bare)))


def _recorder(scratch: str, times: str) -> Mapping[str, float]:
    from hansa.gateway.recording import LedgerRecorder
    from hansa.ledger.opening import open_ledger
    from hansa.model import PortRead, ReadOutcome, ReadRecord
    from hansa.names import ProductName

    port = ProductName("customer", "profiles").port("profiles").at(1)
    columns = tuple(f"column_{n}" for n in range(12))
    ledger = open_ledger("sqlite:///.hansa/ledger.db", Path(scratch) / uuid4().hex)
    recorder = LedgerRecorder(ledger)
    taken = []
    for number in range(int(times)):
        ports = (PortRead(port, 2**62, columns, columns[:2], "r1"),)
        record = ReadRecord(
            f"q{number}", NOW, ReadOutcome.BEGUN, "ada", "churn", "fraud", "http", "prod", "f" * 32, "SELECT ?", ports
        )
        start = time.perf_counter()
        recorder.begin(record)
        taken.append(time.perf_counter() - start)
    recorder.close()
    ledger.close()
    return {"ms": median(taken) * 1000}


def _sqlite(scratch: str, times: str) -> Mapping[str, float]:
    connection = sqlite3.connect(Path(scratch) / f"{uuid4().hex}.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE reads (serial INTEGER PRIMARY KEY, at INTEGER, previous TEXT, record TEXT, hash TEXT)")
    taken = []
    for _ in range(int(times)):
        start = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO reads (at, previous, record, hash) VALUES (1, ?, ?, ?)", ("p" * 64, "r" * 500, "h" * 64))
        connection.execute("COMMIT")
        taken.append(time.perf_counter() - start)
    connection.close()
    return {"ms": median(taken) * 1000}


if __name__ == "__main__":
    spoken({"sqlite3": _sqlite, "recorder": _recorder})
