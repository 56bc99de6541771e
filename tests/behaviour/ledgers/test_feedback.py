"""The steps of feedback: only ever added, each numbered, told of without their words."""

import json
from dataclasses import replace

import pytest
from tests.behaviour.ledgers.records import HISTORY, NOW, PROFILES, later, said

from hansa.ledger import Conflict, EventKind, FeedbackStepped, LastFeedbackStepIs, Ledger
from hansa.model import FeedbackStepKind


def test_steps_are_read_as_they_were_recorded_with_their_serials(ledger: Ledger) -> None:
    whole = replace(said(feedback="f2", actor="nick", product=HISTORY), port=None, column="", text="", serial=77)
    answer = said(FeedbackStepKind.ANSWERED, actor="carla")
    ledger.apply([FeedbackStepped(said()), FeedbackStepped(whole), FeedbackStepped(answer)])
    steps = ledger.feedback_steps()
    assert steps == (replace(said(), serial=1), replace(whole, serial=2), replace(answer, serial=3))
    assert ledger.feedback_steps(feedback="f1") == (steps[0], steps[2])
    assert ledger.feedback_steps(product=HISTORY) == (steps[1],)
    assert ledger.feedback_steps(actor="carla") == (steps[2],)
    assert ledger.feedback_steps(product=PROFILES, after=1) == (steps[2],)
    assert ledger.last_feedback_step() == 3


def test_without_feedback_the_last_step_is_zero(ledger: Ledger) -> None:
    assert (ledger.last_feedback_step(), ledger.feedback_steps()) == (0, ())


def test_feedback_that_went_on_meanwhile_is_a_conflict_and_nothing_is_written(ledger: Ledger) -> None:
    ledger.apply([FeedbackStepped(said())], [LastFeedbackStepIs("f1", None)])
    ledger.apply([FeedbackStepped(said(feedback="f2"))], [LastFeedbackStepIs("f2", None)])
    ledger.apply([FeedbackStepped(said(FeedbackStepKind.ANSWERED))], [LastFeedbackStepIs("f1", 1)])
    with pytest.raises(Conflict) as raised:
        ledger.apply([FeedbackStepped(said(FeedbackStepKind.WITHDRAWN))], [LastFeedbackStepIs("f1", 1)])
    assert raised.value.found == 3
    with pytest.raises(Conflict):
        ledger.apply([FeedbackStepped(said())], [LastFeedbackStepIs("f1", None)])
    assert ledger.last_feedback_step() == 3


@pytest.mark.parametrize(
    "nonsense",
    [
        replace(said(), feedback=""),
        replace(said(), actor=""),
        replace(said(), at=NOW.replace(tzinfo=None)),
        replace(said(), port=None),
        replace(said(), stars=6),
        replace(said(), run="r1"),
    ],
)
def test_a_step_that_makes_no_sense_is_refused(ledger: Ledger, nonsense: object) -> None:
    with pytest.raises(ValueError):
        ledger.apply([FeedbackStepped(nonsense)])  # type: ignore[arg-type]
    assert (ledger.last_feedback_step(), ledger.last_event()) == (0, 0)


def test_a_step_is_told_in_its_own_transaction_without_what_was_said(ledger: Ledger) -> None:
    ledger.apply([FeedbackStepped(replace(said(), at=later(5)))])
    (event,) = ledger.events()
    assert (event.kind, event.subject, event.at) == (EventKind.FEEDBACK_STEPPED, "f1", later(5))
    assert "Monday" not in event.body
    assert json.loads(event.body) == {
        "feedback": "f1", "step": "given", "kind": "problem", "product": "customer.profiles",
        "port": "customer.profiles.port1@1", "column": "größe", "stars": 3, "actor": "mia",
    }  # fmt: skip
