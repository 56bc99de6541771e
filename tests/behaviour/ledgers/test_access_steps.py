"""The steps of requests for access: only ever added, each numbered."""

from dataclasses import replace

import pytest
from tests.behaviour.ledgers.records import NOW, a_step

from hansa.ledger import AccessStepped, Conflict, LastStepIs, Ledger
from hansa.model import StepKind, Terms


def test_steps_are_read_as_they_were_recorded_with_their_serials(ledger: Ledger) -> None:
    other = replace(a_step(request="q2", consumer="reports"), terms=Terms(), serial=77)
    ledger.apply([AccessStepped(a_step()), AccessStepped(other), AccessStepped(a_step(StepKind.GRANTED))])
    steps = ledger.access_steps()
    assert steps == (
        replace(a_step(), serial=1),
        replace(other, serial=2),
        replace(a_step(StepKind.GRANTED), serial=3),
    )
    assert ledger.access_steps(request="q1") == (steps[0], steps[2])
    assert ledger.access_steps(consumer="reports") == (steps[1],)
    assert ledger.access_steps(consumer="churn", after=1) == (steps[2],)
    assert ledger.last_step() == 3


def test_without_steps_the_last_one_is_zero(ledger: Ledger) -> None:
    assert ledger.last_step() == 0
    assert ledger.access_steps() == ()


def test_a_request_that_went_on_meanwhile_is_a_conflict_and_nothing_is_written(ledger: Ledger) -> None:
    ledger.apply([AccessStepped(a_step())], [LastStepIs("q1", None)])
    ledger.apply([AccessStepped(a_step(request="q2"))], [LastStepIs("q2", None)])
    ledger.apply([AccessStepped(a_step(StepKind.DENIED))], [LastStepIs("q1", 1)])
    with pytest.raises(Conflict) as raised:
        ledger.apply([AccessStepped(a_step(StepKind.GRANTED))], [LastStepIs("q1", 1)])
    assert raised.value.found == 3
    with pytest.raises(Conflict):
        ledger.apply([AccessStepped(a_step())], [LastStepIs("q1", None)])
    assert ledger.last_step() == 3


@pytest.mark.parametrize(
    "nonsense",
    [
        replace(a_step(), request=""),
        replace(a_step(), at=NOW.replace(tzinfo=None)),
        replace(a_step(), terms=Terms(expires=NOW.replace(tzinfo=None))),
    ],
)
def test_a_step_of_no_request_or_of_no_time_is_refused(ledger: Ledger, nonsense: object) -> None:
    with pytest.raises(ValueError):
        ledger.apply([AccessStepped(nonsense)])  # type: ignore[arg-type]
    assert ledger.last_step() == 0
