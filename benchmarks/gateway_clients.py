"""With 32 clients at once, the gateway answers at least 0.8 times as many queries as bare cursors of DuckDB, none left behind.

Size: one port of 1,000,000 rows; 32 threads that each ask 30 queries one after the other, two point queries for each small
aggregate: what a dashboard with many viewers asks. The peer is one DuckDB in one process with a cursor for each thread. What is
promised: the ratio of the whole times is at most 1/0.8, and the slowest hundredth of the queries takes at most 4 times their
median.
"""

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median, quantiles
from uuid import uuid4

from benchmarks.outcome import Outcome
from benchmarks.process import part, spoken
from benchmarks.published import NAME, ROWS, published
from benchmarks.series import amount, interleaved, ratio
from benchmarks.setting import Setting

CLIENTS = 32
LIMIT = 1 / 0.8
TAIL = 4.0


def measure(setting: Setting) -> Outcome:
    times, rows = (2, 10_000) if setting.small else (30, ROWS)
    contenders = tuple(part("benchmarks.gateway_clients", n, setting.scratch, times, rows) for n in ("cursors", "hansa.gateway"))
    bare, ours = interleaved(contenders, setting, warm=False)
    tail = amount("slowest hundredth ÷ median", ours.said("tail"), "", TAIL)
    return Outcome((bare, ours), (ratio("÷ bare cursors", ours, bare, LIMIT), tail, amount("median", ours.said("ms"), "ms")))


def _texts(client: int, times: int, rows: int) -> list[tuple[str, tuple[object, ...]]]:
    found: list[tuple[str, tuple[object, ...]]] = []
    for number in range(times):
        value = (client * 7919 + number * 104_729) % rows
        if number % 3 == 2:
            found.append((f"SELECT item, sum(amount) AS total FROM {NAME} WHERE household = $1 GROUP BY item", (value % 2469,)))
        else:
            found.append((f"SELECT * FROM {NAME} WHERE id = $1", (value,)))
    return found


def _together(times: int, rows: int, asker: Callable[[int], Callable[[str, tuple[object, ...]], object]]) -> Mapping[str, float]:
    took: list[float] = []
    ready = threading.Barrier(CLIENTS + 1)

    def client(number: int) -> None:
        ask = asker(number)
        ready.wait()
        for text, values in _texts(number, times, rows):
            started = time.perf_counter()
            ask(text, values)
            took.append(time.perf_counter() - started)

    threads = [threading.Thread(target=client, args=(n,)) for n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    ready.wait()
    started = time.perf_counter()
    for thread in threads:
        thread.join()
    whole = time.perf_counter() - started
    return {"seconds": whole, "ms": median(took) * 1000, "tail": quantiles(took, n=100)[-1] / median(took)}


def _cursors(scratch: str, times: str, rows: str) -> Mapping[str, float]:
    import duckdb

    gateway, path = published(Path(scratch) / uuid4().hex, int(rows))
    with duckdb.connect() as connection:
        connection.execute("SET parquet_metadata_cache = true; CREATE SCHEMA orders")
        connection.execute(f"CREATE VIEW {NAME} AS SELECT * FROM read_parquet('{path}')")

        def asker(_: int) -> Callable[[str, tuple[object, ...]], object]:
            cursor = connection.cursor()
            return lambda text, values: cursor.sql(text, params=list(values)).to_arrow_reader(65_536).read_all()

        found = _together(int(times), int(rows), asker)
    gateway.close()
    return found


def _gateway(scratch: str, times: str, rows: str) -> Mapping[str, float]:
    from hansa.gateway.asking import Query
    from hansa.model import Principal, PrincipalKind, Reader

    gateway, _ = published(Path(scratch) / uuid4().hex, int(rows))

    def asker(number: int) -> Callable[[str, tuple[object, ...]], object]:
        reader = Reader(Principal(f"client{number % 8}", PrincipalKind.OPERATOR))
        return lambda text, values: gateway.ask(Query(text, reader, parameters=values)).reader.read_all()

    found = _together(int(times), int(rows), asker)
    gateway.close()
    return found


if __name__ == "__main__":
    spoken({"cursors": _cursors, "hansa.gateway": _gateway})
