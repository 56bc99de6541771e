"""A lease has one holder, whatever clocks do."""

import threading
from dataclasses import replace

import pytest
from tests.behaviour.ledgers.records import NOW, RUN, a_run, later

from hansa.ledger import (
    Conflict,
    LeaseHeld,
    Ledger,
    RunStarted,
)


def test_a_lease_has_one_holder_until_it_expires(ledger: Ledger) -> None:
    lease = ledger.acquire("k", "a", now=NOW, seconds=30)
    assert lease is not None
    assert lease.expires == later(30)
    assert ledger.acquire("k", "b", now=later(29.999999), seconds=30) is None
    assert ledger.holder("k", now=later(29.999999)) == lease
    assert ledger.holder("k", now=later(30)) is None
    taken = ledger.acquire("k", "b", now=later(30), seconds=30)
    assert taken is not None
    assert taken.fence > lease.fence


def test_fences_grow_after_release_and_keys_do_not_touch(ledger: Ledger) -> None:
    fences = []
    for holder in ["a", "b", "a", "a"]:
        lease = ledger.acquire("k", holder, now=NOW, seconds=30)
        assert lease is not None
        fences.append(lease.fence)
        ledger.release(lease)
        assert ledger.holder("k", now=NOW) is None
    assert fences == sorted(set(fences))
    assert ledger.holder("other", now=NOW) is None


def test_our_own_lease_is_prolonged_under_its_fence_and_never_shortened(ledger: Ledger) -> None:
    lease = ledger.acquire("k", "a", now=NOW, seconds=30)
    again = ledger.acquire("k", "a", now=later(10), seconds=30)
    assert lease is not None
    assert again == replace(lease, expires=later(40))
    assert ledger.renew(lease, now=later(11), seconds=1) == again
    assert ledger.renew(lease, now=later(20), seconds=30) == replace(lease, expires=later(50))


def test_a_clock_that_steps_back_frees_nothing_and_makes_no_second_holder(ledger: Ledger) -> None:
    old = ledger.acquire("k", "a", now=NOW, seconds=30)
    new = ledger.acquire("k", "b", now=later(40), seconds=30)
    assert old is not None
    assert new is not None
    back = later(5)  # by this clock the old lease still runs
    assert ledger.renew(old, now=back, seconds=30) is None
    assert ledger.acquire("k", "a", now=back, seconds=30) is None
    assert ledger.holder("k", now=back) == new
    with pytest.raises(Conflict) as raised:
        ledger.apply([RunStarted(a_run())], [LeaseHeld(old, back)])
    assert raised.value.found == new
    assert ledger.renew(new, now=back, seconds=1) == new
    ledger.apply([RunStarted(a_run())], [LeaseHeld(new, back)])


def test_an_expired_or_released_lease_lets_nothing_be_written(ledger: Ledger) -> None:
    lease = ledger.acquire("k", "a", now=NOW, seconds=30)
    assert lease is not None
    with pytest.raises(Conflict):
        ledger.apply([RunStarted(a_run())], [LeaseHeld(lease, later(30))])
    assert ledger.renew(lease, now=later(30), seconds=30) is None
    ledger.release(lease)
    with pytest.raises(Conflict):
        ledger.apply([RunStarted(a_run())], [LeaseHeld(lease, NOW)])
    assert ledger.run(RUN) is None


def test_a_stale_holder_cannot_release_the_lease_of_the_next(ledger: Ledger) -> None:
    old = ledger.acquire("k", "a", now=NOW, seconds=1)
    new = ledger.acquire("k", "a", now=later(2), seconds=30)
    assert old is not None
    ledger.release(old)
    assert ledger.holder("k", now=later(3)) == new


@pytest.mark.parametrize(("holder", "seconds"), [("", 30), ("a", 0), ("a", float("nan"))])
def test_a_lease_of_nobody_or_of_no_time_is_refused(ledger: Ledger, holder: str, seconds: float) -> None:
    with pytest.raises(ValueError):
        ledger.acquire("k", holder, now=NOW, seconds=seconds)


def test_of_many_threads_one_gets_the_lease(ledger: Ledger) -> None:
    got: list[str] = []

    def take(holder: str) -> None:
        if ledger.acquire("k", holder, now=NOW, seconds=30) is not None:
            got.append(holder)

    threads = [threading.Thread(target=take, args=(f"t{number}",)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1
