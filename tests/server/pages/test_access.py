"""The pages about access: whoever has to decide finds what they need to know, and says their word; nobody else does."""

import datetime as dt
import html
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hansa.access.requests import AccessDesk, Asked
from hansa.ledger import AccessStepped
from hansa.model import AccessStep, StepKind, Terms
from hansa.names import PortMajor, PortName

PORT = "customer.profiles"
PINNED = PortMajor(PortName("customer", "profiles", "profiles"), 1)


def words(text: str) -> str:
    """What a page says, without its marks; names in one piece though they may break."""
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", text.replace("<wbr>", "")).split()))


@pytest.fixture
def desk(site: Any) -> AccessDesk:
    serving = site.serving
    return AccessDesk(serving.mesh(), serving.workplace.ledger, serving.decider, serving.clock)


@pytest.fixture
def asked(site: Any, desk: AccessDesk) -> Iterator[Callable[..., str]]:
    """A request of mia's for her campaign; what is still open at the end is taken back, so that she may ask again."""
    made = []

    def ask(**terms: Any) -> str:
        mia = site.serving.authenticator.user("mia")
        made.append(desk.request(mia, Asked(PORT, "campaign", "letters", Terms(**terms), "Letters <b>to</b> households")).id)
        return made[-1]

    yield ask
    carla = site.serving.authenticator.user("carla")
    for request in made:
        found = desk.find(request)
        if found.allows(StepKind.WITHDRAWN, site.serving.clock()):
            desk.withdraw(site.serving.authenticator.user("mia"), request)
        elif found.allows(StepKind.REVOKED, site.serving.clock()):
            desk.revoke(carla, request, "the test is over")


def form(browser: Any, path: str, what: str, **fields: Any) -> dict[str, Any]:
    """The form of a page as a browser would send it, with what somebody filled in."""
    page = browser.get(path).text
    seen = re.search(r'name="seen" value="(\d+)"', page)
    action = rf'action="/requests/[^"]+/{what}"'
    assert seen is not None
    assert re.search(action, page), f"{path} has no form to {what}"
    return {"csrf": browser.csrf, "seen": seen[1], **fields}


def test_an_owner_learns_all_there_is_to_know_before_saying_a_word(site: Any, asked: Any) -> None:
    request = asked(
        columns=("id", "name"), unmasked=("name",), row_filter="id < 100", expires=dt.datetime(2999, 1, 1, tzinfo=dt.UTC)
    )
    carla = site.browser("carla")
    response = carla.get(f"/access?request={request}")
    text = words(response.text)
    assert "Letters &lt;b&gt;to" in response.text
    for said in (
        "Letters <b>to</b> households", "mia", "A campaign", "letters", "the use case states none", "id < 100",
        "2998-12-31", "Your approval grants it", "hansa.approve (hansa/cedar/base.cedar:", "2 of 4",
    ):  # fmt: skip
        assert said in text, said
    assert re.search(r"name\s+personal\s+clear", text)  # asked for unmasked, so that it would be seen as it is
    assert "größe" not in text
    assert "Waits for you 1" in text


def test_an_approval_is_a_grant_and_the_next_query_is_answered(site: Any, asked: Any) -> None:
    request = asked(columns=("id", "born"), expires=dt.datetime(2999, 1, 1, tzinfo=dt.UTC))
    carla, mia = site.browser("carla"), site.browser("mia")
    sent = form(carla, "/access", "approve", listed="yes", columns=["id"], where="id < 3", days="30", reason="ok", next="inbox")
    done = carla.post(f"/requests/{request}/approve", sent)
    assert (done.status_code, done.headers["location"]) == (303, f"/access?done={request}")
    after = words(carla.get(done.headers["location"]).text)
    assert "granted campaign reads customer.profiles.profiles@1" in after
    assert "Nothing waits for your word" in after
    seen = words(mia.get(f"/requests/{request}").text)
    last = (site.serving.clock().date() + dt.timedelta(days=30)).isoformat()
    assert f"1 column, where id < 3 , until {last}" in seen
    assert "approved by carla" in seen
    assert "granted by carla" in seen


def test_a_denial_has_a_reason_and_is_read_by_whoever_asked(site: Any, asked: Any) -> None:
    request = asked()
    carla = site.browser("carla")
    silent = carla.post(f"/requests/{request}/deny", form(carla, "/access", "deny", reason="  "))
    assert silent.status_code == 400
    assert "H762" in silent.text
    assert '<details class="word" id="deny" open>' in silent.text
    assert carla.post(f"/requests/{request}/deny", form(carla, "/access", "deny", reason="<i>No</i>")).status_code == 303
    seen = site.browser("mia").get(f"/requests/{request}").text
    assert "&lt;i&gt;No&lt;/i&gt;" in seen
    assert "denied by" in words(seen)


