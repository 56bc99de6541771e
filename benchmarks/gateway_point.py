"""A point query through the gateway takes at most 5 ms longer than on a warm connection of DuckDB.

Size: one port of 1,000,000 rows in one sorted Parquet file, 200 queries for one row each: what a page that shows one record asks.
What is promised is the median with everything that the gateway adds: parsing and checking, the decision, rewriting, the durable
record of the read in the ledger (SQLite), and the stream. `prepared` asks one text with a parameter, as applications do;
`written` asks a new text every time, so that nothing of a plan can be used again. The bare connection has the same view over the
same file and gives Arrow, too. Both take turns in one process.
"""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from uuid import uuid4

from benchmarks.outcome import Outcome
from benchmarks.process import part, spoken
from benchmarks.published import NAME, ROWS, published
from benchmarks.series import Figure, amount, interleaved
from benchmarks.setting import Setting

LIMIT_MS = 5.0


def measure(setting: Setting) -> Outcome:
    times, rows = (5, 10_000) if setting.small else (200, ROWS)
    contenders = tuple(
        part("benchmarks.gateway_point", n, setting.scratch, times, rows, within="ms") for n in ("prepared", "written")
    )
    prepared, written = interleaved(contenders, setting, warm=False)
    bare: Figure = amount("bare, median", prepared.said("bare"), "ms")
    over = amount("prepared, longer by", prepared.said("over"), "ms", LIMIT_MS)
    return Outcome((prepared, written), (bare, over, amount("written, longer by", written.said("over"), "ms", LIMIT_MS)))


def _measured(scratch: str, times: int, rows: int, ask: Callable[..., None]) -> Mapping[str, float]:
    import duckdb

    from hansa.gateway.asking import Query
    from hansa.model import Principal, PrincipalKind, Reader

    gateway, path = published(Path(scratch) / uuid4().hex, rows)
    reader = Reader(Principal("ada", PrincipalKind.OPERATOR))
    bare, ours = [], []
    with duckdb.connect() as connection:
        connection.execute("SET parquet_metadata_cache = true; CREATE SCHEMA orders")
        connection.execute(f"CREATE VIEW {NAME} AS SELECT * FROM read_parquet('{path}')")
        for number in range(-10, times):
            id_ = (number * 7919) % rows
            started = time.perf_counter()
            connection.sql(f"SELECT * FROM {NAME} WHERE id = {id_}").to_arrow_reader(65_536).read_all()
            between = time.perf_counter()
            ask(gateway, lambda text, values=(): Query(text, reader, parameters=values), id_)
            if number >= 0:
                bare.append(between - started)
                ours.append(time.perf_counter() - between)
    gateway.close()
    return {"ms": median(ours) * 1000, "bare": median(bare) * 1000, "over": (median(ours) - median(bare)) * 1000}


def _prepared(scratch: str, times: str, rows: str) -> Mapping[str, float]:
    return _measured(
        scratch, int(times), int(rows), lambda g, q, i: g.ask(q(f"SELECT * FROM {NAME} WHERE id = $1", (i,))).reader.read_all()
    )


def _written(scratch: str, times: str, rows: str) -> Mapping[str, float]:
    return _measured(
        scratch, int(times), int(rows), lambda g, q, i: g.ask(q(f"SELECT * FROM {NAME} WHERE id = {i}")).reader.read_all()
    )


if __name__ == "__main__":
    spoken({"prepared": _prepared, "written": _written})
