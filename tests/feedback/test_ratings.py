"""One rating of each person counts for each major version: the newest, while it is not withdrawn and rests on something."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from hansa.feedback import NO_RATINGS, Ratings, counted, feedbacks_of, ratings_by_product, ratings_of
from hansa.model import FeedbackGround, FeedbackStep, Principal

House = Any
Somebody = Callable[[str], Principal]


def ratings(house: House, major: int = 1) -> Ratings:
    return ratings_of(feedbacks_of(house.ledger.feedback_steps()), major)


def test_the_newest_of_each_person_counts(house: House, somebody: Somebody) -> None:
    house.readers |= {"nick", "zoe"}
    for who, stars in (("mia", 1), ("nick", 2), ("zoe", 5), ("mia", 4), ("mia", 5)):
        house.rate(somebody(who), stars)
    found = ratings(house)
    assert (found.distribution, found.count, found.average) == ((0, 1, 0, 0, 2), 3, 4.0)


def test_a_change_counts_as_newest_and_a_withdrawal_brings_the_one_before_back(house: House, somebody: Somebody) -> None:
    mia = somebody("mia")
    first, second = house.rate(mia, 2), house.rate(mia, 5)
    house.desk.change(mia, first.id, "Worse now.", 1)
    assert ratings(house).distribution == (1, 0, 0, 0, 0)
    house.desk.withdraw(mia, first.id)
    assert ratings(house).distribution == (0, 0, 0, 0, 1)
    house.desk.withdraw(mia, second.id)
    assert ratings(house) == NO_RATINGS


def test_each_major_version_is_rated_for_itself(house: House, somebody: Somebody) -> None:
    house.readers.add("nick")
    house.rate(somebody("mia"), 1)
    house.rate(somebody("nick"), 2)
    house.version = "2.0.0"
    house.rate(somebody("mia"), 5)
    assert (ratings(house, 2).distribution, ratings(house, 2).earlier) == ((0, 0, 0, 0, 1), 2)
    assert ratings(house, 1).average == 1.5


def test_a_rating_without_a_ground_is_not_counted_however_it_came_into_the_record(house: House, somebody: Somebody) -> None:
    step: FeedbackStep = house.rate(somebody("mia"), 1).first
    forged = replace(step, feedback="fb-forged", actor="eve", ground=FeedbackGround.DISCOVERY, serial=9)
    assert counted(feedbacks_of((forged,))) == ()
    assert counted(feedbacks_of((replace(forged, ground=FeedbackGround.READ, stars=0),))) == ()


def test_ratings_of_products_that_are_gone_are_nobodys(house: House, somebody: Somebody) -> None:
    house.rate(somebody("mia"), 3)
    steps = house.ledger.feedback_steps()
    assert list(ratings_by_product(steps, {"customer.profiles": 1})) == ["customer.profiles"]
    assert ratings_by_product(steps, {"orders.history": 1}) == {}


def test_what_few_say_weighs_little_and_what_nobody_says_nothing() -> None:
    one, many, bad = Ratings((0, 0, 0, 0, 1)), Ratings((0, 0, 0, 0, 100)), Ratings((50, 0, 0, 0, 0))
    assert 0 == NO_RATINGS.regard == bad.regard < one.regard < many.regard <= 1
    assert one.regard == pytest.approx(0.25)
    assert NO_RATINGS.average is None
