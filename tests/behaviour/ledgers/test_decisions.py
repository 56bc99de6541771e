"""What policies decided before runs."""

from dataclasses import replace

import pytest
from tests.behaviour.ledgers.records import HISTORY, NOW, PROFILES, RUN, a_run, decision

from hansa.ledger import (
    Ledger,
    PoliciesDecided,
    RunStarted,
)
from hansa.model import (
    Fingerprint,
    RunId,
)


def test_decisions_are_read_as_they_were_recorded_with_their_runs_time_and_mesh(started: Ledger) -> None:
    given = (decision(), decision("mask", PROFILES))
    started.apply([PoliciesDecided(RUN, given)])
    assert started.decisions() == tuple(replace(d, run=RUN, at=NOW, mesh=Fingerprint("mesh")) for d in given)


def test_the_newest_runs_come_first_and_only_so_many_of_them(started: Ledger) -> None:
    started.apply([RunStarted(a_run("r2")), PoliciesDecided(RUN, (decision("a"), decision("b")))])
    started.apply([PoliciesDecided(RunId("r2"), (decision("c"),))])
    assert [d.policy for d in started.decisions()] == ["c", "a", "b"]
    assert [d.policy for d in started.decisions(limit=1)] == ["c"]
    assert [d.policy for d in started.decisions(run=RUN)] == ["a", "b"]


def test_of_a_product_are_its_violations_and_the_policies_that_it_was_judged_by(started: Ledger) -> None:
    given = (
        decision("all"),
        decision("customers", about=("customer.*",)),
        decision("one", about=("orders.history",)),
        decision("mine", PROFILES),
        decision("theirs", HISTORY),
    )
    started.apply([PoliciesDecided(RUN, given)])
    assert [d.policy for d in started.decisions(product=PROFILES)] == ["all", "customers", "mine"]
    assert [d.policy for d in started.decisions(product=HISTORY)] == ["all", "one", "theirs"]


def test_decisions_recorded_again_replace_the_earlier_ones(started: Ledger) -> None:
    started.apply([PoliciesDecided(RUN, (decision("a"), decision("b")))])
    started.apply([PoliciesDecided(RUN, (decision("b"),))])
    assert [d.policy for d in started.decisions()] == ["b"]


def test_a_run_that_never_started_decides_nothing(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="never started"):
        ledger.apply([PoliciesDecided(RUN, (decision(),))])
    assert ledger.decisions() == ()
