"""`hansa feedback`: what people say of a product, for whoever works where the mesh's files are."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.cli.test_shapes import assert_documented

from hansa.ledger import FeedbackStepped
from hansa.model import FeedbackGround, FeedbackKind, FeedbackStep, FeedbackStepKind
from hansa.names import parse_product
from hansa.wiring import Workplace

Hansa = Callable[..., Any]
PROFILES = parse_product("customer.profiles")
RATED = FeedbackStep(
    "fb-1", FeedbackStepKind.GIVEN, FeedbackKind.RATING, PROFILES, 1, dt.datetime(2026, 11, 1, 9, tzinfo=dt.UTC), "mia",
    "Just what I need.", 4, ground=FeedbackGround.READ,
)  # fmt: skip
BROKE = replace(
    RATED, feedback="fb-2", about=FeedbackKind.PROBLEM, actor="nick", text=f"It broke.\n{'Again. ' * 20}", stars=0,
    port=PROFILES.port("profiles").at(1), column="born",
)  # fmt: skip
ANSWERED = replace(BROKE, kind=FeedbackStepKind.ANSWERED, actor="carla", text="We look.", version=1)
GONE = replace(BROKE, feedback="fb-3", text="Never mind.")


@pytest.fixture
def spoken(hansa: Hansa, in_folder: Path) -> Path:
    hansa("init", ".")
    hansa("new", "domain", "customer")
    hansa("new", "product", "customer/profiles")
    with Workplace.open(in_folder) as workplace:
        withdrawn = replace(GONE, kind=FeedbackStepKind.WITHDRAWN, text="")
        workplace.ledger.apply([FeedbackStepped(s) for s in (RATED, BROKE, ANSWERED, GONE, withdrawn)])
    return in_folder


def test_ratings_and_remarks_are_shown_the_newest_first(hansa: Hansa, spoken: Path) -> None:
    lines = hansa("feedback", "customer.profiles").out.splitlines()
    assert lines[0] == "customer.profiles: 4.0 of 5 by 1 (5: 0, 4: 1, 3: 0, 2: 0, 1: 0)"
    assert [line.split()[0] for line in lines[2:]] == ["fb-2", "fb-1"]
    assert "profiles@1#born" in lines[2]
    assert lines[2].rstrip().endswith("…")
    assert "Never mind" not in "".join(lines)


def test_the_document_is_as_it_is_documented(hansa: Hansa, spoken: Path) -> None:
    document = assert_documented(hansa("feedback", "customer.profiles", "--json").json, "feedback")
    assert document["ratings"] == {"average": 4.0, "count": 1, "distribution": [0, 0, 0, 1, 0], "earlier": 0}
    problem, rating = document["feedback"]
    assert (problem["status"], problem["replies"][0]["version"], rating["counts"]) == ("answered", 1, True)


def test_it_is_narrowed_by_kind_and_to_what_is_open(hansa: Hansa, spoken: Path) -> None:
    def ids(*options: str) -> list[str]:
        return [f["feedback"] for f in hansa("feedback", "customer.profiles", *options, "--json").json["feedback"]]

    assert ids("--kind", "rating") == ids("--kind", "ratings") == ["fb-1"]
    assert ids("--open") == ["fb-2"]
    assert ids("--kind", "rating", "--open") == []
    assert "Nothing of that was said" in hansa("feedback", "customer.profiles", "--kind", "praise").out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("customer.nothing",), "H905"),
        (("customer",), "H905"),
        (("customer.profiles", "--kind", "complaints"), "H889"),
        (("customer.profiles", "--kind", "s"), "H889"),
    ],
)
def test_what_there_is_not_is_said(arguments: tuple[str, ...], said: str, hansa: Hansa, spoken: Path) -> None:
    assert said in hansa("feedback", *arguments, code=2).err
