"""`audit-log`: the record of real queries, listed, added up and verified."""

import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

Hansa = Callable[..., Any]

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "json.md"


@pytest.fixture
def read(hansa: Hansa, mesh: Path) -> Path:
    """A mesh of which the operator has read twice, and asked once for what is not there."""
    hansa("run", "--quiet")
    hansa("query", "SELECT name FROM customer.profiles WHERE id = 1")
    hansa("query", "SELECT count(*) FROM customer.profiles")
    hansa("query", "SELECT nothing FROM customer.profiles", code=2)
    return mesh


def tamper(statement: str) -> None:
    with closing(sqlite3.connect(".hansa/ledger.db")) as connection:
        connection.execute(statement)
        connection.commit()


def test_each_query_is_one_line_newest_first(hansa: Hansa, read: Path) -> None:
    entries = hansa("audit-log", "--json").json["entries"]
    assert [e["outcome"] for e in entries] == ["failed", "done", "done"]
    assert [e["ports"][0]["columns"] for e in entries[1:]] == [[], ["id", "name"]]
    text = hansa("audit-log").out.splitlines()
    assert text[0].split()[:4] == ["serial", "when", "who", "for"]
    assert len(text) == 4


def test_the_documents_are_as_documented(hansa: Hansa, read: Path) -> None:
    section = PAGE.read_text("utf-8").partition("\n## audit-log\n")[2].partition("\n## ")[0]
    entries, verified, usage, holding = (json.loads(block) for block in re.findall(r"```json\n([\s\S]+?)```", section))
    found = hansa("audit-log", "--json").json
    assert found.keys() == entries.keys()
    assert found["entries"][0].keys() == entries["entries"][0].keys()
    assert found["entries"][0]["ports"][0].keys() == entries["entries"][0]["ports"][0].keys()
    assert hansa("audit-log", "--verify", "--json").json.keys() == verified.keys()
    assert hansa("audit-log", "--usage", "--json").json["usage"][0].keys() == usage["usage"][0].keys()
    held = hansa("audit-log", "--holding", "customer.profiles#id", "--json").json
    assert held.keys() == holding.keys()
    assert held["holders"][0].keys() == holding["holders"][0].keys()
    assert held["reads"][0].keys() == found["entries"][0].keys() | holding["reads"][0].keys()


def test_filters_leave_what_they_name(hansa: Hansa, read: Path) -> None:
    def count(*how: str) -> int:
        return len(hansa("audit-log", *how, "--json").json["entries"])

    assert count("--outcome", "begun") >= 2
    assert count("--outcome", "refused") == count("--by", "eve") == count("--for", "study") == count("--until", "2020-01-01") == 0
    assert count("--port", "customer.profiles.profiles@1", "--outcome", "done") == count("--port", "customer/profiles") - 1 == 2
    assert count("--since", "2020-01-01T00:00:00", "--limit", "1") == 1


def test_before_anything_was_read_it_says_how_to(hansa: Hansa, mesh: Path) -> None:
    assert "Nothing was read" in hansa("audit-log").out
    assert "Nothing was read" in hansa("audit-log", "--usage").out
    assert hansa("audit-log", "--verify", "--json").json["whole"] is True
    assert not (mesh / ".hansa" / "audit-heads").exists()


def test_usage_is_added_up_by_consumer_and_port(hansa: Hansa, read: Path) -> None:
    (used,) = hansa("audit-log", "--usage", "--json").json["usage"]
    assert (used["port"], used["consumer"], used["reads"], used["rows"], used["cost"]) == (
        "customer.profiles.profiles@1", "", 2, 2, None,
    )  # fmt: skip
    assert "customer.profiles.profiles@1" in hansa("audit-log", "--usage").out


def test_a_verification_notes_the_head_and_the_next_one_demands_it(hansa: Hansa, read: Path) -> None:
    first = hansa("audit-log", "--verify", "--json").json
    assert first["head"]["hash"] in (read / ".hansa" / "audit-heads").read_text()
    hansa("audit-log", "--verify")
    assert len((read / ".hansa" / "audit-heads").read_text().splitlines()) == 1
    hansa("query", "SELECT count(*) FROM customer.profiles")
    assert hansa("audit-log", "--verify", "--head", first["head"]["hash"]).out.startswith("The audit log is whole")
    # Whoever cuts off the end and the ledger's own note of it is found by the head that was noted.
    tamper("DELETE FROM audit_log WHERE serial > 2")
    tamper("UPDATE audit_head SET (serial, hash) = (SELECT serial, hash FROM audit_log WHERE serial = 2)")
    found = hansa("audit-log", "--verify", code=1).out
    assert "broken at entry 3: the end was cut off" in found
    (read / ".hansa" / "audit-heads").unlink()
    assert hansa("audit-log", "--verify", "--json").json["whole"] is True
    found = hansa("audit-log", "--verify", "--head", first["head"]["hash"], code=1).out
    assert f"No entry has the hash {first['head']['hash']}" in found


def test_an_edit_ends_with_1_and_names_the_entry(hansa: Hansa, read: Path) -> None:
    tamper("UPDATE audit_log SET record = '{}' WHERE serial = 3")
    assert "broken at entry 3: it was edited" in hansa("audit-log", "--verify", code=1).out
    assert "error[H457]" in hansa("audit-log", code=2).err


def test_noted_heads_that_are_none_are_said_with_their_line(hansa: Hansa, read: Path) -> None:
    hansa("audit-log", "--verify")
    with (read / ".hansa" / "audit-heads").open("a") as stream:
        stream.write("garbage\n")
    said = hansa("audit-log", "--verify", code=2).err
    assert "error[H458]" in said
    assert "audit-heads:2" in said


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--verify", "--usage"), "H940"),
        (("--value", "7"), "H940"),
        (("--head", "0" * 64), "H940"),
        (("--verify", "--head", "abc"), "H907"),
        (("--since", "yesterday"), "H907"),
        (("--outcome", "good"), "H907"),
        (("--port", "a.b.c#d"), "H907"),
        (("--holding", "customer.profiles"), "H907"),
        (("--holding", "customer.profiles#nothing"), "H935"),
    ],
)
def test_what_makes_no_sense_is_refused(hansa: Hansa, mesh: Path, arguments: tuple[str, ...], code: str) -> None:
    assert f"error[{code}]" in hansa("audit-log", *arguments, code=2).err
