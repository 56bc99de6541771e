"""J20, the audit's part: every product that holds a key, every read of it in a quarter, by whom, for what, under which policies.

The key is a household's number. It is made in `customer.profiles`, goes as it is into `orders.history`, and hashed into
`finance.spend`; `finance.sizes` only counts households, so nobody's key is in it.
"""

import datetime as dt
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from hansa.ledger import ReadsRecorded
from hansa.ledger.opening import open_ledger
from hansa.model import PortRead, ReadOutcome, ReadRecord
from hansa.names import PortMajor, parse_port

Hansa = Callable[..., Any]

KEY = "customer.profiles.profiles#household_id"
PROFILES, HISTORY, SPEND = "customer.profiles.profiles@1", "orders.history.history@1", "finance.spend.spend@1"
COLUMNS = {
    "household_id": "{name: household_id, logicalType: integer, physicalType: BIGINT, classification: personal}",
    "region": "{name: region, logicalType: string, physicalType: VARCHAR}",
    "paid": '{name: paid, logicalType: number, physicalType: "DECIMAL(10,2)"}',
    "who": "{name: who, logicalType: string, physicalType: VARCHAR}",
    "households": "{name: households, logicalType: integer, physicalType: BIGINT}",
}
# product: columns of its port, its query, the products that it reads
PRODUCTS: dict[str, tuple[tuple[str, ...], str, tuple[str, ...]]] = {
    "customer.profiles": (
        ("household_id", "region"),
        "SELECT * FROM (VALUES (7::BIGINT, 'north'), (8, 'south')) t(household_id, region)",
        (),
    ),
    "orders.history": (
        ("household_id", "paid"),
        "SELECT p.household_id, 2.5::DECIMAL(10,2) AS paid FROM profiles p, range(3) r(n)",
        ("customer.profiles",),
    ),
    "finance.spend": (
        ("who", "paid"),
        "SELECT md5(CAST(household_id AS VARCHAR)) AS who, paid FROM history",
        ("orders.history",),
    ),
    "finance.sizes": (("households",), "SELECT count(household_id) AS households FROM history", ("orders.history",)),
}
FILES = {
    "hansa.yaml": "apiVersion: hansa/v1\nkind: Mesh\nname: shop\n",
    "governance/teams.yaml": (
        "apiVersion: hansa/v1\nkind: Teams\nteams:\n"
        "  - {name: crm, contact: c@shop.example, members: [carla]}\n"
        "  - {name: marketing, contact: m@shop.example, members: [mia]}\n"
    ),
    "governance/classifications.yaml": (
        "apiVersion: hansa/v1\nkind: Classifications\nclasses: [{name: personal, mask: sha-256-global}]\n"
    ),
    "governance/consumers/campaign.yaml": (
        "apiVersion: hansa/v1\nkind: Consumer\nname: campaign\ntitle: A campaign\nowner: marketing\npurposes: [letters]\n"
    ),
    "domains/customer/profiles/agreements.yaml": (
        "apiVersion: hansa/v1\nkind: Agreements\nagreements:\n"
        "  - {consumer: campaign, purpose: letters, port: profiles, approver: carla, reason: Letters to households.}\n"
    ),
}


@pytest.fixture
def shop(in_folder: Path, hansa: Hansa) -> Path:
    """Four products of three domains, published."""
    for name, text in FILES.items():
        write(name, text)
    for address, (columns, query, inputs) in PRODUCTS.items():
        domain, name = address.split(".")
        write(f"domains/{domain}/domain.yaml", f"apiVersion: hansa/v1\nkind: Domain\nname: {domain}\nowner: crm\n")
        folder = f"domains/{domain}/{name}"
        write(f"{folder}/models/{name}.sql", query + "\n")
        write(f"{folder}/contracts/{name}.odcs.yaml", contract(address, columns))
        write(f"{folder}/product.odps.yaml", product(address, inputs))
    hansa("run", "--quiet")
    return in_folder


def write(name: str, text: str) -> None:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def contract(address: str, columns: tuple[str, ...]) -> str:
    name = address.split(".")[1]
    properties = "".join(f"      - {COLUMNS[column]}\n" for column in columns)
    return (
        f"apiVersion: v3.1.0\nkind: DataContract\nid: {address}\nversion: 1.0.0\nstatus: active\n"
        f"schema:\n  - name: {name}\n    properties:\n{properties}"
    )


