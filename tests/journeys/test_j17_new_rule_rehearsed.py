"""J17, a new global rule: rehearsed on the whole mesh, one waiver with an end, enforced; it refuses just who does not comply."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Hansa = Callable[..., Any]
TODAY = dt.datetime.now(dt.UTC).date()

RULE = """\
apiVersion: hansa/v1
kind: Policy
id: ports-described
title: Every port says in a sentence what a row is
why: Who reads a table must know what one of its rows stands for.
severity: error
mode: {mode}
sql: |
  SELECT port AS subject, product, 'its description has no full sentence' AS message
  FROM ports
  WHERE coalesce(description, '') NOT LIKE '%.'
mend: End the port's description with a full stop.
examples:
  - name: a sentence
    expect: pass
    rows: {{ports: [{{port: a.b.c@1, product: a.b, description: One row for each customer.}}]}}
  - name: a word
    expect: fail
    rows: {{ports: [{{port: a.b.c@1, product: a.b, description: customers}}]}}
    subjects: [a.b.c@1]
"""


def say(product: Path, description: str) -> None:
    """Write what the product's port holds."""
    file = product / "product.odps.yaml"
    lines = file.read_text().splitlines(keepends=True)
    at = next(n for n, line in enumerate(lines) if line.startswith("outputPorts:"))
    kept = [line for n, line in enumerate(lines) if n < at or not line.startswith("    description:")]
    port = next(n for n, line in enumerate(kept) if n > at and line.startswith("  - "))
    kept.insert(port + 1, f"    description: {description}\n")
    file.write_text("".join(kept))


def read_from(product: Path, supplier: str, columns: str) -> None:
    """Let a product read another one."""
    contract = f"customer.{supplier}.{supplier}"
    given = f"inputPorts:\n  - {{name: {supplier}, version: 1.0.0, contractId: {contract}}}\n"
    file = product / "product.odps.yaml"
    file.write_text(file.read_text() + given)
    (product / f"models/{product.name}.sql").write_text(f"SELECT {columns} FROM {supplier}")


@pytest.fixture
def customer(hansa: Hansa, in_folder: Path) -> Path:
    """A published domain: `profiles` and `visits` from files, `names` read from `profiles`. Only `profiles` has no sentence."""
    (in_folder / "profiles.csv").write_text("id,name\n1,Ann\n2,Bob\n")
    (in_folder / "visits.csv").write_text("id,page\n1,home\n2,cart\n")
    hansa("init", ".")
    hansa("new", "domain", "customer")
    for name in ("profiles", "visits"):
        hansa("new", "product", f"customer/{name}", "--from", f"{name}.csv")
    hansa("new", "product", "customer/names")
    folder = in_folder / "domains/customer"
    read_from(folder / "names", "profiles", "id, name")
    for name, description in (
        ("profiles", "customers"),
        ("visits", "One row for each visit."),
        ("names", "One row for each name."),
    ):
        say(folder / name, description)
    hansa("run", "-q")
    return folder


@pytest.fixture
def rule(in_folder: Path) -> Path:
    """The rule, written beside the mesh's policies and not among them."""
    path = in_folder / "ports-described.yaml"
    path.write_text(RULE.format(mode="enforce"))
    return path


def enforce(mesh: Path) -> None:
    folder = mesh / "governance/policies"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ports-described.yaml").write_text(RULE.format(mode="enforce"))


def statuses(outcome: Any) -> dict[str, str]:
    return {p["name"].partition(".")[2]: p["status"] for p in outcome.json["products"]}


def test_the_rehearsal_says_who_fails_whom_that_leaves_behind_and_how_it_was(hansa: Hansa, customer: Path, rule: Path) -> None:
    told = hansa("policy", "rehearse", rule, "--json", code=1).json
    assert [e["passed"] for e in told["examples"]] == [True, True]
    assert [v["subject"] for v in told["violations"]] == ["customer.profiles.profiles@1"]
    assert told["violations"][0]["owner"]
    (consumer,) = told["consumers"]
    assert (consumer["name"], consumer["because"]) == ("customer.names", ["customer.profiles"])
    assert consumer["columns"] == ["customer.names.names#id", "customer.names.names#name"]
    assert [(h["judged"], h["products"]) for h in told["history"]] == [(3, ["customer.profiles"])]
    # Nothing has changed by rehearsing it.
    assert hansa("check", "--json").json["valid"]
    assert not hansa("plan", "--json").json["blocked"]


