"""Turns and shares of one memory limit."""

import threading

import pytest

from hansa.engines import Cancellation, Cancelled
from hansa.engines.duckdb.slots import Slots, share


@pytest.mark.parametrize(
    ("limit", "among", "each"),
    [
        ("1GB", 1, "650MB"),
        ("1GB", 2, "325MB"),
        ("4 GiB", 2, "1972MB"),
        ("400mb", 2, "100MB"),
        ("", 2, ""),
        ("80%", 2, "80%"),
    ],
)
def test_a_limit_is_shared_after_what_the_process_needs_itself(limit: str, among: int, each: str) -> None:
    assert share(limit, among) == each


def test_no_more_than_the_turns_work_at_once() -> None:
    slots, most, working = Slots(2), [0], [0]
    lock, started = threading.Lock(), threading.Barrier(5)

    def work() -> None:
        started.wait()
        with slots.taken(None):
            with lock:
                working[0] += 1
                most[0] = max(most[0], working[0])
            threading.Event().wait(0.02)
            with lock:
                working[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [2]


def test_waiting_for_a_turn_ends_when_a_stop_is_requested() -> None:
    slots, cancellation = Slots(1), Cancellation()
    with slots.taken(None):
        threading.Timer(0.05, cancellation.request).start()
        with pytest.raises(Cancelled), slots.taken(cancellation):
            pytest.fail("there was no turn to take")
    with slots.taken(None):
        pass