def product(address: str, inputs: tuple[str, ...]) -> str:
    name = address.split(".")[1]
    reads = "".join(f"  - {{name: {i.split('.')[1]}, version: 1.0.0, contractId: {i}}}\n" for i in inputs)
    given = f"inputPorts:\n{reads}" if reads else ""
    return (
        f"apiVersion: v1.1.0\nkind: DataProduct\nid: {address}\nname: {name}\nversion: 1.0.0\nstatus: active\n{given}"
        f"outputPorts:\n  - {{name: {name}, version: 1.0.0, contractId: {address}}}\n"
        "team: {name: crm, members: [{username: carla, role: owner}]}\n"
    )


def recorded(root: Path, *records: ReadRecord) -> None:
    """What was read at times that no test can wait for."""
    with closing(open_ledger("sqlite:///.hansa/ledger.db", root)) as ledger:
        ledger.apply([ReadsRecorded(records)])


def read(day: int, month: int, port: str, column: str, outcome: ReadOutcome = ReadOutcome.DONE) -> ReadRecord:
    pinned = parse_port(port)
    assert isinstance(pinned, PortMajor)
    at = dt.datetime(2026, month, day, 12, tzinfo=dt.UTC)
    ports = (PortRead(pinned, 1, (column,)),)
    return ReadRecord(f"q{month}-{day}", at, outcome, "mia", "campaign", "letters", ports=ports, policy_version="v1", rows=2)


def test_every_product_that_holds_the_key_is_told_and_in_how_many_rows_a_household_stands(hansa: Hansa, shop: Path) -> None:
    found = hansa("audit-log", "--holding", KEY, "--value", "7", "--json").json
    assert found["key"] == "customer.profiles.profiles@1#household_id"
    assert [(h["port"], h["column"], h["how"], h["rows"]) for h in found["holders"]] == [
        (PROFILES, "household_id", "itself", 1),
        (HISTORY, "household_id", "identity", 3),
        (SPEND, "who", "transformation", 0),  # it is there under another value, as `how` says
    ]
    # To count is to read: the operator's own three queries are on record, without the value.
    again = hansa("audit-log", "--holding", KEY, "--json").json
    assert len(again["reads"]) == 3
    assert all(r["principal"].startswith("operator") for r in again["reads"])
    assert not any("7" in r["statement"] for r in again["reads"])


def test_every_read_of_the_key_in_a_quarter_is_told_by_whom_for_what_and_under_which_policies(hansa: Hansa, shop: Path) -> None:
    hansa("query", "SELECT household_id FROM customer.profiles", "--as", "mia", "--for", "campaign", "--purpose", "letters")
    hansa("query", "SELECT region FROM customer.profiles", "--as", "mia", "--for", "campaign", "--purpose", "letters")
    hansa(
        "query", "SELECT household_id FROM orders.history", "--as", "mia", "--for", "campaign", "--purpose", "letters", code=None
    )
    today = dt.datetime.now(dt.UTC).date()
    found = hansa("audit-log", "--holding", KEY, "--since", str(today - dt.timedelta(days=1)), "--json").json
    (only,) = found["reads"]
    assert (only["principal"], only["consumer"], only["purpose"], only["outcome"]) == ("mia", "campaign", "letters", "done")
    assert only["held"] == [{"port": PROFILES, "columns": ["household_id"]}]
    assert only["ports"][0]["masked"] == ["household_id"]
    assert only["ports"][0]["grant"].startswith("agreement:")
    assert only["policyVersion"]
    assert only["rules"]
    text = hansa("audit-log", "--holding", KEY).out
    assert "is held by 3 products" in text
    assert "It was read by 1 query" in text
    assert only["policyVersion"][:12] in text


