"""Feedback is given, changed, answered and taken back in everybody's own name, and every step stays on record."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from hansa.feedback import FeedbackStatus, Link
from hansa.feedback.desk import MOST_AN_HOUR
from hansa.ledger import FeedbackStepped, LastFeedbackStepIs
from hansa.model import (
    FeedbackGround,
    FeedbackKind,
    FeedbackStepKind,
    Fingerprint,
    Principal,
    PrincipalKind,
    Run,
    RunId,
)
from hansa.names import ProductName
from hansa.trouble import TroubleError

House = Any
Somebody = Callable[[str], Principal]
PROFILES = ProductName("customer", "profiles")


def code(act: Callable[[], object]) -> str:
    with pytest.raises(TroubleError) as raised:
        act()
    return raised.value.troubles[0].code


def test_a_problem_is_answered_resolved_and_opened_again_by_its_author(house: House, somebody: Somebody) -> None:
    mia, ada = somebody("mia"), somebody("ada")
    found = house.give(mia, FeedbackKind.PROBLEM, "Some are born in 1900.", port="profiles@2", column="BORN")
    assert (found.status, found.waits, found.unsettled) == (FeedbackStatus.OPEN, True, True)
    assert (str(found.port), found.column, found.major) == ("customer.profiles.profiles@2", "born", 1)
    answered = house.desk.answer(ada, found.id, "A default of the source.")
    assert (answered.status, answered.waits, answered.unsettled) == (FeedbackStatus.ANSWERED, False, True)
    resolved = house.desk.resolve(ada, found.id)
    assert (resolved.status, resolved.unsettled) == (FeedbackStatus.RESOLVED, False)
    assert code(lambda: house.desk.answer(ada, found.id, "Once more.")) == "H884"
    changed = house.desk.change(mia, found.id, "They still are.")
    assert (changed.status, changed.said.text, changed.first.text) == (
        FeedbackStatus.OPEN,
        "They still are.",
        "Some are born in 1900.",
    )
    assert [s.kind for s in changed.steps] == ["given", "answered", "resolved", "changed"]
    assert [r.text for r in changed.replies] == ["A default of the source.", ""]


def test_what_was_withdrawn_stays_on_record_and_goes_no_further(house: House, somebody: Somebody) -> None:
    mia = somebody("mia")
    found = house.give(mia, FeedbackKind.QUESTION, "Of which year?")
    gone = house.desk.withdraw(mia, found.id)
    assert gone.status is FeedbackStatus.WITHDRAWN
    for act in (
        lambda: house.desk.withdraw(mia, found.id),
        lambda: house.desk.change(mia, found.id, "Anew."),
    ):
        assert code(act) == "H884"
    assert code(lambda: house.desk.answer(somebody("ada"), found.id, "Of 2026.")) == "H881", "it is for nobody's eyes any more"
    assert [s.kind for s in house.ledger.feedback_steps()] == ["given", "withdrawn"]


@pytest.mark.parametrize("who", ["bob", "dee"])
def test_members_of_the_team_and_its_delegates_answer(who: str, house: House, somebody: Somebody) -> None:
    found = house.give(somebody("mia"), FeedbackKind.QUESTION, "Of which year?")
    assert house.desk.answer(somebody(who), found.id, "Of 2026.").status is FeedbackStatus.ANSWERED


def test_only_owners_answer_and_only_authors_change(house: House, somebody: Somebody) -> None:
    mia, max_ = somebody("mia"), somebody("max")
    found = house.give(mia, FeedbackKind.QUESTION, "Of which year?")
    assert code(lambda: house.desk.answer(max_, found.id, "Of 2026, I guess.")) == "H883"
    assert code(lambda: house.desk.resolve(mia, found.id)) == "H883"
    assert code(lambda: house.desk.change(max_, found.id, "Of which month?")) == "H883"
    assert code(lambda: house.desk.withdraw(somebody("ada"), found.id)) == "H883", "not even the owner takes it away"
    assert house.desk.answer(replace(max_, administrator=True), found.id, "Of 2026.").status is FeedbackStatus.ANSWERED
    assert house.ledger.last_feedback_step() == 2


def test_a_rating_is_for_those_who_read_or_may_and_says_from_where_they_know_it(house: House, somebody: Somebody) -> None:
    assert house.rate(somebody("mia"), 4).ground is FeedbackGround.ACCESS, "the agreement is with her team's campaign"
    assert code(lambda: house.rate(somebody("nick"), 1)) == "H883"
    house.readers.add("nick")
    assert house.rate(somebody("nick"), 2).ground is FeedbackGround.READ
    assert house.give(somebody("max"), FeedbackKind.QUESTION, "Why?").ground is FeedbackGround.ACCESS
    assert house.give(somebody("zoe"), FeedbackKind.QUESTION, "Why?").ground is FeedbackGround.DISCOVERY


def test_nobody_rates_their_own_product_and_no_machine_rates(house: House, somebody: Somebody) -> None:
    house.readers |= {"ada", "robot"}
    assert code(lambda: house.rate(somebody("ada"), 5)) == "H883"
    assert code(lambda: house.rate(Principal("robot", PrincipalKind.SERVICE), 1)) == "H883"
    assert house.give(Principal("robot", PrincipalKind.SERVICE), FeedbackKind.PROBLEM, "It broke.").unsettled


def test_what_somebody_may_not_discover_is_not_there_for_them(house: House, somebody: Somebody) -> None:
    eve = somebody("eve")
    house.readers.add("eve")
    found = house.give(somebody("mia"), FeedbackKind.PROBLEM, "It broke.", port="profiles")
    unknown = code(lambda: house.desk.answer(eve, "fb-none", "x"))
    for act in (
        lambda: house.rate(eve, 1),
        lambda: house.give(eve, FeedbackKind.QUESTION, "What?"),
        lambda: house.desk.answer(eve, found.id, "x"),
        lambda: house.desk.change(eve, found.id, "x"),
        lambda: house.desk.withdraw(eve, found.id),
    ):
        assert code(act) == "H881" == unknown
    assert house.ledger.last_feedback_step() == 1, "nothing was recorded, and nothing counts"


def test_who_only_knows_that_it_is_there_asks_and_sees_nothing_of_others(house: House, somebody: Somebody) -> None:
    hal = somebody("hal")
    found = house.give(somebody("mia"), FeedbackKind.PROBLEM, "It broke.")
    own = house.give(hal, FeedbackKind.QUESTION, "May I read it?")
    assert house.desk.change(hal, own.id, "May we?").said.text == "May we?"
    assert code(lambda: house.desk.change(hal, found.id, "x")) == "H881"
    assert code(lambda: house.give(hal, FeedbackKind.PROBLEM, "x", port="profiles")) == "H887", "no port is there for them"


@pytest.mark.parametrize(
    ("kind", "text", "stars", "port", "column", "wanted"),
    [
        (FeedbackKind.RATING, "", 0, "", "", "H882"),
        (FeedbackKind.RATING, "", 6, "", "", "H882"),
        (FeedbackKind.RATING, "", -1, "", "", "H882"),
        (FeedbackKind.PRAISE, "Good.", 5, "", "", "H882"),
        (FeedbackKind.QUESTION, "", 0, "", "", "H882"),
        (FeedbackKind.QUESTION, " \n\t ", 0, "", "", "H882"),
        (FeedbackKind.PROBLEM, "x" * 2001, 0, "", "", "H882"),
        (FeedbackKind.PROBLEM, "\n".join("x" * 61), 0, "", "", "H882"),
        (FeedbackKind.PROBLEM, "red \x1b[31m", 0, "", "", "H882"),
        (FeedbackKind.PROBLEM, "turned \u202e around", 0, "", "", "H882"),
        (FeedbackKind.RATING, "", 5, "profiles", "", "H887"),
        (FeedbackKind.PROBLEM, "x", 0, "nothing", "", "H887"),
        (FeedbackKind.PROBLEM, "x", 0, "profiles@3", "", "H887"),
        (FeedbackKind.PROBLEM, "x", 0, "profiles@1", "born", "H887"),
        (FeedbackKind.PROBLEM, "x", 0, "", "born", "H887"),
    ],
)
def test_what_cannot_be_said_is_refused_and_leaves_nothing(
    kind: FeedbackKind, text: str, stars: int, port: str, column: str, wanted: str, house: House, somebody: Somebody
) -> None:
    assert code(lambda: house.give(somebody("mia"), kind, text, stars, port, column)) == wanted
    assert house.ledger.last_feedback_step() == 0


def test_texts_are_kept_as_they_were_written_but_for_the_ends_of_lines(house: House, somebody: Somebody) -> None:
    found = house.give(somebody("mia"), FeedbackKind.PRAISE, "  <b>Great</b>\r\n\tשלום {{ 7*7 }}\rend  ")
    assert found.said.text == "<b>Great</b>\n\tשלום {{ 7*7 }}\nend"


def test_ratings_and_praise_are_answered_and_never_resolved(house: House, somebody: Somebody) -> None:
    ada = somebody("ada")
    for found in (house.rate(somebody("mia"), 4), house.give(somebody("mia"), FeedbackKind.PRAISE, "Good.")):
        assert house.desk.answer(ada, found.id, "Thank you.").status is FeedbackStatus.GIVEN
        assert code(partial(house.desk.resolve, ada, found.id)) == "H884"


def test_an_answer_links_to_a_run_and_a_version_of_the_product_alone(house: House, somebody: Somebody) -> None:
    from hansa.ledger import Published, RunStarted
    from hansa.model import Publication

    other = ProductName("customer", "history")
    for run, product in (("r1", PROFILES), ("r2", other)):
        house.ledger.apply([RunStarted(Run(RunId(run), "prod", house.clock.at, Fingerprint("f"), "ada", products=(product,)))])
    nothing = Fingerprint("f")
    version = Publication(PROFILES, "prod", RunId("r1"), house.clock.at, nothing, nothing, nothing, ())
    house.ledger.apply([Published(version)])
    found, ada = house.give(somebody("mia"), FeedbackKind.PROBLEM, "It broke."), somebody("ada")
    for link in (Link("r2"), Link("r9"), Link(version=2), Link(version=-1)):
        assert code(partial(house.desk.resolve, ada, found.id, "", link)) == "H888"
    reply = house.desk.resolve(ada, found.id, "", Link("r1", 1)).replies[-1]
    assert (reply.kind, reply.run, reply.version) == (FeedbackStepKind.RESOLVED, "r1", 1)


def test_of_two_at_once_one_wins_and_the_other_is_told(house: House, somebody: Somebody, monkeypatch: pytest.MonkeyPatch) -> None:
    found = house.give(somebody("mia"), FeedbackKind.PROBLEM, "It broke.")
    bobs = replace(found.first, kind=FeedbackStepKind.ANSWERED, actor="bob", text="We look.")
    ledger, apply = house.ledger, house.ledger.apply

    def beaten(changes: Any, conditions: Any) -> Any:
        monkeypatch.undo()
        apply([FeedbackStepped(bobs)], [LastFeedbackStepIs(found.id, found.last.serial)])
        return apply(changes, conditions)

    monkeypatch.setattr(ledger, "apply", beaten)
    with pytest.raises(TroubleError, match="bob was quicker") as raised:
        house.desk.resolve(somebody("ada"), found.id)
    assert raised.value.troubles[0].code == "H886"
    assert house.desk.find(found.id).status is FeedbackStatus.ANSWERED


def test_one_person_says_so_much_an_hour_and_no_more(house: House, somebody: Somebody) -> None:
    mia = somebody("mia")
    for number in range(MOST_AN_HOUR):
        house.give(mia, FeedbackKind.QUESTION, f"Why {number}?")
        house.clock.pass_minutes(1)
    with pytest.raises(TroubleError, match="within an hour") as raised:
        house.give(mia, FeedbackKind.QUESTION, "Why not?")
    assert (raised.value.troubles[0].code, raised.value.troubles[0].mend.partition(";")[0]) == ("H885", "wait 30 min")
    assert house.give(somebody("max"), FeedbackKind.QUESTION, "Me?").author == "max", "others may go on"
    house.clock.pass_minutes(31)
    assert house.give(mia, FeedbackKind.QUESTION, "And now?").author == "mia"


def test_a_clock_that_went_back_does_not_turn_the_order_of_steps(house: House, somebody: Somebody) -> None:
    found = house.give(somebody("mia"), FeedbackKind.QUESTION, "Why?")
    house.clock.pass_minutes(-90)
    answered = house.desk.answer(somebody("ada"), found.id, "Because.")
    assert answered.last.at == found.first.at
