"""`POST /api/v1/query`: every form gives the same rows, and every mistake a problem document."""

import io
import json
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

SQL = 'SELECT id, name, grosse AS "größe" FROM customer.profiles WHERE id < 3 ORDER BY id'
MASKED = [[0, "Zoë n*", 170], [1, "Zoë n*", 171], [2, "Zoë n*", 172]]


def rows_of(form: str, content: bytes) -> list[list[Any]]:
    match form:
        case "json":
            return [list(r.values()) for r in json.loads(content)["rows"]]
        case "ndjson":
            return [list(json.loads(line).values()) for line in content.splitlines()]
        case "csv":
            table = pyarrow.csv.read_csv(io.BytesIO(content))
        case "arrow":
            table = pa.ipc.open_stream(content).read_all()
        case _:
            table = pq.read_table(io.BytesIO(content))
    return [list(r.values()) for r in table.to_pylist()]


def problem(response: Any, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = response.json()
    assert (found["status"], found["code"]) == (status, code), found
    assert found["requestId"] == response.headers["x-request-id"]
    return found


@pytest.mark.parametrize("form", ["json", "ndjson", "csv", "arrow", "parquet"])
def test_every_form_gives_the_same_masked_rows(form: str, api: Any) -> None:
    plain = rows_of(form, api.query(SQL, format=form).content)
    assert [r[0] for r in plain] == [0, 1, 2]
    assert all(str(r[1]).startswith("Zoë ") and "Ångström" not in str(r[1]) for r in plain)
    assert plain == rows_of("json", api.query(SQL).content)
    assert rows_of(form, api.query(SQL, who="carla", format=form).content)[2][1] == "Zoë Ångström 2"


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("text/csv", "text/csv"),
        ("application/vnd.apache.parquet;q=0.5, application/x-ndjson", "application/x-ndjson"),
        ("*/*", "application/json"),
        ("text/html;q=0.9, application/*;q=0.1", "application/json"),
    ],
)
def test_accept_chooses_the_form(accept: str, media_type: str, api: Any) -> None:
    assert api.query(SQL, headers={"Accept": accept}).headers["content-type"].partition(";")[0] == media_type


def test_what_the_reader_should_know_comes_in_a_header_and_in_the_document(api: Any) -> None:
    response = api.query(SQL)
    notices = json.loads(response.headers["x-hansa-notice"])
    assert any("name is masked by show-first-4" in n for n in notices)
    assert response.json()["notices"] == notices


def test_parameters_are_values_never_text_of_the_query(api: Any) -> None:
    asked = api.query("SELECT id FROM customer.profiles WHERE id = $n", parameters={"n": 7})
    assert asked.json()["rows"] == [{"id": 7}]
    asked = api.query("SELECT id FROM customer.profiles WHERE name = ?", parameters=["' OR true --"])
    assert asked.json()["rows"] == []


def test_a_limit_is_the_most_rows(api: Any) -> None:
    assert len(api.query("SELECT id FROM customer.profiles", limit=5).json()["rows"]) == 5


def test_who_has_no_grant_is_refused_with_reasons(api: Any) -> None:
    found = problem(api.query(SQL, who="nick"), 403, "H707")
    assert found["reasons"]
    assert found["mend"]
    assert "Zoë" not in json.dumps(found, ensure_ascii=False)
    problem(api.query(SQL, consumer="campaign", purpose="resale"), 403, "H707")


def test_nobody_is_anonymous(api: Any) -> None:
    response = api.client.post("/api/v1/query", json={"sql": "SELECT 1"})
    problem(response, 401, "H748")
    assert response.headers["www-authenticate"].startswith("Bearer")
    for credential in ("Bearer nonsense", "Bearer " + "x" * 20_000, "Basic bWlhOm1pYQ=="):
        response = api.client.post("/api/v1/query", json={"sql": "SELECT 1"}, headers={"Authorization": credential})
        assert response.status_code == 401
        assert "www-authenticate" in response.headers


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (b'{"sql": "SELECT 1"}', "text/plain", 415, "H741"),
        (b'{"sql": "SELECT 1"', "application/json", 400, "H740"),
        (b'{"sql": "\xff\xfe"}', "application/json", 400, "H740"),
        (b'{"sql": "SELECT 1", "as": "carla"}', "application/json", 400, "H740"),
        (b'{"sql": ""}', "application/json", 400, "H740"),
        (b'{"sql": "SELECT 1", "format": "xml"}', "application/json", 400, "H740"),
        (b'{"sql": "' + b"x" * 1_000_001 + b'"}', "application/json", 413, "H743"),
        (b"[" * 100_000, "application/json", 400, "H740"),
    ],
)
def test_a_body_that_is_none_of_ours_is_refused(body: bytes, kind: str, status: int, code: str, api: Any) -> None:
    problem(api.ask("POST", "/api/v1/query", content=body, headers={"Content-Type": kind}), status, code)


@pytest.mark.parametrize(
    ("sql", "status", "code"),
    [
        ("SELECT * FRM x", 400, "H701"),
        ("SELECT * FROM customer.nothing", 404, "H703"),
        ("SELECT nope FROM customer.profiles", 400, "H705"),
        ("SELECT name::INTEGER FROM customer.profiles", 422, "H706"),
    ],
)
def test_a_query_that_cannot_be_answered_has_its_code_and_place(sql: str, status: int, code: str, api: Any) -> None:
    problem(api.query(sql), status, code)


def test_a_form_that_there_is_not_is_not_acceptable(api: Any) -> None:
    problem(api.query(SQL, headers={"Accept": "image/png"}), 406, "H741")


def test_a_request_keeps_the_number_that_it_came_with(api: Any) -> None:
    assert api.query(SQL, headers={"X-Request-Id": "trace-7"}).headers["x-request-id"] == "trace-7"
    assert "\n" not in api.query(SQL, headers={"X-Request-Id": "a b"}).headers["x-request-id"]
    assert api.query(SQL, headers={"X-Request-Id": "a b"}).headers["x-request-id"] != "a b"


def test_an_unknown_address_is_a_problem_too(api: Any) -> None:
    problem(api.ask("GET", "/api/v1/nothing"), 404, "H746")
    problem(api.ask("DELETE", "/api/v1/query"), 405, "H746")


def test_the_server_says_whether_it_lives_and_answers(api: Any) -> None:
    assert api.client.get("/healthz").json() == {"status": "alive"}
    assert api.client.get("/readyz").json() == {"status": "ready"}


def test_me_says_for_whom_i_may_ask(api: Any) -> None:
    found = api.ask("GET", "/api/v1/me").json()
    assert (found["name"], found["teams"]) == ("mia", ["marketing"])
    assert {"name": "campaign", "kind": "use-case", "purposes": ["letters"]} in found["consumers"]


def test_a_form_that_cannot_hold_the_rows_says_so(api: Any) -> None:
    found = problem(api.query("SELECT INTERVAL 1 DAY AS a", format="parquet"), 406, "H741")
    assert "interval" in found["detail"]


def test_a_limit_beyond_all_rows_is_refused(api: Any) -> None:
    problem(api.query("SELECT 1", limit=10**30), 400, "H740")


def test_a_body_with_two_lengths_is_refused(api: Any) -> None:
    headers = {"Content-Type": "application/json", "Transfer-Encoding": "chunked", "Content-Length": "4"}
    response = api.ask("POST", "/api/v1/query", content=b'{"sql": "SELECT 1"}', headers=headers)
    assert (response.status_code, response.headers["connection"]) == (400, "close")
