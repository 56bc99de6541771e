"""The page that queries: it runs what a form sends and nothing else, as the viewer, and shows values only as text."""

import io
import json
import re
import time
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hansa.server.pages.app import POLICY

SQL = "SELECT id, name FROM customer.profiles WHERE id < 3 ORDER BY id"
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


def form(browser: Any, sql: str = SQL, **fields: Any) -> dict[str, Any]:
    return {"csrf": browser.csrf, "sql": sql, "for": "campaign|letters", **fields}


def lines(response: Any) -> list[Any]:
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("application/x-ndjson")
    return [json.loads(line) for line in response.text.splitlines()]


def latest(site: Any, outcome: str = "") -> Any:
    """The latest record of a read of pages; ends are written a moment after the answer."""
    deadline = time.monotonic() + 5
    while True:
        ledger = site.serving.workplace.ledger
        found = [e.record for e in ledger.audit_log(limit=50, newest=True) if e.record.way == "pages"]
        settled = found and (found[0].outcome == outcome if outcome else found[0].outcome != "begun")
        if settled or time.monotonic() > deadline:
            return found[0]
        time.sleep(0.02)


def runs(site: Any) -> int:
    """How many queries were begun or refused, whichever way; their ends are written later."""
    entries = site.serving.workplace.ledger.audit_log(limit=1000)
    return sum(1 for e in entries if e.record.outcome in ("begun", "refused", "failed"))


def test_a_form_runs_and_shows_the_rows_as_their_reader_sees_them(site: Any) -> None:
    mia = site.browser("mia")
    page = mia.parsed(mia.post("/query", form(mia)))
    assert "Zoë xx" in page.text
    assert "Ångström" not in page.text
    assert "3 rows" in page.text
    explained = "/access/explain?port=customer.profiles.profiles%401&consumer=campaign&purpose=letters"
    assert explained in page.links
    assert "1 column of what was read is masked for you" in page.text
    carla = site.browser("carla")
    assert "Zoë Ångström 2" in carla.post("/query", form(carla, **{"for": "|"})).text


def test_an_address_fills_the_form_and_runs_nothing(site: Any) -> None:
    mia = site.browser("mia")
    before = runs(site)
    page = mia.get("/query", params={"q": SQL, "for": "campaign|letters"})
    assert SQL.replace("<", "&lt;") in page.text
    assert "Nothing was run yet" in page.text
    assert "FROM customer.profiles\n" in mia.get("/query?port=customer.profiles").text
    assert "FROM customer.profiles\n" in mia.get("/query?port=customer.profiles.profiles@1").text
    for odd in ("port=nothing", "port=a.b.c.d", "port=customer.profiles@9", "for=x", f"port={HOSTILE}", f"q={HOSTILE}"):
        answer = mia.get(f"/query?{odd}")
        assert answer.status_code == 200, odd
        assert "<script>" not in answer.text
    assert mia.get("/query/rows").status_code == 405
    assert mia.get("/query/download").status_code == 405
    assert runs(site) == before


def test_a_link_for_somebody_else_says_so(site: Any) -> None:
    nick = site.browser("nick").get("/query", params={"for": "campaign|letters", "q": "SELECT 1"})
    assert "This link was made for" in nick.text
    assert "campaign · letters" in nick.text


def test_rows_come_as_lines_with_what_there_is_to_know(site: Any) -> None:
    mia = site.browser("mia")
    head, *batches, end = lines(mia.post("/query/rows", form(mia)))
    assert [(c["name"], c["type"], c["kind"]) for c in head["columns"]] == [
        ("id", "BIGINT", "number"),
        ("name", "VARCHAR", "text"),
    ]
    assert head["masks"] == [{"port": "customer.profiles.profiles@1", "column": "name", "mask": "show-first-4"}]
    assert not any("masked" in n for n in head["notices"])
    assert [row[0] for batch in batches for row in batch] == ["0", "1", "2"]
    assert end == {"rows": 3, "more": ""}


def test_a_run_is_on_record_as_one_of_the_pages(site: Any) -> None:
    mia = site.browser("mia")
    lines(mia.post("/query/rows", form(mia)))
    found = latest(site)
    assert (found.principal, found.consumer, found.purpose, found.way) == ("mia", "campaign", "letters", "pages")
    assert (str(found.outcome), found.rows) == ("done", 3)


