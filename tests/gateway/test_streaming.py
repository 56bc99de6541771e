"""The watch over running queries: one that cannot be stopped."""

import contextlib
import threading
from typing import Any

from hansa.model import ReadOutcome
from hansa.trouble import TroubleError


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
    bench = make(stuck_told=told.set, seconds=0.2, stuck=0.3)
    slow = "SELECT count(*) FROM range(100000) a, range(100000) b, customer.people WHERE hash(a.range, b.range) = 0"
    assert bench.refusal(slow).code == "H712"
    assert not told.wait(0.6)
