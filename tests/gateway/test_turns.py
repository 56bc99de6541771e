"""Turns go round the principals; waiting is bounded and can be given up."""

import os
import threading
from contextlib import ExitStack

import pytest

from hansa.engines import Cancellation, Cancelled
from hansa.gateway.turns import Turns
from hansa.trouble import TroubleError


def test_a_principal_with_many_queries_does_not_hold_up_another() -> None:
    turns, order, started = Turns(1, 10, 10), [], threading.Semaphore(0)
    never = Cancellation()

    def compute(principal: str) -> None:
        started.release()
        with turns.turn(principal, never):
            order.append(principal)

    with turns.turn("first", never):
        threads = []
        for principal in ("many", "many", "many", "few"):
            threads.append(threading.Thread(target=compute, args=(principal,)))
            threads[-1].start()
            started.acquire()
            while turns.waiting < len(threads):
                pass
    for thread in threads:
        thread.join()
    assert order == ["many", "few", "many", "many"]


def test_waiting_is_bounded() -> None:
    turns = Turns(1, 0, 1)
    turns.enter("ann", Cancellation())
    with pytest.raises(TroubleError) as caught:
        turns.enter("ann", Cancellation())
    assert caught.value.troubles[0].code == "H711"
    turns.enter("bob", Cancellation())
    turns.leave("ann")
    turns.enter("ann", Cancellation())


def test_who_waits_can_give_up() -> None:
    turns, stop = Turns(1, 10, 1), Cancellation()
    turns.enter("ann", Cancellation())
    threading.Timer(0.1, stop.request).start()
    with pytest.raises(Cancelled):
        turns.enter("ann", stop)
    assert turns.waiting == 0
    turns.leave("ann")
    turns.enter("ann", Cancellation())


def test_it_is_crowded_once_every_core_has_a_query() -> None:
    cores = os.cpu_count() or 1
    turns = Turns(cores + 1, 0, 1)
    seen = []
    with ExitStack() as held:
        for number in range(cores):
            seen.append(turns.crowded)
            held.enter_context(turns.turn(f"p{number}", Cancellation()))
        seen.append(turns.crowded)
    assert seen == [False] * cores + [True]
    assert not turns.crowded
