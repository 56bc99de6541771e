"""The page that queries: it runs what a form sends and nothing else, as the viewer, and shows values only as text."""

import json
import time
from typing import Any

import pytest

SQL = "SELECT id, name FROM customer.profiles WHERE id < 3 ORDER BY id"


def form(browser: Any, sql: str = SQL, **fields: Any) -> dict[str, Any]:
    return {"csrf": browser.csrf, "sql": sql, "for": "campaign|letters", **fields}


def lines(response: Any) -> list[Any]:
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("application/x-ndjson")
    return [json.loads(line) for line in response.text.splitlines()]


def records(site: Any) -> list[Any]:
    """What is on record of reads of pages, the latest first; ends are written a moment after the answer."""
    deadline = time.monotonic() + 5
    while True:
        found = [e.record for e in site.serving.workplace.ledger.audit_log(limit=50, newest=True) if e.record.way == "pages"]
        if (found and found[0].outcome != "begun") or time.monotonic() > deadline:
            return found
        time.sleep(0.02)


def test_a_form_runs_and_shows_the_rows_as_their_reader_sees_them(site: Any) -> None:
    mia = site.browser("mia")
    page = mia.parsed(mia.post("/query", form(mia)))
    assert "Zoë xx" in page.text
    assert "Ångström" not in page.text
    assert "3 rows" in page.text
    assert any(link.startswith("/access/explain?port=customer.profiles.profiles%401&consumer=campaign") for link in page.links)
    carla = site.browser("carla")
    assert "Zoë Ångström 2" in carla.post("/query", form(carla, **{"for": "|"})).text


def test_an_address_fills_the_form_and_runs_nothing(site: Any) -> None:
    mia = site.browser("mia")
    before = len(records(site))
    page = mia.get("/query", params={"q": SQL, "for": "campaign|letters"})
    assert SQL.replace("<", "&lt;") in page.text
    assert "Nothing was run yet" in page.text
    assert len(records(site)) == before
    assert "FROM customer.profiles\n" in mia.get("/query?port=customer.profiles").text
    assert "FROM customer.profiles\n" in mia.get("/query?port=customer.profiles.profiles@1").text
    for odd in ("port=nothing", "port=a.b.c.d", "port=customer.profiles@9", "for=x", "q=%00", "port=%3Cscript%3E"):
        assert mia.get(f"/query?{odd}").status_code == 200, odd


def test_a_run_is_on_record_as_one_of_the_pages(site: Any) -> None:
    mia = site.browser("mia")
    lines(mia.post("/query/rows", form(mia)))
    found = records(site)[0]
    assert (found.principal, found.consumer, found.purpose, found.way) == ("mia", "campaign", "letters", "pages")
    assert (str(found.outcome), found.rows) == ("done", 3)
