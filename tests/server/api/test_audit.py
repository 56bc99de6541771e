"""`/audit-log`: nothing is learnt by asking for it in a certain way, and a long log is gone through to its end."""

import base64
import datetime as dt
import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from hansa.access.record import ReadFilter, by_port
from hansa.access.record.past import PAGE, entries
from hansa.ledger import ReadsRecorded
from hansa.ledger.memory import MemoryLedger
from hansa.model import PortRead, ReadOutcome, ReadRecord
from hansa.names import PortName, parse_product
from hansa.server.api import Pages
from hansa.server.resources.audit import looked_through
from hansa.server.sight import Reach

AT = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)


def read(number: int, *ports: str, principal: str = "mia", statement: str = "") -> ReadRecord:
    seen = tuple(PortRead(PortName(*p.split(".")).at(1), 1) for p in ports)
    at = AT + dt.timedelta(seconds=number)
    return ReadRecord(f"q{number}", at, ReadOutcome.DONE, principal, statement=statement, ports=seen)


def ledger_of(*records: ReadRecord) -> MemoryLedger:
    ledger = MemoryLedger()
    ledger.apply([ReadsRecorded(records)])
    return ledger


def test_a_filter_is_not_asked_about_what_may_not_be_seen() -> None:
    both = ("customer.profiles.profiles", "vault.keys.keys")
    ledger = ledger_of(read(1, *both, statement="SELECT id FROM customer.profiles JOIN vault.keys USING (id)"))
    carla = Reach("carla", everything=False, owned=frozenset({parse_product("customer.profiles")}))

    def found(port: str, reach: Reach) -> list[list[str]]:
        wanted = ReadFilter(port=by_port(port))
        return [[str(p.port) for p in e.record.ports] for _, e in looked_through(ledger, reach, wanted, None) if e is not None]

    assert found("customer.profiles", carla) == [["customer.profiles.profiles@1"]]
    assert found("vault.keys", carla) == [], "that somebody read both would be told by the filter"
    assert found("vault.keys", Reach("olga", everything=True, owned=frozenset())) == [[f"{port}@1" for port in both]]


def test_entries_come_each_once_and_from_where_somebody_goes_on() -> None:
    ledger = ledger_of(*(read(n, "a.b.c") for n in range(PAGE + 700)))
    assert [e.serial for e in entries(ledger)] == list(range(1, PAGE + 701))
    assert [e.serial for e in entries(ledger, newest=True, before=601)] == list(range(600, 0, -1))


def test_a_search_among_very_many_goes_on_where_it_stopped() -> None:
    def page(cursor: str) -> tuple[list[int], str | None]:
        asked = Request({"type": "http", "method": "GET", "path": "/x", "query_string": b"", "headers": [], "server": ("h", 80)})
        pages = Pages(asked, Response(), 2, cursor)
        begin = pages.behind[0] if pages.behind is not None else -1
        slice_ = pages.searched((((n,), n if n % 10 == 0 else None) for n in range(int(begin) + 1, 100)), 7)
        return list(slice_), slice_.next

    found, pages = list[int](), 0
    cursor: str | None = ""
    while cursor is not None:
        items, cursor = page(cursor)
        found += items
        pages += 1
    assert found == list(range(0, 100, 10))
    assert pages == 15, "no page looks through more than seven"


def test_a_cursor_that_nobody_was_given_is_refused(web: Any) -> None:
    for _ in range(2):
        assert web.ask("POST", "/query", "carla", json={"sql": "SELECT id FROM customer.profiles LIMIT 1"}).status_code == 200
    first = web.get("/audit-log", "carla", limit=1).json()
    assert first["next"]
    second = web.get("/audit-log", "carla", limit=1, cursor=first["next"]).json()
    assert second["items"][0]["serial"] < first["items"][0]["serial"]
    _, question = json.loads(base64.urlsafe_b64decode(first["next"] + "==="))
    for made_up in (10**30, -1, "x"):
        cursor = base64.urlsafe_b64encode(json.dumps([made_up, question]).encode()).decode().rstrip("=")
        refused = web.get("/audit-log", "carla", limit=1, cursor=cursor)
        assert (refused.status_code, refused.json()["code"]) == (400, "H742"), made_up