@pytest.mark.parametrize("path", ["/query", "/query/rows", "/query/download"])
def test_nothing_runs_without_the_proof_of_a_form(path: str, site: Any) -> None:
    mia, carla = site.browser("mia"), site.browser("carla")
    before = runs(site)
    for proof in ("", "nonsense", carla.csrf):
        assert mia.post(path, form(mia, csrf=proof)).status_code == 403
    foreign = mia.post(path, form(mia), headers={"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
    assert site.browser().post(path, form(mia)).status_code == 303
    assert runs(site) == before


@pytest.mark.parametrize(
    ("who", "reading"),
    [("nick", "|"), ("nick", "campaign|letters"), ("mia", "campaign|resale"), ("mia", "|"), ("mia", "customer.profiles|product")],
)
def test_who_may_not_read_is_refused_with_reasons_and_keeps_the_statement(who: str, reading: str, site: Any) -> None:
    browser = site.browser(who)
    shown = browser.post("/query", form(browser, **{"for": reading}))
    assert shown.status_code == 403
    assert "H707" in shown.text
    assert "WHERE id &lt; 3" in shown.text
    assert "Zoë" not in shown.text
    told = browser.post("/query/rows", form(browser, **{"for": reading}))
    assert (told.status_code, told.json()["code"]) == (403, "H707")
    assert told.json()["reasons"]
    assert browser.post("/query/download", form(browser, format="csv", **{"for": reading})).status_code == 403
    assert str(latest(site).outcome) == "refused"


def test_what_is_wrong_has_its_place_in_the_statement(site: Any) -> None:
    mia = site.browser("mia")
    wrong = "SELECT id,\r\n  nope\r\nFROM customer.profiles"
    shown = mia.post("/query", form(mia, wrong))
    assert shown.status_code == 400
    assert "line 2, column 3" in shown.text
    assert "<mark>nope</mark>" in shown.text
    assert "SELECT id,\n  nope\nFROM customer.profiles</textarea>" in shown.text
    told = mia.post("/query/rows", form(mia, wrong)).json()
    assert (told["code"], told["places"][0]["line"], told["places"][0]["column"]) == ("H705", 2, 3)
    assert "H701" in mia.post("/query", form(mia, "SELECT * FRM x")).text


@pytest.mark.parametrize(("sql", "code"), [("", "H827"), (" \r\n\t", "H827"), ("SELECT " + "1" * 50_001, "H828")])
def test_what_cannot_be_asked_is_told_before_anybody_is_asked(sql: str, code: str, site: Any) -> None:
    mia = site.browser("mia")
    for path in ("/query", "/query/rows", "/query/download"):
        answer = mia.post(path, form(mia, sql))
        assert answer.status_code == 400
        assert code in answer.text


def test_values_and_names_are_only_text(site: Any) -> None:
    mia = site.browser("mia")
    value, name = HOSTILE.replace("'", "''"), HOSTILE.replace('"', '""')
    sql = f"SELECT '{value}' AS \"{name}\", '' AS e, NULL AS n, 'NULL' AS t"
    response = mia.post("/query", form(mia, sql))
    page = mia.parsed(response)
    assert response.status_code == 200
    assert not page.all("img")
    assert all(str(s["src"]).startswith("/static/") for s in page.all("script"))
    assert not any(a.startswith("on") or a == "style" for _, attributes in page.elements for a in attributes)
    assert response.headers["content-security-policy"] == POLICY
    assert response.headers["cache-control"] == "no-store"
    assert response.text.count('<span class="null">NULL</span>') == 1
    assert response.text.count('<span class="null">empty</span>') == 1
    head, rows, _ = lines(mia.post("/query/rows", form(mia, sql)))
    assert head["columns"][0]["name"] == HOSTILE
    assert rows == [[HOSTILE, "", None, "NULL"]]
    refused = mia.post("/query", form(mia, "SELECT id FROM customer.profiles", **{"for": HOSTILE}))
    assert refused.status_code == 403
    assert "<script>" not in refused.text


def test_values_of_every_kind_can_be_read(site: Any) -> None:
    mia = site.browser("mia")
    sql = (
        "SELECT TIMESTAMPTZ '2024-01-01 10:00:00+02' AS tz, {'a': [1, 2], 'b': 'ü'} AS st, repeat('x', 5000) AS l,"
        " 1.50::DECIMAL(9,2) AS d, 'NaN'::DOUBLE AS f, DATE '2024-02-29' AS day, '\\xAA'::BLOB AS b, INTERVAL 3 DAY AS i,"
        " true AS yes, 9007199254740993 AS big"
    )
    head, [row], _ = lines(mia.post("/query/rows", form(mia, sql)))
    assert row[0] == "2024-01-01 08:00:00+00:00"
    assert json.loads(row[1]) == {"a": [1, 2], "b": "ü"}
    assert row[2] == {"cut": "x" * 2000, "length": 5000}
    assert row[3:] == ["1.50", "nan", "2024-02-29", "0xaa", "P3D", "true", "9007199254740993"]
    assert [c["kind"] for c in head["columns"]] == [
        *("time", "nested", "text", "number", "number", "time", "bytes", "text", "truth", "number")
    ]


def test_a_page_shows_no_more_than_it_can_hold(site: Any) -> None:
    carla = site.browser("carla")
    many = carla.post("/query", form(carla, "SELECT id FROM customer.profiles", **{"for": "|"}))
    assert "The first 200 rows" in many.text
    assert latest(site).rows == 201
    columns = ", ".join(f"repeat('<', 3000) AS column_{n}" for n in range(200))
    wide = carla.post("/query", form(carla, f"SELECT {columns} FROM customer.profiles", **{"for": "|"}))
    assert wide.status_code == 200
    assert len(wide.content) < 250_000
    none = carla.post("/query", form(carla, "SELECT * FROM customer.profiles WHERE false", **{"for": "|"}))
    assert "No row fits" in none.text
    for response in (carla.get("/query?for=%7C"), many, none):
        assert len(response.content) < 100_000


def test_a_download_is_a_file_of_all_rows(site: Any) -> None:
    mia = site.browser("mia")
    sql = "SELECT id, name FROM customer.profiles ORDER BY id"
    for name in ("csv", "parquet", "arrow", "json"):
        answer = mia.post("/query/download", form(mia, sql, format=name))
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-disposition"].endswith(f'.{name}"')
        match name:
            case "csv":
                rows = len(answer.text.splitlines()) - 1
            case "parquet":
                rows = pq.read_table(io.BytesIO(answer.content)).num_rows
            case "arrow":
                rows = pa.ipc.open_stream(answer.content).read_all().num_rows
            case _:
                rows = len(answer.json()["rows"])
        assert rows == 2500
        assert "Ångström".encode() not in answer.content
        assert latest(site).way == "pages"


def test_what_cannot_be_downloaded_is_told_on_the_page(site: Any) -> None:
    mia = site.browser("mia")
    interval = mia.post("/query/download", form(mia, "SELECT INTERVAL 1 DAY AS a", format="parquet"))
    assert (interval.status_code, "H741" in interval.text, "INTERVAL 1 DAY" in interval.text) == (406, True, True)
    assert mia.post("/query/download", form(mia, format="xml")).status_code == 400
    assert "content-disposition" not in mia.post("/query/download", form(mia, "SELECT nope", format="csv")).headers


def test_the_list_has_what_this_reader_may_query_and_nothing_else(site: Any) -> None:
    mia = site.browser("mia").get("/query/schema?for=campaign%7Cletters").json()
    [port] = mia["ports"]
    assert (port["port"], port["sql"]) == ("customer.profiles.profiles@1", "customer.profiles")
    columns = {name: (sql, kind, classes, mask) for name, sql, kind, classes, mask in port["columns"]}
    assert columns["name"] == ("name", "VARCHAR", "personal", "show-first-4")
    assert columns["id"][3] == ""
    assert {"SELECT", "FROM"} <= set(mia["keywords"])
    assert {"count", "date_trunc", "range"} <= set(mia["functions"])
    assert "read_csv" not in mia["functions"]
    assert site.browser("mia").get("/query/schema?for=campaign%7Cletters&words=profiles+born").json()["ports"] == [port]
    assert site.browser("mia").get("/query/schema?for=campaign%7Cletters&words=zzz").json()["ports"] == []
    assert site.browser("mia").get("/query/schema?for=%7C").json()["ports"] == []
    for reading in ("%7C", "campaign%7Cletters"):
        assert site.browser("nick").get(f"/query/schema?for={reading}").json()["ports"] == []
    assert "Nothing can be read" in site.browser("nick").get("/query").text
    assert "customer.profiles" not in site.browser("nick").get("/query").text
    assert site.browser("carla").get("/query/schema?for=%7C").json()["ports"][0]["columns"]


def test_a_product_leads_to_its_query(site: Any) -> None:
    mia = site.browser("mia")
    page = mia.page("/products/customer.profiles/connect?for=campaign%7Cletters")
    [link] = [found for found in page.links if found.startswith("/query?")]
    opened = mia.get(link).text
    assert "FROM customer.profiles\n" in opened
    assert '<option value="campaign|letters" selected>' in opened
    assert "/query" in mia.page("/").links


def test_the_page_can_be_used_without_seeing_it(site: Any) -> None:
    mia = site.browser("mia")
    for response in (mia.get("/query"), mia.post("/query", form(mia)), mia.post("/query", form(mia, "SELECT nope"))):
        page = mia.parsed(response)
        assert len(page.all("h1")) == 1
        ids = [a["id"] for _, a in page.elements if "id" in a]
        assert len(ids) == len(set(ids))
        labelled = {str(a["for"]) for a in page.all("label") if "for" in a}
        for field in (*page.all("input"), *page.all("select"), *page.all("textarea")):
            assert field.get("type") == "hidden" or field.get("aria-label") or field.get("id") in labelled, field


def test_every_script_of_the_page_is_there_with_what_it_imports(site: Any) -> None:
    mia = site.browser("mia")
    ahead, seen = [str(s["src"]) for s in mia.page("/query").all("script")], set()
    while ahead:
        address = ahead.pop()
        if address not in seen:
            seen.add(address)
            answer = mia.get(address)
            assert answer.status_code == 200, address
            assert "immutable" in answer.headers["cache-control"]
            ahead += re.findall(r'from "(/static/[^"]+)"', answer.text)
    assert len(seen) >= 10
    assert all(re.search(r"\.[0-9a-f]{12}\.js$", address) for address in seen)
