"""What people see of themselves, and the tokens that they can make: never more than they are."""

import re
import time
from pathlib import Path
from typing import Any

import pytest

from hansa.access.identity import parse_token
from hansa.model import TokenRecord

HARM = "<script>alert(1)</script>\"'>"


@pytest.fixture(scope="module")
def home(sites: Any, governed_mesh: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The pages over a mesh with services: `letters` of mia's team, `both` of hers and another, `keeper` that administers."""
    import shutil

    root = tmp_path_factory.mktemp("home") / "mesh"
    shutil.copytree(governed_mesh, root, ignore=shutil.ignore_patterns(".hansa"))
    file = root / "governance/teams.yaml"
    file.write_text(
        file.read_text() + "services:\n"
        "  - {name: letters, title: Letters out, teams: [marketing]}\n"
        "  - {name: both, teams: [marketing, customer_team]}\n"
        "  - {name: keeper, teams: [marketing]}\n"
        "  - {name: loose}\n"
        "administrators: [keeper]\n"
    )
    return sites(root)


def browser_with(site: Any, who: str, *scopes: str, **other: Any) -> tuple[Any, TokenRecord]:
    browser = site.browser()
    token, record = site.serving.authenticator.issue_token(who, scopes=scopes, **other)
    assert browser.sign_in(token).status_code == 303
    return browser, record


def make(browser: Any, **form: Any) -> Any:
    fields = {"csrf": browser.csrf, "label": "notebook", "days": "30", "scopes": ["read"], **form}
    return browser.post("/settings/tokens", {k: v for k, v in fields.items() if v is not None})


def made(response: Any) -> str:
    found = re.search(r"hansa_\w{12}_\w{49}", response.text)
    assert response.status_code == 200, response.text
    assert found is not None
    return found[0]


def test_settings_say_who_one_is_and_for_whom_one_reads(home: Any) -> None:
    browser, record = browser_with(home, "mia", "read", "consumer:campaign", label="a laptop")
    page = browser.page("/settings")
    for said in (
        "mia",
        "a person",
        "marketing",
        "read data",
        "for campaign alone",
        "A campaign",
        "for letters",
        "with the token a laptop",
    ):
        assert said in " ".join(page.text.split()), said
    assert record.id not in page.text
    nobody = home.browser()
    assert nobody.get("/settings").headers["location"] == "/sign-in?next=%2Fsettings"
    assert nobody.get("/settings/tokens").status_code == 303


def test_the_frame_leads_there_by_the_viewer_s_name(home: Any) -> None:
    page = home.browser("mia").page("/")
    assert any(a.get("href") == "/settings" for a in page.all("a"))


def test_sessions_are_listed_and_ended_one_or_all_others(home: Any) -> None:
    first, second, third = (home.browser("carla") for _ in range(3))
    other = home.browser("mia")
    page = first.page("/settings")
    ids = [str(f["value"]) for f in page.all("input") if f.get("name") == "session"]
    assert len(ids) == 2
    assert "this one" in page.text
    # Nobody ends what is not theirs, and nobody learns whether there is such a session.
    for id_ in (ids[0], "x" * 12, ""):
        assert other.post("/settings/sessions", {"csrf": other.csrf, "session": id_}).status_code == 404
    assert first.post("/settings/sessions", {"session": ids[0]}).status_code == 403
    assert first.post("/settings/sessions", {"csrf": first.csrf, "session": ids[0]}).status_code == 303
    time.sleep(2.1)
    assert sorted(b.get("/").status_code for b in (second, third)) == [200, 303]
    assert first.post("/settings/sessions", {"csrf": first.csrf, "others": "yes"}).status_code == 303
    time.sleep(2.1)
    assert [b.get("/").status_code for b in (first, second, third, other)] == [200, 303, 303, 200]
    assert "Nowhere else" in first.page("/settings").text


def test_a_token_is_made_and_shown_once_and_works(home: Any) -> None:
    browser = home.browser("mia")
    response = make(browser, label="notebook")
    token = made(response)
    assert response.headers["cache-control"] == "no-store"
    assert token not in browser.get("/settings/tokens").text
    assert token.split("_")[1] in browser.get("/settings/tokens").text  # its id is
    assert browser.client.cookies  # a bearer goes before a cookie
    answer = home.browser().get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).json()
    assert (answer["name"], answer["scopes"]) == ("mia", ["read"])
    assert "just now" in browser.page("/settings/tokens").text  # it was used


def test_a_revoked_token_is_refused_and_its_sessions_end(home: Any) -> None:
    browser = home.browser("mia")
    token = made(make(browser, scopes=["all"]))
    resting = home.browser()
    assert resting.sign_in(token).status_code == 303
    parsed = parse_token(token)
    assert parsed is not None
    stranger = home.browser("carla")
    assert stranger.post("/settings/tokens/revoke", {"csrf": stranger.csrf, "token": parsed.id}).status_code == 404
    assert browser.post("/settings/tokens/revoke", {"token": parsed.id}).status_code == 403
    assert browser.post("/settings/tokens/revoke", {"csrf": browser.csrf, "token": parsed.id}).status_code == 303
    time.sleep(2.1)
    assert resting.get("/").status_code == 303
    assert home.browser().get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    assert "revoked" in browser.page("/settings/tokens").text


