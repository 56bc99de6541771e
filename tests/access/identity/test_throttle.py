"""Whoever is wrong again and again waits longer and longer, and nobody else does."""

from typing import Any

from hansa.access.identity import throttle
from hansa.access.identity.throttle import FREE, LONGEST_WAIT, MOST_SOURCES, Throttle


def test_the_wait_doubles_up_to_a_minute_and_belongs_to_one_source(clock: Any) -> None:
    tried = Throttle(clock.seconds)
    waits = []
    for _ in range(FREE + 8):
        tried.failed("a")
        waits.append(tried.wait("a"))
    assert waits == [0] * (FREE - 1) + [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert tried.wait("b") == 0
    clock.passed += LONGEST_WAIT
    assert tried.wait("a") == 0


def test_a_good_credential_and_a_long_time_end_the_row(clock: Any) -> None:
    tried = Throttle(clock.seconds)
    for source in ("a", "b"):
        for _ in range(FREE + 3):
            tried.failed(source)
    tried.succeeded("a")
    tried.failed("a")
    assert tried.wait("a") == 0
    clock.passed += throttle.FORGOTTEN + 1
    tried.failed("b")
    assert tried.wait("b") == 0


def test_a_source_that_is_not_said_keeps_nobody_waiting(clock: Any) -> None:
    tried = Throttle(clock.seconds)
    for _ in range(FREE + 5):
        tried.failed("")
    assert tried.wait("") == 0


def test_a_flood_of_sources_is_remembered_within_bounds_and_keeps_the_newest(clock: Any) -> None:
    tried = Throttle(clock.seconds)
    for number in range(MOST_SOURCES * 2):
        tried.failed(str(number))
    assert len(tried._sources) == MOST_SOURCES
    for _ in range(FREE):
        tried.failed("last")
    assert tried.wait("last") == 1
