"""Asking for access on a page: what comes of it is a request like any other, and what is wrong is told beside the form."""

import re
from typing import Any

ASK = "/products/customer.profiles/request"


def filled(browser: Any, **fields: Any) -> dict[str, Any]:
    return {"csrf": browser.csrf, "reading": "campaign|letters", "reason": "why not", "days": "30", "where": "", **fields}


def test_a_request_is_sent_seen_and_granted(site: Any) -> None:
    mia, carla, nick = site.browser("mia"), site.browser("carla"), site.browser("nick")
    sent = mia.post(ASK, filled(mia, columns=["id", "name"], unmasked=["name"], reason="<b>Letters</b>"))
    assert sent.status_code == 303, sent.text
    where = sent.headers["location"]
    assert re.fullmatch(r"/requests/req-[0-9a-f]+", where)
    seen = mia.get(where).text
    assert "&lt;b&gt;Letters&lt;/b&gt;" in seen
    assert "<b>Letters" not in seen
    page = mia.page(where)
    assert "2 columns, unmasked name" in " ".join(page.text.split())
    assert [r for r in ("id", "name", "größe", "born") if f'<span class="mono">{r}</span></th>' in seen] == ["id", "name"]
    assert where in mia.page("/").links
    assert f"/access?request={where.rpartition('/')[2]}" in carla.page("/access").links  # it waits for her word
    assert where in mia.page("/requests").links
    assert not any(where.rpartition("/")[2] in link for path in ("/access", "/requests") for link in nick.page(path).links)
    assert nick.get(where).status_code == 404  # nor can it be guessed


def test_what_is_wrong_is_told_and_nothing_is_lost(site: Any) -> None:
    mia = site.browser("mia")
    for wrong, code in (
        ({"days": "two weeks"}, "H824"),
        ({"columns": ["nope"]}, "H755"),
        ({"reading": "campaign|resale"}, "H75"),
    ):
        answer = mia.post(ASK, filled(mia, reason='my "reason" </textarea><script>', **wrong))
        assert 400 <= answer.status_code < 500, answer.text
        assert code in answer.text
        assert "my &#34;reason&#34; &lt;/textarea&gt;&lt;script&gt;" in answer.text
        assert answer.headers["cache-control"] == "no-store"


def test_nobody_asks_in_the_name_of_others(site: Any) -> None:
    nick = site.browser("nick")
    answer = nick.post(ASK, filled(nick))
    assert answer.status_code == 403
    assert "H752" in answer.text
    assert "You act for no use case yet" in answer.text


def test_a_token_that_is_only_good_for_reading_asks_for_nothing(site: Any) -> None:
    token, _ = site.serving.authenticator.issue_token("mia", scopes=("read",))
    mia = site.browser()
    mia.sign_in(token)
    assert mia.post(ASK, filled(mia)).status_code == 403