@pytest.mark.parametrize(
    ("own", "wanted", "good"),
    [
        ((), {"scopes": ["all"]}, True),
        ((), {"scopes": ["read", "approve"], "consumers": ["campaign"]}, True),
        (("read",), {"scopes": ["read"]}, True),
        (("read",), {"scopes": ["read"], "consumers": ["campaign"]}, True),
        (("read",), {"scopes": None, "consumers": ["campaign"]}, True),
        (("read",), {"scopes": ["request"]}, False),
        (("read",), {"scopes": ["read", "approve"]}, False),
        (("read",), {"scopes": ["all"]}, False),
        (("read",), {"scopes": ["administer"]}, False),
        (("request",), {"scopes": None, "consumers": ["campaign"]}, False),
        (("read", "consumer:campaign"), {"scopes": ["read"]}, False),
        (("read", "consumer:campaign"), {"scopes": ["read"], "consumers": ["other"]}, False),
        (("read", "consumer:campaign"), {"scopes": ["read"], "consumers": ["campaign", "other"]}, False),
        (("read", "consumer:campaign"), {"scopes": ["read"], "consumers": ["campaign"]}, True),
        (("consumer:campaign",), {"scopes": ["read"], "consumers": ["campaign"]}, True),
    ],
)
def test_nobody_makes_a_token_that_is_good_for_more_than_their_session(
    own: tuple[str, ...], wanted: dict[str, Any], good: bool, home: Any
) -> None:
    browser, record = browser_with(home, "mia", *own, days=3)
    before = len(home.serving.workplace.ledger.tokens(user="mia"))
    response = make(browser, **wanted)
    kept = home.serving.workplace.ledger.tokens(user="mia")
    if not good:
        assert (response.status_code, "H752" in response.text, len(kept)) == (403, True, before)
        return
    made(response)
    if own:
        # What a narrowed session gives away ends with what it rests on itself.
        assert kept[-1].expires == record.expires


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"days": "0"}, "H786"),
        ({"days": "366"}, "H786"),
        ({"days": "-1"}, "H786"),
        ({"days": "٣"}, "H786"),
        ({"days": "9" * 10}, "H786"),
        ({"days": "soon"}, "H786"),
        ({"label": "x" * 201}, "H786"),
        ({"label": "two\nlines"}, "H786"),
        ({"scopes": ["everything"]}, "H787"),
        ({"scopes": None}, "H787"),
        ({"consumers": ["not a name!"]}, "H787"),
        ({"owner": "carla"}, "H752"),
        ({"owner": "nobody"}, "H752"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_that_was_filled_in_is_lost(form: dict[str, Any], code: str, home: Any) -> None:
    browser = home.browser("mia")
    response = make(browser, **{"label": HARM, "days": "45", **form})
    assert 400 <= response.status_code < 500
    assert code in response.text
    assert "<script>alert" not in response.text
    page = browser.parsed(response)
    filled = {f.get("name"): f.get("value") for f in page.all("input")}
    if "days" not in form:
        assert filled["days"] == "45"
    if "label" not in form:
        assert filled["label"] == HARM
    assert not re.search(r"hansa_\w{12}_\w{49}", response.text)


def test_a_label_of_others_words_is_shown_as_words(home: Any) -> None:
    browser = home.browser("carla")
    made(make(browser, label=HARM))
    page = browser.get("/settings/tokens")
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;" in page.text


def test_a_service_s_tokens_are_made_by_those_who_are_in_all_its_teams(home: Any) -> None:
    browser = home.browser("mia")
    page = browser.page("/settings/tokens")
    assert {o["value"] for o in page.all("option") if o.get("value", "") and not str(o["value"]).isdecimal()} == {
        "mia",
        "letters",
    }
    token = made(make(browser, owner="letters"))
    answer = home.browser().get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).json()
    assert (answer["name"], answer["kind"]) == ("letters", "service")
    for owner in ("both", "keeper", "loose"):
        assert make(browser, owner=owner).status_code == 403, owner
    service = home.serving.workplace.ledger.tokens(user="letters")[-1]
    other = home.browser("carla")
    assert service.id not in other.get("/settings/tokens").text
    assert other.post("/settings/tokens/revoke", {"csrf": other.csrf, "token": service.id}).status_code == 404
    assert browser.post("/settings/tokens/revoke", {"csrf": browser.csrf, "token": service.id}).status_code == 303


def test_without_its_proof_no_token_is_made(home: Any) -> None:
    browser = home.browser("mia")
    before = len(home.serving.workplace.ledger.tokens())
    for form in ({"csrf": ""}, {"csrf": "x"}, {"csrf": home.browser("carla").csrf}):
        assert make(browser, **form).status_code == 403
    foreign = {"csrf": browser.csrf, "label": "x", "days": "3", "scopes": "read"}
    assert browser.post("/settings/tokens", foreign, headers={"Origin": "https://evil.example"}).status_code == 403
    assert len(home.serving.workplace.ledger.tokens()) == before + 1  # that of carla's browser


def test_settings_are_small(home: Any) -> None:
    browser = home.browser("carla")
    for path in ("/settings", "/settings/tokens"):
        assert len(browser.get(path).content) < 100_000