def test_the_second_of_two_who_decide_at_once_is_told(site: Any, asked: Any, desk: AccessDesk) -> None:
    request = asked()
    carla = site.browser("carla")
    sent = form(carla, "/access", "approve", reason="mine")
    desk.deny(site.serving.authenticator.user("carla"), request, "from another window")
    late = carla.post(f"/requests/{request}/approve", sent)
    assert late.status_code == 409
    assert "H831" in late.text
    assert "carla was quicker: this was denied" in words(late.text)
    assert desk.find(request).last.kind is StepKind.DENIED


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"listed": "yes"}, "H830"),
        ({"days": "two weeks"}, "H824"),
        ({"where": "nope = 1"}, "H7"),
        ({"where": "1 = 1; DROP TABLE x"}, "H7"),
        ({"listed": "yes", "columns": ["born", "nothing"]}, "H755"),
    ],
)
def test_what_is_wrong_with_an_approval_is_told_and_nothing_is_lost(
    fields: dict[str, Any], code: str, site: Any, asked: Any, desk: AccessDesk
) -> None:
    request = asked(columns=("id", "born"))
    carla = site.browser("carla")
    answer = carla.post(f"/requests/{request}/approve", form(carla, "/access", "approve", reason='"why" <b>', **fields))
    assert 400 <= answer.status_code < 500, answer.text
    assert code in answer.text
    assert "&#34;why&#34; &lt;b&gt;</textarea>" in answer.text
    assert desk.find(request).last.kind is StepKind.REQUESTED
    assert answer.headers["cache-control"] == "no-store"


def test_unmasked_columns_can_be_approved_masked(site: Any, asked: Any, desk: AccessDesk) -> None:
    request = asked(columns=("id", "name"), unmasked=("name",))
    carla = site.browser("carla")
    sent = form(carla, "/access", "approve", listed="yes", columns=["id", "name"])
    assert carla.post(f"/requests/{request}/approve", sent).status_code == 303
    assert desk.find(request).terms == Terms(("id", "name"))


def test_nobody_says_a_word_that_is_not_theirs(site: Any, asked: Any, desk: AccessDesk) -> None:
    request = asked()
    nick, mia = site.browser("nick"), site.browser("mia")
    for what in ("approve", "deny", "withdraw", "renew", "revoke"):
        sent = {"csrf": nick.csrf, "seen": str(desk.find(request).last.serial), "reason": "x"}
        assert nick.post(f"/requests/{request}/{what}", sent).status_code == 404
        assert nick.post(f"/requests/{request}/{what}", {**sent, "csrf": "guessed"}).status_code == 403
    own = {"csrf": mia.csrf, "seen": str(desk.find(request).last.serial), "reason": "x"}
    assert "H760" in mia.post(f"/requests/{request}/approve", own).text
    page = mia.get(f"/requests/{request}").text
    assert "/approve" not in page
    assert f"/requests/{request}/withdraw" in page
    assert nick.get(f"/requests/{request}").status_code == 404
    assert request not in nick.get("/access").text
    assert request not in nick.get("/access?show=history").text
    assert f"/requests/{request}" not in nick.page(f"/access?done={request}").links
    assert len(desk.find(request).steps) == 1


def test_a_token_for_reading_shows_what_waits_and_decides_nothing(site: Any, asked: Any, desk: AccessDesk) -> None:
    request = asked()
    token, _ = site.serving.authenticator.issue_token("carla", scopes=("read",))
    carla = site.browser()
    carla.sign_in(token)
    page = carla.get("/access").text
    assert request in page
    assert "good for read alone" in words(page)
    assert "/approve" not in page
    sent = {"csrf": carla.csrf, "seen": str(desk.find(request).last.serial), "reason": "x"}
    for what in ("approve", "deny"):
        refused = carla.post(f"/requests/{request}/{what}", sent)
        assert refused.status_code == 403
        assert "H752" in refused.text
    assert desk.find(request).last.kind is StepKind.REQUESTED


def test_a_request_is_taken_back_and_a_grant_is_prolonged_given_back_and_revoked(site: Any, asked: Any, desk: AccessDesk) -> None:
    mia, carla = site.browser("mia"), site.browser("carla")
    first = asked()
    assert mia.post(f"/requests/{first}/withdraw", form(mia, f"/requests/{first}", "withdraw")).status_code == 303
    assert desk.find(first).last.kind is StepKind.WITHDRAWN
    soon = site.serving.clock() + dt.timedelta(days=5)
    second = asked(columns=("id",), expires=soon)
    desk.approve(site.serving.authenticator.user("carla"), second)
    assert "4 days left" in words(mia.get("/access?show=held").text)
    renewed = carla.post(f"/requests/{second}/renew", form(carla, f"/requests/{second}", "renew", days="60"))
    assert renewed.headers["location"] == f"/requests/{second}"
    assert desk.find(second).last.kind is StepKind.RENEWED
    assert (
        carla.post(f"/requests/{second}/revoke", form(carla, f"/requests/{second}", "revoke", reason="over")).status_code == 303
    )
    assert "revoked" in words(carla.get("/access?show=readers&state=revoked").text)
    late = mia.post(f"/requests/{second}/revoke", {"csrf": mia.csrf, "seen": str(desk.find(second).last.serial), "reason": "x"})
    assert late.status_code in (400, 409, 422)
    assert "it is revoked" in words(late.text)


