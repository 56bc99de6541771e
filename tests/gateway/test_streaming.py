"""Running queries: what they hold and until when, and the watch over one that cannot be stopped."""

import contextlib
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from hansa.engines import Cancellation
from hansa.gateway.asking import STOPPED, Query, QueryLimits
from hansa.gateway.streaming import Batches, Most, Running, Watch
from hansa.gateway.turns import Turns
from hansa.model import Principal, Reader, ReadOutcome
from hansa.trouble import TroubleError


def idle(bench: Any) -> int:
    """Instances that nobody has."""
    return len(bench.gateway._instances._idle)


def test_a_short_answer_has_given_back_its_instance_before_anybody_takes_it(bench: Any) -> None:
    answer = bench.ask("SELECT id FROM customer.people ORDER BY id")
    assert idle(bench) == 1
    assert bench.records.ended == []
    assert answer.reader.read_all().column("id").to_pylist() == list(range(1, 21))
    assert [(r.outcome, r.rows) for r in bench.records.ended] == [(ReadOutcome.DONE, 20)]
    assert idle(bench) == 1


def test_an_answer_without_rows_ends_as_one_with_rows(bench: Any) -> None:
    assert bench.rows("SELECT id FROM customer.people WHERE id < 0") == []
    assert [(r.outcome, r.rows) for r in bench.records.ended] == [(ReadOutcome.DONE, 0)]
    assert idle(bench) == 1


def test_a_long_answer_keeps_its_instance_to_its_end(bench: Any) -> None:
    answer = bench.ask("SELECT range AS n FROM range(300_000)")
    assert idle(bench) == 0
    assert answer.reader.read_all().column("n").to_pylist() == list(range(300_000))
    assert idle(bench) == 1


def test_whoever_waits_for_a_turn_keeps_no_instance(make: Any) -> None:
    bench = make(running=1)
    with ThreadPoolExecutor(12) as pool:
        found = list(pool.map(lambda n: bench.rows("SELECT id FROM customer.people WHERE id = $1", (n,)), range(1, 13)))
    assert found == [[{"id": n}] for n in range(1, 13)]
    assert idle(bench) == 1


def test_what_was_computed_is_not_handed_out_after_the_query_was_stopped(bench: Any) -> None:
    stop = Cancellation()
    answer = bench.gateway.ask(Query("SELECT id FROM customer.people", Reader(Principal("ann"))), stop)
    stop.request()
    with pytest.raises(TroubleError) as caught:
        answer.reader.read_all()
    assert caught.value.troubles[0].code == "H714"
    assert [(r.outcome, r.rows) for r in bench.records.ended] == [(ReadOutcome.CANCELLED, 0)]


def test_a_query_that_goes_on_although_it_was_stopped_is_told_of(make: Any) -> None:
    """DuckDB looks at no interrupt within one call of a function, and a list can have many texts to compare."""
    told = threading.Event()
    bench = make(stuck_told=told.set, seconds=0.2, stuck=0.3)

    def ask() -> None:
        with contextlib.suppress(TroubleError):
            compared = "levenshtein(repeat(left(name, 1), 490) || n, repeat('b', 500))"
            bench.rows(f"SELECT len(list_transform(range(5000), lambda n: {compared})) AS n FROM customer.people WHERE id = 1")

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        assert told.wait(5)
        ended = [(r.outcome, r.reason) for r in bench.records.ended]
        assert ended == [(ReadOutcome.FAILED, "H712")], "its end is on record before the process ends"
    finally:
        asking.join()


def test_one_that_ends_in_time_is_not(make: Any) -> None:
    told = threading.Event()
    bench = make(stuck_told=told.set, seconds=0.2, stuck=2)
    slow = "SELECT count(*) FROM range(100000) a, range(100000) b, customer.people WHERE hash(a.range, b.range) = 0"
    assert bench.refusal(slow).code == "H712"
    assert not told.wait(2.2)


def test_a_recursive_query_ends_when_it_is_stopped(make: Any) -> None:
    """With several threads one may wait for ever for tasks that another has thrown away: seldom, and sooner on busy machines."""
    told = threading.Event()
    bench = make(stuck_told=told.set, seconds=0.2, stuck=5, threads=4)
    grown = "SELECT r.n + 1 FROM r JOIN (SELECT range AS i FROM range(300_000)) AS s ON s.i = r.n % 300_000"
    endless = f"WITH RECURSIVE r AS (SELECT range AS n FROM range(200_000) UNION ALL {grown}) SELECT count(*) AS n FROM r"
    assert bench.refusal(endless).code == "H712"
    assert not told.is_set()


class Held:
    """A result whose close returns when it is told to, as one of DuckDB's that waits for its own tasks."""

    def __init__(self) -> None:
        self.schema = pa.schema([])
        self.free = threading.Event()

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        return self

    def __next__(self) -> pa.RecordBatch:
        raise StopIteration

    def close(self) -> None:
        assert self.free.wait(30)


@pytest.mark.parametrize("free", [True, False], ids=["closed", "left behind"])
def test_a_result_that_was_broken_off_is_told_of_when_it_never_closes(free: bool) -> None:
    told, ended = threading.Event(), list[ReadOutcome]()
    watch = Watch(QueryLimits(stuck=0.3), told.set)
    running = Running("ann", Turns(1, 1, 1), Cancellation(), ExitStack(), lambda outcome, *_: ended.append(outcome))
    held = Held()
    watch.add(running)
    with duckdb.connect() as connection:
        Batches(running, connection, held, held.schema, lambda error: STOPPED, Most())
        running.end(ReadOutcome.CANCELLED)
    assert ended == [ReadOutcome.CANCELLED], "nobody waits for it"
    if free:
        held.free.set()
    assert told.wait(1.5) is not free
    held.free.set()
    watch.close()
    assert running.over
