"""The part of a product's page where people speak of it, and the one page where everything waits for its owners."""

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hansa.access.identity import UserChange, add_user, change_user
from hansa.ledger import FeedbackStepped, ReadsRecorded
from hansa.model import PortRead, ReadOutcome, ReadRecord
from hansa.names import PortMajor, parse

PAGE = "/products/customer.profiles/feedback"
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }} javascript:alert(1) &amp; שלום עולם"
RULES = (
    '@id("eve-is-blind")\nforbid (principal == User::"eve", action, resource) when { resource in Domain::"customer" };\n'
    '@id("hal-is-half-blind")\nforbid (principal == User::"hal", action == Action::"describe", resource);\n'
)
Site = Any


@pytest.fixture
def house(governed_mesh: Path, tmp_path: Path, sites: Callable[[Path], Site]) -> Site:
    """A site of its own, in which nothing was said yet. `mia` may read, `carla` owns, `nick` may not read, `eve` is blind."""
    root = tmp_path / "mesh"
    shutil.copytree(governed_mesh, root, ignore=shutil.ignore_patterns(".hansa"))
    (root / "governance/access").mkdir(exist_ok=True)
    (root / "governance/access/feedback.cedar").write_text(RULES)
    site = sites(root)
    for name in ("nick", "eve", "hal"):
        add_user(site.serving.workplace.ledger, site.serving.mesh(), name, UserChange(), now=site.serving.clock())
    return site


def steps(house: Site) -> int:
    last: int = house.serving.workplace.ledger.last_feedback_step()
    return last


def say(browser: Any, path: str = "", **form: str) -> Any:
    return browser.post(f"{PAGE}{path}", {"csrf": browser.csrf, **form})


def give(browser: Any, **form: str) -> str:
    """Say something; its id."""
    response = say(browser, **form)
    assert response.status_code == 303, response.text
    return str(response.headers["location"]).rpartition("#")[2]


def last(house: Site, feedback: str) -> str:
    return str(house.serving.workplace.ledger.feedback_steps(feedback=feedback)[-1].serial)


def test_an_empty_page_says_what_to_do(house: Site) -> None:
    assert "the first word helps those who come after you" in house.browser("mia").get(PAGE).text
    assert "What readers of it say, ask and report is here" in house.browser("carla").get(PAGE).text
    nick = house.browser("nick").page(PAGE)
    assert "Ask its owner what you want to know" in nick.text
    assert "You cannot rate it: you have not read customer.profiles" in nick.text
    assert not any(a.get("name") == "stars" for a in nick.all("input"))
    assert "Nobody waits for your answer" in house.browser("carla").page("/feedback").text
    assert "You answer for no product" in house.browser("nick").page("/feedback").text
    assert "You have said nothing yet" in house.browser("nick").page("/feedback?show=mine").text


def test_a_rating_is_given_shown_and_given_anew(house: Site) -> None:
    mia = house.browser("mia")
    give(mia, kind="rating", stars="2", text="Often late.")
    page = mia.get(PAGE).text
    assert "2 of 5 stars" in page
    assert "2 stars: 1" in page
    assert "Rate it anew" in page
    assert re.search(r'value="2" required checked', page), "the form holds what was said before"
    give(mia, kind="rating", stars="5", text="On time now.")
    page = mia.get(PAGE).text
    assert "Often late." not in page
    assert "1 rating" in page
    assert "5 stars: 1" in page
    overview = house.browser("nick").get("/products/customer.profiles").text
    assert "What people say" in overview
    assert "5 of 5 stars" in overview


def test_a_question_goes_to_the_owner_s_page_and_its_answer_back(house: Site) -> None:
    mia, carla = house.browser("mia"), house.browser("carla")
    number = give(mia, kind="problem", text="Some are born in 1900.", port="profiles@1", column="born")
    inbox = carla.page("/feedback")
    assert "Some are born in 1900." in inbox.text
    assert "/products/customer.profiles/feedback" in inbox.links
    assert "Asked of you" in carla.get("/").text
    assert "Asked of you" not in mia.get("/").text
    assert "born in 1900" not in mia.get("/feedback").text
    assert "born in 1900" in mia.get("/feedback?show=mine").text
    answered = say(carla, f"/{number}/answer", seen=last(house, number), text="A default of the source.", next="inbox")
    assert (answered.status_code, answered.headers["location"]) == (303, f"/feedback#{number}"), answered.text
    assert "A default of the source." in mia.get(PAGE).text
    say(carla, f"/{number}/resolve", seen=last(house, number))
    assert "Nobody waits for your answer" in carla.get("/feedback").text
    assert "resolved" in mia.get(f"{PAGE}?show=problem").text
    assert f'id="{number}"' not in mia.get(f"{PAGE}?show=open").text


