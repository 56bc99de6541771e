"""J2, a bad batch stays invisible: readers keep the old version byte for byte, failing rows lie in quarantine with reasons."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

Hansa = Callable[..., Any]

GOOD = "id,email\n1,ann@example.org\n2,bob@example.org\n"
BAD = "id,email\n1,ann@example.org\n3,cid@example.org\n3,no mail\n4,none\n"
NEXT = "id,email\n1,ann@example.org\n4,dan@example.org\n5,eve@example.org\n"


@pytest.fixture
def published(hansa: Hansa, in_folder: Path) -> Path:
    """A published product, and a second one that reads it; the delivered file."""
    data = in_folder / "data.csv"
    data.write_text(GOOD)
    hansa("init", ".")
    hansa("new", "domain", "customer")
    hansa("new", "product", "customer/profiles", "--from", "data.csv")
    hansa("new", "product", "customer/mails")
    mails = in_folder / "domains/customer/mails"
    product = mails / "product.odps.yaml"
    reads = "inputPorts:\n  - {name: profiles, version: 1.0.0, contractId: customer.profiles.profiles}\n"
    product.write_text(product.read_text() + reads)
    (mails / "models/mails.sql").write_text("SELECT id, email AS name FROM profiles")
    hansa("run", "-q")
    return data


def rules(folder: Path, where: str) -> None:
    """A pattern in one of the two contracts, and no key in that of the source where the product's own audit shall stop the batch.

    A source that keeps its rules stops it before the product is computed.
    """
    for name in ("profiles", "profiles_source"):
        contract = folder / f"domains/customer/profiles/contracts/{name}.odcs.yaml"
        text = contract.read_text()
        if name == where:
            pattern = "physicalType: VARCHAR\n        logicalTypeOptions: {pattern: '^[^@]+@[^@]+$'}"
            text = text.replace("physicalType: VARCHAR", pattern)
        elif name == "profiles_source":
            text = text.replace("        primaryKey: true\n        primaryKeyPosition: 1\n", "")
        # What readers may rely on changes, and the version says so.
        contract.write_text(text.replace("version: 1.0.0", "version: 1.1.0"))


def visible(hansa: Hansa, folder: Path) -> tuple[Any, Any, dict[str, str]]:
    """What consumers see: the rows, the versions, and every byte of the stored data."""
    rows = hansa("query", "SELECT * FROM customer.profiles ORDER BY ALL", "--format", "arrow").raw
    states = hansa("status", "--json").json["products"]
    versions = [(s["name"], s["version"], s["ports"]) for s in states]
    stored = {str(p): hashlib.sha256(p.read_bytes()).hexdigest() for p in (folder / ".hansa/warehouse").rglob("*.parquet")}
    return rows, versions, stored


@pytest.mark.parametrize("stopped_at", ["the product's own audit", "the audit of the source"])
def test_a_bad_batch_stays_invisible_and_the_next_good_one_publishes(
    stopped_at: str, hansa: Hansa, published: Path, in_folder: Path
) -> None:
    rules(in_folder, "profiles" if stopped_at == "the product's own audit" else "profiles_source")
    hansa("run", "-q")
    rows, versions, stored = visible(hansa, in_folder)

    published.write_text(BAD)
    outcome = hansa("run", "--json", code=1).json
    assert outcome["status"] == "failed"
    by_name = {p["name"]: p for p in outcome["products"]}
    assert by_name["customer.profiles"]["status"] == "failed"
    assert by_name["customer.mails"]["status"] == "held"
    assert by_name["customer.mails"]["reason"]
    if stopped_at == "the audit of the source":
        assert "profiles_source" in by_name["customer.profiles"]["reason"]
        assert "email" in by_name["customer.profiles"]["reason"]
    else:
        failed = {f["column"] for f in by_name["customer.profiles"]["failures"] if f["status"] == "fail"}
        assert failed == {"email", "id"}

    rows_after, versions_after, stored_after = visible(hansa, in_folder)
    assert (rows_after, versions_after) == (rows, versions)
    assert stored.items() <= stored_after.items()
    states = {s["name"]: s for s in hansa("status", "--json").json["products"]}
    assert states["customer.profiles"]["state"] == "failed"
    assert states["customer.profiles"]["version"] is not None

    published.write_text(NEXT)
    after = hansa("run", "--json").json
    assert {p["name"]: p["status"] for p in after["products"]} == {
        "customer.profiles": "published",
        "customer.mails": "published",
    }
    ids = hansa("query", "SELECT id FROM customer.profiles ORDER BY id", "--json").json
    assert ids == [{"id": 1}, {"id": 4}, {"id": 5}]
    assert hansa("query", "SELECT count(*) AS n FROM customer.mails", "--json").json == [{"n": 3}]


def test_failing_rows_lie_in_quarantine_with_their_reasons(hansa: Hansa, published: Path, in_folder: Path) -> None:
    rules(in_folder, "profiles")
    hansa("run", "-q")
    published.write_text(BAD)
    (profiles,) = (p for p in hansa("run", "--json", code=1).json["products"] if p["name"] == "customer.profiles")
    (port,) = profiles["ports"]
    assert port["audit"]["failed"] >= 2
    assert port["audit"]["quarantined"] == 3
    files = [f for f in Path(port["quarantine"]).rglob("*.parquet") if "failing" in f.name or "quarantine" in str(f)]
    tables = [pq.read_table(f) for f in files]
    (failing,) = (t for t in tables if "_reasons" in t.column_names or any("reason" in n for n in t.column_names))
    (reason,) = (n for n in failing.column_names if "reason" in n)
    rows = failing.to_pylist()
    assert {(r["id"], r["email"]) for r in rows} == {(3, "cid@example.org"), (3, "no mail"), (4, "none")}
    assert all(r[reason] for r in rows)


def test_what_people_read_says_what_consumers_still_see(hansa: Hansa, published: Path) -> None:
    published.write_text(BAD)
    said = hansa("run", "-q", code=1).out
    assert "Consumers see what they saw before" in said
    assert "hansa run --resume" in said
    page = hansa("describe", "customer.profiles").out
    assert "version 1" in page
