"""A point query through the gateway takes at most 5 ms longer than on a warm connection of DuckDB.

Size: one port of 1,000,000 rows in one sorted Parquet file, 200 queries for one row each: what a page that shows one record asks.
What is promised is the median with everything that the gateway adds: parsing and checking, the decision, rewriting, the durable
record of the read in the ledger (SQLite), and the stream. `prepared` asks one text with a parameter, as applications do;
`written` asks a new text every time, so that nothing of a plan can be used again. The bare connection has the same view over the
same file and gives Arrow, too. Both take turns in one process. Beside the time stands the work, in processor seconds of all
threads, which others on the machine disturb less.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
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
    longer = [amount(f"{s.contender.name}, longer by", s.said("over"), "ms", LIMIT_MS) for s in (prepared, written)]
    work = [amount(f"{s.contender.name} ÷ bare, in processor seconds", s.said("work"), "") for s in (prepared, written)]
    return Outcome((prepared, written), (bare, *longer, *work))


def _measured(scratch: str, times: int, rows: int, ask: Callable[..., None]) -> Mapping[str, float]:
    import duckdb

    from hansa.gateway.asking import Query
    from hansa.model import Principal, PrincipalKind, Reader

    gateway, path = published(Path(scratch) / uuid4().hex, rows)
    reader = Reader(Principal("ada", PrincipalKind.OPERATOR))
    bare, ours = _Took(), _Took()
    with duckdb.connect() as connection:
        connection.execute("SET parquet_metadata_cache = true; CREATE SCHEMA orders")
        connection.execute(f"CREATE VIEW {NAME} AS SELECT * FROM read_parquet('{path}')")
        for number in range(-10, times):
            id_ = (number * 7919) % rows
            with bare.timed(counts=number >= 0):
                connection.sql(f"SELECT * FROM {NAME} WHERE id = {id_}").to_arrow_reader(65_536).read_all()
            with ours.timed(counts=number >= 0):
                ask(gateway, lambda text, values=(): Query(text, reader, parameters=values), id_)
    gateway.close()
    over = median(ours.seconds) - median(bare.seconds)
    return {
        "ms": median(ours.seconds) * 1000,
        "bare": median(bare.seconds) * 1000,
        "over": over * 1000,
        "work": median(ours.work) / median(bare.work),
    }


class _Took:
    """What queries took: seconds, and processor seconds of all threads."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.work: list[float] = []

    @contextmanager
    def timed(self, *, counts: bool) -> Iterator[None]:
        started, before = time.perf_counter(), time.process_time()
        yield
        if counts:
            self.seconds.append(time.perf_counter() - started)
            self.work.append(time.process_time() - before)


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