def test_a_grant_that_expired_while_its_page_was_open_says_so(site: Any, desk: AccessDesk) -> None:
    now = site.serving.clock()
    ledger = site.serving.workplace.ledger
    begun, ended = now - dt.timedelta(days=9), now - dt.timedelta(seconds=1)
    terms = Terms(columns=("id",), expires=ended)
    for kind, actor in ((StepKind.REQUESTED, "mia"), (StepKind.APPROVED, "carla"), (StepKind.GRANTED, "carla")):
        ledger.apply((AccessStepped(AccessStep("req-past", kind, "campaign", "letters", PINNED, begun, actor, terms=terms)),))
    mia = site.browser("mia")
    sent = {"csrf": mia.csrf, "seen": str(desk.find("req-past").last.serial), "days": "30"}
    late = mia.post("/requests/req-past/renew", sent)
    assert 400 <= late.status_code < 500
    assert "H753" in late.text
    assert "it is expired" in words(late.text)
    page = words(mia.get("/requests/req-past").text)
    assert "This has expired; queries are refused" in page
    assert "its time was over" in page
    assert "expired" in words(mia.get("/access?show=held&state=expired").text)


def test_grants_tell_who_reads_since_when_and_when_last(site: Any) -> None:
    from hansa.gateway.asking import Query
    from hansa.model import Reader

    gateway, mia = site.serving.gateway(), site.serving.authenticator.user("mia")
    with gateway.ask(Query(f"SELECT id FROM {PORT} LIMIT 1", Reader(mia, "campaign", "letters"), "http")).reader as rows:
        rows.read_all()
    page = words(site.browser("carla").get("/access?show=readers").text)
    assert "A campaign" in page
    assert "domains/customer/profiles/agreements.yaml:4" in page
    assert re.search(r"just now \d+ quer", page)
    held = words(site.browser("mia").get("/access?show=held").text)
    assert "in code" in held
    assert "A campaign" not in words(site.browser("nick").get("/access?show=readers").text)
    assert "You own no product" in words(site.browser("nick").get("/access?show=readers").text)


def test_lists_are_narrowed_and_say_when_nothing_fits(site: Any, asked: Any) -> None:
    request = asked(expires=dt.datetime(2999, 1, 1, tzinfo=dt.UTC))
    mia = site.browser("mia")
    assert request in mia.get("/access?show=mine&state=requested").text
    assert "2998-12-31" in mia.get("/access?show=mine&state=requested").text  # the last day, as everywhere
    assert request not in mia.get("/access?show=mine&state=denied").text
    assert "Nothing fits these filters" in mia.get("/access?show=mine&consumer=<script>").text
    assert "<script>" not in mia.get("/access?show=mine&consumer=<script>").text.replace('<script type="module"', "")
    assert mia.get("/access?show=nothing").status_code == 404
    assert mia.get("/access?show=mine&page=99999999999").status_code == 200
    assert request in site.browser("carla").get("/access?show=history").text


EXPLAIN = "/access/explain?port=customer.profiles"


def test_a_decision_is_explained_with_its_rules_and_where_they_are_written(site: Any) -> None:
    page = words(site.browser("mia").get(f"{EXPLAIN}&consumer=campaign&purpose=letters").text)
    assert "Allowed" in page
    assert "governance/classifications.yaml:3" in page
    assert "hansa/cedar/base.cedar:" in page
    assert re.search(r"name\s+masked\s+show-first-4", page)
    wrong = words(site.browser("mia").get(f"{EXPLAIN}&consumer=campaign&purpose=resale").text)
    assert "Refused" in wrong
    assert "`resale` is no purpose of campaign" in wrong


def test_what_others_see_is_explained_to_owners_alone(site: Any) -> None:
    other = f"{EXPLAIN}&consumer=campaign&purpose=letters&as=mia"
    shown = site.browser("carla").get(other)
    assert shown.status_code == 200
    assert "mia for campaign" in words(shown.text)
    for who in ("nick", "mia"):
        refused = site.browser(who).get(other.replace("as=mia", "as=carla"))
        assert refused.status_code == 403
        assert "H833" in refused.text
    token, _ = site.serving.authenticator.issue_token("carla", scopes=("read",))
    carla = site.browser()
    carla.sign_in(token)
    assert carla.get(other).status_code == 403
    assert site.browser("carla").get(f"{EXPLAIN}&as=nobody-at-all").status_code in (400, 404, 422)


@pytest.mark.parametrize(
    "port", ["customer.nothing", "nothing.profiles", "x", "<script>", "customer.profiles.profiles@99", "a b.c"]
)
def test_a_port_that_may_not_be_known_is_as_one_that_is_not_there(port: str, site: Any) -> None:
    answer = site.browser("mia").get("/access/explain", params={"port": port})
    assert answer.status_code == 404
    assert "H832" in answer.text
    assert "<script>" not in answer.text.replace('<script type="module"', "")
