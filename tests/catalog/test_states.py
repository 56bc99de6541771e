"""How products stand: declared, published, failed, in trouble, orphaned; fresh against what they promise."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hansa.catalog import aged, states
from hansa.catalog.states import promised_age
from hansa.model import ServiceLevel
from hansa.wiring import Workplace, now

Hansa = Callable[..., Any]


@pytest.fixture
def mesh(hansa: Hansa, in_folder: Path) -> Path:
    hansa("init", ".")
    hansa("new", "domain", "customer")
    for name in ("a", "b"):
        hansa("new", "product", f"customer/{name}")
    return in_folder


def stand(hansa: Hansa, name: str = "customer.a") -> dict[str, Any]:
    (state,) = (s for s in hansa("status", "--json").json["products"] if s["name"] == name)
    return dict(state)


def test_a_product_on_its_way(hansa: Hansa, mesh: Path) -> None:
    assert (stand(hansa)["state"], stand(hansa)["version"]) == ("declared", None)
    hansa("run", "-q")
    assert (stand(hansa)["state"], stand(hansa)["rows"], stand(hansa)["freshness"]) == ("published", 2, "fresh")
    model = mesh / "domains/customer/a/models/a.sql"
    model.write_text("SELECT")
    assert (stand(hansa)["state"], stand(hansa)["rows"]) == ("in trouble", 2)
    assert stand(hansa, "customer.b")["state"] == "published"
    model.write_text("SELECT CAST(1 AS BIGINT) AS id, 'x' AS name UNION ALL SELECT CAST(1 AS BIGINT), 'y'")
    hansa("run", "-q", code=1)
    failed = stand(hansa)
    assert (failed["state"], failed["version"], failed["rows"]) == ("failed", 1, 2)
    assert failed["note"]
    assert failed["failures"]
    assert {f["status"] for f in failed["failures"]} == {"fail"}
    assert "refused newer data" in hansa("describe", "customer.a").out
    model.write_text("SELECT CAST(1 AS BIGINT) AS id, 'x' AS name")
    hansa("run", "-q")
    assert stand(hansa)["failures"] == []


def test_a_product_that_is_described_anew_keeps_its_verdicts(hansa: Hansa, mesh: Path) -> None:
    hansa("run", "-q")
    before = stand(hansa)["checks"]
    contract = mesh / "domains/customer/a/contracts/a.odcs.yaml"
    contract.write_text(contract.read_text().replace("description: Id.", "description: The key.", 1))
    hansa("run", "-q")
    assert (stand(hansa)["version"], stand(hansa)["checks"]) == (2, before)
    assert before["pass"]


def test_a_product_that_is_declared_no_longer_is_orphaned(hansa: Hansa, mesh: Path) -> None:
    import shutil

    hansa("run", "-q")
    shutil.rmtree(mesh / "domains/customer/a")
    assert stand(hansa)["state"] == "orphaned"
    assert hansa("query", "SELECT count(*) AS n FROM customer.a", "--json").json == [{"n": 2}]
    hansa("withdraw", "customer.a")
    assert [s["name"] for s in hansa("status", "--json").json["products"]] == ["customer.b"]


def test_freshness_is_measured_against_the_promised_latency(hansa: Hansa, mesh: Path) -> None:
    hansa("run", "-q")
    with Workplace.open(mesh, {}) as w:
        late = now() + dt.timedelta(days=1, seconds=5)
        assert [s.freshness for s in states(w.compiled.mesh, w.ledger, "prod", late)] == ["stale", "stale"]
        early = now() + dt.timedelta(hours=23)
        assert [s.freshness for s in states(w.compiled.mesh, w.ledger, "prod", early)] == ["fresh", "fresh"]
        assert aged(states(w.compiled.mesh, w.ledger, "prod", early), late) == states(w.compiled.mesh, w.ledger, "prod", late)


@pytest.mark.parametrize(
    ("said", "unit", "promised"),
    [
        (2, "d", dt.timedelta(days=2)),
        (90, "minutes", dt.timedelta(minutes=90)),
        (1.5, "h", dt.timedelta(minutes=90)),
        (10**400, "d", dt.timedelta.max),
        (float("inf"), "s", dt.timedelta.max),
        (-(10**400), "d", dt.timedelta.min),
        (float("nan"), "d", None),
        (True, "d", None),
        ("soon", "d", None),
        (1, "moon", None),
    ],
)
def test_a_promise_is_as_long_as_it_says_and_none_without_a_number(said: Any, unit: str, promised: dt.timedelta | None) -> None:
    assert promised_age(ServiceLevel("latency", said, unit)) == promised
    assert promised_age(ServiceLevel("retention", said, unit)) is None


def test_a_page_shows_readers_and_inputs(hansa: Hansa, mesh: Path) -> None:
    product = mesh / "domains/customer/b/product.odps.yaml"
    product.write_text(product.read_text() + "inputPorts:\n  - {name: a, version: 1.0.0, contractId: customer.a.a}\n")
    (mesh / "domains/customer/b/models/b.sql").write_text("SELECT id, name FROM a")
    assert hansa("describe", "customer.a", "--json").json["readers"] == ["customer.b"]
    (given,) = hansa("describe", "customer.b", "--json").json["inputs"]
    assert given == {"name": "a", "contract": "customer.a.a 1.0.0", "from": "customer.a.a@1"}
    text = hansa("describe", "customer.a").out
    assert "read by    customer.b" in text
    assert "not published yet" in text
