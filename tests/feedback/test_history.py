"""Feedback is the fold of its steps; steps that cannot have come after each other say nothing."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from hansa.feedback import feedback_of, feedbacks_of
from hansa.model import FeedbackGround, FeedbackKind, FeedbackStep, FeedbackStepKind, Principal
from hansa.names import ProductName

House = Any


@pytest.fixture
def given(house: House, somebody: Callable[[str], Principal]) -> FeedbackStep:
    step: FeedbackStep = house.give(somebody("mia"), FeedbackKind.QUESTION, "Why?").first
    return step


def after(given: FeedbackStep, kind: FeedbackStepKind, **other: Any) -> FeedbackStep:
    return replace(given, kind=kind, serial=given.serial + 1, **other)


@pytest.mark.parametrize(
    "steps",
    [
        lambda g: (),
        lambda g: (after(g, FeedbackStepKind.ANSWERED),),
        lambda g: (g, after(g, FeedbackStepKind.GIVEN)),
        lambda g: (g, after(g, FeedbackStepKind.RESOLVED), after(g, FeedbackStepKind.ANSWERED)),
        lambda g: (g, after(g, FeedbackStepKind.WITHDRAWN), after(g, FeedbackStepKind.CHANGED)),
        lambda g: (g, after(g, FeedbackStepKind.ANSWERED, product=ProductName("orders", "history"))),
        lambda g: (g, after(g, FeedbackStepKind.ANSWERED, about=FeedbackKind.PRAISE)),
    ],
)
def test_steps_that_make_no_sense_are_refused_one_by_one_and_left_out_of_lists(
    steps: Callable[[FeedbackStep], tuple[FeedbackStep, ...]], given: FeedbackStep
) -> None:
    with pytest.raises(ValueError):
        feedback_of(steps(given))
    good = replace(given, feedback="fb-good")
    assert [f.id for f in feedbacks_of((*steps(given), good))] == ["fb-good"]


def test_the_best_ground_of_its_author_holds_and_none_of_others(given: FeedbackStep) -> None:
    plain = replace(given, ground=FeedbackGround.DISCOVERY)
    owner = after(given, FeedbackStepKind.ANSWERED, actor="ada", ground=FeedbackGround.READ)
    assert feedback_of((plain, owner)).ground is FeedbackGround.DISCOVERY
    assert (
        feedback_of((plain, owner, after(given, FeedbackStepKind.CHANGED, ground=FeedbackGround.ACCESS))).ground
        is FeedbackGround.ACCESS
    )