def test_its_author_changes_and_withdraws_it(house: Site) -> None:
    mia, nick = house.browser("mia"), house.browser("nick")
    number = give(mia, kind="question", text="Of which year?")
    assert say(mia, f"/{number}/change", seen=last(house, number), text="Of which month?").status_code == 303
    assert "Of which month?" in nick.get(PAGE).text
    assert say(nick, f"/{number}/withdraw", seen=last(house, number)).status_code == 403
    assert say(mia, f"/{number}/withdraw", seen=last(house, number)).status_code == 303
    assert "Of which month?" not in nick.get(PAGE).text + mia.get(PAGE).text + mia.get("/feedback?show=mine").text
    assert say(mia, f"/{number}/withdraw", seen=last(house, number)).status_code == 409
    assert say(nick, f"/{number}/withdraw", seen=last(house, number)).status_code == 404


def test_what_is_wrong_is_told_beside_the_form_and_nothing_is_lost(house: Site) -> None:
    mia = house.browser("mia")
    wrong = say(mia, kind="problem", text="A long story.", port="profiles@1", column="birthday")
    assert wrong.status_code == 400
    page = mia.parsed(wrong)
    assert "has no column `birthday`" in page.text
    assert "A long story." in page.text
    assert any(a.get("name") == "column" and a.get("value") == "birthday" for a in page.all("input"))
    for form in (
        {"kind": "rating"},
        {"kind": "rating", "stars": "x"},
        {"kind": "", "text": "x"},
        {"kind": "problem", "text": "x" * 2001},
    ):
        assert say(mia, **form).status_code == 400, form
    assert say(house.browser("nick"), kind="rating", stars="1").status_code == 403
    assert steps(house) == 0


def test_a_form_without_proof_or_about_what_went_on_does_nothing(house: Site) -> None:
    mia, carla = house.browser("mia"), house.browser("carla")
    assert mia.post(PAGE, {"kind": "question", "text": "x"}).status_code == 403
    assert house.browser().post(PAGE, {"kind": "question", "text": "x"}).status_code == 303, "a stranger is sent to the door"
    number = give(mia, kind="question", text="Of which year?")
    seen = last(house, number)
    say(mia, f"/{number}/change", seen=seen, text="Of which month?")
    late = say(carla, f"/{number}/answer", seen=seen, text="Of 2026.")
    assert late.status_code == 409
    assert "mia was quicker" in late.text
    assert "Of 2026." in late.text, "what was written is still there"
    assert steps(house) == 2


def test_what_may_not_be_discovered_is_not_there(house: Site) -> None:
    number = give(house.browser("mia"), kind="problem", text="It broke.")
    eve = house.browser("eve")
    assert eve.get(PAGE).status_code == eve.get("/products/customer.nothing/feedback").status_code == 404
    assert say(eve, kind="question", text="x").status_code == 404
    for word in ("answer", "resolve", "change", "withdraw"):
        assert say(eve, f"/{number}/{word}", seen="1", text="x").status_code == 404
    assert "customer.profiles" not in eve.get("/feedback").text
    assert steps(house) == 1


def test_who_only_knows_that_it_is_there_may_ask(house: Site) -> None:
    give(house.browser("mia"), kind="problem", text="It broke.")
    hal = house.browser("hal")
    assert "It broke." not in hal.get(PAGE).text
    assert "Ask a question" in hal.get("/products/customer.profiles").text
    assert "born" not in hal.get(PAGE).text, "no port and no column is told"
    give(hal, kind="question", text="May I read it?")
    assert "May I read it?" in hal.get(PAGE).text
    assert "May I read it?" in house.browser("carla").get("/feedback").text


