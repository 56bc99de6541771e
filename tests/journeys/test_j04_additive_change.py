"""J4, additive change: a nullable column is added; it is classed minor, nobody is blocked, changelog and port schema say so."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Hansa = Callable[..., Any]


@pytest.fixture
def read(hansa: Hansa, in_folder: Path) -> Path:
    """A published product that another one reads; the folder of the first."""
    (in_folder / "data.csv").write_text("id,name,phone\n1,Ann,123\n2,Bob,\n")
    hansa("init", ".")
    hansa("new", "domain", "customer")
    hansa("new", "product", "customer/profiles", "--from", "data.csv")
    profiles = in_folder / "domains/customer/profiles"
    # Version 1.0.0 leaves the phone out.
    contract = profiles / "contracts/profiles.odcs.yaml"
    text = contract.read_text()
    contract.write_text(text[: text.index("      - name: phone")] + text[text.index("\nteam:") :])
    (profiles / "models/profiles.sql").write_text("SELECT id, name FROM profiles_source")
    hansa("new", "product", "customer/names")
    names = in_folder / "domains/customer/names"
    reads = "inputPorts:\n  - {name: profiles, version: 1.0.0, contractId: customer.profiles.profiles}\n"
    (names / "product.odps.yaml").write_text((names / "product.odps.yaml").read_text() + reads)
    (names / "models/names.sql").write_text("SELECT id, name FROM profiles")
    hansa("run", "-q")
    return profiles


def add_a_column(profiles: Path) -> None:
    contract = profiles / "contracts/profiles.odcs.yaml"
    column = "      - {name: phone, description: Phone., logicalType: integer, physicalType: BIGINT}\n"
    text = contract.read_text().replace("version: 1.0.0", "version: 1.1.0", 1)
    contract.write_text(text.replace("\nteam:", f"{column}\nteam:"))
    (profiles / "models/profiles.sql").write_text("SELECT id, name, phone FROM profiles_source")


def test_the_plan_calls_it_minor_and_blocks_nobody(hansa: Hansa, read: Path) -> None:
    add_a_column(read)
    plan = hansa("plan", "--json").json
    assert plan["blocked"] is False
    added = [c for c in plan["changes"] if "phone" in c["subject"] + c["change"]]
    assert [(c["impact"], c["breaking"]) for c in added] == [("minor", False)]
    assert not any(c["breaking"] or c["impact"] == "major" for c in plan["changes"])
    actions = {s["product"]: s["action"] for s in plan["steps"]}
    assert actions["customer.profiles"] == "build"
    assert "breaking" not in hansa("plan").out


def test_changelog_and_port_schema_say_it_and_old_queries_still_answer(hansa: Hansa, read: Path) -> None:
    old = "SELECT id, name FROM customer.profiles ORDER BY id"
    before = hansa("query", old, "--json").json
    add_a_column(read)
    outcome = hansa("run", "--json").json
    assert {p["status"] for p in outcome["products"]} <= {"published", "unchanged"}
    assert hansa("query", old, "--json").json == before
    assert hansa("query", "SELECT phone FROM customer.profiles ORDER BY id", "--json").json == [{"phone": 123}, {"phone": None}]
    assert hansa("query", "SELECT name FROM customer.names ORDER BY id", "--json").json == [{"name": "Ann"}, {"name": "Bob"}]
    page = hansa("describe", "customer.profiles", "--json").json
    (port,) = page["outputs"]
    assert (port["version"], [c["name"] for c in port["columns"]]) == ("1.1.0", ["id", "name", "phone"])
    assert [h["version"] for h in page["history"]] == [2, 1]
    assert any("phone" in change for change in page["history"][0]["changes"])
    assert "phone" in hansa("describe", "customer.profiles").out.partition("history")[2]


def test_the_old_snapshot_is_still_readable_as_it_was(hansa: Hansa, read: Path, in_folder: Path) -> None:
    from pyiceberg.catalog.sql import SqlCatalog

    (old,) = (s for s in hansa("status", "--json").json["products"] if s["name"] == "customer.profiles")
    add_a_column(read)
    hansa("run", "-q")
    database = in_folder / ".hansa/ledger.db"
    with sqlite3.connect(database) as connection:
        (catalogue,) = connection.execute("SELECT DISTINCT catalog_name FROM iceberg_tables").fetchone()
        rows = connection.execute("SELECT table_namespace, table_name FROM iceberg_tables").fetchall()
    (identifier,) = ((n, t) for n, t in rows if "profiles" in f"{n}.{t}")
    table = SqlCatalog(catalogue, uri=f"sqlite:///{database}").load_table(identifier)
    was = table.scan(snapshot_id=old["ports"][0]["snapshot"]).to_arrow()
    assert was.select(["id", "name"]).to_pylist() == [{"id": 1, "name": "Ann"}, {"id": 2, "name": "Bob"}]
    assert "phone" not in was.column_names
    assert "phone" in table.scan().to_arrow().column_names


def test_going_back_and_forth_keeps_both_readable(hansa: Hansa, read: Path) -> None:
    add_a_column(read)
    hansa("run", "-q")
    moved = hansa("rollback", "customer.profiles", "--json").json["moves"]
    assert [(m["from"], m["to"]) for m in moved] == [(2, 1)]
    assert list(hansa("query", "SELECT * FROM customer.profiles", "--json").json[0]) == ["id", "name"]
    hansa("rollback", "customer.profiles", "--to", "2")
    assert list(hansa("query", "SELECT * FROM customer.profiles", "--json").json[0]) == ["id", "name", "phone"]


def test_a_removed_column_is_not_additive(hansa: Hansa, read: Path) -> None:
    contract = read / "contracts/profiles.odcs.yaml"
    text = contract.read_text()
    contract.write_text(text[: text.index("      - name: name")] + text[text.index("\nteam:") :])
    (read / "models/profiles.sql").write_text("SELECT id FROM profiles_source")
    plan = hansa("plan", "--json", code=None).json
    removed = [c for c in plan["changes"] if c["breaking"]]
    assert removed
    assert all(c["impact"] == "major" for c in removed)
    # Who reads what is gone is told before anything runs.
    checked = hansa("check", "--json", code=1).json
    assert "domains/customer/names/models/names.sql" in {p["file"] for t in checked["troubles"] for p in t["places"]}