def test_the_past_is_judged_as_it_was_then(hansa: Hansa, customer: Path, rule: Path) -> None:
    say(customer / "profiles", "One row for each customer.")
    hansa("run", "-q")
    told = hansa("policy", "rehearse", rule, "--history", "--json", code=0).json
    assert told["violations"] == []
    assert [h["products"] for h in told["history"]] == [[], ["customer.profiles"]]
    first = told["history"][1]["at"]
    then = hansa("policy", "rehearse", rule, "--at", first, "--json", code=0).json
    assert [h["products"] for h in then["history"]] == [["customer.profiles"]]


def test_enforced_it_refuses_just_the_product_that_does_not_comply(hansa: Hansa, customer: Path, in_folder: Path) -> None:
    before = hansa("query", "SELECT name FROM customer.profiles ORDER BY id", "--json").json
    enforce(in_folder)
    (in_folder / "profiles.csv").write_text("id,name\n1,Ann\n2,Bob\n3,Cy\n")
    (in_folder / "visits.csv").write_text("id,page\n1,home\n2,cart\n3,home\n")
    plan = hansa("plan", "--json", code=1).json
    assert {s["product"]: s["action"] for s in plan["steps"]}["customer.profiles"] == "blocked"
    assert [(v["policy"], v["subject"]) for v in plan["violations"]] == [("ports-described", "customer.profiles.profiles@1")]
    outcome = hansa("run", "--json", code=1)
    assert statuses(outcome)["profiles"] == "blocked"
    assert statuses(outcome)["visits"] == "published"
    assert statuses(outcome)["names"] in ("unchanged", "published")
    # Consumers of the refused product read what they read before; the others have the new rows.
    assert hansa("query", "SELECT name FROM customer.profiles ORDER BY id", "--json").json == before
    assert hansa("query", "SELECT count(*) AS n FROM customer.visits", "--json").json == [{"n": 3}]


def test_a_waiver_lets_it_through_and_lapses_by_itself(
    hansa: Hansa, customer: Path, in_folder: Path, rule: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    enforce(in_folder)
    end = TODAY + dt.timedelta(days=30)
    leave = ("--reason", "its text is being written", "--approver", "dpo@shop.example")
    hansa("policy", "waive", "ports-described", "customer.profiles", "--until", end.isoformat(), *leave)
    rehearsed = hansa("policy", "rehearse", rule, "--json", code=0).json
    assert [v["waived"]["expires"] for v in rehearsed["violations"]] == [end.isoformat()]
    (in_folder / "profiles.csv").write_text("id,name\n1,Ann\n2,Bob\n3,Cy\n")
    assert statuses(hansa("run", "--json", code=0))["profiles"] == "published"
    monkeypatch.setenv("HANSA_TODAY", end.isoformat())
    assert hansa("check", code=0)
    monkeypatch.setenv("HANSA_TODAY", (end + dt.timedelta(days=1)).isoformat())
    (in_folder / "profiles.csv").write_text("id,name\n1,Ann\n")
    assert "lapsed" in hansa("check", code=None).out
    outcome = hansa("run", "--json", code=1)
    assert statuses(outcome)["profiles"] == "blocked"
    assert hansa("query", "SELECT count(*) AS n FROM customer.profiles", "--json").json == [{"n": 3}]


def test_mended_it_publishes_again(hansa: Hansa, customer: Path, in_folder: Path) -> None:
    enforce(in_folder)
    hansa("run", "-q", code=1)
    say(customer / "profiles", "One row for each customer.")
    assert statuses(hansa("run", "--json", code=0))["profiles"] == "published"
    (domain,) = hansa("policy", "scorecard", "--json").json["domains"]
    assert (domain["score"], domain["violated"]) == (1.0, [])
    # The trend knows that it was broken before.
    assert [point["score"] for point in domain["trend"]] == [pytest.approx(2 / 3, abs=1e-4), 1.0]


def test_a_day_in_the_past_brings_back_no_waiver(
    hansa: Hansa, customer: Path, in_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    enforce(in_folder)
    lapsed = TODAY - dt.timedelta(days=1)
    entry = "  - {policy: ports-described, subject: customer.profiles, reason: r, approver: a, expires: '%s'}\n"
    (in_folder / "governance/waivers.yaml").write_text("apiVersion: hansa/v1\nkind: Waivers\nwaivers:\n" + entry % lapsed)
    monkeypatch.setenv("HANSA_TODAY", (lapsed - dt.timedelta(days=1)).isoformat())
    assert hansa("plan", "--json", code=1).json["blocked"]
    monkeypatch.setenv("HANSA_TODAY", "soon")
    assert "H926" in hansa("plan", code=2).err