def test_names_are_shown_with_what_is_known_of_them(house: Site) -> None:
    ledger, serving = house.serving.workplace.ledger, house.serving
    port = parse("customer.profiles.profiles@1")
    assert isinstance(port, PortMajor)
    record = ReadRecord("q1", serving.clock(), ReadOutcome.BEGUN, "nick", ports=(PortRead(port, 1),))
    ledger.apply([ReadsRecorded((record,))])
    give(house.browser("nick"), kind="rating", stars="4")
    carla = house.browser("carla")
    assert "has read it" in carla.get(PAGE).text
    change_user(ledger, serving.mesh(), "nick", UserChange(disabled=True), now=serving.clock())
    serving.authenticator._directory = None  # or wait two seconds for it to be read anew
    page = carla.get(PAGE).text
    assert "somebody who left" in page
    assert ">nick<" not in page
    assert "1 rating" in page, "what they said still counts"


def test_texts_of_others_are_only_shown(house: Site) -> None:
    mia, carla = house.browser("mia"), house.browser("carla")
    number = give(mia, kind="problem", text=HOSTILE)
    give(mia, kind="rating", stars="1", text=HOSTILE)
    say(carla, f"/{number}/answer", seen=last(house, number), text=HOSTILE)
    refused = say(mia, kind="question", text=HOSTILE, port=HOSTILE, column=HOSTILE)
    assert refused.status_code == 400
    pages = [carla.get(p) for p in (PAGE, f"{PAGE}?show={HOSTILE}&port={HOSTILE}&column={HOSTILE}", "/feedback", "/")]
    for response in (refused, mia.get("/feedback?show=mine"), *pages):
        page = carla.parsed(response)
        assert "<script>alert" not in response.text
        assert not page.all("img")
        assert not any(a.startswith("on") for _, attributes in page.elements for a in attributes)
        assert not any(link.lower().startswith(("javascript:", "data:")) for link in page.links)
        assert not [a for _, a in page.elements if "style" in a]
    assert "{{ 7*7 }}" in pages[0].text


def test_long_lists_come_in_pages_that_stay_small(house: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    from hansa.feedback import desk

    monkeypatch.setattr(desk, "MOST_AN_HOUR", 1000)
    mia = house.browser("mia")
    for number in range(25):
        give(mia, kind="question", text=f"Question {number}? " + "Why so? " * 200)
    first, second = mia.get(PAGE), mia.get(f"{PAGE}?page=2")
    assert len(first.content) < 100_000
    assert (first.text.count('<li id="fb-'), second.text.count('<li id="fb-')) == (12, 12)
    assert "Question 24?" in first.text
    assert "Question 0?" in mia.get(f"{PAGE}?page=3").text
    oldest = house.serving.workplace.ledger.feedback_steps()[0].feedback
    wrong = say(house.browser("carla"), f"/{oldest}/answer", seen=last(house, oldest), text="An answer.", version="99")
    assert wrong.status_code == 400
    assert "has no version 99" in wrong.text, "what is wrong is told on the page that has the form"
    assert 'dir="auto">An answer.</textarea>' in wrong.text


def test_what_was_written_about_what_is_gone_meanwhile_is_not_lost(house: Site) -> None:
    mia, carla = house.browser("mia"), house.browser("carla")
    number = give(mia, kind="problem", text="It broke.")
    resolved = say(carla, f"/{number}/resolve", seen=last(house, number))
    assert resolved.status_code == 303
    late = say(carla, f"/{number}/answer", seen=last(house, number), text="An answer too late.")
    assert late.status_code == 409
    assert "cannot be answered" in late.text
    assert "An answer too late." in late.text


def test_what_is_about_a_port_that_is_offered_no_more_stays(house: Site) -> None:
    ledger = house.serving.workplace.ledger
    give(house.browser("mia"), kind="problem", text="It broke.")
    (step,) = ledger.feedback_steps()
    gone = step.product.port("profiles").at(7)
    ledger.apply([FeedbackStepped(replace(step, feedback="fb-old", port=gone, column="size", text="Of a port of old."))])
    for who, path in (("carla", PAGE), ("carla", "/feedback"), ("nick", PAGE), ("carla", "/"), ("mia", "/feedback?show=mine")):
        assert house.browser(who).get(path).status_code == 200
    carla = house.browser("carla")
    assert "Of a port of old." in carla.get("/feedback").text, "its owner can still put an end to it"
    assert "Of a port of old." not in house.browser("nick").get(PAGE).text
    assert say(carla, "/fb-old/resolve", seen=last(house, "fb-old")).status_code == 303
