"""Recording a publication takes at most 15 ms.

Size: 100 publications of one product, each with 80 verdicts, its pointer and its lease as conditions: what a run of the
reference mesh records for its largest product. For scale, the same number of transactions of 81 plain rows by Python's own
sqlite3, in the same journal mode and with the same care for a crash (WAL; what `synchronous` says is read from the ledger's
database).
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

LIMIT_MS = 15.0
CHECKS = 80
NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


def measure(setting: Setting) -> Outcome:
    times = 5 if setting.small else 100
    contenders = tuple(part("benchmarks.ledger", n, setting.scratch, times, within="ms") for n in ("sqlite3", "hansa.ledger"))
    bare, ours = interleaved(contenders, setting, warm=False)
    return Outcome((bare, ours), (amount("publish, median", ours.values, "ms", LIMIT_MS), ratio("÷ bare sqlite3", ours, bare)))


def _hansa(scratch: str, times: str) -> Mapping[str, float]:
    from hansa.ledger import ChecksRecorded, LeaseHeld, PointerIs, Published, RunStarted
    from hansa.ledger.opening import open_ledger
    from hansa.model import CheckResult, CheckStatus, Fingerprint, Publication, PublishedPort, Run, RunId
    from hansa.names import ProductName, Version

    product = ProductName("customer", "profiles")
    table = product.port("profiles").at(1)
    ledger = open_ledger("sqlite:///.hansa/ledger.db", Path(scratch) / uuid4().hex)
    lease = ledger.acquire(f"{product}@prod", "benchmark", now=NOW, seconds=3600)
    assert lease is not None
    names = [f"column_{i}.required" for i in range(CHECKS)]
    results = tuple(CheckResult(n, str(table), n, "required", CheckStatus.PASS, threshold="no nulls") for n in names)
    pointer = None
    seconds = []
    for i in range(int(times)):
        run = RunId(f"r{i}")
        ledger.apply([RunStarted(Run(run, "prod", NOW, Fingerprint("mesh")))])
        port = PublishedPort(table, "customer.profiles.profiles", Version(1, 0, 0), table.sql, i, 100, 1000)
        prints = (Fingerprint("code"), Fingerprint("checks"), Fingerprint("inputs"))
        made = Publication(product, "prod", run, NOW, *prints, (port,), declaration="x" * 20_000)
        started = time.perf_counter()
        changes = (Published(made), ChecksRecorded(run, product, results))
        (recorded,) = ledger.apply(changes, [PointerIs(product, "prod", pointer), LeaseHeld(lease, NOW)])
        seconds.append(time.perf_counter() - started)
        pointer = recorded.id
    ledger.close()
    return {"ms": median(seconds) * 1000, "first": seconds[0] * 1000}


def _sqlite(scratch: str, times: str) -> Mapping[str, float]:
    connection = sqlite3.connect(Path(scratch) / f"{uuid4().hex}.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, name TEXT, status TEXT, declaration TEXT)")
    seconds = []
    for _ in range(int(times)):
        started = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO rows (name, declaration) VALUES ('publication', ?)", ("x" * 20_000,))
        rows = [(f"column_{i}.required", "pass") for i in range(CHECKS)]
        connection.executemany("INSERT INTO rows (name, status) VALUES (?, ?)", rows)
        connection.execute("COMMIT")
        seconds.append(time.perf_counter() - started)
    connection.close()
    return {"ms": median(seconds) * 1000}


if __name__ == "__main__":
    spoken({"sqlite3": _sqlite, "hansa.ledger": _hansa})