def test_a_quarter_begins_with_its_first_day_and_ends_with_its_last(hansa: Hansa, shop: Path) -> None:
    recorded(
        shop,
        read(30, 6, PROFILES, "household_id"),
        read(1, 7, PROFILES, "household_id"),
        read(2, 7, PROFILES, "region"),
        read(3, 7, HISTORY, "Household_ID"),
        read(4, 7, HISTORY, "household_id", ReadOutcome.REFUSED),
        read(30, 9, SPEND, "who"),
        read(1, 10, SPEND, "who"),
    )
    quarter = ("--since", "2026-07-01", "--until", "2026-09-30")
    found = hansa("audit-log", "--holding", KEY, *quarter, "--json").json
    assert (found["since"], found["until"]) == ("2026-07-01T00:00:00+00:00", "2026-10-01T00:00:00+00:00")
    assert [(r["query"], r["held"][0]["port"]) for r in found["reads"]] == [
        ("q9-30", SPEND),
        ("q7-3", HISTORY),
        ("q7-1", PROFILES),
    ]
    only = hansa("audit-log", "--holding", KEY, *quarter, "--for", "campaign", "--port", "orders", "--json").json
    assert [r["query"] for r in only["reads"]] == ["q7-3"]
    assert hansa("audit-log", "--holding", KEY, *quarter, "--by", "nobody", "--json").json["reads"] == []


def test_a_key_without_a_major_is_meant_in_all_that_stand_side_by_side(hansa: Hansa, shop: Path) -> None:
    folder, address = "domains/customer/profiles", "customer.profiles"
    second = f"  - {{name: profiles, version: 2.0.0, contractId: {address}}}\nteam:"
    write(f"{folder}/product.odps.yaml", product(address, ()).replace("team:", second, 1))
    write(f"{folder}/contracts/second.odcs.yaml", contract(address, ("household_id",)).replace("version: 1.0", "version: 2.0"))
    write(f"{folder}/models/profiles_v2.sql", "SELECT household_id FROM profiles\n")
    recorded(shop, read(1, 4, PROFILES, "household_id"), read(2, 4, f"{address}.profiles@2", "household_id"))
    found = hansa("audit-log", "--holding", KEY, "--json").json
    assert found["key"] == "customer.profiles.profiles#household_id"
    assert {h["port"] for h in found["holders"]} == {PROFILES, f"{address}.profiles@2", HISTORY, SPEND}
    assert len(found["reads"]) == 2
    assert len(hansa("audit-log", "--holding", KEY.replace("#", "@2#"), "--json").json["reads"]) == 1


def test_what_was_done_to_the_record_is_found(hansa: Hansa, shop: Path) -> None:
    hansa("query", "SELECT household_id FROM customer.profiles", "--as", "mia", "--for", "campaign", "--purpose", "letters")
    assert hansa("audit-log", "--verify", "--json").json["whole"] is True
    with closing(sqlite3.connect(".hansa/ledger.db")) as connection:
        connection.execute("UPDATE audit_log SET record = replace(record, 'mia', 'eve') WHERE serial = 1")
        connection.commit()
    found = hansa("audit-log", "--verify", "--json", code=1).json
    assert (found["whole"], found["broken"]) == (False, 1)
    assert "edited" in found["reason"]


def test_a_plan_names_the_use_cases_that_read_what_changes_or_may(hansa: Hansa, shop: Path) -> None:
    file = Path("domains/customer/profiles/contracts/profiles.odcs.yaml")

    def concerned(*how: str) -> list[tuple[str, str, str]]:
        plan = hansa("plan", *how, "--json", code=None).json
        (change,) = (c for c in plan["changes"] if c["subject"] == f"{PROFILES}#region")
        return [(c["kind"], c["name"], c["learnt"]) for c in change["consumers"] if c["kind"] == "consumer"]

    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-q", "-m", "first")
    file.write_text(
        file.read_text().replace("name: region, logicalType: string", "name: region, required: true, logicalType: string")
    )
    assert concerned() == concerned("--base", "main") == [("consumer", "campaign", "grant")]
    hansa("query", "SELECT region FROM customer.profiles", "--as", "mia", "--for", "campaign", "--purpose", "letters")
    assert concerned() == [("consumer", "campaign", "queries")]
    assert "campaign" in hansa("plan", code=None).out


def git(*arguments: str) -> None:
    who = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *arguments], check=True, capture_output=True)
